"""Debtors, creditors and agreements of the assistant's stories, and what a phone got."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.account_settings.models import AccountSettings
from portal.documents.models import Document, DocumentKind
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus, Direction, Message
from portal.menu.models import MenuOption, MenuSettings
from portal.menu.rules import MenuAction
from portal.portfolio.models import Agreement, AgreementStatus, AgreementTitle, Creditor, Instalment, Title, TitleStatus
from portal.portfolio.rules import phones
from tests.inbox.talk import MARIA
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS

KNOWN = {
    "tax_id": "12345678000195",
    "address": "Rua das Flores, 10",
    "city": "São Paulo",
    "state": "SP",
    "zip_code": "01310100",
    "pix_key": "pix@escola.example",
}
STATEMENT_BODY = (
    "# Demonstrativo\n\n#NOME_DEVEDOR#\n\n#TABELA_TITULOS#\n\n#NOME_CREDOR#, #ENDERECO_CREDOR#, #CPF_CNPJ_CREDOR#"
)


def know(app: Flask, company: Company, **fields: Any) -> None:
    """Write down more about every creditor of the company."""
    with app.app_context():
        db.session.execute(sa.update(Creditor).where(Creditor.account_id == company.id).values(**fields))
        db.session.commit()


def offer(app: Flask, company: Company, *actions: MenuAction) -> None:
    """Make exactly these options active."""
    with app.app_context():
        for row in db.session.scalars(sa.select(MenuOption).where(MenuOption.account_id == company.id)):
            row.active = row.action in actions
        db.session.commit()


def wait(app: Flask, company: Company, minutes: int) -> None:
    """Choose after how many minutes of silence a conversation ends."""
    with app.app_context():
        db.session.get_one(MenuSettings, company.id).inactivity_minutes = minutes
        db.session.commit()


def agree(app: Flask, company: Company, debtor_id: int, *, line: str = "") -> None:
    """An active agreement over the debtor's titles with their first creditor: 100,00 now, 2 × 150,00."""
    today, now = clock.today("America/Sao_Paulo"), clock.now()
    with app.app_context():
        titles = db.session.scalars(sa.select(Title).where(Title.debtor_id == debtor_id)).all()
        money = {name: Decimal(value) for name, value in zip(FIGURES, FIGURE_VALUES, strict=True)}
        agreement = Agreement(
            account_id=company.id, number=7, debtor_id=debtor_id, creditor_id=titles[0].creditor_id,
            status=AgreementStatus.ACTIVE, agreed_on=today, valid_until=today, entry=Decimal(100),
            mode="sem_juros", user_id=company.admin.id, created_at=now, updated_at=now, **money,
        )  # fmt: skip
        db.session.add(agreement)
        db.session.flush()
        for title in titles:
            title.status = TitleStatus.NEGOTIATED
            db.session.add(AgreementTitle(account_id=company.id, agreement_id=agreement.id, title_id=title.id, **money))
        for number, amount in enumerate(("100.00", "150.00", "150.00")):
            db.session.add(_instalment(agreement, number, amount, today, line))
        db.session.commit()


FIGURES = ("principal", "fine", "interest", "fee", "discount", "total")
FIGURE_VALUES = ("350.75", "20.00", "30.00", "19.25", "20.00", "400.00")


def _instalment(agreement: Agreement, number: int, amount: str, today: date, line: str) -> Instalment:
    return Instalment(
        account_id=agreement.account_id,
        agreement_id=agreement.id,
        number=number,
        due_date=today + timedelta(days=30 * number),
        amount=Decimal(amount),
        paid_on=today if number == 0 else None,
        boleto_line=line,
    )


def choose_document(app: Flask, company: Company, kind: DocumentKind, body: str) -> None:
    """A document of the company's, chosen for all its creditors."""
    field = "agreement_term_id" if kind is DocumentKind.AGREEMENT_TERM else "debt_statement_id"
    with app.app_context():
        now = clock.now()
        document = Document(account_id=company.id, kind=kind, name="Padrão", body=body, created_at=now, updated_at=now)
        db.session.add(document)
        db.session.flush()
        row = db.session.get(AccountSettings, company.id) or AccountSettings(account_id=company.id)
        setattr(row, field, document.id)
        db.session.add(row)
        db.session.commit()


def sent_to(app: Flask, company: Company, wa_id: str = MARIA) -> list[Message]:
    """Everything that the company wrote to a phone, oldest first."""
    with app.app_context():
        found = db.session.scalars(
            sa.select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Contact, Contact.id == Conversation.contact_id)
            .where(
                Message.account_id == company.id,
                Message.direction == Direction.OUT,
                Contact.match_key == phones.match_key(wa_id),
            )
            .order_by(Message.id)
        ).all()
        db.session.expunge_all()
        return list(found)


def texts_to(app: Flask, company: Company, wa_id: str = MARIA) -> list[str]:
    return [message.text.replace("\xa0", " ") for message in sent_to(app, company, wa_id)]


def statuses(app: Flask) -> list[ConversationStatus]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Conversation.status).order_by(Conversation.id)))


def reasons(app: Flask) -> list[str | None]:
    """Why each conversation was handed over, None for those that were not."""
    with app.app_context():
        states = db.session.scalars(sa.select(Conversation.assistant_state).order_by(Conversation.id))
        return [state.get("reason") for state in states]


MARIA_CPF = TAX_IDS[0]
