"""A person on the official API who sends files, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Message, MessageFile
from tests.fakes.graph_files import GraphFiles, SentFile
from tests.support.clockwork import run
from tests.support.cloud import PHONE_NUMBER_ID, WABA_ID, Cloud

MARIA = "5511987654321"

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"foto" * 500
PDF = b"%PDF-1.7\n" + b"conteudo " * 200
OGG = b"OggS\x00\x02" + b"voz" * 700
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"filme" * 300
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"fig" * 50
HTML = b"<!doctype html><script>alert(1)</script>"
PROGRAM = b"MZ\x90\x00" + b"x" * 100


@dataclass
class Sender:
    """`send` delivers a message with a file and applies it; `fetch` runs the job."""

    app: Flask
    cloud: Cloud
    meta: GraphFiles

    def send(
        self, content: bytes, mime_type: str, kind: str, *, filename: str = "", caption: str = "", **options: Any
    ) -> SentFile:
        file = self.meta.add_file(PHONE_NUMBER_ID, content, mime_type, **options)
        body = self.meta.message_with(file, MARIA, kind, filename=filename, caption=caption, waba_id=WABA_ID)
        assert self.cloud.deliver(body) == 200
        run(self.app, "apply-webhooks")
        return file

    def fetch(self) -> str:
        return run(self.app, "fetch-media")

    def photo(self, **options: Any) -> MessageFile:
        """A photo that is sent and fetched; its row."""
        self.send(JPEG, "image/jpeg", "image", **options)
        self.fetch()
        return self.file()

    def file(self) -> MessageFile:
        """The newest file's row."""
        with self.app.app_context():
            row = db.session.scalars(sa.select(MessageFile).order_by(MessageFile.message_id.desc())).first()
            assert row is not None
            db.session.expunge(row)
            return row

    def message(self) -> Message:
        with self.app.app_context():
            row = db.session.scalars(sa.select(Message).where(Message.direction == "in").order_by(Message.id.desc()))
            message = row.first()
            assert message is not None
            db.session.expunge(message)
            return message

    def on_disk(self) -> list[Path]:
        """Everything under the folder of media."""
        return [path for path in (Path(self.app.config["FILE_ROOT"]) / "media").rglob("*") if path.is_file()]

    def url(self) -> str:
        message = self.message()
        return f"/conversas/{message.conversation_id}/mensagens/{message.id}/midia"


def travel(**passed: float) -> None:
    """Move the clock on from where it stands."""
    moment = clock.now() + timedelta(**passed)
    clock.use(lambda: moment)
