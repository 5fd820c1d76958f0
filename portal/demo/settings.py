"""The demo company's settings, documents and one agreement, so that every option of the menu can be tried. Invented."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from portal import clock
from portal.account_settings.models import AccountSettings
from portal.accounts.models import Account, Role, User
from portal.connection.models import Schedule, ScheduleKind
from portal.connection.rules.hours import ALWAYS, to_json
from portal.demo.people import CREDITORS, MARIA_TAX_ID
from portal.documents.defaults import DEFAULT_BODIES
from portal.documents.models import Document, DocumentKind
from portal.extensions import db
from portal.menu.models import MenuOption
from portal.portfolio.models import Creditor, Debtor, Title
from portal.portfolio.service import agreements
from portal.portfolio.service.agreement_figures import Offer, calculate

DOCUMENTS = {
    DocumentKind.AGREEMENT_TERM: "Termo de acordo padrão",
    DocumentKind.ORIGINAL_STATEMENT: "Demonstrativo padrão",
    DocumentKind.AGREEMENT_STATEMENT: "Demonstrativo de acordo",
}

# CNPJs that are valid and nobody's; addresses that do not exist; PIX keys at a domain that no bank knows.
LEGAL = (
    ("11222333000181", "Rua do Exemplo, 100, Centro", "São Paulo", "SP", "01001000"),
    ("CD7RT9K2000166", "Avenida Inventada, 200, Jardim", "Campinas", "SP", "13010000"),
    ("X7K9M2P4000140", "Travessa da Demonstração, 30, Boa Vista", "Recife", "PE", "50010000"),
)


def add(account: Account) -> None:
    """Fill in the demo company, in the caller's transaction."""
    account.tax_id, account.phone = "12ABC34501DE35", "+551130001000"
    account.address = "Alameda Fictícia, 500, Centro, São Paulo/SP"
    _creditors(account)
    documents = _documents(account)
    people = {user.role: user for user in db.session.scalars(sa.select(User).filter_by(account_id=account.id))}
    db.session.add(
        AccountSettings(
            account_id=account.id,
            agreement_term_id=documents[DocumentKind.AGREEMENT_TERM].id,
            debt_statement_id=documents[DocumentKind.ORIGINAL_STATEMENT].id,
            signatory_id=people[Role.ADMIN].id,
            fallback_user_id=people[Role.ADMIN].id,
        )
    )
    # Nothing leaves the simulator, so the demonstration works on a Sunday too.
    always = Schedule(account_id=account.id, kind=ScheduleKind.SENDING, hours=to_json(ALWAYS.week))
    always.national_holidays = False
    db.session.add(always)
    db.session.execute(sa.update(MenuOption).where(MenuOption.account_id == account.id).values(active=True))


def _creditors(account: Account) -> None:
    for name, (tax_id, address, city, state, zip_code) in zip(CREDITORS, LEGAL, strict=True):
        creditor = db.session.scalars(sa.select(Creditor).filter_by(account_id=account.id, name=name)).one()
        creditor.tax_id, creditor.address, creditor.city = tax_id, address, city
        creditor.state, creditor.zip_code = state, zip_code
        creditor.pix_key = f"financeiro{creditor.id}@exemplo.invalid"
        creditor.fine_percent, creditor.interest_percent = Decimal("2.00"), Decimal("1.00")
        creditor.discount_percent = Decimal("20.00")


def _documents(account: Account) -> dict[DocumentKind, Document]:
    now = clock.now()
    rows = {
        kind: Document(
            account_id=account.id, kind=kind, name=name, body=DEFAULT_BODIES[kind], created_at=now, updated_at=now
        )
        for kind, name in DOCUMENTS.items()
    }
    db.session.add_all(rows.values())
    db.session.flush()
    return rows


def agree(account: Account) -> None:
    """An agreement of the demo's first debtor about her title with the third creditor; commits."""
    admin = db.session.scalars(sa.select(User).filter_by(account_id=account.id, role=Role.ADMIN)).first()
    debtor = db.session.scalars(sa.select(Debtor).filter_by(account_id=account.id, tax_id=MARIA_TAX_ID)).one()
    wanted = sa.select(Title.id).join(Creditor).where(Title.debtor_id == debtor.id, Creditor.name == CREDITORS[2])
    today = clock.today(account.timezone)
    offer = Offer(tuple(db.session.scalars(wanted)), count=3, first_due=today + timedelta(days=10), valid_until=today)
    assert admin is not None
    seal = calculate(admin, debtor, offer, today).seal
    agreement = agreements.propose(admin, debtor, offer, seal=seal, form_token=f"demo-{account.id}")
    agreements.accept(agreement, admin, agreement.updated_at)
