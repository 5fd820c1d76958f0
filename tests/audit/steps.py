"""What the tests of the history do again and again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from bs4 import Tag
from flask import Flask

from portal.audit.models import AuditEntry
from portal.audit.service import note
from portal.extensions import db
from portal.menu import queries as menu
from portal.menu.rules import MenuAction
from tests.support.browser import Browser, Page
from tests.support.people import Company

OPTION = "menu-option"


def option_id(app: Flask, company: Company, action: MenuAction = MenuAction.BARCODE) -> int:
    with app.app_context():
        return next(row.id for row in menu.options_of(company.id) if row.action is action)


def option_now(app: Flask, company: Company, number: int) -> tuple[str, bool]:
    with app.app_context():
        row = menu.option_in(company.id, number)
        assert row is not None
        return row.label, row.active


def edit_option(admin: Browser, number: int, label: str, *, active: bool = True) -> None:
    form = admin.get("/whatsapp/menu", editar=number).form_data("#menu-options form")
    fields: dict[str, Any] = {**form, "label": label, "active": "y" if active else None}
    fields.pop("csrf_token")
    assert admin.post(f"/whatsapp/menu/opcoes/{number}", **fields).status == 303


def entries(app: Flask, company: Company, subject: str) -> list[AuditEntry]:
    """The notes of a thing, oldest first."""
    with app.app_context():
        found = db.session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.account_id == company.id, AuditEntry.subject == subject)
            .order_by(AuditEntry.id)
        ).all()
        db.session.expunge_all()
        return list(found)


def noted(app: Flask, company: Company, subject: str, before: Any, after: Any, *, action: str = "x") -> int:
    """A note that no service of today would write."""
    with app.app_context():
        note(company.id, company.admin.id, action, subject, before, after)
        db.session.commit()
        return db.session.scalars(sa.select(sa.func.max(AuditEntry.id))).one()


def versions(page: Page) -> list[Tag]:
    return page.all(".history li")


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def restore_form(item: Tag) -> tuple[str, dict[str, str]]:
    """Where an item's restore form goes, and with what."""
    form = item.select_one("form")
    assert form is not None, words(item)
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input")}
    fields.pop("csrf_token")
    return str(form["action"]), fields
