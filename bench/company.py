"""The company of a benchmark: on the official API, with debtors who can all be reached. All invented."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.wildcards import Field
from portal.connection import service
from portal.connection.models import Connection, ConnectionKind
from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch
from portal.dispatch.service import plan
from portal.extensions import db
from portal.portfolio.models import Creditor, Debtor, Phone, PhoneKind, Title, TitleStatus
from tests.support.people import make_company

PHONE_NUMBER_ID = "106500001"
WABA_ID = "202000001"
APP_SECRET = "app-secret-of-the-benchmark"
TOKEN = "EAAG-token-of-the-benchmark-0001"
BODY = "Olá {{1}}, aqui é da {{2}}. Podemos falar agora?"


def phone_of(number: int) -> str:
    return f"+55119{70_000_000 + number}"


def running_dispatch(app: Flask, people: int, batch: int) -> Dispatch:
    """A dispatch to so many people, started as the portal starts one, whose day has room for all of them."""
    company = make_company(app, "Cobrança Medida")
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        connection = official_connection(user, people, batch)
        starter = _starter(connection)
        _portfolio(company.id, people)
        started = plan.start(connection, starter, Filter(), user, "benchmark")
        db.session.refresh(started)
        db.session.expunge(started)
        return started


def official_connection(user: User, people: int, batch: int) -> Connection:
    """A company's number on the official API, whose day has room for so many people."""
    connection = service.add(user, ConnectionKind.CLOUD_API)
    service.make_primary(connection, user)
    given = service.Credentials("+551130001000", PHONE_NUMBER_ID, WABA_ID, TOKEN, APP_SECRET)
    service.save_credentials(connection, user, connection.version, given)
    connection.daily_limit, connection.batch_size = people + 1_000, batch
    db.session.commit()
    return connection


def _starter(connection: Connection) -> ChatStarter:
    now = clock.now()
    starter = ChatStarter(
        account_id=connection.account_id,
        connection_id=connection.id,
        name="primeiro_contato",
        category=StarterCategory.UTILITY,
        body=BODY,
        status=StarterStatus.APPROVED,
        bindings=[Field.DEBTOR_FIRST_NAME.value, Field.CREDITOR_NAME.value],
        created_at=now,
        updated_at=now,
    )
    db.session.add(starter)
    db.session.commit()
    return starter


def _portfolio(account_id: int, people: int) -> None:
    now = clock.now()
    creditor = Creditor(account_id=account_id, name="Escola Modelo", key="escola modelo", created_at=now)
    db.session.add(creditor)
    db.session.flush()
    stamps = {"account_id": account_id, "created_at": now, "updated_at": now}
    debtors = [
        {**stamps, "name": f"Devedor {n:06d}", "search_name": f"devedor {n:06d}", "tax_id": f"{n:011d}", "emails": []}
        for n in range(people)
    ]
    db.session.execute(sa.insert(Debtor), debtors)
    ids = db.session.scalars(sa.select(Debtor.id).where(Debtor.account_id == account_id).order_by(Debtor.tax_id)).all()
    db.session.execute(sa.insert(Phone), [_phone(account_id, each, phone_of(n)) for n, each in enumerate(ids)])
    title = {**stamps, "creditor_id": creditor.id, "amount": Decimal("100.00"), "status": TitleStatus.OPEN}
    due = now.date() - timedelta(days=60)
    db.session.execute(sa.insert(Title), [{**title, "debtor_id": each, "due_date": due} for each in ids])
    db.session.commit()


def _phone(account_id: int, debtor_id: int, e164: str) -> dict[str, object]:
    return {
        "account_id": account_id,
        "debtor_id": debtor_id,
        "e164": e164,
        "match_key": e164.removeprefix("+"),
        "kind": PhoneKind.MOBILE,
    }
