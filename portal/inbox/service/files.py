"""Files of messages. Those that people send: expected with their message, fetched at once, kept for good. A message is
there whatever becomes of its file, and no transaction is open while a provider answers."""

from __future__ import annotations

import logging
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import sqlalchemy as sa

from portal import clock, gateways
from portal.connection.models import Connection
from portal.extensions import db, transactions
from portal.gateways.base import Line, Media
from portal.gateways.media import Fetched, MediaError, download_url
from portal.inbox.models import FileState, Message, MessageFile
from portal.inbox.rules import files as rules
from portal.inbox.service import file_store
from portal.inbox.service.changes import changed

log = logging.getLogger("portal.files")

LANES = 4
"""Downloads side by side: a large file holds up no small one."""

LEASE = timedelta(minutes=10)
"""After this long a worker that took a file is taken for dead. Longer than the slowest download (5 minutes)."""

BATCH = 200

_lanes = ThreadPoolExecutor(LANES, thread_name_prefix="files")


def expect(message: Message, media: Media) -> None:
    """Note the file of a message that has just been recorded, to be fetched; in the caller's transaction."""
    db.session.add(
        MessageFile(
            account_id=message.account_id,
            message_id=message.id,
            state=FileState.PENDING,
            provider_id=media.provider_id[:200],
            url=media.url[:4000],
            mime_type=media.mime_type[:100],
            filename=rules.safe_name(media.filename, message.kind, "") if media.filename else "",
            sha256=media.sha256[:64],
            created_at=clock.now(),
        )
    )


def sent(message: Message, *, path: str, filename: str, mime_type: str, size: int, sha256: str) -> None:
    """Note the file that an outgoing message carries and that the store has already; in the caller's transaction."""
    now = clock.now()
    db.session.add(
        MessageFile(
            account_id=message.account_id,
            message=message,
            state=FileState.STORED,
            mime_type=mime_type,
            filename=filename,
            sha256=sha256,
            size=size,
            path=path,
            created_at=now,
            stored_at=now,
        )
    )


def share(message: Message, again: Message) -> None:
    """Give the file of a message, if it has one, to another message that repeats it; in the caller's transaction."""
    file = db.session.get(MessageFile, message.id)
    if file is not None and file.state is FileState.STORED:
        names = ("path", "filename", "mime_type", "size", "sha256")
        sent(again, **{name: getattr(file, name) for name in names})


@dataclass(frozen=True)
class Claim:
    """A file that this worker fetches, with all that it needs: no database is touched until it is settled."""

    message_id: int
    attempt: int
    kind: str
    provider: str
    line: Line
    media: Media
    path: str


@dataclass(frozen=True)
class Outcome:
    """A kept file, or why it is none. `final`: nothing is tried again."""

    fetched: Fetched | None = None
    mime_type: str = ""
    error: str = ""
    final: bool = False


def fetch_pending() -> int:
    """Fetch the files that are due until none is left. Returns how many were kept."""
    running: dict[Future[Outcome], Claim] = {}
    kept = taken = 0
    while True:
        while len(running) < LANES and taken < BATCH and (claim := _claim()) is not None:
            running[_lanes.submit(_fetch, claim)] = claim
            taken += 1
        if not running:
            return kept
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            outcome = future.result()
            _settle(running.pop(future), outcome)
            kept += outcome.fetched is not None


def _claim() -> Claim | None:
    """Take the oldest file that is due for this worker, and commit."""
    while _any_due():
        file = db.session.scalar(_due().limit(1).with_for_update(skip_locked=True, of=MessageFile))
        if file is None:
            break
        claim = None if _has_ended(file) else _taken(file)
        db.session.commit()
        if claim is not None:
            return claim
    db.session.rollback()
    return None


def _has_ended(file: MessageFile) -> bool:
    """Whether the provider has dropped the file by now: then it is lost for the last reason that there was."""
    if not rules.is_over(file.created_at, clock.now()):
        return False
    file.state, file.error = FileState.LOST, file.error or "expired"
    changed(file.message.conversation)
    return True


