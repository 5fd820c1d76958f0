"""Debtors, starters and dispatches of the tests. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.dispatch.models import Dispatch, DispatchRecipient
from portal.extensions import db
from portal.inbox.models import Message
from portal.portfolio.models import Creditor, Debtor, Phone, PhoneKind, Title, TitleStatus
from portal.portfolio.rules.phones import match_key
from tests.support.browser import Browser, Page
from tests.support.people import Company

NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 12:00 in São Paulo
BODY = "Olá {{1}}, aqui é da {{2}}. Podemos falar agora?"


def creditor(app: Flask, company: Company, name: str = "Escola Modelo") -> int:
    with app.app_context():
        row = db.session.scalar(
            sa.select(Creditor).where(Creditor.account_id == company.id, Creditor.key == name.casefold())
        )
        if row is None:
            row = Creditor(account_id=company.id, name=name, key=name.casefold(), created_at=clock.now())
            db.session.add(row)
            db.session.commit()
        return row.id


def debtor(
    app: Flask,
    company: Company,
    number: int,
    *,
    name: str = "",
    amounts: tuple[str, ...] = ("100.00",),
    due: date = date(2026, 10, 1),
    city: str = "",
    category: str = "",
    mobile: str | None = "",
    owed_to: str = "Escola Modelo",
) -> int:
    """A debtor with open titles. `mobile` is "" for one of their own, None for a landline only."""
    owner = creditor(app, company, owed_to)
    digits = mobile or f"551191234{number:04d}"
    with app.app_context():
        now, name = clock.now(), name or f"Devedor {number:02d}"
        row = Debtor(
            account_id=company.id,
            name=name,
            search_name=name.casefold(),
            tax_id=f"{company.id:03d}{number:08d}",
            category=category,
            emails=[],
            city=city,
            created_at=now,
            updated_at=now,
        )
        db.session.add(row)
        db.session.flush()
        if mobile is None:
            landline = f"551132{number:06d}"
            db.session.add(_phone(row, landline, PhoneKind.LANDLINE))
        else:
            db.session.add(_phone(row, digits, PhoneKind.MOBILE))
        db.session.add_all(_title(row, owner, due, *numbered) for numbered in enumerate(amounts, 1))
        db.session.commit()
        return row.id


def _title(row: Debtor, owner: int, due: date, sequence: int, amount: str) -> Title:
    return Title(
        account_id=row.account_id,
        debtor_id=row.id,
        creditor_id=owner,
        due_date=due,
        sequence=sequence,
        amount=Decimal(amount),
        status=TitleStatus.OPEN,
        created_at=row.created_at,
        updated_at=row.created_at,
    )


def _phone(row: Debtor, digits: str, kind: PhoneKind) -> Phone:
    return Phone(
        account_id=row.account_id,
        debtor_id=row.id,
        e164=f"+{digits}",
        match_key=match_key(digits),
        kind=kind,
        position=1,
    )


def debtors(app: Flask, company: Company, count: int) -> list[int]:
    return [debtor(app, company, number) for number in range(1, count + 1)]


def starter(
    app: Flask,
    company: Company,
    *,
    name: str = "inicio_contato",
    status: StarterStatus = StarterStatus.APPROVED,
    body: str = BODY,
    bindings: tuple[str, ...] = ("debtor_first_name", "creditor_name"),
) -> int:
    with app.app_context():
        row = ChatStarter(
            connection_id=connection_of(company).id,
            account_id=company.id,
            name=name,
            body=body,
            status=status,
            category=StarterCategory.UTILITY,
            bindings=list(bindings),
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        db.session.add(row)
        db.session.commit()
        return row.id


def connection_of(company: Company) -> Connection:
    found = connections.current(company.id)
    assert found is not None
    return found


def limits(app: Flask, company: Company, daily_limit: int, batch_size: int) -> None:
    with app.app_context():
        connection = connection_of(company)
        connection.daily_limit, connection.batch_size = daily_limit, batch_size
        db.session.commit()


def preview(browser: Browser, starter_id: int, **query: Any) -> Page:
    return browser.get("/envios/novo", modelo=starter_id, conferir="1", **query)


def begin(browser: Browser, starter_id: int, **query: Any) -> int:
    """Start a dispatch through the pages, as a person would."""
    page = preview(browser, starter_id, **query)
    answer = browser.post("/envios", **page.form_data("main form"))
    assert answer.status == 303, answer.words
    return int(answer.location.rsplit("/", 1)[1])


def message_states(app: Flask) -> list[str]:
    with app.app_context():
        return [row.value for row in db.session.scalars(sa.select(Message.state).order_by(Message.id))]


def recipients(app: Flask, dispatch_id: int) -> list[DispatchRecipient]:
    with app.app_context():
        rows = db.session.scalars(
            sa.select(DispatchRecipient)
            .where(DispatchRecipient.dispatch_id == dispatch_id)
            .order_by(DispatchRecipient.id)
        ).all()
        db.session.expunge_all()
        return list(rows)


def reasons(page: Page) -> Mapping[str, int]:
    """The reasons of a preview with their counts."""
    rows = page.all("#motivos li")
    return {row.span.get_text(strip=True): int(row.strong.get_text(strip=True)) for row in rows if row.span}


def count_dispatches(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Dispatch)) or 0


def used(app: Flask, company: Company, day: date) -> int:
    with app.app_context():
        return connections.used_on(connection_of(company).id, day)
