from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from portal.assistant.rules.facts import CreditorFact, Due, Figures, InstalmentFact, PixFact, TitleFact
from portal.extensions import db
from portal.inbox.models import Conversation
from portal.portfolio import queries as portfolio
from portal.portfolio.models import Agreement, AgreementStatus, Creditor, Title
from portal.portfolio.rules import addresses, pix, tax_ids
from portal.portfolio.rules.charges import Charge

SOMEWHERE = "Brasil"
"""The city of a PIX code whose creditor has none on record: the field must not be empty, and no bank compares it."""


def titles_of(account_id: int, debtor_id: int, today: date) -> list[TitleFact]:
    """A debtor's open titles with what they come to today."""
    return [_title(title, charge) for title, charge in portfolio.updated_titles(account_id, debtor_id, today)]


def active_agreements(account_id: int, debtor_id: int) -> list[Agreement]:
    found = portfolio.agreements_of(account_id, debtor_id)
    return [agreement for agreement in found if agreement.status is AgreementStatus.ACTIVE]


def instalments_of(account_id: int, debtor_id: int, today: date) -> list[InstalmentFact]:
    """The next unpaid payment of each active agreement of a debtor."""
    agreements = active_agreements(account_id, debtor_id)
    return [fact for agreement in agreements if (fact := _next(agreement, today))]


def pix_of(account_id: int, debtor_id: int, today: date) -> tuple[list[PixFact], int]:
    """What can be paid by PIX, one code for each creditor, and to how many creditors nothing can.

    Who has an active agreement with a creditor pays its next instalment, everybody else the sum of the open titles.
    """
    dues: dict[int, list[Due]] = {}
    creditors: dict[int, Creditor] = {}
    for title, charge in portfolio.updated_titles(account_id, debtor_id, today):
        creditors[title.creditor_id] = title.creditor
        dues.setdefault(title.creditor_id, []).append(_title(title, charge))
    for agreement in active_agreements(account_id, debtor_id):
        if (instalment := _next(agreement, today)) is not None:
            creditors[agreement.creditor_id] = agreement.creditor
            dues[agreement.creditor_id] = [instalment]
    codes = [_code(creditors[key], owed) for key, owed in dues.items()]
    found = [code for code in codes if code is not None]
    return found, len(codes) - len(found)


def owes(account_id: int, debtor_id: int) -> bool:
    """Whether anything of this debtor is open: a title, or an agreement that is being paid."""
    return bool(portfolio.open_titles(account_id, debtor_id) or active_agreements(account_id, debtor_id))


def failures_of(account_id: int, contact_id: int, since: datetime) -> int:
    """How often somebody at this number gave a wrong identification, in any conversation, since a moment.

    Each conversation keeps its own in `assistant_state`: they go with it, and no table is needed.
    """
    states = db.session.scalars(
        sa.select(Conversation.assistant_state).where(
            Conversation.account_id == account_id,
            Conversation.contact_id == contact_id,
            Conversation.last_message_at >= since,
        )
    )
    return sum(datetime.fromisoformat(at) >= since for state in states for at in state.get("failed_at", ()))


def _title(title: Title, charge: Charge) -> TitleFact:
    return TitleFact(creditor_fact(title.creditor), title.due_date, Figures.of(charge), title.number, title.boleto_line)


def _next(agreement: Agreement, today: date) -> InstalmentFact | None:
    standing = portfolio.standing(agreement, today)
    if standing.next is None:
        return None
    return InstalmentFact(
        creditor=creditor_fact(agreement.creditor),
        agreement=agreement.number,
        number=standing.next.number,
        count=standing.parcels,
        due_date=standing.next.due_date,
        amount=standing.next.amount,
        figures=Figures.of(agreement),
        boleto_line=standing.next.boleto_line,
    )


def creditor_fact(creditor: Creditor) -> CreditorFact:
    """A creditor as a debtor may read of them."""
    place = "/".join(part for part in (creditor.city, creditor.state) if part)
    zip_code = f"CEP {addresses.format_zip(creditor.zip_code)}" if creditor.zip_code else ""
    address = ", ".join(part for part in (creditor.address, place, zip_code) if part)
    return CreditorFact(creditor.name, tax_ids.formatted(creditor.tax_id) if creditor.tax_id else "", address)


def _code(creditor: Creditor, dues: Sequence[Due]) -> PixFact | None:
    # A key that was wrong from the start, or an amount of zero, is the same to a debtor as no key.
    amount = sum((due.amount for due in dues), start=0 * dues[0].amount)
    try:
        code = pix.copy_and_paste(creditor.pix_key, creditor.name, creditor.city or SOMEWHERE, amount)
    except pix.PixError:
        return None
    return PixFact(creditor_fact(creditor), dues, code)
