"""Several numbers on the tab "Configurações", over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import gateways
from portal.connection import fields, queries
from portal.connection.models import Connection, ConnectionKind, LinkState
from portal.extensions import db
from portal.gateways import registry
from tests.connection.official import CREDENTIALS, PAGE, change
from tests.fakes.evolution_api import EvolutionApi
from tests.support.browser import Browser
from tests.support.connections import of_kind
from tests.support.people import Company


def add(browser: Browser, kind: str, name: str = "") -> str:
    """Adds a number over HTTP and returns the address of its page."""
    page = browser.post(f"{PAGE}/novo", kind=kind, name=name)
    assert page.status == 303
    return str(page.location)


def in_list(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [" ".join(row.get_text(" ").split()) for row in page.all("#numeros li")]


def test_the_only_number_is_shown_at_once(admin: Browser) -> None:
    page = admin.get(PAGE)
    assert page.one("#numero h2").get_text() == "Simulador" and not page.all("#numeros")
    assert page.all("#connection-limits") and page.all("#janela")


def test_a_second_number(app: Flask, company: Company, admin: Browser) -> None:
    offered = [choice["value"] for choice in admin.get(f"{PAGE}/novo").all("input[name=kind]")]
    assert offered[0] == "cloud_api" and "plugmessage" in offered and "simulator" not in offered
    url = add(admin, "cloud_api", "Cobrança Sul")
    page = admin.get(url)
    assert "Número adicionado." in page.words and page.all("#credenciais")
    page = admin.get(PAGE)
    assert in_list(page) == [
        "Simulador Simulador · 0 de 250 hoje Principal Ligado",
        "Cobrança Sul API oficial · 0 de 250 hoje Falta configurar",
    ]
    assert not page.all("#connection-limits") and page.all("#janela")
    assert page.one(".bar .tag").get_text() == "Cobrança Sul — falta configurar"
    with app.app_context():
        assert queries.current(company.id).kind is ConnectionKind.SIMULATOR  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["", "evil", "simulator"])
def test_a_kind_that_is_not_offered(app: Flask, company: Company, admin: Browser, kind: str) -> None:
    admin.get(PAGE)
    refused = admin.post(f"{PAGE}/novo", kind=kind)
    assert (refused.status, refused.errors) == (422, ["Escolha uma das opções."])
    with app.app_context():
        assert len(queries.connections_of(company.id)) == 1


def test_the_name(admin: Browser, page_url: str) -> None:
    admin.get(page_url)
    assert admin.post(f"{page_url}/nome", number_name="x" * 61).status == 422
    assert admin.get(page_url).form_data("#numero details form")["seen_name"] == ""
    assert "Matriz" in admin.post(f"{page_url}/nome", seen_name="", number_name="Matriz", follow=True).words
    late = admin.post(f"{page_url}/nome", seen_name="", number_name="Filial")
    assert late.status == 422 and "Outra pessoa mudou o nome antes" in late.words
    assert "Agora o nome é “Matriz”" in late.words and late.one("input[name=number_name]")["value"] == "Filial"
    add(admin, "cloud_api")
    assert in_list(admin.get(PAGE))[0] == "Matriz Simulador · 0 de 250 hoje Principal Ligado"


def test_the_primary_number_and_off(admin: Browser, page_url: str) -> None:
    url = add(admin, "cloud_api", "Sul")
    page = admin.post(f"{url}/principal", follow=True)
    assert "Sul é agora o número principal." in page.words
    refused = admin.post(f"{url}/desligar")
    assert refused.status == 422
    assert "Antes de desligá-lo, torne outro número o principal." in refused.words
    page = admin.post(f"{page_url}/desligar", follow=True)
    assert "Desligado: nada sai por ele" in page.words
    assert in_list(admin.get(PAGE))[1] == "Simulador Simulador · 0 de 250 hoje Desligado"
    assert "Número ligado." in admin.post(f"{page_url}/ligar", follow=True).words


def test_each_number_has_its_own_limits(app: Flask, admin: Browser, page_url: str) -> None:
    url = add(admin, "cloud_api")
    seen = {"seen_daily": "250", "seen_batch": "5"}
    assert admin.post(f"{url}/agente", daily_limit="40", batch_size="2", **seen).location.startswith(url)
    first, second = in_list(admin.get(PAGE))
    assert "0 de 250 hoje" in first and "0 de 40 hoje" in second


def test_credentials_of_plugmessage(app: Flask, company: Company, admin: Browser) -> None:
    url = add(admin, "plugmessage")
    version = admin.get(url).form_data("#credenciais form")["version"]
    given = {"display_phone": "11 98765-4321", "phone_number_id": "3C0FFEE1", "access_token": "TOKENDAINSTANCIA42"}
    for name, value, error in (
        ("phone_number_id", "", "Informe o ID da instância."),
        (
            "phone_number_id",
            "a/b",
            "Use só letras sem acento, números, hífen e sublinhado, como aparece no painel do provedor.",
        ),
        ("access_token", "", "Informe o token da instância."),
        ("access_token", "tem espaço", "Cole o valor sem espaços nem quebras de linha."),
        ("display_phone", "", "Informe o número do WhatsApp da empresa."),
    ):
        refused = admin.post(f"{url}/credenciais", version=version, **{**given, name: value})
        assert (refused.status, refused.errors) == (422, [error])
    page = admin.post(f"{url}/credenciais", version=version, **given, follow=True)
    assert "Credenciais salvas" in page.words
    assert "termina em IA42" in page.words and given["access_token"] not in page.text
    with app.app_context():
        saved = of_kind(company.id, ConnectionKind.PLUGMESSAGE)
        assert saved is not None
        assert (saved.phone_number_id, saved.access_token, saved.app_secret) == ("3C0FFEE1", "TOKENDAINSTANCIA42", "")
    stale = admin.post(f"{url}/credenciais", version=version, **given)
    assert stale.status == 422 and "Outra pessoa salvou as credenciais antes" in stale.words
    assert admin.post(f"{url}/testar").status == 404


def test_the_top_bar_tells_of_the_worst_number(app: Flask, company: Company, connected: Browser) -> None:
    add(connected, "plugmessage", "Celular")
    assert connected.get("/").one(".bar .tag").get_text() == "Celular — falta configurar"
    with app.app_context():
        phone = of_kind(company.id, ConnectionKind.PLUGMESSAGE)
        assert phone is not None
        phone.display_phone, phone.phone_number_id, phone.access_token = "(11) 98765-4321", "3C0FFEE1", "TOKEN"
        phone.link_state = LinkState.DISCONNECTED
        db.session.commit()
    assert connected.get("/").one(".bar .tag").get_text() == "Celular — desconectado"
    change(app, company, stopped_code="190")
    assert connected.get("/").one(".bar .tag").get_text() == "API oficial — parada", "of two the primary first"


def test_a_number_of_another_company(app: Flask, company: Company, stranger: Browser, page_url: str) -> None:
    for path in ("", "/agente"):
        assert stranger.get(f"{page_url}{path}").status == 404
    stranger.get(PAGE)
    assert stranger.post(f"{page_url}/principal").status == 404
    assert stranger.post(f"{page_url}/credenciais", version=1, **CREDENTIALS).status == 404
    with app.app_context():
        assert db.session.get_one(Connection, int(page_url.rsplit("/", 1)[1])).primary


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("", "Informe o endereço do servidor da Evolution API."),
        ("http://evolution.example", "O endereço começa com https:// e não tem espaços."),
        ("https://user:pw@evolution.example", "O endereço começa com https:// e não tem espaços."),
        ("https://evolution.example", ""),
    ],
)
def test_credentials_of_evolution(app: Flask, company: Company, admin: Browser, address: str, error: str) -> None:
    url = add(admin, "evolution")
    version = admin.get(url).form_data("#credenciais form")["version"]
    given = {"display_phone": "11 98765-4321", "phone_number_id": "cobranca", "access_token": "CHAVEDAAPI4242"}
    page = admin.post(f"{url}/credenciais", version=version, base_url=address, **given)
    assert (page.status, page.errors) == ((422, [error]) if error else (303, []))
    with app.app_context():
        saved = of_kind(company.id, ConnectionKind.EVOLUTION)
        assert saved is not None and saved.base_url == ("" if error else address)


@pytest.mark.parametrize(
    "address",
    [
        "https://10.0.0.5:8080",
        "https://127.0.0.1",
        "https://127.1",
        "https://2130706433",
        "https://localhost",
        "https://evolution",
        "https://api.internal",
        "https://servidor.local:8443/api",
    ],
)
def test_an_address_inside_the_network_is_refused(app: Flask, company: Company, admin: Browser, address: str) -> None:
    url = add(admin, "evolution")
    version = admin.get(url).form_data("#credenciais form")["version"]
    given = {"display_phone": "11 98765-4321", "phone_number_id": "cobranca", "access_token": "CHAVEDAAPI4242"}
    page = admin.post(f"{url}/credenciais", version=version, base_url=address, **given)
    assert (page.status, page.errors) == (
        422,
        ["Este endereço é de uma rede interna. Informe um endereço https da internet."],
    )


@pytest.fixture
def own_server() -> Iterator[EvolutionApi]:
    """The installation's own server, inside its network and without TLS."""
    with EvolutionApi() as fake:
        yield fake


