"""“Conectar-se ao PlugMessage” in the browser: the code, its end, the pairing code, the queue, the number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.connection.models import LinkState
from tests.fakes.plug_api import PlugApi
from tests.support import pairing as support
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.pairing import NUMBER, OTHER_PHONE, PHONE, Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID

START = clock.now()
PNG = b"\x89PNG"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        yield support.connect(app, company, fake)


def codes_asked(plug: Paired) -> int:
    return sum(action == "qr-code/image" for _, action in plug.fake.calls)


def test_the_code_is_shown_renewed_three_times_and_then_waits_for_a_click(admin: Browser, plug: Paired) -> None:
    now = START
    with clock.at(now):
        page = admin.get(plug.card)
        assert "Conectar-se ao PlugMessage" in page.words
        page = admin.post(f"{plug.card}/conectar", htmx=True)
        assert page.status == 200
        assert "Código 1 de 3" in page.words
        assert page.one(".pairing")["hx-trigger"] == "every 15s"
        picture = page.one(".qr img")
        assert "celular" in str(picture["alt"])
        answer = admin.client.get(str(picture["src"]))
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/png", "no-store")
        assert answer.data.startswith(PNG)
        again = admin.post(f"{plug.card}/qr", htmx=True)  # too soon: the same code stays
        assert "Código 1 de 3" in again.words
    for number in (2, 3):
        now += timedelta(seconds=15)
        with clock.at(now):
            assert f"Código {number} de 3" in admin.post(f"{plug.card}/qr", htmx=True).words
    with clock.at(now + timedelta(seconds=15)):
        last = admin.post(f"{plug.card}/qr", htmx=True)
        assert last.status == 286
        assert "Gerar novo QR Code" in last.words
        assert not last.all("[hx-trigger='every 15s']")
        assert last.answer.headers["HX-Retarget"] == f"#link-{plug.connection_id}"
        assert admin.client.get(f"{plug.card}/qr/imagem").status_code == 404
    assert codes_asked(plug) == 3


def test_the_page_that_waits_learns_of_the_reading_without_a_webhook(admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        admin.post(f"{plug.card}/conectar", htmx=True)
        plug.fake.scan(INSTANCE_ID, PHONE)
        page = admin.post(f"{plug.card}/qr", htmx=True)
    assert page.status == 286
    assert "Conectado" in page.one(".tag").get_text()
    assert NUMBER in page.words
    assert plug.state.linked_at == START


def test_everything_works_without_javascript(admin: Browser, plug: Paired) -> None:
    page = admin.post(f"{plug.card}/conectar")
    assert (page.status, len(page.all(".qr img"))) == (200, 1)
    assert admin.get(f"{plug.card}/qr").status == 200
    plug.fake.scan(INSTANCE_ID, PHONE)
    assert "Conectado desde" in admin.post(f"{plug.card}/atualizar").words
    assert admin.post(f"{plug.card}/desconectar").location == plug.card
    assert "Desconectado" in admin.get(plug.card).words
    assert plug.instance.link == "disconnected"


def test_a_session_that_can_come_back_needs_no_code(company: Company, admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        admin.post(f"{plug.card}/conectar")
        plug.scan()
    with clock.at(START + timedelta(days=4)):
        plug.lose(restorable=True)
        admin = Browser(plug.app).log_in(company.admin)
        assert "Restaurar" in admin.get(plug.card).words
        asked = codes_asked(plug)
        page = admin.post(f"{plug.card}/conectar", htmx=True)
        assert "Conectado" in page.one(".tag").get_text()
    assert codes_asked(plug) == asked
    assert plug.state.linked_at == START, "the same session goes on"


def test_what_waits_at_the_provider_is_asked_before(admin: Browser, plug: Paired) -> None:
    _leave_waiting(plug, 2)
    page = admin.post(f"{plug.card}/conectar", htmx=True)
    assert page.status == 422
    assert "2 mensagens esperam na fila do provedor" in page.words
    assert codes_asked(plug) == 0
    page = admin.post(f"{plug.card}/conectar", htmx=True, fila="descartar")
    assert "Código 1 de 3" in page.words
    assert [sent.discarded for sent in plug.fake.ledger] == [True, True]
    page = admin.post(f"{plug.card}/conectar", htmx=True)
    assert page.status == 200


def test_or_sent_as_soon_as_the_phone_is_linked(admin: Browser, plug: Paired) -> None:
    _leave_waiting(plug, 1)
    assert "Código 1 de 3" in admin.post(f"{plug.card}/conectar", fila="enviar").words
    plug.fake.scan(INSTANCE_ID, PHONE)
    assert [sent.sent for sent in plug.fake.ledger] == [True]


def test_who_asked_for_a_code_to_type_gets_it_after_the_question(admin: Browser, plug: Paired) -> None:
    _leave_waiting(plug, 1)
    page = admin.post(f"{plug.card}/codigo", htmx=True, phone="11 98000-1000")
    assert page.status == 422 and "1 mensagem espera na fila do provedor" in page.words
    form = page.all(f"form[action='{plug.card}/codigo']")[0]
    given = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
    page = admin.post(f"{plug.card}/codigo", htmx=True, **{**given, "fila": "enviar"})
    assert page.one(".pairing-code").get_text(strip=True) == "ABCD-1000" and codes_asked(plug) == 0


def _leave_waiting(plug: Paired, count: int) -> None:
    from portal import gateways
    from portal.gateways.base import Recipient
    from portal.gateways.messages import Text

    line = plug.state.line
    for number in range(count):
        gateways.get("plugmessage").send(line, Recipient(e164="+5511987654321"), Text(f"oi {number}"), f"a{number}")


def test_the_pairing_code_is_the_other_way(admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        page = admin.post(f"{plug.card}/codigo", htmx=True, phone="11 98000")
        assert page.status == 422
        assert "incompleto" in page.words
        page = admin.post(f"{plug.card}/codigo", htmx=True, phone="11 98000-1000")
        code = page.one(".pairing-code").get_text(strip=True)
        assert len(code) == 9 and code[4] == "-"
    with clock.at(START + timedelta(minutes=2)):
        page = admin.post(f"{plug.card}/qr", htmx=True)
        assert page.one(".pairing-code").get_text(strip=True) == code
    assert codes_asked(plug) == 0


def test_a_phone_that_asks_for_a_passkey_is_explained(admin: Browser, plug: Paired) -> None:
    plug.instance.switches.challenge = True
    page = admin.post(f"{plug.card}/conectar", htmx=True)
    assert "Chave de acesso" in page.one(".tag").get_text()
    assert "painel do provedor (PlugMessage)" in page.words
    assert plug.state.link_state is LinkState.PASSKEY


def test_a_refusal_of_the_provider_is_said_without_its_tokens(admin: Browser, plug: Paired) -> None:
    plug.fake.next("refuse", error=f"Client-Token {support.CLIENT_TOKEN} not allowed", status=403)
    page = admin.post(f"{plug.card}/conectar", htmx=True)
    assert page.status == 422
    assert "Client-Token" in page.words
    assert not [secret for secret in support.SECRETS if secret in page.text]


def test_a_lapsed_subscription_is_a_state(admin: Browser, plug: Paired) -> None:
    plug.instance.suspended = True
    page = admin.post(f"{plug.card}/conectar", htmx=True)
    assert "Assinatura vencida" in page.one(".tag").get_text()


def test_another_number_is_held_until_an_admin_says_so(admin: Browser, plug: Paired) -> None:
    admin.post(f"{plug.card}/conectar")
    plug.scan(OTHER_PHONE)
    page = admin.get(plug.card)
    assert "Número diferente" in page.one(".link-card .tag").get_text()
    found = page.one("input[name=numero]")["value"]
    assert admin.post(f"{plug.card}/usar-numero", numero="(11) 91111-1111").status == 422
    assert admin.post(f"{plug.card}/usar-numero", numero=found).location == plug.card
    assert plug.state.display_phone == found == "(11) 97000-2000"
    assert "Conectado" in admin.get(plug.card).one(".link-card .tag").get_text()


def test_reading_again_while_connected_disconnects_first(company: Company, admin: Browser, plug: Paired) -> None:
    with clock.at(START):
        admin.post(f"{plug.card}/conectar")
        plug.scan()
    later = START + timedelta(days=13)
    with clock.at(later):
        admin = Browser(plug.app).log_in(company.admin)
        page = admin.get(plug.card)
        assert "vence em 2 dias" in page.words
        assert page.one("form[action$='/conectar']")["data-confirm"]
        page = admin.post(f"{plug.card}/conectar", renovar="1")
        assert "Código 1 de 3" in page.words
        plug.scan()
        run(plug.app, "connection-status")
    assert plug.state.linked_at == later


@pytest.mark.parametrize("verb", ["conectar", "qr", "codigo", "atualizar", "usar-numero", "desconectar"])
def test_only_the_companys_admins_may(
    app: Flask, company: Company, admin: Browser, operator: Browser, stranger: Browser, plug: Paired, verb: str
) -> None:
    assert operator.post(f"{plug.card}/{verb}").status == 404
    assert stranger.post(f"{plug.card}/{verb}").status == 404
    assert stranger.client.get(f"{plug.card}/qr/imagem").status_code == 404


def test_who_is_reminded_is_chosen(admin: Browser, company: Company, other: Company, plug: Paired) -> None:
    from portal.connection.service import watchers

    url = "/whatsapp/configuracoes/lembretes"
    assert "Ana Administradora" in admin.get(url).words
    with plug.app.app_context():
        assert [user.id for user in watchers.watchers(company.id)] == [company.admin.id]
    page = admin.post(url, htmx=True, people=str(company.operator.id))
    assert page.status == 200
    assert [box["value"] for box in page.all("input[checked]")] == [str(company.operator.id)]
    with plug.app.app_context():
        assert [user.id for user in watchers.watchers(company.id)] == [company.operator.id]
    assert admin.post(url, htmx=True, people=str(other.admin.id)).status == 422
    assert admin.post(url).status == 303
    with plug.app.app_context():
        assert [user.id for user in watchers.watchers(company.id)] == [company.admin.id]
