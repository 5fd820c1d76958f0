"""What the portal says, as Evolution API's JSON: the route to call and its body.

The limits are those of the other gateway that drives a WhatsApp Web session, and so are the checks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portal.gateways import plugmessage_payloads
from portal.gateways.base import Recipient
from portal.gateways.messages import Content, Document


def request(to: Recipient, content: Content, files: Path) -> tuple[str, dict[str, Any]]:
    """The route and the body that send a content. Choices are numbered text, a template is its text.

    Raises SendError "limit", "recipient" or "file": nothing was sent, and the same will not pass later either.
    """
    _, checked = plugmessage_payloads.request(to, content, files, interactive=False)
    number = {"number": checked["phone"]}
    if not isinstance(content, Document):
        return "message/sendText/{instance}", {**number, "text": checked["message"]}
    body = {
        **number,
        "mediatype": "document",
        "mimetype": content.mime_type,
        "fileName": content.filename,
        "media": checked["document"].partition(",")[2],
    }
    return "message/sendMedia/{instance}", body | ({"caption": content.caption} if content.caption else {})