def test_the_installations_own_evolution_server(
    app: Flask, company: Company, admin: Browser, own_server: EvolutionApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields.installation, "evolution_server", True)
    app.config["EVOLUTION_API_URL"] = own_server.url
    gateways.use(registry.build(app.config))
    own_server.add_instance("cobranca", "CHAVEDAAPI4242")
    url = add(admin, "evolution")
    page = admin.get(url)
    assert "em branco, vale o servidor padrão do portal" in page.words and own_server.url not in page.text
    version = page.form_data("#credenciais form")["version"]
    given = {"display_phone": "11 98000-1000", "phone_number_id": "cobranca", "access_token": "CHAVEDAAPI4242"}
    refused = admin.post(f"{url}/credenciais", version=version, base_url=own_server.url, **given)
    assert refused.errors == ["O endereço começa com https:// e não tem espaços."]
    page = admin.post(f"{url}/credenciais", version=version, base_url="", **given, follow=True)
    assert "Credenciais salvas." in page.words and "Falta configurar" not in page.words
    page = admin.post(f"{url}/celular/conectar", follow=True)
    assert page.status == 200 and page.all(".qr img")
    monkeypatch.setattr(fields.installation, "evolution_server", False)
    assert "Falta configurar" in admin.get(url).words, "without it an address is needed"
