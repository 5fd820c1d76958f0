"""Writing a starter and sending it for approval. Meta has no drafts: what it has not got is kept here alone.

A refusal or a lost answer leaves the starter as it was, with what happened; a lost creation that did arrive is found by
its name at the next synchronisation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal import clock, gateways, jobs
from portal.accounts.models import User
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.draft import LANGUAGE, Draft, components
from portal.chat_starters.rules.lint import Neighbours, Place, Remark, blocked, lint, wording_of
from portal.chat_starters.rules.status import EDITABLE, NAME_COOLS_FOR, next_edit, state_of
from portal.chat_starters.rules.wildcards import remote_name, wildcard_numbers
from portal.chat_starters.service.common import changed, draft_of, facts, hear, is_news, locked, put_told, write
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways.base import Line, SendError, TemplateFact, Uncertain
from portal.gateways.cloud_api_templates import Components, Submitted
from portal.gateways.registry import explain

UNCONFIRMED = (
    "A Meta não confirmou se recebeu o modelo. Se ele chegou, a situação aparece aqui na próxima sincronização; se não, "
    "envie de novo."
)


class NameTaken(Exception):
    """The connection already has a starter with this name."""


class NotReady(Exception):
    """The starter has errors that block it; the page lists them."""


class NotNow(Exception):
    """The starter cannot be edited, sent or deleted as things stand; the message says why, in Portuguese."""


class Refused(Exception):
    """The provider did not take it, or nobody knows; the message says so, in Portuguese. The starter is as it was."""


class _Templates(Protocol):
    def create(self, line: Line, name: str, language: str, category: str, components: Components) -> Submitted: ...
    def edit(self, line: Line, provider_id: str, category: str, components: Components) -> str: ...
    def delete(self, line: Line, name: str, provider_id: str) -> None: ...


def neighbours(connection: Connection, but: ChatStarter | None = None) -> Neighbours:
    """What the linter needs to know of the connection's other starters. Reads only."""
    others = [row for row in queries.starters_of(connection.id) if row is not but]
    kept = [row for row in others if row.status is not StarterStatus.DELETED]
    until = {row.name: row.deleted_at + NAME_COOLS_FOR for row in others if row.deleted_at}
    return Neighbours(
        names=frozenset(row.name for row in kept if row.language == LANGUAGE),
        wordings={wording_of(row.body, row.footer): row.name for row in kept},
        cooling={name: at.date() for name, at in until.items() if at > clock.now()},
    )


def review(connection: Connection, draft: Draft, but: ChatStarter | None = None) -> list[Remark]:
    """What the linter says of a draft on this connection. Reads only.

    Samples are for Meta's reviewers: where nothing is approved, none are asked for.
    """
    found = lint(draft, neighbours(connection, but))
    return found if needs_approval(connection) else [each for each in found if each.place is not Place.SAMPLES]


def needs_approval(connection: Connection) -> bool:
    """Whether Meta (or its simulator) decides about starters; on an API without templates they are plain texts."""
    return gateways.get(connection.kind.value).capabilities.templates


def save_draft(user: User, connection: Connection, draft: Draft, starter: ChatStarter | None, seen: str) -> ChatStarter:
    """Keep a starter here without sending it; commits. Raises NameTaken, NotNow, ChangedMeanwhile."""
    name = remote_name(draft.name)
    if starter is None:
        starter, before = _new(connection, name), None
    else:
        locked(starter, seen)
        if starter.status is not StarterStatus.DRAFT:
            db.session.rollback()
            raise NotNow("Só um rascunho pode ser guardado sem enviar.")
        before = facts(starter)
    starter.name = name
    starter.category = StarterCategory(draft.category)
    write(starter, draft)
    put_told(starter, "")
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise NameTaken from error
    changed(starter, "chat-starter.draft", before, user.id)
    db.session.commit()
    return starter


def _new(connection: Connection, name: str) -> ChatStarter:
    """A new row; one of the same name that is gone at Meta makes room for it."""
    gone = db.session.scalar(
        sa.select(ChatStarter).where(
            ChatStarter.connection_id == connection.id,
            ChatStarter.name == name,
            ChatStarter.language == LANGUAGE,
            ChatStarter.status == StarterStatus.DELETED,
        )
    )
    starter = gone or ChatStarter(account_id=connection.account_id, connection_id=connection.id, language=LANGUAGE)
    starter.status, starter.remote_status, starter.remote_id = StarterStatus.DRAFT, "", ""
    starter.bindings, starter.edits, starter.quality, starter.correct_category = [], [], "", ""
    starter.heard, starter.deleted_at = {}, None
    starter.updated_at = clock.now()
    if gone is None:
        starter.created_at = clock.now()
        db.session.add(starter)
    return starter


def submit(user: User, connection: Connection, starter: ChatStarter) -> ChatStarter:
    """Send a draft for approval; commits. Raises NotReady, NotNow or Refused.

    On the simulator and where no approval is needed, it is approved at once.
    """
    locked(starter)
    if starter.status is not StarterStatus.DRAFT:
        db.session.rollback()
        raise NotNow("Este modelo já foi enviado para aprovação.")
    draft = draft_of(starter)
    if blocked(review(connection, draft, starter)):
        db.session.rollback()
        raise NotReady
    kind, line, started = connection.kind.value, connection.line, clock.now()
    templates = _templates(kind)
    if templates is None:
        return _settled(user, starter, Submitted("", "APPROVED", draft.category.upper()), started)
    db.session.commit()  # none is open across the network
    try:
        answer = templates.create(line, starter.name, starter.language, draft.category, components(draft))
    except (SendError, Uncertain) as error:
        raise _failed(starter, kind, error, StarterStatus.DRAFT) from error
    locked(starter)
    return _settled(user, starter, answer, started)


