"""“Conectar-se ao PlugMessage” in Chromium: the code, the phone that reads it, and the page that learns of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal import clock, gateways, jobs
from portal.gateways.base import Recipient
from portal.gateways.messages import Text
from tests.browser.conftest import OpenWindow
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.pairing import OTHER_PHONE, PHONE, Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        yield pairing.connect(app, company, fake)


def test_the_page_shows_the_code_and_then_by_itself_the_phone(
    plug: Paired, window: OpenWindow, company: Company
) -> None:
    watched = window(company.admin)
    page = watched.open(f"/whatsapp/configuracoes/{plug.connection_id}")
    page.get_by_role("button", name="Conectar-se ao PlugMessage").click()
    picture = page.get_by_role("img", name="QR Code para ler")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    watched.check_everywhere()
    plug.fake.scan(INSTANCE_ID, PHONE)
    plug.deliver_all()
    jobs.wake("apply-webhooks")
    expect(page.get_by_text("Conectado desde")).to_be_visible()
    expect(picture).to_have_count(0)
    watched.check_everywhere()


def test_the_code_to_type_and_the_way_back(plug: Paired, window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(plug.card)
    page.get_by_text("Conectar com um código").click()
    page.get_by_label("Número do celular").fill("11 98000-1000")
    page.get_by_role("button", name="Gerar código").click()
    expect(page.locator(".pairing-code")).to_have_text("ABCD-1000")
    watched.check_everywhere()
    page.get_by_role("button", name="Cancelar").click()
    expect(page.get_by_text("O celular não está conectado")).to_be_visible()


def test_the_questions_on_the_way(plug: Paired, window: OpenWindow, company: Company) -> None:
    gateways.get("plugmessage").send(plug.state.line, Recipient(e164="+5511987654321"), Text("oi"), "a1")
    watched = window(company.admin)
    page = watched.open(plug.card)
    connect = page.get_by_role("button", name="Conectar-se ao PlugMessage")
    connect.click()
    expect(page.get_by_text("1 mensagem espera na fila do provedor")).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("link", name="Agora não").click()
    connect.click()
    page.get_by_role("button", name="Descartar e conectar").click()
    expect(page.get_by_role("img", name="QR Code para ler")).to_be_visible()
    assert plug.fake.ledger[0].discarded
    plug.fake.scan(INSTANCE_ID, OTHER_PHONE)
    plug.deliver_all()
    jobs.wake("apply-webhooks")
    expect(page.get_by_text("O celular conectado é de outro número")).to_be_visible()
    watched.check_everywhere()
    plug.fake.lose(INSTANCE_ID, restorable=True)
    plug.deliver_all()
    jobs.wake("apply-webhooks")
    expect(page.get_by_text("pode voltar sem uma nova leitura")).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("button", name="Restaurar a conexão").click()
    expect(page.get_by_text("Conectado desde")).to_be_visible()


def test_a_code_that_nobody_reads_and_a_passkey(plug: Paired, window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open(plug.card)
    page.get_by_role("button", name="Conectar-se ao PlugMessage").click()
    expect(page.get_by_text("Código 1 de 3")).to_be_visible()
    plug.fake.always("html_502", action="qr-code/image")
    now = clock.now()
    with clock.at(now + timedelta(seconds=15)):
        page.locator(".pairing").get_by_role("button", name="Atualizar").click()
        expect(page.get_by_text("Não foi possível falar com o PlugMessage.")).to_be_visible()
    assert page.locator(".link-card").count() == 1, "the card, not a card in the card"
    watched.check_everywhere()
    plug.fake.always("ok", action="qr-code/image")
    plug.instance.switches.challenge = True
    page.get_by_role("button", name="Conectar-se ao PlugMessage").click()
    expect(page.get_by_text("Este aparelho exige chave de acesso")).to_be_visible()
    watched.check_everywhere()


def test_a_number_is_removed(plug: Paired, window: OpenWindow, company: Company) -> None:
    watched = window(company.admin)
    page = watched.open("/whatsapp/configuracoes")
    page.get_by_role("link", name="Simulador").click()
    page.get_by_role("link", name="Remover número").click()
    expect(page.get_by_role("heading", name="Remover Simulador")).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("button", name="Remover número").click()
    expect(page.get_by_text("Simulador foi removido.")).to_be_visible()
    expect(page.get_by_role("heading", name="PlugMessage", exact=True)).to_be_visible()
