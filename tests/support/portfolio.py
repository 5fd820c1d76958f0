"""Debtors for tests, and portfolio files in the shape that Cedrus exports. All invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from flask import Flask

from portal import clock
from portal.extensions import db
from portal.portfolio.models import Creditor, Debtor, Phone, PhoneKind, Title
from portal.portfolio.rules import phones
from portal.portfolio.rules.search import search_key
from tests.support.people import Company

TAX_IDS = ("11144477735", "52998224725", "39053344705", "12345678909", "98765432100")
LINE = "23791234546789012345767890123457416920000123456"

COLUMNS = (
    "CREDOR;COD_DEVEDOR;NOME_DEVEDOR;CNPJ_CPF;CATEGORIA;EMAIL;DT_VENCIMENTO;SALDO;"
    "FONE_1;FONE_2;FONE_3;FONE_4;FONE_5;FONE_6;FONE_7;FONE_8;FONE_9;FONE_10"
)


def cpf(number: int) -> str:
    """The nth invented CPF, valid."""
    base = f"{100_000_000 + number * 7:09d}"
    first = _digit(base, 10)
    return base + first + _digit(base + first, 11)


def _digit(digits: str, weight: int) -> str:
    rest = sum(int(digit) * (weight - place) for place, digit in enumerate(digits)) % 11
    return "0" if rest < 2 else str(11 - rest)


def csv_file(*rows: str, extra_columns: str = "") -> bytes:
    """A portfolio file as Cedrus writes it: cp1252, semicolons, CRLF."""
    return "\r\n".join([COLUMNS + extra_columns, *rows, ""]).encode("cp1252")


def row(
    creditor: str = "Escola Azul Ltda",
    code: str = "1000",
    name: str = "Maria Souza",
    tax_id: str = TAX_IDS[0],
    due: str = "10/10/2026",
    amount: str = "350,75",
    phones_: Sequence[str] = ("(11) 98765-4321",),
    category: str = "",
    email: str = "",
    tail: str = "",
) -> str:
    numbers = [*phones_, *[""] * (10 - len(phones_))]
    return ";".join([creditor, code, name, tax_id, category, email, due, amount, *numbers]) + tail


def add_debtor(
    app: Flask,
    company: Company,
    name: str = "Maria Souza",
    *,
    tax_id: str = TAX_IDS[0],
    phone: str = "+5511987654321",
    creditor: str = "Escola Azul Ltda",
    amounts: Sequence[str] = ("350.75",),
    due: date | None = None,
    line: str = "",
    category: str = "",
    city: str = "São Paulo",
) -> int:
    """A debtor with a phone (none for "") and open titles; answers the id."""
    now = clock.now()
    with app.app_context():
        owed_to = _creditor(company, creditor)
        debtor = Debtor(
            account_id=company.id,
            name=name,
            search_name=search_key(name),
            tax_id=tax_id,
            category=category,
            emails=[],
            city=city,
            created_at=now,
            updated_at=now,
        )
        db.session.add(debtor)
        db.session.flush()
        if phone:
            db.session.add(_phone(debtor, phone))
        due = due or clock.today("America/Sao_Paulo") - timedelta(days=40)
        db.session.add_all(_title(debtor, owed_to, due, line, *each) for each in enumerate(amounts, 1))
        db.session.commit()
        return debtor.id


def _creditor(company: Company, name: str) -> Creditor:
    found = db.session.query(Creditor).filter_by(account_id=company.id, key=search_key(name)).one_or_none()
    if found is None:
        found = Creditor(account_id=company.id, name=name, key=search_key(name), created_at=clock.now())
        db.session.add(found)
        db.session.flush()
    return found


def _phone(debtor: Debtor, number: str) -> Phone:
    parsed = phones.parse(number)
    return Phone(
        account_id=debtor.account_id,
        debtor_id=debtor.id,
        e164=parsed.e164,
        match_key=parsed.match_key,
        kind=PhoneKind(parsed.kind),
    )


def _title(debtor: Debtor, creditor: Creditor, due: date, line: str, number: int, amount: str) -> Title:
    return Title(
        account_id=debtor.account_id,
        debtor_id=debtor.id,
        creditor_id=creditor.id,
        number=f"{number:03d}",
        due_date=due,
        amount=Decimal(amount),
        boleto_line=line,
        created_at=debtor.created_at,
        updated_at=debtor.created_at,
    )
