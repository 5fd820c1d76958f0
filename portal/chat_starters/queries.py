from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.accounts.models import Account, User
from portal.audit.models import AuditEntry
from portal.bot_messages.rules import first_name_of
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.rules.wildcards import FIELD_LABELS, Field, remote_name
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from portal.gateways.base import TemplateFact
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Debtor, Title, TitleStatus
from portal.portfolio.rules import search
from portal.web.paging import Page, page_of

UNSUPPORTED_MARK = "unsupported:"

FIELDS = [(field.value, label) for field, label in FIELD_LABELS.items()]

PAGE_SIZE = 20
CHOICES = 6


def starters_of(connection_id: int) -> Sequence[ChatStarter]:
    return db.session.scalars(
        sa.select(ChatStarter).where(ChatStarter.connection_id == connection_id).order_by(ChatStarter.name)
    ).all()


@dataclass(frozen=True)
class Wanted:
    """Which starters to list: those with the words in their name or text, in one state; deleted ones on demand."""

    words: str = ""
    status: StarterStatus | None = None
    deleted: bool = False


def browse(connection_id: int, wanted: Wanted, number: int) -> Page:
    """A page of the starters of a connection: by name, the deleted ones last."""
    query = sa.select(ChatStarter).where(ChatStarter.connection_id == connection_id)
    if wanted.status is not None:
        query = query.where(ChatStarter.status == wanted.status)
    elif not wanted.deleted:
        query = query.where(ChatStarter.status != StarterStatus.DELETED)
    if wanted.words:
        name = remote_name(wanted.words)
        ways = [ChatStarter.name.contains(name, autoescape=True)] if name else []
        query = query.where(sa.or_(*ways, ChatStarter.body.icontains(wanted.words, autoescape=True)))
    gone_last = sa.case((ChatStarter.status == StarterStatus.DELETED, 1), else_=0)
    return page_of(query.order_by(gone_last, ChatStarter.name, ChatStarter.language), number, PAGE_SIZE)


def count_of(connection_id: int, *, deleted: bool) -> int:
    """How many starters a connection has, the deleted ones or the others."""
    gone = ChatStarter.status == StarterStatus.DELETED
    query = sa.select(sa.func.count()).where(ChatStarter.connection_id == connection_id, gone if deleted else ~gone)
    return db.session.scalar(query) or 0


def last_sync(connection_id: int) -> datetime | None:
    """When Meta's list was last read: only a synchronisation tells the texts."""
    heard = db.session.scalars(sa.select(ChatStarter.heard).where(ChatStarter.connection_id == connection_id))
    times = [each[TemplateFact.COMPONENTS.value] for each in heard if TemplateFact.COMPONENTS.value in each]
    return datetime.fromisoformat(max(times)) if times else None


def approved(connection_id: int) -> Sequence[ChatStarter]:
    """What may be sent: only what the provider approved."""
    return [starter for starter in starters_of(connection_id) if starter.status is StarterStatus.APPROVED]


def starter_in(account_id: int, starter_id: int) -> ChatStarter | None:
    return db.session.scalar(
        sa.select(ChatStarter).where(ChatStarter.account_id == account_id, ChatStarter.id == starter_id)
    )


def named(connection_id: int, name: str, language: str) -> ChatStarter | None:
    """The starter of a name, deleted or not."""
    return db.session.scalar(
        sa.select(ChatStarter).where(
            ChatStarter.connection_id == connection_id, ChatStarter.name == name, ChatStarter.language == language
        )
    )


def once_bound(account_id: int, starters: Sequence[ChatStarter]) -> set[int]:
    """The ids of those whose wildcards were associated at some time: one of them without is one that lost them."""
    subjects = {f"chat-starter:{starter.id}": starter.id for starter in starters}
    if not subjects:
        return set()
    rows = db.session.execute(
        sa.select(AuditEntry.subject, AuditEntry.after).where(
            AuditEntry.account_id == account_id,
            AuditEntry.action == "chat-starter.bind",
            AuditEntry.subject.in_(subjects),
        )
    )
    return {subjects[subject] for subject, after in rows if after and after.get("bindings")}


def syncable(now: datetime) -> Sequence[int]:
    """The connections whose templates can be read: the official API, in use, with credentials, not resting from a
    limit of Meta's."""
    return db.session.scalars(
        sa.select(Connection.id)
        .where(Connection.enabled, Connection.kind == ConnectionKind.CLOUD_API)
        .where(Connection.waba_id != "", Connection.access_token != "")
        .where(sa.or_(Connection.templates_not_before.is_(None), Connection.templates_not_before <= now))
        .order_by(Connection.id)
    ).all()


def values_of(debtor: Debtor, user: User) -> dict[Field, str]:
    """What the fields of a wildcard are for this debtor and this operator; "" for what is missing."""
    titles = portfolio.open_titles(debtor.account_id, debtor.id)
    return {
        Field.DEBTOR_FIRST_NAME: first_name_of(debtor.name),
        Field.DEBTOR_NAME: debtor.name,
        Field.CREDITOR_NAME: titles[0].creditor.name if titles else "",
        Field.COMPANY_NAME: db.session.get_one(Account, debtor.account_id).name,
        Field.OPERATOR_NAME: user.first_name,
    }


def example_debtor(account_id: int) -> Debtor | None:
    """The first debtor with an open title, by name."""
    owing = sa.select(Title.debtor_id).where(Title.account_id == account_id, Title.status == TitleStatus.OPEN)
    query = sa.select(Debtor).where(Debtor.account_id == account_id, Debtor.id.in_(owing))
    return db.session.scalar(query.order_by(Debtor.search_name, Debtor.id).limit(1))


def find_debtors(account_id: int, text: str) -> list[portfolio.DebtorLine]:
    """The few debtors that a name, a CPF/CNPJ or a phone means; nobody for a text that names nobody."""
    return portfolio.find_few(account_id, search.read(text))[0][:CHOICES]
