from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal.accounts.models import Account
from portal.bot_messages.models import BotMessage
from portal.bot_messages.rules import (
    COMPANY_NAME,
    DEFAULT_TEXTS,
    OPERATOR_NAME,
    SPECS,
    WILDCARDS,
    Group,
    MessageKind,
    MessageSpec,
    Wildcard,
    fill,
    preview,
    spec_of,
    tidy,
)
from portal.extensions import db


@dataclass(frozen=True)
class Message:
    """One automatic message as the settings page shows it. `version` is 0 while nobody has changed it."""

    spec: MessageSpec
    text: str
    version: int
    company: str

    @property
    def own(self) -> bool:
        """Whether the company uses words of its own."""
        return self.text != self.spec.default

    @property
    def preview(self) -> str:
        return self.preview_of(self.text)

    def preview_of(self, text: str) -> str:
        """How a person would read this text, saved or not."""
        return preview(self.spec.kind, tidy(text), self.company)

    @property
    def wildcards(self) -> Sequence[Wildcard]:
        return [WILDCARDS[name] for name in self.spec.wildcards]


def own_messages(account_id: int) -> dict[MessageKind, BotMessage]:
    """The messages that the company reworded."""
    rows = db.session.scalars(sa.select(BotMessage).where(BotMessage.account_id == account_id))
    return {row.kind: row for row in rows}


def messages(account_id: int) -> list[Message]:
    """Every automatic message, in the order of the settings page."""
    own, company = own_messages(account_id), _company(account_id)
    return [_message(spec, own.get(spec.kind), company) for spec in SPECS]


def groups(account_id: int) -> list[tuple[Group, list[Message]]]:
    """The same under the subheads of the settings page."""
    found = messages(account_id)
    return [(group, [each for each in found if each.spec.group is group]) for group in Group]


def message(account_id: int, kind: MessageKind) -> Message:
    """One automatic message, as the settings page shows it."""
    return _message(spec_of(kind), own_messages(account_id).get(kind), _company(account_id))


def _message(spec: MessageSpec, row: BotMessage | None, company: str) -> Message:
    return Message(spec, row.text if row else spec.default, row.version if row else 0, company)


def _company(account_id: int) -> str:
    return db.session.get_one(Account, account_id).name


def texts(account_id: int) -> dict[MessageKind, str]:
    """The text of every automatic message: the company's own, else the default. Wildcards are not filled."""
    return {**DEFAULT_TEXTS, **{kind: row.text for kind, row in own_messages(account_id).items()}}


def text(account_id: int, kind: MessageKind, *, operator: str = "") -> str:
    """One automatic message, ready to send."""
    return fill(texts(account_id)[kind], {COMPANY_NAME: _company(account_id), OPERATOR_NAME: operator})
