from __future__ import annotations

import sqlalchemy as sa

from portal.accounts.models import Account
from portal.bot_messages.models import BotMessage
from portal.bot_messages.rules import COMPANY_NAME, DEFAULT_TEXTS, OPERATOR_NAME, MessageKind, fill
from portal.extensions import db


def own_messages(account_id: int) -> dict[MessageKind, BotMessage]:
    """The messages that the company reworded."""
    rows = db.session.scalars(sa.select(BotMessage).where(BotMessage.account_id == account_id))
    return {row.kind: row for row in rows}


def texts(account_id: int) -> dict[MessageKind, str]:
    """The text of every automatic message: the company's own, else the default. Wildcards are not filled."""
    return {**DEFAULT_TEXTS, **{kind: row.text for kind, row in own_messages(account_id).items()}}


def text(account_id: int, kind: MessageKind, *, operator: str = "") -> str:
    """One automatic message, ready to send."""
    company = db.session.get_one(Account, account_id).name
    return fill(texts(account_id)[kind], {COMPANY_NAME: company, OPERATOR_NAME: operator})
