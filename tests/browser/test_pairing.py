"""“Conectar-se ao PlugMessage” in Chromium: the code, the phone that reads it, and the page that learns of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal import clock, jobs
from tests.browser.conftest import OpenWindow
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.pairing import PHONE, Paired
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
