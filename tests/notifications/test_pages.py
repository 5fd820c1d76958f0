"""The bell, the list, and who sees what."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db
from portal.live.models import Event
from tests.notifications.steps import rows, tell, the_only
from tests.support.browser import Browser
from tests.support.people import Company


def bell(browser: Browser) -> str:
    return browser.get("/notificacoes/sino", htmx=True).words


def test_the_bell_counts_what_is_not_read_and_leads_to_the_list(app: Flask, company: Company, admin: Browser) -> None:
    assert admin.get("/notificacoes").one("#bell")["href"] == "/notificacoes"
    assert bell(admin) == "Notificações"
    tell(app, company, "a:1")
    tell(app, company, "a:2")
    assert bell(admin) == "Notificações: 2 não lidas"
    page = admin.get("/notificacoes")
    assert "Texto de a:1." in page.words and "Notificações: 2 não lidas" in page.words


def test_told_once_under_a_key_and_each_person_hears_of_it_live(app: Flask, company: Company) -> None:
    for _ in range(2):
        tell(app, company, "a:1", company.admin, company.operator)
    assert len(rows(app, company)) == 2
    with app.app_context():
        heard = db.session.scalars(sa.select(Event.user_id).where(Event.topic == "notification")).all()
    assert sorted(user_id or 0 for user_id in heard) == sorted([company.admin.id, company.operator.id])


def test_one_is_read_by_opening_it(app: Flask, company: Company, admin: Browser) -> None:
    tell(app, company, "a:1", url="/conversas")
    form = admin.get("/notificacoes").one('form:has(input[name="abrir"])')
    answer = admin.post(str(form["action"]), abrir="1")
    assert (answer.status, answer.location) == (303, "/conversas")
    assert the_only(app, company).read_at is not None
    assert bell(admin) == "Notificações"


def test_a_stored_address_of_elsewhere_leads_nowhere(app: Flask, company: Company, admin: Browser) -> None:
    tell(app, company, "a:1", url="//evil.example/x")
    number = the_only(app, company).id
    assert admin.post(f"/notificacoes/{number}/lida", abrir="1").location == "/notificacoes"


def test_one_and_all_are_marked_with_and_without_scripts(app: Flask, company: Company, admin: Browser) -> None:
    for number in range(4):
        tell(app, company, f"a:{number}")
    first, second, *_ = (row.id for row in rows(app, company))
    admin.get("/notificacoes")
    assert admin.post(f"/notificacoes/{first}/lida").status == 303
    assert admin.post(f"/notificacoes/{second}/lida", htmx=True).status == 200
    assert "2 não lidas" in bell(admin)
    page = admin.post("/notificacoes/lidas", htmx=True)
    assert page.status == 200 and "Marcar todas" not in page.words
    assert bell(admin) == "Notificações"
    assert admin.post("/notificacoes/lidas").status == 303


def test_a_notification_is_its_persons_alone(
    app: Flask, company: Company, admin: Browser, operator: Browser, stranger: Browser
) -> None:
    tell(app, company, "a:1", company.operator, title="Sigilo do operador")
    number = the_only(app, company).id
    assert "Sigilo" in operator.get("/notificacoes").words
    for other in (admin, stranger):
        assert "Sigilo" not in other.get("/notificacoes").words
        assert other.post(f"/notificacoes/{number}/lida").status == 404
        other.post("/notificacoes/lidas")
    assert the_only(app, company).read_at is None


def test_the_newest_thirty_are_shown(app: Flask, company: Company, admin: Browser) -> None:
    for number in range(35):
        tell(app, company, f"a:{number}")
    page = admin.get("/notificacoes")
    assert len(page.all("#notifications li")) == 30
    assert "Texto de a:34." in page.words and "Texto de a:4." not in page.words
