"""Telling people things, and looking at what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db
from portal.notifications import service
from portal.notifications.models import Notification
from tests.support.people import Company, Person


def tell(
    app: Flask, company: Company, key: str, *people: Person, url: str = "/conversas", title: str = "Aviso"
) -> None:
    """Notify people (the admin, unless others are named) and commit."""
    with app.app_context():
        ids = [person.id for person in people or (company.admin,)]
        service.notify(company.id, ids, key, title, f"Texto de {key}.", url, "warning")
        db.session.commit()


def rows(app: Flask, company: Company) -> list[Notification]:
    """All notifications of a company, oldest first."""
    with app.app_context():
        mine = sa.select(Notification).where(Notification.account_id == company.id).order_by(Notification.id)
        found = list(db.session.scalars(mine))
        for row in found:
            db.session.expunge(row)
        return found


def the_only(app: Flask, company: Company) -> Notification:
    (row,) = rows(app, company)
    return row
