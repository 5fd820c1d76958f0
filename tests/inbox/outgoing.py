"""An operator who sends files, and what became of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db
from portal.inbox.models import Direction, Message, MessageFile
from tests.support.browser import Browser, Page

PNG = b"\x89PNG\r\n\x1a\n" + b"ponto" * 300
OPUS = b"OggS\x00\x02" + b"\x00" * 20 + b"OpusHead" + b"voz" * 700
WORD = b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml" + b"x" * 90 + b"word/document.xml" + b"x" * 500
HEIC = b"\x00\x00\x00\x18ftypheic" + b"x" * 100
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

Named = tuple[str, bytes]


@dataclass
class Desk:
    """The composer of a conversation, in a person's browser."""

    app: Flask
    browser: Browser
    conversation_id: int

    @property
    def url(self) -> str:
        return f"/conversas/{self.conversation_id}"

    def send(self, *files: Named, text: str = "", token: str = "", htmx: bool = True) -> Page:
        token = token or self.browser.get(self.url).form_data("#composer form")["client_token"]
        return post_files(self.browser, self.url, *files, text=text, token=token, htmx=htmx)

    def thread(self) -> Page:
        return self.browser.get(f"{self.url}/mensagens", htmx=True)

    def sent(self) -> list[Message]:
        """What went out with a file, or was written by the operator, in order."""
        with self.app.app_context():
            mine = (Message.conversation_id == self.conversation_id, Message.author == "operator")
            found = db.session.scalars(sa.select(Message).where(*mine).order_by(Message.id)).all()
            db.session.expunge_all()
            return list(found)

    def files(self) -> list[MessageFile]:
        with self.app.app_context():
            query = sa.select(MessageFile).join(Message).where(Message.direction == Direction.OUT)
            found = db.session.scalars(query.order_by(MessageFile.message_id)).all()
            db.session.expunge_all()
            return list(found)

    def on_disk(self) -> list[Path]:
        root = Path(self.app.config["FILE_ROOT"]) / "media"
        return [path for path in root.rglob("*") if path.is_file()]


def post_files(browser: Browser, url: str, *files: Named, htmx: bool = True, token: str = "um", text: str = "") -> Page:
    named: Any = {"files": [(io.BytesIO(content), name) for name, content in files]}
    return browser.post(f"{url}/responder", htmx=htmx, files=named, text=text, client_token=token)
