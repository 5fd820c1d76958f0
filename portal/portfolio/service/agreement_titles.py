"""The titles of an agreement: locked and turned with it, and credited with what was paid when it ends unkept.

The payments go to the titles due first (Código Civil, art. 355), and to the principal, so that nothing is charged any
longer on what was paid. What exceeds the titles' own values had paid for charges and interest, and is not carried over.
"""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from portal.accounts.models import User
from portal.audit.service import note
from portal.extensions import db
from portal.portfolio.models import Agreement, AgreementStatus, AgreementTitle, Title, TitleStatus
from portal.portfolio.rules.charges import ZERO
from portal.portfolio.service.by_hand import moment_after
from portal.portfolio.service.titles import title_state


def locked_titles(agreement: Agreement) -> list[tuple[AgreementTitle, Title]]:
    """The agreement's titles, locked too: they are edited by hand and by imports without the company's lock."""
    ids = [each.title_id for each in agreement.titles]
    query = sa.select(Title).where(Title.account_id == agreement.account_id, Title.id.in_(ids)).order_by(Title.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    found = {title.id: title for title in db.session.scalars(locked)}
    return [(each, found[each.title_id]) for each in agreement.titles]


def release_titles(agreement: Agreement, user: User) -> None:
    """Open again, less what was paid; one of which nothing is left is paid."""
    if agreement.status is not AgreementStatus.ACTIVE:
        return
    left = sum((each.amount for each in agreement.instalments if each.paid_on), ZERO)
    for title in sorted(_those(agreement, TitleStatus.NEGOTIATED), key=lambda each: (each.due_date, each.id)):
        credit = min(left, title.owed)
        left -= credit
        paid_up = credit == title.owed
        _set_title(title, user, TitleStatus.PAID if paid_up else TitleStatus.OPEN, credit)


def set_titles(agreement: Agreement, user: User, old: TitleStatus, new: TitleStatus) -> None:
    for title in _those(agreement, old):
        _set_title(title, user, new)


def _those(agreement: Agreement, status: TitleStatus) -> list[Title]:
    """Titles of another status have met another fate meanwhile, which stays."""
    return [title for _, title in locked_titles(agreement) if title.status is status]


def _set_title(title: Title, user: User, status: TitleStatus, credit: Decimal = ZERO) -> None:
    before = title_state(title)
    title.status, title.credited = status, title.credited + credit
    title.updated_at = moment_after(title.updated_at)
    note(title.account_id, user.id, "title.agreement", f"title:{title.id}", before, title_state(title))
