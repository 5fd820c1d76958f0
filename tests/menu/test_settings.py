"""The tab "Configurações do menu", over HTTP: the two switches and the minutes of silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import gateways
from portal.gateways.base import Capabilities
from portal.gateways.simulator import Simulator
from portal.menu import queries
from tests.support.browser import Browser
from tests.support.people import Company

PAGE = "/whatsapp/menu"
OFF = {"seen_interactive": "1", "seen_assistant": "1", "interactive_menu": "y"}


class WithoutButtons(Simulator):
    capabilities = Capabilities(interactive=False, templates=False, signed_webhooks=True)


@pytest.fixture
def plain_gateway(app: Flask) -> Iterator[None]:
    before = gateways.get("simulator")
    gateways.use({"simulator": WithoutButtons(Path(app.config["FILE_ROOT"]))})
    yield
    gateways.use({"simulator": before})


def test_the_switches(app: Flask, company: Company, admin: Browser) -> None:
    seen = {"seen_interactive": "1", "seen_assistant": "1"}
    admin.get(PAGE)
    page = admin.post(f"{PAGE}/atendimento", htmx=True, assistant_enabled="y", **seen)
    assert "interactive_menu" not in page.form_data("form")
    late = admin.post(f"{PAGE}/atendimento", interactive_menu="y", confirmed="1", **seen)
    assert late.status == 422
    assert "Agora valem: Menu Interativo desligado e Assistente Virtual ligada." in late.words
    form = late.form_data("#menu-switches form")
    assert "assistant_enabled" not in form
    form = {key: value for key, value in form.items() if key != "csrf_token"}
    assert admin.post(f"{PAGE}/atendimento", **form, confirmed="1").status == 303
    with app.app_context():
        row = queries.settings_of(company.id)
        assert (row.interactive_menu, row.assistant_enabled) == (True, False)


@pytest.mark.parametrize("htmx", [True, False])
def test_the_assistant_is_switched_off_only_when_the_consequence_was_read(
    app: Flask, company: Company, admin: Browser, htmx: bool
) -> None:
    admin.get(PAGE)
    asked = admin.post(f"{PAGE}/atendimento", htmx=htmx, **OFF)
    assert asked.status == 200
    words = asked.one("#menu-switches").get_text(" ", strip=True)
    assert "Desabilitar a Assistente Virtual? Nada foi salvo ainda." in words
    assert "a conversa não ficará atrelada a um devedor" in words
    with app.app_context():
        assert queries.settings_of(company.id).assistant_enabled
    form = {k: v for k, v in asked.form_data("#menu-switches form").items() if k != "csrf_token"}
    answer = admin.post(f"{PAGE}/atendimento", htmx=htmx, **form)
    assert answer.status == (200 if htmx else 303)
    with app.app_context():
        assert not queries.settings_of(company.id).assistant_enabled
    again = admin.post(f"{PAGE}/atendimento", **{**OFF, "seen_assistant": "0"})
    assert again.status == 303, "what is off already is not asked about"


def test_saving_the_switches_shows_which_menu_is_in_use(admin: Browser) -> None:
    admin.get(PAGE)
    page = admin.post(f"{PAGE}/atendimento", htmx=True, assistant_enabled="y", seen_interactive="1", seen_assistant="1")
    previews = page.one("#menu-previews")
    assert previews["hx-swap-oob"] == "innerHTML"
    assert "Menu simples Em uso Texto, porque o Menu Interativo está desligado." in previews.get_text(" ", strip=True)


@pytest.mark.usefixtures("plain_gateway")
def test_the_interactive_menu_is_disabled_with_its_reason(app: Flask, company: Company, admin: Browser) -> None:
    page = admin.get(PAGE)
    assert page.one("#interactive_menu").has_attr("disabled")
    assert "O menu interativo não está habilitado para a API não oficial." in page.words
    assert "Texto, porque a API não oficial não aceita o menu interativo." in page.one("#preview-simple").get_text()
    admin.post(f"{PAGE}/atendimento", assistant_enabled="y", seen_interactive="1", seen_assistant="1")
    with app.app_context():
        assert queries.settings_of(company.id).interactive_menu, "the choice waits for an API that can show it"


@pytest.mark.parametrize("htmx", [True, False])
def test_the_minutes_of_silence(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    def minutes() -> int:
        with app.app_context():
            return queries.settings_of(company.id).inactivity_minutes

    url = f"{PAGE}/inatividade"
    form = admin.get(PAGE).form_data("#menu-inactivity form")
    assert (form["minutes"], form["seen"]) == ("120", "120")
    for wrong in ("", "-1", "1441", "1,5", "duas horas", "9" * 50):
        page = admin.post(url, htmx=htmx, minutes=wrong, seen="120")
        assert page.status == 422
        assert page.errors == ["Use um número inteiro de minutos, entre 0 e 1.440. Com 0, nunca."]
    assert admin.post(url, htmx=htmx, minutes="30", seen="120").status == (200 if htmx else 303)
    assert minutes() == 30
    late = admin.post(url, htmx=htmx, minutes="60", seen="120")
    assert late.status == 422
    assert "Agora está salvo: 30 minutos." in late.words
    assert late.form_data("#menu-inactivity form")["minutes"] == "60"
    for seen in (None, "x", "²", "9" * 5000):
        assert admin.post(url, htmx=htmx, minutes="60", seen=seen).status == 422
    assert admin.post(url, htmx=htmx, minutes="0", seen="30").status == (200 if htmx else 303)
    assert minutes() == 0
    told = admin.get(f"/historico/menu-inactivity:{company.id}").words
    assert "Minutos sem resposta" in told
    assert admin.get(url).location == f"{PAGE}#menu-inactivity"
    assert admin.get(url, htmx=True).one("#menu-inactivity input[name=minutes]")["value"] == "0"
