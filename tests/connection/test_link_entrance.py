"""Whether the provider of a linked number posts its events here: what is in the way stands in the page until it is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock, jobs
from portal.connection.service import link
from tests.connection.official import PAGE
from tests.fakes.plug_api import PlugApi
from tests.support import pairing
from tests.support.browser import Browser
from tests.support.pairing import CLIENT_TOKEN, PUBLIC_URL, TOKEN, Paired
from tests.support.people import Company
from tests.support.plug import INSTANCE_ID

TITLE = "As mensagens que chegam ao celular ainda não chegam ao portal"


@pytest.fixture
def plug(app: Flask, company: Company) -> Iterator[Paired]:
    with PlugApi(now=clock.now) as fake:
        yield pairing.connect(app, company, fake)


def save(admin: Browser, url: str) -> str:
    version = admin.get(url).form_data("#credenciais form")["version"]
    given = {"display_phone": pairing.NUMBER, "phone_number_id": INSTANCE_ID}
    secrets = {"access_token": TOKEN, "app_secret": CLIENT_TOKEN}
    return admin.post(f"{url}/credenciais", version=version, **given, **secrets, follow=True).words


def test_a_refusal_stays_in_the_page_with_the_next_step(admin: Browser, plug: Paired) -> None:
    url = f"{PAGE}/{plug.connection_id}"
    link.office.public_url = "http://127.0.0.1:8000"
    words = save(admin, url)
    assert "Credenciais salvas." in words and TITLE in words and "endereço http" in words
    page = admin.get(url)
    assert TITLE in page.one(".banner.warning").get_text(), "a warning, for whoever comes later too"
    assert admin.post(f"{url}/avisos").status == 422
    link.office.public_url = PUBLIC_URL
    plug.fake.next("refuse", error=f"Client-Token {CLIENT_TOKEN} not allowed", status=403)
    refused = admin.post(f"{url}/avisos")
    assert refused.status == 422 and "Client-Token" in refused.words
    assert not [secret for secret in pairing.SECRETS if secret in refused.text]
    page = admin.post(f"{url}/avisos", follow=True)
    assert "o provedor entrega as mensagens a este portal" in page.words and TITLE not in page.words
    assert set(plug.instance.webhooks.values()) == {PUBLIC_URL + plug.webhook_path}


def test_saving_good_credentials_clears_it(admin: Browser, plug: Paired) -> None:
    url = f"{PAGE}/{plug.connection_id}"
    link.office.public_url = "http://127.0.0.1:8000"
    assert TITLE in save(admin, url)
    link.office.public_url = PUBLIC_URL
    assert TITLE not in save(admin, url)


def test_trying_again_asks_the_provider_how_the_number_stands(
    admin: Browser, plug: Paired, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(jobs, "wake", woken.append)
    assert admin.post(f"{PAGE}/{plug.connection_id}/retomar").status == 303
    assert {"connection-status", "send-outbox"} <= set(woken)


@pytest.mark.parametrize("verb", ["avisos", "botoes"])
def test_only_where_it_means_something_and_for_admins(
    admin: Browser, operator: Browser, stranger: Browser, page_url: str, plug: Paired, verb: str
) -> None:
    assert admin.post(f"{page_url}/{verb}").status == 404, "the simulator has no provider"
    for other in (operator, stranger):
        assert other.post(f"{PAGE}/{plug.connection_id}/{verb}").status == 404
