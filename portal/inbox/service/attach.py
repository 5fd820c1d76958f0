"""Files that an operator sends, each as a message of its own. They are in the store before any row names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal import clock, gateways, jobs
from portal.accounts.models import User
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways.media_rules import LARGEST
from portal.gateways.messages import Audio, Content, Document, Image, Text, Video
from portal.inbox.attachments import Attachment, goes_before
from portal.inbox.models import Author, Message, MessageFile
from portal.inbox.service import file_store, files, queue
from portal.inbox.service.assign import lock
from portal.inbox.service.reply import WindowClosed, answered, check_mine, token_of
from portal.inbox.service.window import may_write

CHUNK = 256 * 1024

_CONTENTS: dict[str, type[Image | Video | Audio | Document]] = {
    "image": Image,
    "video": Video,
    "audio": Audio,
    "document": Document,
}


@dataclass(frozen=True)
class Stored:
    """An attachment and where the store has it."""

    of: Attachment
    path: str
    sha256: str


def largest_for(connection: Connection) -> int:
    """The most bytes that the connection's API takes of one file."""
    try:
        return gateways.get(connection.kind.value).capabilities.largest_file
    except KeyError:  # an API that this installation has no more
        return LARGEST


def send_files(
    conversation_id: int, user: User, attachments: Sequence[Attachment], text: str, client_token: str
) -> None:
    """Queue files of an operator in their order, the text with the first, and commit: all of it or nothing. The same
    `client_token` again with the same files and text changes nothing.

    Raises Closed, Taken or WindowClosed; then no file stays in the store.
    """
    account_id = user.account_id
    db.session.rollback()  # no transaction is open while files are written
    stored: list[Stored] = []
    added = False
    try:
        for each in attachments:
            stored.append(_store(account_id, each))
        added = _queue(conversation_id, user, stored, text, client_token)
    finally:
        if not added:
            _remove_unnamed(stored)
    if added:
        jobs.wake("send-outbox")


def _remove_unnamed(stored: Sequence[Stored]) -> None:
    """A commit that failed may have gone through: a file goes only when the database says that no message carries it."""
    db.session.rollback()
    named = sa.select(MessageFile.path).where(MessageFile.path.in_([file.path for file in stored]))
    kept = set(db.session.scalars(named))
    db.session.rollback()
    for file in stored:
        if file.path not in kept:
            file_store.remove(file.path)


def _store(account_id: int, attachment: Attachment) -> Stored:
    path, digest = file_store.new_path(account_id), hashlib.sha256()
    attachment.stream.seek(0)
    with file_store.incoming(path) as target:
        while chunk := attachment.stream.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        file_store.keep(path, target)
    return Stored(attachment, path, digest.hexdigest())


def _queue(conversation_id: int, user: User, stored: Sequence[Stored], text: str, client_token: str) -> bool:
    """Whether the messages were added; False when they are there already."""
    conversation = lock(conversation_id)
    said = "\n".join([*(file.sha256 for file in stored), text])
    tokens = [token_of(conversation_id, client_token, f"{number}:{said}") for number in range(len(stored) + 1)]
    if db.session.scalar(sa.select(Message.id).where(Message.client_token.in_(tokens)).limit(1)) is not None:
        return False
    check_mine(conversation, user)
    if not may_write(conversation, clock.now()):
        raise WindowClosed
    for token, (content, file) in zip(tokens, _messages(stored, text), strict=False):
        message = queue.add(conversation, content, Author.OPERATOR, user_id=user.id, client_token=token)
        if file is not None:
            _carry(message, file)
    answered(conversation)
    db.session.commit()
    return True


def _messages(stored: Sequence[Stored], text: str) -> Iterator[tuple[Content, Stored | None]]:
    before = goes_before(text, stored[0].of)
    if before:
        yield Text(text), None
    for number, file in enumerate(stored):
        caption = text if number == 0 and not before else ""
        yield _CONTENTS[file.of.kind](file.path, file.of.filename, file.of.mime_type, caption), file


def _carry(message: Message, file: Stored) -> None:
    of = file.of
    files.sent(message, path=file.path, filename=of.filename, mime_type=of.mime_type, size=of.size, sha256=file.sha256)