def _taken(file: MessageFile) -> Claim:
    now = clock.now()
    file.attempts += 1
    file.not_before = now + LEASE
    file.path = file.path or file_store.new_path(file.account_id)
    return _claim_of(file)


def _any_due() -> bool:
    """A read-only look first: an idle job must not take SQLite's one write lock."""
    with transactions(read_only=True):
        found = db.session.scalar(_due().with_only_columns(MessageFile.message_id).limit(1))
        db.session.rollback()
    return found is not None


def _due() -> sa.Select[MessageFile]:
    ready = sa.or_(MessageFile.not_before.is_(None), MessageFile.not_before <= clock.now())
    return (
        sa.select(MessageFile)
        .where(MessageFile.state == FileState.PENDING, ready)
        .order_by(MessageFile.attempts, MessageFile.message_id)
    )


def _claim_of(file: MessageFile) -> Claim:
    connection = db.session.get_one(Connection, file.message.connection_id)
    media = Media(file.provider_id, file.url, file.mime_type, file.filename, file.sha256)
    return Claim(
        file.message_id, file.attempts, file.message.kind, connection.kind.value, connection.line, media, file.path
    )


def _fetch(claim: Claim) -> Outcome:
    """Download, look at the content, keep. Runs in a thread without a database."""
    try:
        with file_store.incoming(claim.path) as target:
            fetched = _download(claim, target)
            target.flush()
            target.seek(0)
            mime_type = rules.accepts(claim.kind, rules.type_of(target.read(rules.HEAD)))
            if problem := _problem(claim, fetched, mime_type):
                return problem
            file_store.keep(claim.path, target)
            return Outcome(fetched, mime_type)
    except MediaError as error:
        log.info("the file of message %s: %s", claim.message_id, error)
        return Outcome(error=error.code, final=error.final)
    except Exception:  # a defect, or a full disk: the file is still with the provider
        log.exception("the file of message %s could not be fetched", claim.message_id)
        return Outcome(error="refused")


def _download(claim: Claim, target: BinaryIO) -> Fetched:
    """By the gateway that knows how, else from the address that the webhook gave, without any credential."""
    limit = rules.MAX_BYTES
    fetch = getattr(gateways.get(claim.provider), "fetch", None)
    if fetch is not None:
        fetched: Fetched = fetch(claim.line, claim.media, target, limit)
        return fetched
    return download_url(claim.media.url, target, limit)


def _problem(claim: Claim, fetched: Fetched, mime_type: str) -> Outcome | None:
    if not fetched.size:
        return Outcome(error="empty", final=claim.attempt >= rules.TRUSTED_MISMATCHES)
    announced = claim.media.sha256
    if announced and announced != fetched.sha256:
        if claim.attempt < rules.TRUSTED_MISMATCHES:
            return Outcome(error="cut")
        log.warning("the file of message %s is not what was announced, and is kept", claim.message_id)
    return None if mime_type else Outcome(error="type", final=True)


def _settle(claim: Claim, outcome: Outcome) -> None:
    file = db.session.get(MessageFile, claim.message_id, with_for_update={"of": MessageFile}, populate_existing=True)
    if file is None or file.state is not FileState.PENDING or file.attempts != claim.attempt:
        db.session.rollback()  # another worker has it by now
        return
    now = clock.now()
    file.error = outcome.error
    if outcome.fetched is not None:
        file.state, file.stored_at, file.not_before = FileState.STORED, now, None
        file.size, file.sha256, file.mime_type = outcome.fetched.size, outcome.fetched.sha256, outcome.mime_type
        file.filename = file.filename or rules.default_name(claim.kind, outcome.mime_type)
        file.url = ""
    elif outcome.final:
        file.state, file.not_before = FileState.LOST, None
    else:
        file.not_before = rules.next_try(claim.attempt, now)
    changed(file.message.conversation)
    db.session.commit()