def _templates(kind: str) -> _Templates | None:
    """The templates of a gateway, None where starters need no approval."""
    gateway = gateways.get(kind)
    return cast(_Templates, gateway.templates) if gateway.capabilities.templates else None  # type: ignore[attr-defined]


def _settled(user: User, starter: ChatStarter, answer: Submitted, started: datetime) -> ChatStarter:
    """Store Meta's answer, unless a webhook that came first already said more."""
    before = facts(starter)
    starter.remote_id = answer.provider_id or starter.remote_id
    if _stands(starter, answer.status or "PENDING", started):
        put_told(starter, "")
    if answer.category in ("UTILITY", "MARKETING"):
        starter.category = StarterCategory(answer.category.lower())
    changed(starter, "chat-starter.submit", before, user.id)
    db.session.commit()
    return starter


def _stands(starter: ChatStarter, word: str, started: datetime) -> bool:
    if not is_news(starter, TemplateFact.STATUS, started):
        return False
    starter.status, starter.remote_status = StarterStatus(state_of(word)), word
    hear(starter, TemplateFact.STATUS, started)
    return True


def _failed(starter: ChatStarter, kind: str, error: SendError | Uncertain, was: StarterStatus) -> Refused | NotNow:
    """Keep what happened beside the starter, which stays as it was; commits.

    When the starter `was` in another state, a second click was late: the first one's answer holds, and nothing is kept.
    """
    locked(starter)
    if starter.status is not was:
        db.session.rollback()
        return NotNow("Este modelo mudou enquanto o pedido estava a caminho. Confira a situação dele.")
    before = facts(starter)
    put_told(starter, UNCONFIRMED if isinstance(error, Uncertain) else error.told or explain(kind, error.code))
    changed(starter, "chat-starter.refused", before)
    db.session.commit()
    if isinstance(error, Uncertain):
        jobs.wake("template-status")
    return Refused(starter.told)


def why_not_editable(starter: ChatStarter, now: datetime) -> str:
    """In Portuguese why a starter cannot be edited now, "" when it can (Meta's states and quotas)."""
    if starter.status.value not in EDITABLE:
        return "Neste momento a Meta não deixa editar este modelo. Crie um novo."
    if starter.status is not StarterStatus.APPROVED:
        return ""
    free = next_edit([datetime.fromisoformat(at) for at in starter.edits], now)
    if free is None:
        return ""
    return "A Meta aceita uma edição de um modelo aprovado a cada 24 horas e dez a cada 30 dias. Espere para editar."


def edit(user: User, connection: Connection, starter: ChatStarter, draft: Draft, seen: str) -> ChatStarter:
    """Send a changed text of a starter that Meta has; commits. It goes back to review, and stays as it was when Meta
    does not take it. Raises NotReady, NotNow, Refused, ChangedMeanwhile."""
    locked(starter, seen)
    reason = why_not_editable(starter, clock.now())
    if reason or starter.status is StarterStatus.DRAFT:
        db.session.rollback()
        raise NotNow(reason or "Este modelo ainda é um rascunho.")
    if blocked(review(connection, draft, starter)):
        db.session.rollback()
        raise NotReady
    was_approved = starter.status is StarterStatus.APPROVED
    kind, line, started = connection.kind.value, connection.line, clock.now()
    templates = _templates(kind)
    word = "APPROVED"
    if templates is not None:
        category = "" if was_approved else draft.category
        remote_id, was = starter.remote_id, starter.status
        db.session.commit()
        try:
            word = templates.edit(line, remote_id, category, components(draft))
        except (SendError, Uncertain) as error:
            raise _failed(starter, kind, error, was) from error
        locked(starter)
    return _edited(user, starter, draft, word, started, was_approved=was_approved)


def _edited(
    user: User, starter: ChatStarter, draft: Draft, word: str, started: datetime, *, was_approved: bool
) -> ChatStarter:
    before = facts(starter)
    if wildcard_numbers(starter.body) != wildcard_numbers(draft.body):
        starter.bindings = []  # they meant the old text
    write(starter, draft)
    if not was_approved:
        starter.category = StarterCategory(draft.category)
    else:
        starter.edits = [*starter.edits, started.isoformat()][-20:]
    if _stands(starter, word, started):
        put_told(starter, "")
    changed(starter, "chat-starter.edit", before, user.id)
    db.session.commit()
    return starter


def delete(user: User, connection: Connection, starter: ChatStarter, seen: str) -> None:
    """Delete a starter, at Meta too; commits. Nothing can be sent with it any more. Raises NotNow, Refused,
    ChangedMeanwhile."""
    locked(starter, seen)
    if starter.status is StarterStatus.DISABLED:
        db.session.rollback()
        raise NotNow("A Meta não deixa excluir um modelo desativado.")
    kind, line, templates = connection.kind.value, connection.line, _templates(connection.kind.value)
    if templates is not None and starter.remote_id:
        name, remote_id, was = starter.name, starter.remote_id, starter.status
        db.session.commit()
        try:
            templates.delete(line, name, remote_id)
        except (SendError, Uncertain) as error:
            raise _failed(starter, kind, error, was) from error
        locked(starter)
    before, was_approved = facts(starter), starter.status is StarterStatus.APPROVED
    starter.status, starter.remote_status = StarterStatus.DELETED, "DELETED"
    hear(starter, TemplateFact.STATUS, clock.now())
    starter.deleted_at = clock.now() if was_approved and templates is not None else None
    put_told(starter, "")
    changed(starter, "chat-starter.delete", before, user.id)
    db.session.commit()
