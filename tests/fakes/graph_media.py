"""Multipart uploads, read by the standard library's mail parser."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from tests.fakes.graph_rules import Refused, check_upload
from tests.fakes.http_server import Request


def read_upload(request: Request) -> tuple[str, bytes]:
    """MIME type and content of the uploaded file. Raises Refused, as Meta would."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise Refused(100, "multipart/form-data expected")
    mail = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in _parts(mail)}
    if "file" not in parts:
        raise Refused(100, "The parameter file is required.")
    fields = {name: _content(part).decode() for name, part in parts.items() if name != "file"}
    mime_type, content = parts["file"].get_content_type(), _content(parts["file"])
    check_upload(fields, mime_type, parts["file"].get_filename() or "", content)
    return mime_type, content


def _parts(mail: Message) -> list[Message]:
    payload = mail.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
