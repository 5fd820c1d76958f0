"""The settings, documents and agreements of the company with one of everything."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal import clock
from portal.account_settings.models import AccountSettings
from portal.accounts.models import User
from portal.audit.models import AuditEntry
from portal.connection.models import OwnHoliday, ReconnectWatcher, Schedule, ScheduleKind
from portal.creditor_settings import service as creditor_settings
from portal.creditor_settings.models import CreditorSettings
from portal.documents.models import DocumentKind
from portal.documents.service import library
from portal.extensions import db
from portal.inbox.models import FileState, Message, MessageFile
from portal.notifications.models import Notification
from portal.portfolio.models import Creditor, Debtor, Title
from portal.portfolio.service import agreements
from portal.portfolio.service.agreement_figures import Offer, calculate
from tests.support.people import Company

BODY = "# Demonstrativo sigiloso\n\nDevedor: #NOME_DEVEDOR#\n\n#TABELA_TITULOS#\n\nTotal: #TOTAL#"


def plant(company: Company, debtor_id: int) -> dict[str, Any]:
    """One of each; returns what fills the arguments of their addresses."""
    admin, debtor = db.session.get_one(User, company.admin.id), db.session.get_one(Debtor, debtor_id)
    creditor = db.session.scalars(sa.select(Creditor).filter_by(account_id=company.id).order_by(Creditor.id)).first()
    assert creditor is not None
    creditor.tax_id, creditor.address, creditor.city = "11222333000181", "Rua Reservada, 10", "Campinas"
    creditor.state, creditor.zip_code = "SP", "13010000"
    document = library.create(admin, DocumentKind.ORIGINAL_STATEMENT, "Demonstrativo Sigiloso", BODY)
    db.session.add(AccountSettings(account_id=company.id, debt_statement_id=document.id))
    db.session.add(CreditorSettings(creditor_id=creditor.id, account_id=company.id, debt_statement_id=document.id))
    issued = creditor_settings.issue_for(company.id, debtor, creditor, DocumentKind.ORIGINAL_STATEMENT)
    db.session.commit()
    holiday, notification = _by_hand(company)
    title = db.session.scalars(sa.select(Title).filter_by(debtor_id=debtor_id)).first()
    assert title is not None
    values = {
        "creditor_id": creditor.id,
        "document_id": document.id,
        "issued_id": issued.id,
        "holiday_id": holiday,
        "notification_id": notification,
        "title_id": title.id,
        "agreement_id": _agreement(admin, debtor, title.id),
        "schedule": "envio",
        "subject": f"document:{document.id}",
    }
    entry = sa.select(AuditEntry.id).filter_by(account_id=company.id, subject=f"document:{document.id}")
    return {**values, "entry_id": db.session.scalars(entry).first()}


def _agreement(admin: User, debtor: Debtor, title_id: int) -> int:
    today = clock.today("America/Sao_Paulo")
    offer = Offer((title_id,), count=2, first_due=today + timedelta(days=10), valid_until=today)
    seal = calculate(admin, debtor, offer, today).seal
    return agreements.propose(admin, debtor, offer, seal=seal, form_token="um-acordo").id


def _by_hand(company: Company) -> tuple[int, int]:
    """Rows that only a longer story would make."""
    now = clock.now()
    holiday = OwnHoliday(account_id=company.id, day=date(2030, 6, 13), name="Dia reservado")
    notification = Notification(
        account_id=company.id,
        user_id=company.admin.id,
        key="reservada",
        tone="info",
        title="Aviso reservado",
        text="Só a empresa lê.",
        created_at=now,
    )
    db.session.add_all(
        (
            holiday,
            Schedule(account_id=company.id, kind=ScheduleKind.SERVICE, hours=[["09:00", "18:00"]] * 5 + [None, None]),
            ReconnectWatcher(account_id=company.id, user_id=company.admin.id),
            notification,
        )
    )
    db.session.commit()
    return holiday.id, notification.id


def plant_file(message_id: int, account_id: int) -> None:
    """A file that a person sent, lost on the way."""
    assert db.session.get(Message, message_id) is not None
    file = MessageFile(message_id=message_id, account_id=account_id, state=FileState.LOST, created_at=clock.now())
    db.session.add(file)
    db.session.commit()
