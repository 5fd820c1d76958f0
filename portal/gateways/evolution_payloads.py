"""What the portal says, as Evolution API's JSON: the route to call and its body.

The limits are those of the other gateway that drives a WhatsApp Web session, and so are the checks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portal.gateways import media_rules, outgoing, plugmessage_payloads
from portal.gateways.base import Recipient
from portal.gateways.messages import Audio, Content, File, kind_of


def request(to: Recipient, content: Content, files: Path) -> tuple[str, dict[str, Any]]:
    """The route and the body that send a content. Choices are numbered text, a template is its text.

    Raises SendError "limit", "recipient", "file" or "file_limit": nothing was sent, and the same will not pass later
    either.
    """
    if isinstance(content, File):
        action, body = _file(content, files)
        return action, {"number": plugmessage_payloads.phone_of(to), **body}
    _, checked = plugmessage_payloads.request(to, content, files, interactive=False)
    return "message/sendText/{instance}", {"number": checked["phone"], "text": checked["message"]}


def _file(content: outgoing.Attached, files: Path) -> tuple[str, dict[str, Any]]:
    plugmessage_payloads.check_words(content)
    encoded = plugmessage_payloads.encoded_file(content, files)
    if isinstance(content, Audio):
        # The only route by which the server makes of any sound the one that every phone plays.
        return "message/sendWhatsAppAudio/{instance}", {"audio": encoded}
    body = {
        "mediatype": kind_of(content),
        "mimetype": media_rules.base_type(content.mime_type),
        "fileName": content.filename,
        "media": encoded,
    }
    return "message/sendMedia/{instance}", body | ({"caption": content.caption} if content.caption else {})
