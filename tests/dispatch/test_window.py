"""No conversation is started outside the sending window, and what was held goes on by itself when it opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.connection import queries
from portal.connection.models import ScheduleKind
from portal.connection.rules import presets
from portal.connection.service import schedules
from portal.connection.service.schedules import Wanted
from portal.extensions import db
from tests.dispatch.people import begin, debtors, limits, message_states, preview, starter, used
from tests.dispatch.test_trouble import unreachable
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud, add_starter, set_limits
from tests.support.people import Company, make_company


def wall(text: str) -> datetime:
    """A moment by the clock of São Paulo."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) + timedelta(hours=3)


SUNDAY, MONDAY = wall("2026-11-22 12:00"), wall("2026-11-23 09:00")


def schedule(app: Flask, company: Company, preset: str = "padrao", **changed: Any) -> None:
    chosen = presets.SENDING[preset]
    wanted = {"week": chosen.week, "national_holidays": chosen.national, "state": chosen.state, "own_holidays": True}
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        schedules.save(user, ScheduleKind.SENDING, None, Wanted(**(wanted | changed)))


def start(app: Flask, company: Company, people: int = 3, batch: int = 2) -> int:
    debtors(app, company, people)
    limits(app, company, 250, batch)
    return begin(Browser(app).log_in(company.admin), starter(app, company))


def test_a_new_company_starts_conversations_in_office_hours(app: Flask) -> None:
    company = make_company(app, "Cobrança Nova", always_open=False)
    with clock.at(SUNDAY):
        start(app, company)
        assert run(app, "send-batch") == ""
    with clock.at(MONDAY):
        assert run(app, "send-batch") == "2 conversas iniciadas"


def test_a_dispatch_waits_for_the_window_and_goes_on(app: Flask, company: Company) -> None:
    schedule(app, company)
    with clock.at(SUNDAY):
        dispatch = start(app, company)
        assert run(app, "send-batch") == "" and message_states(app) == []
        page = Browser(app).log_in(company.admin).get(f"/envios/{dispatch}")
        assert "Por que está parado" in page.words
        assert "Fora da janela de envio (segunda a sexta, das 9h às 18h; não envia em feriados nacionais)" in page.words
        assert "O envio continua amanhã às 9h." in page.words
    with clock.at(MONDAY - timedelta(seconds=1)):
        assert run(app, "send-batch") == ""
    assert used(app, company, date(2026, 11, 22)) == used(app, company, date(2026, 11, 23)) == 0
    with clock.at(MONDAY):
        assert run(app, "send-batch") == "2 conversas iniciadas"
        assert run(app, "send-batch") == "1 conversa iniciada"
        page = Browser(app).log_in(company.admin).get(f"/envios/{dispatch}")
    assert "3 de 3 pessoas tratadas" in page.words and "Por que está parado" not in page.words


def test_a_dispatch_stops_at_closing_time(app: Flask, company: Company) -> None:
    schedule(app, company)
    with clock.at(wall("2026-11-23 17:59") + timedelta(seconds=59)):
        dispatch = start(app, company)
        assert run(app, "send-batch") == "2 conversas iniciadas"
    with clock.at(wall("2026-11-23 18:00")):
        assert run(app, "send-batch") == ""
        assert "O envio continua amanhã às 9h." in Browser(app).log_in(company.admin).get(f"/envios/{dispatch}").words
    with clock.at(wall("2026-11-24 09:00")):
        assert run(app, "send-batch") == "1 conversa iniciada"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-12-25 10:00", "2026-12-28 09:00"),  # Christmas
        ("2026-07-09 10:00", "2026-07-10 09:00"),  # the state's
        ("2026-11-24 10:00", "2026-11-25 09:00"),  # the company's own
    ],
)
def test_nothing_leaves_on_a_holiday(app: Flask, company: Company, now: str, opens: str) -> None:
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        schedules.add_holiday(admin, date(2026, 11, 24), "Aniversário da cidade")
    schedule(app, company, state="SP")
    with clock.at(wall(now)):
        start(app, company)
        assert run(app, "send-batch") == ""
    with clock.at(wall(opens)):
        assert run(app, "send-batch") == "2 conversas iniciadas"


def test_widening_the_window_lets_a_dispatch_go_on(app: Flask, company: Company) -> None:
    schedule(app, company)
    with clock.at(SUNDAY):
        start(app, company)
        assert run(app, "send-batch") == ""
        schedule(app, company, "livre")
        assert run(app, "send-batch") == "2 conversas iniciadas"


def test_what_came_back_unsent_waits_for_the_window_too(app: Flask, company: Company, cloud: Cloud) -> None:
    schedule(app, company)
    with clock.at(wall("2026-11-23 17:59")):
        debtors(app, company, 2)
        set_limits(app, company, daily_limit=250, batch_size=2)
        begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))
        with unreachable(app, cloud):
            run(app, "send-batch")
    assert message_states(app) == ["queued"] * 2
    with clock.at(wall("2026-11-23 22:00")):
        assert run(app, "send-batch") == ""
    assert message_states(app) == ["queued"] * 2 and cloud.graph.ledger == []
    with clock.at(wall("2026-11-24 09:00")):
        assert run(app, "send-batch") == "2 conversas iniciadas"


def test_answers_are_not_limited(app: Flask, company: Company, cloud: Cloud) -> None:
    schedule(app, company)
    with clock.at(SUNDAY):
        cloud.says("5511988887777", "Olá")
        settle(app)
        assert cloud.texts_to("5511988887777"), "the assistant answers on a Sunday"


def test_the_preview_says_when_the_first_leave(app: Flask, company: Company) -> None:
    schedule(app, company, "sp")
    chosen = starter(app, company)
    debtors(app, company, 3)
    with clock.at(SUNDAY):
        page = preview(Browser(app).log_in(company.admin), chosen)
        assert "termina amanhã (23/11/2026)" in page.words
        assert "Janela de envio: segunda a sexta, das 8h às 20h, e sábado, das 8h às 14h" in page.words
        assert (
            "Agora está fora da janela de envio: se você iniciar agora, as mensagens saem a partir de amanhã às 8h."
            in page.words
        )
    with clock.at(MONDAY):
        assert "termina hoje por volta de 09:00" in preview(Browser(app).log_in(company.admin), chosen).words


def test_hours_are_the_company_s_own_clock(app: Flask, company: Company) -> None:
    schedule(app, company)
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        user.account.timezone = "America/Rio_Branco"
        db.session.commit()
        assert not queries.is_open(company.id, ScheduleKind.SENDING, MONDAY)
        assert queries.is_open(company.id, ScheduleKind.SENDING, MONDAY + timedelta(hours=2))
        opens = queries.next_opening(company.id, ScheduleKind.SENDING, MONDAY)
        assert opens is not None and opens == MONDAY + timedelta(hours=2) and opens.hour == 9
