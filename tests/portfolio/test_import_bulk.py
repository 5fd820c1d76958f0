"""What an import writes past the ORM is what the ORM would have written, and the collector is left as it was found."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.portfolio.models import Debtor, DebtorCode, Phone, PhoneKind, Title, TitleStatus
from portal.portfolio.service import bulk
from portal.portfolio.service.collector import passing_over_the_program
from tests.support.people import Company
from tests.support.portfolio import add_debtor


def columns(row: object) -> dict[str, object]:
    """All of a row but its id."""
    found = sa.inspect(row)
    assert found is not None
    return {name: value for name, value in found.dict.items() if name not in ("id", "_sa_instance_state")}


def test_rows_are_those_of_the_orm(app: Flask, company: Company) -> None:
    add_debtor(app, company)
    now = clock.now()
    with app.app_context():
        known = db.session.query(Title).one()
        facts = {"number": "NF 1", "due_date": date(2026, 2, 28), "sequence": 3, "amount": Decimal("1234.50")}
        same = {
            "account_id": company.id,
            "debtor_id": known.debtor_id,
            "creditor_id": known.creditor_id,
            "boleto_line": "",
            "created_at": now,
            "updated_at": now,
        }
        bulk.insert(Title, tuple(facts), [tuple(facts.values())], **same)
        db.session.add(Title(**{**facts, "sequence": 4}, **same))
        db.session.commit()
        ours, theirs = db.session.query(Title).filter(Title.sequence > 2).order_by(Title.sequence)
        assert columns(ours) == {**columns(theirs), "sequence": 3}
        assert (ours.status, ours.credited, ours.created_at) == (TitleStatus.OPEN, Decimal("0.00"), now)


def test_texts_lists_and_kinds(app: Flask, company: Company) -> None:
    names = ("name", "search_name", "tax_id", "emails")
    people = [(f"D’Ávila %s :a {n}", "d’avila", f"{n:011d}", ["a@x.com", "b\"'@x.com"][:n]) for n in range(3)]
    now = clock.now()
    with app.app_context():
        bulk.insert(Debtor, names, people, account_id=company.id, created_at=now, updated_at=now)
        found = db.session.query(Debtor).order_by(Debtor.tax_id).all()
        assert [(p.name, p.search_name, p.tax_id, p.emails) for p in found] == people
        assert {p.address for p in found} == {p.zip_code for p in found} == {""}
        numbers = [(found[0].id, "+5511987654321", "5511987654321", PhoneKind.MOBILE)]
        bulk.insert(Phone, ("debtor_id", "e164", "match_key", "kind"), numbers, account_id=company.id)
        phone = db.session.query(Phone).one()
        assert (phone.kind, phone.position) == (PhoneKind.MOBILE, 1)
        db.session.rollback()


def test_an_update_changes_its_rows_alone(app: Flask, company: Company) -> None:
    first, second = (add_debtor(app, company, tax_id=f"{n:011d}", phone="") for n in range(2))
    with app.app_context():
        title = db.session.query(Title).filter_by(debtor_id=first).one()
        codes = [(title.creditor_id, debtor_id, "1") for debtor_id in (first, second)]
        keys = ("creditor_id", "debtor_id")
        bulk.insert(DebtorCode, (*keys, "code"), codes, account_id=company.id)
        bulk.update(DebtorCode, keys, ("code",), [(title.creditor_id, second, "2")])
        assert dict(db.session.query(DebtorCode.debtor_id, DebtorCode.code).all()) == {first: "1", second: "2"}
        bulk.update(Debtor, ("id",), (), [], updated_at=clock.now())
        bulk.insert(Debtor, ("name",), [])
        db.session.rollback()


@pytest.fixture
def thawed() -> Iterator[None]:
    """The tests' own process may be frozen for good."""
    was_frozen = gc.get_freeze_count()
    gc.unfreeze()
    yield
    if was_frozen:
        gc.freeze()


def test_the_collector_is_left_as_it_was(thawed: None) -> None:
    with pytest.raises(ZeroDivisionError), passing_over_the_program():
        assert gc.get_freeze_count() > 0
        with passing_over_the_program():
            pass
        assert gc.get_freeze_count() > 0
        _ = 1 / 0
    assert gc.get_freeze_count() == 0


def test_a_process_that_is_frozen_for_good_stays_so(thawed: None) -> None:
    gc.freeze()
    with passing_over_the_program():
        pass
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
