"""Janela de envio, Horário de atendimento and Feriados próprios on the tab "Configurações", over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.connection import queries
from portal.connection.models import OwnHoliday, ScheduleKind
from portal.connection.rules import presets
from portal.connection.rules.hours import ALWAYS
from portal.extensions import db
from tests.connection.hours import SEND, SERVE, entries, form_of, schedules
from tests.connection.official import PAGE
from tests.support.browser import Browser
from tests.support.people import Company, make_company

SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def company(app: Flask) -> Company:
    """A company as it is created: with no schedule of its own yet."""
    return make_company(app, "Cobrança Modelo", always_open=False)


def test_a_new_company_sends_in_office_hours_and_always_answers(app: Flask, company: Company, admin: Browser) -> None:
    page = admin.get(PAGE)
    assert "Segunda a sexta, das 9h às 18h; não envia em feriados nacionais." in page.one("#janela").get_text()
    assert "Todos os dias, o dia inteiro." in page.one("#atendimento").get_text()
    assert "não são limitadas" in page.words, "answers are not limited, and the page says so"
    assert schedules(app, company) == {}
    with app.app_context():
        assert queries.hours_of(company.id, ScheduleKind.SENDING).week == presets.DEFAULT_WEEK
        assert queries.hours_of(company.id, ScheduleKind.SERVICE).week == ALWAYS.week
        assert not queries.is_open(company.id, ScheduleKind.SENDING, SUNDAY)
        assert queries.is_open(company.id, ScheduleKind.SERVICE, SUNDAY)
        opens = queries.next_opening(company.id, ScheduleKind.SENDING, SUNDAY)
        assert opens is not None and opens.isoformat() == "2026-11-23T09:00:00-03:00"


def test_the_page_tells_now_and_the_next_holidays(app: Flask, company: Company) -> None:
    with clock.at(SUNDAY):
        page = Browser(app).log_in(company.admin).get(PAGE)
    window = " ".join(page.one("#janela").get_text(" ").split())
    assert "Fechada agora" in window and "Abre amanhã às 9h, no horário da empresa (São Paulo)." in window
    assert "Próximos feriados: 25/12 Natal, 01/01" in window
    assert "Aberto agora" in page.one("#atendimento").get_text()


@pytest.mark.parametrize("htmx", [True, False])
def test_saving_the_sending_window(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    form = form_of(admin.get(PAGE))
    assert form["envio-from_0"] == "09:00" and form["envio-to_4"] == "18:00" and "envio-open_5" not in form
    changed = {"envio-open_5": "y", "envio-from_5": "8h30", "envio-to_5": "00:00", "envio-state": "SP"}
    page = admin.post(SEND, htmx=htmx, **{**form, **changed})
    assert page.status == (200 if htmx else 303)
    page = admin.get(PAGE)
    assert "e sábado, das 8h30 à meia-noite; não envia em feriados nacionais nem do estado SP" in page.words
    assert form_of(page)["envio-to_5"] == "24:00" and form_of(page)["envio-version"] == "1"
    saved = schedules(app, company)[ScheduleKind.SENDING]
    assert saved.hours == [["09:00", "18:00"]] * 5 + [["08:30", "24:00"], None]
    (entry,) = entries(app, company, "schedule:sending")
    assert entry.before is not None and entry.after is not None
    assert set(entry.before) == set(entry.after) == {"hours", "national_holidays", "state", "own_holidays"}


def test_saving_what_is_already_so_leaves_no_trace(app: Flask, company: Company, admin: Browser) -> None:
    assert admin.post(SEND, **form_of(admin.get(PAGE))).status == 303
    assert entries(app, company, "schedule:sending") == []


def test_the_service_hours_are_their_own(app: Flask, company: Company, admin: Browser) -> None:
    form = form_of(admin.get(PAGE), "atendimento")
    assert (form["atendimento-from_6"], form["atendimento-to_6"]) == ("00:00", "24:00")
    form.pop("atendimento-open_6")
    assert admin.post(SERVE, **form).status == 303
    with app.app_context():
        assert not queries.is_open(company.id, ScheduleKind.SERVICE, SUNDAY)
    assert set(schedules(app, company)) == {ScheduleKind.SERVICE}


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"envio-from_0": ""}, "Segunda-feira: informe o início como 09:00 ou 18:30."),
        ({"envio-to_1": "25:00"}, "Terça-feira: informe o fim como 09:00 ou 18:30."),
        ({"envio-from_2": "18:00"}, "Quarta-feira: o fim deve ser depois do início."),
        ({"envio-open_6": "y"}, "Domingo: informe o início como 09:00 ou 18:30."),
        ({"envio-state": "XX"}, "Escolha um estado da lista."),
    ],
)
def test_refused_hours(
    app: Flask, company: Company, admin: Browser, htmx: bool, changed: dict[str, str], error: str
) -> None:
    form = form_of(admin.get(PAGE))
    page = admin.post(SEND, htmx=htmx, **{**form, **changed})
    assert (page.status, page.errors) == (422, [error])
    kept = {name: value for name, value in form_of(page).items() if name in changed and name != "envio-state"}
    assert kept == {name: value for name, value in changed.items() if name != "envio-state"}
    assert schedules(app, company) == {}


@pytest.mark.parametrize("htmx", [True, False])
def test_the_second_of_two_editors_is_told(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    form = form_of(admin.get(PAGE))
    assert admin.post(SEND, **{**form, "envio-to_0": "17:00"}).status == 303
    for version in (form["envio-version"], "0", "", "x", "-1"):
        page = admin.post(SEND, htmx=htmx, **{**form, "envio-version": version, "envio-to_0": "20:00"})
        assert page.status == 422 and "Outra pessoa salvou estes horários antes" in page.words
        assert "Agora está salvo: segunda, das 9h às 17h" in page.words
    assert form_of(page)["envio-to_0"] == "20:00" and form_of(page)["envio-version"] == "1"
    assert schedules(app, company)[ScheduleKind.SENDING].hours[0] == ["09:00", "17:00"]
    assert admin.post(SEND, htmx=htmx, **form_of(page)).status in (200, 303)
    assert schedules(app, company)[ScheduleKind.SENDING].hours[0] == ["09:00", "20:00"]


@pytest.mark.parametrize("key", list(presets.SENDING))
def test_a_preset_fills_the_form_and_saves_nothing(app: Flask, company: Company, admin: Browser, key: str) -> None:
    link = next(a for a in admin.get(PAGE).all("#janela .presets a") if f"envio={key}" in str(a["href"]))
    plain = admin.get(str(link["href"]).partition("#")[0])
    swapped = admin.get(str(link["hx-get"]), htmx=True)
    form = form_of(plain)
    assert form == form_of(swapped)
    assert "ainda não salvo" in plain.words and schedules(app, company) == {}
    assert admin.post(SEND, **form).status == 303
    with app.app_context():
        hours = queries.hours_of(company.id, ScheduleKind.SENDING)
    preset = presets.SENDING[key]
    assert (hours.week, hours.holidays.national, hours.holidays.state) == (preset.week, preset.national, preset.state)


def test_no_restriction_is_chosen_with_a_warning_that_stays(admin: Browser) -> None:
    page = admin.get(SEND, htmx=True, modelo="livre")
    assert "arts. 42 e 71" in page.one("#janela .banner.warning").get_text()
    admin.get(PAGE)
    page = admin.post(SEND, htmx=True, **form_of(page))
    assert page.status == 200 and "arts. 42 e 71" in page.one("#janela .banner.warning").get_text()


def test_addresses_that_name_nothing(admin: Browser) -> None:
    assert admin.get(f"{PAGE}/horarios/outro").status == 404
    assert admin.get(PAGE, envio="nada", atendimento="x").status == 200
    assert admin.get(SEND, modelo="sp").location.startswith(f"{PAGE}?envio=sp")
    assert admin.post(f"{PAGE}/feriados/999/remover").status == 404


def test_own_holidays(app: Flask, company: Company) -> None:
    with clock.at(SUNDAY):
        admin = Browser(app).log_in(company.admin)
        admin.get(PAGE)
        assert admin.post(f"{PAGE}/feriados", day="2026-11-24", name="Aniversário da cidade").status == 303
        page = admin.get(PAGE)
        assert "24/11/2026 Aniversário da cidade" in page.words and "24/11 Aniversário da cidade" in page.words
        assert "não envia em feriados nacionais nem próprios" in page.words
        with app.app_context():
            tuesday = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
            assert not queries.is_open(company.id, ScheduleKind.SENDING, tuesday)
            assert queries.is_open(company.id, ScheduleKind.SERVICE, tuesday), "not marked there"
        action = next(str(f["action"]) for f in page.all("#feriados form") if "remover" in str(f["action"]))
        assert admin.post(action).status == 303 and admin.post(action).status == 404
    assert [entry.after for entry in entries(app, company, "schedule:holidays")] == [
        {"days": {"2026-11-24": "Aniversário da cidade"}},
        {"days": {}},
    ]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"day": "", "name": "Ponte"}, "Informe a data."),
        ({"day": "24 de dezembro", "name": "Ponte"}, "Informe a data como 24/12/2026."),
        ({"day": "2026-11-21", "name": "Ponte"}, "Esta data já passou."),
        ({"day": "2099-01-01", "name": "Ponte"}, "Use uma data dos próximos dez anos."),
        ({"day": "2026-12-24", "name": ""}, "Informe o nome do feriado."),
        ({"day": "2026-12-24", "name": "x" * 81}, "Use no máximo 80 caracteres."),
        ({"day": "23/12/2026", "name": "De novo"}, "O dia 23/12/2026 já está na lista."),
    ],
)
def test_refused_holidays(app: Flask, company: Company, fields: dict[str, str], error: str) -> None:
    with clock.at(SUNDAY):
        admin = Browser(app).log_in(company.admin)
        admin.get(PAGE)
        admin.post(f"{PAGE}/feriados", day="2026-12-23", name="Ponte")
        page = admin.post(f"{PAGE}/feriados", **fields)
    assert (page.status, page.errors) == (422, [error])
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OwnHoliday)) == 1


def test_only_admins_and_only_their_own(
    app: Flask, company: Company, admin: Browser, operator: Browser, stranger: Browser
) -> None:
    admin.get(PAGE)
    admin.post(f"{PAGE}/feriados", day=f"{clock.now().year + 1}-01-25", name="Aniversário Sigiloso")
    with app.app_context():
        holiday = db.session.scalars(sa.select(OwnHoliday.id)).one()
    form = form_of(admin.get(PAGE))
    for path in (SEND, SERVE, f"{PAGE}/feriados", f"{PAGE}/feriados/{holiday}/remover"):
        assert operator.post(path, **form).status == 404
    assert operator.get(SEND, htmx=True).status == 404
    assert "Sigiloso" not in stranger.get(PAGE).words
    assert stranger.post(f"{PAGE}/feriados/{holiday}/remover").status == 404
    assert stranger.post(SEND, **{**form_of(stranger.get(PAGE)), "envio-to_0": "10:00"}).status == 303
    assert schedules(app, company) == {}


def test_a_day_is_a_date_of_the_company(app: Flask, company: Company) -> None:
    late = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # 23:30 of the 22nd in São Paulo
    with clock.at(late):
        admin = Browser(app).log_in(company.admin)
        admin.get(PAGE)
        assert admin.post(f"{PAGE}/feriados", day=date(2026, 11, 22).isoformat(), name="Hoje").status == 303
