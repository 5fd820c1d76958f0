"""Files that people send: fetched at once, tried again, kept for good; the message is there whatever becomes of them."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import FileState, Message, MessageFile
from portal.inbox.rules.files import MAX_BYTES
from portal.inbox.service import files
from tests.fakes.graph_files import GraphFiles
from tests.inbox.incoming import HTML, JPEG, MARIA, MP4, OGG, PDF, PROGRAM, WEBP, Sender, travel
from tests.support.clockwork import run
from tests.support.cloud import TOKEN, connect
from tests.support.people import Company

NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def sender(app: Flask, company: Company) -> Iterator[Sender]:
    clock.use(lambda: NOON)
    with GraphFiles(clock.now) as meta:
        yield Sender(app, connect(app, company, meta), meta)


@pytest.mark.parametrize(
    ("content", "mime_type", "kind", "stored"),
    [
        (JPEG, "image/jpeg", "image", "image/jpeg"),
        (OGG, "audio/ogg; codecs=opus", "audio", "audio/ogg"),
        (MP4, "video/mp4", "video", "video/mp4"),
        (MP4, "audio/mp4", "audio", "audio/mp4"),
        (PDF, "application/pdf", "document", "application/pdf"),
        (WEBP, "image/webp", "sticker", "image/webp"),
        (HTML, "text/html", "document", "text/plain"),
    ],
)
def test_every_kind_is_fetched_and_kept(
    sender: Sender, company: Company, content: bytes, mime_type: str, kind: str, stored: str
) -> None:
    sender.send(content, mime_type, kind)
    assert sender.file().state is FileState.PENDING
    assert sender.fetch() == "1 arquivo recebido"
    file = sender.file()
    assert (file.state, file.mime_type, file.size, file.error) == (FileState.STORED, stored, len(content), "")
    assert file.sha256 == hashlib.sha256(content).hexdigest() and file.stored_at == NOON
    (path,) = sender.on_disk()
    assert path.read_bytes() == content and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent.name == str(company.id) and str(path).endswith(file.path)
    assert sender.fetch() == ""


def test_a_file_is_fetched_once_however_often_its_webhook_comes(sender: Sender) -> None:
    file = sender.meta.add_file("106500001", JPEG, "image/jpeg")
    body = sender.meta.message_with(file, MARIA, "image")
    for _ in range(2):
        sender.cloud.deliver(body)
        sender.cloud.deliver(body + b" ")

        run(sender.app, "apply-webhooks")
        sender.fetch()
    assert len(sender.meta.desk_of_files.downloads) == 1


@pytest.mark.parametrize("manner", ["cut", "redirect", "html_502", "gone"])
def test_a_failed_download_is_tried_again_later_and_the_message_is_there(sender: Sender, manner: str) -> None:
    sent = sender.send(JPEG, "image/jpeg", "image", caption="comprovante", manner=manner)
    sender.fetch()
    file = sender.file()
    assert file.state is FileState.PENDING and file.error and file.attempts == 1
    assert sender.message().text == "comprovante" and sender.on_disk() == []
    sender.fetch()
    assert len(sender.meta.desk_of_files.downloads) == 1, "not at once"
    sent.manner = ""
    travel(seconds=20)
    sender.fetch()
    assert sender.file().state is FileState.STORED and sender.file().error == ""


def test_an_expired_token_is_survived(sender: Sender) -> None:
    number = sender.meta.numbers["106500001"]
    number.token = "another"
    sender.send(JPEG, "image/jpeg", "image")
    sender.fetch()
    assert sender.file().error == "refused"
    number.token = TOKEN
    travel(minutes=1)
    sender.fetch()
    assert sender.file().state is FileState.STORED


def test_after_seven_days_it_is_lost_for_the_last_reason(sender: Sender) -> None:
    sender.send(JPEG, "image/jpeg", "image", manner="gone")
    for _ in range(200):
        sender.fetch()
        if sender.file().state is FileState.LOST:
            break
        travel(hours=1)
    file = sender.file()
    assert (file.state, file.error) == (FileState.LOST, "gone")
    assert timedelta(days=6.9) < clock.now() - NOON < timedelta(days=7.1)
    assert 20 < file.attempts < 40
    assert sender.message().kind == "image"


def test_one_that_was_never_tried_in_time_is_lost_too(sender: Sender) -> None:
    for _ in range(3):
        sender.send(JPEG, "image/jpeg", "image")
    travel(days=8)
    sender.fetch()
    with sender.app.app_context():
        rows = db.session.scalars(sa.select(MessageFile)).all()
        assert [(row.state, row.error) for row in rows] == [(FileState.LOST, "expired")] * 3
    assert sender.meta.desk_of_files.infos == []


@pytest.mark.parametrize(
    ("content", "mime_type", "kind"),
    [
        (HTML, "image/jpeg", "image"),
        (PDF, "image/png", "image"),
        (HTML, "image/webp", "sticker"),
        (PROGRAM, "application/pdf", "document"),
        (JPEG, "video/mp4", "video"),
        (PROGRAM, "audio/ogg", "audio"),
    ],
)
def test_what_lies_about_its_type_is_not_kept(sender: Sender, content: bytes, mime_type: str, kind: str) -> None:
    sender.send(content, mime_type, kind)
    sender.fetch()
    file = sender.file()
    assert (file.state, file.error) == (FileState.LOST, "type")
    assert sender.on_disk() == []


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker"])
def test_more_than_whatsapp_carries_is_not_taken(sender: Sender, kind: str) -> None:
    sender.send(JPEG, "image/jpeg", kind, told_size=MAX_BYTES + 1)
    sender.send(JPEG, "image/jpeg", kind, told_size=1, manner="claim")
    sender.fetch()
    with sender.app.app_context():
        rows = db.session.scalars(sa.select(MessageFile)).all()
        assert [(row.state, row.error) for row in rows] == [(FileState.LOST, "too_large")] * 2
    assert sender.on_disk() == []


@pytest.mark.parametrize(
    ("kind", "mime_type", "content", "megabytes"), [("image", "image/jpeg", JPEG, 12), ("video", "video/mp4", MP4, 17)]
)
def test_a_person_may_send_more_than_a_company_may(
    sender: Sender, kind: str, mime_type: str, content: bytes, megabytes: int
) -> None:
    large = content + bytes(megabytes * 1024 * 1024)
    sender.send(large, mime_type, kind)
    sender.fetch()
    assert (sender.file().state, sender.file().size) == (FileState.STORED, len(large))


def test_bytes_that_are_not_those_announced_are_tried_again_and_kept_in_the_end(sender: Sender) -> None:
    sender.send(JPEG, "image/jpeg", "image", digest=b"\x01" * 32)
    for expected in ("cut", "cut", ""):
        sender.fetch()
        assert sender.file().error == expected
        travel(hours=1)
    assert sender.file().state is FileState.STORED
    assert sender.file().sha256 == hashlib.sha256(JPEG).hexdigest()


def test_an_empty_file_is_lost(sender: Sender) -> None:
    sender.send(b"", "image/jpeg", "image")
    for _ in range(3):
        sender.fetch()
        travel(hours=1)
    assert (sender.file().state, sender.file().error) == (FileState.LOST, "empty")


def test_a_dead_worker_leaves_nothing_but_a_pause(sender: Sender) -> None:
    sender.send(JPEG, "image/jpeg", "image")
    with sender.app.app_context():
        claim = files._claim()
        assert claim is not None
        (Path(sender.app.config["FILE_ROOT"]) / "media" / str(sender.file().account_id)).mkdir(parents=True)
        (Path(sender.app.config["FILE_ROOT"]) / f"{claim.path}.part").write_bytes(b"half")
    assert sender.fetch() == ""
    travel(minutes=11)
    assert sender.fetch() == "1 arquivo recebido"
    assert [path.read_bytes() for path in sender.on_disk()] == [JPEG]
    with sender.app.app_context():  # and should the dead one come back to life, it changes nothing
        files._settle(claim, files.Outcome(error="type", final=True))
    assert sender.file().state is FileState.STORED


def test_a_slow_or_bad_file_holds_up_no_other(sender: Sender) -> None:
    sender.send(JPEG, "image/jpeg", "image", manner="cut")
    for _ in range(12):
        sender.send(PDF, "application/pdf", "document")
    assert sender.fetch() == "12 arquivos recebidos"


def test_a_webhook_without_a_usable_id_is_a_message_without_a_file(sender: Sender) -> None:
    sent = sender.meta.add_file("106500001", JPEG, "image/jpeg")
    sent.media_id = ""
    sender.cloud.deliver(sender.meta.message_with(sent, MARIA, "image"))

    run(sender.app, "apply-webhooks")
    with sender.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.kind == "image")) == 1
        assert db.session.scalars(sa.select(MessageFile)).all() == []


def test_no_token_is_in_the_database_in_clear(sender: Sender) -> None:
    sender.photo()
    with sender.app.app_context():
        row = db.session.execute(sa.text("SELECT * FROM message_file")).one()
    assert TOKEN not in str(row) and "lookaside" not in str(row)
