"""What the tests of the hours read."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from portal.audit.models import AuditEntry
from portal.connection.models import Schedule, ScheduleKind
from portal.extensions import db
from tests.connection.official import PAGE
from tests.support.browser import Page
from tests.support.people import Company

SEND, SERVE = f"{PAGE}/horarios/envio", f"{PAGE}/horarios/atendimento"


def schedules(app: Flask, company: Company) -> dict[ScheduleKind, Schedule]:
    with app.app_context():
        rows = db.session.scalars(sa.select(Schedule).where(Schedule.account_id == company.id)).all()
        return {row.kind: row for row in rows}


def entries(app: Flask, company: Company, subject: str) -> list[AuditEntry]:
    with app.app_context():
        query = sa.select(AuditEntry).where(AuditEntry.account_id == company.id, AuditEntry.subject == subject)
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def form_of(page: Page, root: str = "janela") -> dict[str, str]:
    data = page.form_data(f"#{root} form")
    return {name: value for name, value in data.items() if name != "csrf_token"}  # each browser sends its own
