"""The company's chat starters: created at once on the simulator, read from Meta on the official API."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from sqlalchemy.exc import IntegrityError

from portal import clock, gateways
from portal.accounts.models import User
from portal.audit.service import ChangedMeanwhile, note
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules import unsupported, wildcard_numbers
from portal.connection import queries as connections
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from portal.gateways.base import Line, SendError
from portal.gateways.cloud_api import RemoteTemplate
from portal.gateways.registry import explain
from portal.jobs import counted

log = logging.getLogger("portal.chat_starters")

LANGUAGE = "pt_BR"
_STATUS = {
    "APPROVED": StarterStatus.APPROVED,
    "PENDING": StarterStatus.PENDING,
    "IN_APPEAL": StarterStatus.PENDING,
    "REJECTED": StarterStatus.REJECTED,
}


class NameTaken(Exception):
    """The connection already has a starter with this name."""


class SyncFailed(Exception):
    """The provider did not give its templates; the message says why, in Portuguese."""


@dataclass(frozen=True)
class Synced:
    """What a synchronisation found: templates in the account, and how many of them are new or changed here."""

    total: int
    changed: int


def create_simulated(
    user: User, connection: Connection, name: str, category: StarterCategory, body: str
) -> ChatStarter:
    """Add a starter on the simulator, where it is approved at once; commits. Raises NameTaken.

    `name` is in Meta's form and `body` passed `rules.body_errors`.
    """
    if connection.kind is not ConnectionKind.SIMULATOR:
        raise ValueError("only the simulator approves by itself")
    starter = ChatStarter(account_id=connection.account_id, connection_id=connection.id, name=name, language=LANGUAGE)
    starter.category, starter.body, starter.bindings = category, body, []
    starter.status, starter.remote_status, starter.remote_id = StarterStatus.APPROVED, "APPROVED", ""
    starter.created_at = starter.updated_at = clock.now()
    db.session.add(starter)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise NameTaken from error
    after = {"name": name, "category": category.value, "body": body}
    note(user.account_id, user.id, "chat-starter.create", f"chat-starter:{starter.id}", None, after)
    db.session.commit()
    return starter


def bind(starter: ChatStarter, user: User, seen: str, bindings: Sequence[str]) -> None:
    """Associate {{1}}, {{2}}… with fields, in order; commits. `seen` is the `mark` that the form showed.

    Raises ChangedMeanwhile.
    """
    db.session.refresh(starter, with_for_update=True)
    if mark(starter) != seen:
        db.session.rollback()
        raise ChangedMeanwhile
    before = {"bindings": list(starter.bindings)}
    starter.bindings = list(bindings)
    starter.updated_at = clock.now()
    subject = f"chat-starter:{starter.id}"
    note(user.account_id, user.id, "chat-starter.bind", subject, before, {"bindings": list(bindings)})
    db.session.commit()


def mark(starter: ChatStarter) -> str:
    """Names the state of a starter: it differs after every change of it."""
    return starter.updated_at.isoformat()


class _HasTemplates(Protocol):
    def templates(self, line: Line) -> list[RemoteTemplate]: ...


def sync(connection: Connection) -> Synced:
    """Adopt the templates of the connection's WABA by name and language; commits. Raises SyncFailed.

    Ends the caller's transaction first: none is open across the network. The provider never gives a partial list, so
    what is not in it is gone.
    """
    connection_id, line = connection.id, connection.line
    db.session.commit()
    try:
        found = cast(_HasTemplates, gateways.get(ConnectionKind.CLOUD_API.value)).templates(line)
    except SendError as error:
        raise SyncFailed(explain(ConnectionKind.CLOUD_API.value, error.code)) from error
    current = connections.locked(connection_id)
    if current.waba_id != line.waba_id:
        db.session.rollback()
        raise SyncFailed("As credenciais mudaram durante a sincronização. Sincronize de novo.")
    changed = _adopt(current, found)
    db.session.commit()
    return Synced(len(found), changed)


def _adopt(connection: Connection, found: Sequence[RemoteTemplate]) -> int:
    known = {(row.name, row.language): row for row in queries.starters_of(connection.id)}
    changed = 0
    for template in found:
        row = known.pop((template.name, template.language), None)
        if row is None:
            row = ChatStarter(account_id=connection.account_id, connection_id=connection.id)
            row.name, row.language, row.bindings, row.body = template.name, template.language, [], ""
            row.created_at = clock.now()
            db.session.add(row)
        changed += _update(row, template)
    for row in known.values():
        changed += _set(row, status=StarterStatus.OTHER, remote_status="DELETED")
    return changed


def _update(row: ChatStarter, template: RemoteTemplate) -> bool:
    status, word = _status(template)
    same_wildcards = wildcard_numbers(row.body) == wildcard_numbers(template.body)
    return _set(
        row,
        remote_id=template.provider_id,
        category=StarterCategory.MARKETING if template.category == "MARKETING" else StarterCategory.UTILITY,
        body=template.body,
        status=status,
        remote_status=word,
        bindings=row.bindings if same_wildcards else [],
    )


def _status(template: RemoteTemplate) -> tuple[StarterStatus, str]:
    code = unsupported(template.category, template.parameter_format, template.body, template.components)
    if code:
        return StarterStatus.OTHER, f"{queries.UNSUPPORTED_MARK}{code}"
    status = _STATUS.get(template.status, StarterStatus.OTHER)
    reason = f":{template.rejected_reason}" if status is StarterStatus.REJECTED and template.rejected_reason else ""
    return status, f"{template.status}{reason}"[:40]


def _set(row: ChatStarter, **values: object) -> bool:
    """Set what differs and tell whether anything did; an unchanged starter keeps its `updated_at`."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    if different:
        row.updated_at = clock.now()
    return bool(different)


def sync_all() -> str:
    """Synchronise every connection that can be; what goes wrong with one is logged and never stops the others.

    Returns what was done in Portuguese, "" when nothing changed.
    """
    changed, failed = 0, 0
    for connection_id in queries.syncable():
        try:
            changed += sync(db.session.get_one(Connection, connection_id)).changed
        except SyncFailed as error:
            failed += 1
            log.warning("templates of connection %s: %s", connection_id, error)
        except Exception:
            failed += 1
            db.session.rollback()
            log.exception("templates of connection %s", connection_id)
    parts = (
        counted(changed, "modelo atualizado", "modelos atualizados"),
        counted(failed, "conta com erro", "contas com erro"),
    )
    return ", ".join(part for part in parts if part)
