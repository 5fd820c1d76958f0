"""What Meta says of the templates: by polling, by webhook, by "Sincronizar agora". In whatever order, the newest holds."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import sqlalchemy as sa

from portal import clock, gateways, jobs
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.draft import parts_of
from portal.chat_starters.rules.status import asks_again, changes_state, state_of
from portal.chat_starters.rules.wildcards import unsupported, wildcard_numbers
from portal.chat_starters.service.common import EXPLAINED, changed, facts, hear, is_news, put_told
from portal.connection import queries as connections
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from portal.gateways.base import Line, SendError, TemplateFact, TemplateUpdate
from portal.gateways.cloud_api_templates import RemoteTemplate
from portal.gateways.registry import explain
from portal.jobs import counted

log = logging.getLogger("portal.chat_starters")

RATE_LIMITED = frozenset({"4", "80007", "80008"})
News = Mapping[TemplateFact, Mapping[str, Any]]

REST = timedelta(hours=1)
"""How long the job leaves an account alone that has used up its calls: Meta counts them by the hour."""


class SyncFailed(Exception):
    """The provider did not give its templates; the message says why, in Portuguese."""


@dataclass(frozen=True)
class Synced:
    """What a synchronisation found: templates in the account, and how many of them are new or changed here."""

    total: int
    changed: int


class _Lists(Protocol):
    def all(self, line: Line) -> list[RemoteTemplate]: ...


def sync(connection: Connection) -> Synced:
    """Adopt the templates of the connection's WABA by name and language; commits. Raises SyncFailed.

    Ends the caller's transaction first: none is open across the network. The provider never gives a partial list, so
    what is not in it is gone.
    """
    connection_id, line, asked_at = connection.id, connection.line, clock.now()
    db.session.commit()
    try:
        gateway = gateways.get(ConnectionKind.CLOUD_API.value)
        found = cast(_Lists, gateway.templates).all(line)  # type: ignore[attr-defined]
    except SendError as error:
        _rest(connection_id, error)
        raise SyncFailed(explain(ConnectionKind.CLOUD_API.value, error.code)) from error
    current = connections.locked(connection_id)
    if current.waba_id != line.waba_id:
        db.session.rollback()
        raise SyncFailed("As credenciais mudaram durante a sincronização. Sincronize de novo.")
    current.templates_not_before = None
    count = _adopt(current, found, asked_at)
    db.session.commit()
    return Synced(len(found), count)


def _rest(connection_id: int, error: SendError) -> None:
    if error.code in RATE_LIMITED:
        connections.locked(connection_id).templates_not_before = clock.now() + REST
        db.session.commit()


def _adopt(connection: Connection, found: Sequence[RemoteTemplate], asked_at: datetime) -> int:
    known = {(row.name, row.language): row for row in queries.starters_of(connection.id)}
    count = 0
    for template in found:
        row = known.pop((template.name, template.language), None)
        count += _read_again(row or _row_of(connection, template), template, asked_at)
    for row in known.values():
        if row.status is not StarterStatus.DRAFT:
            gone = {"status": StarterStatus.DELETED, "remote_status": "DELETED"}
            count += _change(row, {TemplateFact.STATUS: gone}, asked_at)
    return count


def _row_of(connection: Connection, template: RemoteTemplate) -> ChatStarter:
    row = ChatStarter(account_id=connection.account_id, connection_id=connection.id)
    row.name, row.language, row.bindings, row.body = template.name, template.language, [], ""
    row.status, row.category = StarterStatus.OTHER, StarterCategory.UTILITY
    row.created_at = row.updated_at = clock.now()
    db.session.add(row)
    db.session.flush()
    return row


def _read_again(row: ChatStarter, template: RemoteTemplate, asked_at: datetime) -> bool:
    """What the list says of a starter, except where newer news came meanwhile."""
    status, word = _status(template)
    standing = {"remote_id": template.provider_id, "status": status, "remote_status": word}
    announced = template.correct_category if template.correct_category != template.category else ""
    news: News = {
        TemplateFact.STATUS: standing,
        TemplateFact.CATEGORY: {"category": _category(template.category), "correct_category": announced},
        TemplateFact.QUALITY: {"quality": template.quality},
        TemplateFact.COMPONENTS: _texts(row, template),
    }
    return _change(row, news, asked_at)


def _texts(row: ChatStarter, template: RemoteTemplate) -> dict[str, Any]:
    """Other wildcards than before must be associated anew: sending stops until somebody does."""
    parts = parts_of(template.components)
    same_wildcards = wildcard_numbers(row.body) == wildcard_numbers(template.body)
    return {
        "header": parts.header[:60],
        "body": template.body,
        "footer": parts.footer[:60],
        "buttons": [button.to_json() for button in parts.buttons],
        "samples": list(parts.samples),
        "bindings": row.bindings if same_wildcards else [],
    }


def _category(word: str) -> StarterCategory:
    return StarterCategory.MARKETING if word == "MARKETING" else StarterCategory.UTILITY


def _status(template: RemoteTemplate) -> tuple[StarterStatus, str]:
    code = unsupported(template.category, template.parameter_format, template.body, template.components)
    if code:
        return StarterStatus.OTHER, f"{queries.UNSUPPORTED_MARK}{code}"
    status = StarterStatus(state_of(template.status))
    reason = f":{template.rejected_reason}" if status is StarterStatus.REJECTED and template.rejected_reason else ""
    return status, f"{template.status}{reason}"[:40]


def _change(row: ChatStarter, news: News, at: datetime, update: TemplateUpdate | None = None) -> bool:
    """Set what differs and tell whether anything did; an unchanged starter keeps its `updated_at`."""
    is_adopted = not row.remote_id and not row.body  # just found at Meta: there is nothing that it was before
    before, different, stood = None if is_adopted else facts(row), {}, row.status
    for fact, values in news.items():
        if is_news(row, fact, at):
            different.update({name: value for name, value in values.items() if getattr(row, name) != value})
            hear(row, fact, at)
    for name, value in different.items():
        setattr(row, name, value)
    if row.status is not stood:
        put_told(row, "")
    explained = update is not None and _explain(row, update)
    if different or explained:
        row.updated_at = clock.now()
        changed(row, "chat-starter.meta", before)
    return bool(different) or explained


def _explain(row: ChatStarter, update: TemplateUpdate) -> bool:
    """Keep Meta's explanation of the state. It comes by webhook alone, perhaps when a synchronisation has told the state
    already; an older one does not take the place of a newer."""
    if not update.told or row.status.value != state_of(update.value):
        return False
    if update.at.isoformat() < row.heard.get(EXPLAINED, ""):
        return False
    new = row.told != update.told
    put_told(row, update.told, update.at)
    return new


def apply_update(connection: Connection, update: TemplateUpdate) -> bool:
    """What a webhook tells of a template, in the caller's transaction, the connection locked. False when it is about
    another account or a template that is not known here: the next synchronisation finds it."""
    if update.waba_id not in ("", connection.waba_id):
        return False
    row = _named(connection, update)
    told_in_full = (
        row is not None and row.status is not StarterStatus.DRAFT
    )  # of a draft, only the list knows the texts
    if row is None or not told_in_full or update.fact is TemplateFact.COMPONENTS or asks_again(update.value):
        jobs.wake("template-status")
        return row is not None
    if update.fact is not TemplateFact.STATUS or changes_state(update.value):
        _change(row, {update.fact: _news(row, update)}, update.at, update)
    return True


def _named(connection: Connection, update: TemplateUpdate) -> ChatStarter | None:
    mine = sa.select(ChatStarter).where(ChatStarter.connection_id == connection.id).with_for_update()
    by_id = mine.where(ChatStarter.remote_id == update.provider_id)
    by_name = mine.where(ChatStarter.name == update.name, ChatStarter.language == update.language)
    if update.provider_id:
        found = db.session.scalar(by_id)
        # A name that is used again has another id: what comes late of the one before is not about this one.
        return found or (db.session.scalar(by_name.where(ChatStarter.remote_id == "")) if update.name else None)
    return db.session.scalar(by_name) if update.name else None


def _news(row: ChatStarter, update: TemplateUpdate) -> dict[str, Any]:
    if update.fact is TemplateFact.QUALITY:
        return {"quality": update.value[:12]}
    if update.fact is TemplateFact.CATEGORY:
        announced = {"correct_category": update.reason[:20] if update.reason != update.value else ""}
        return {"category": _category(update.value), **announced}
    if row.remote_status.startswith(queries.UNSUPPORTED_MARK):
        return {}
    status = StarterStatus(state_of(update.value))
    reason = f":{update.reason}" if update.reason and status is StarterStatus.REJECTED else ""
    known = {"remote_id": update.provider_id} if update.provider_id else {}
    return {**known, "status": status, "remote_status": f"{update.value}{reason}"[:40]}


def sync_all() -> str:
    """Synchronise every connection that can be; what goes wrong with one is logged and never stops the others.

    Returns what was done in Portuguese, "" when nothing changed.
    """
    count, failed = 0, 0
    for connection_id in queries.syncable(clock.now()):
        try:
            count += sync(db.session.get_one(Connection, connection_id)).changed
        except SyncFailed as error:
            failed += 1
            log.warning("templates of connection %s: %s", connection_id, error)
        except Exception:
            failed += 1
            db.session.rollback()
            log.exception("templates of connection %s", connection_id)
    parts = (
        counted(count, "modelo atualizado", "modelos atualizados"),
        counted(failed, "conta com erro", "contas com erro"),
    )
    return ", ".join(part for part in parts if part)
