"""Companies and people of the tests. All invented."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from portal.accounts import queries
from portal.accounts.models import Role, User
from portal.accounts.service.people import add_user, create_account
from portal.connection.models import Schedule, ScheduleKind
from portal.connection.rules.hours import ALWAYS, to_json
from portal.extensions import db

PASSWORD = "uma senha longa e boa"


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Company:
    id: int
    name: str
    slug: str
    admin: Person
    operator: Person


def make_company(app: Flask, name: str, *, always_open: bool = True) -> Company:
    """A company with an admin and an operator who is not available yet. Emails are unique by the company's slug.

    It may start conversations at any hour, so that no test depends on the day it runs; not `always_open`, it has what a
    new company has.
    """
    slug = name.lower().split()[-1]
    with app.app_context():
        account = create_account(name, "Ana Administradora", f"ana@{slug}.example", PASSWORD)
        operator = add_user(account.id, None, "Otávio Operador", f"otavio@{slug}.example", Role.OPERATOR, PASSWORD)
        if always_open:
            db.session.add(_always_open(account.id))
        db.session.commit()
        ana = queries.users_of(account.id)[0]
        return Company(account.id, account.name, account.slug, _person(ana), _person(operator))


def add_operator(app: Flask, company: Company, name: str, *, available: bool = True) -> Person:
    with app.app_context():
        email = f"{name.lower().split()[0]}{company.id}@{company.slug}.example"
        user = add_user(company.id, None, name, email, Role.OPERATOR, PASSWORD)
        user.available = available
        db.session.commit()
        return _person(user)


def set_available(app: Flask, person: Person, available: bool = True) -> None:
    with app.app_context():
        db.session.get_one(User, person.id).available = available
        db.session.commit()


def _always_open(account_id: int) -> Schedule:
    return Schedule(
        account_id=account_id,
        kind=ScheduleKind.SENDING,
        hours=to_json(ALWAYS.week),
        national_holidays=False,
        own_holidays=False,
        version=1,
    )


def _person(user: User) -> Person:
    return Person(user.id, user.name, user.email)
