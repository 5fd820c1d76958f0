"""Who may send a file in a conversation, and who may open it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.inbox.outgoing import PNG, Desk, post_files
from tests.inbox.talk import ask_for_operator
from tests.support.browser import Browser
from tests.support.people import Company, add_operator, set_available

PHOTO = ("foto.png", PNG)


@pytest.fixture
def desk(app: Flask, company: Company, operator: Browser) -> Desk:
    set_available(app, company.operator)
    return Desk(app, operator, ask_for_operator(app, company))


@pytest.fixture
def paula(app: Flask, company: Company) -> Browser:
    """Another operator of the company."""
    return Browser(app).log_in(add_operator(app, company, "Paula Pereira", available=False))


def test_only_who_sees_the_conversation_opens_its_files(
    app: Flask, desk: Desk, admin: Browser, paula: Browser, stranger: Browser
) -> None:
    desk.send(PHOTO)
    (message,) = desk.sent()
    for address in ("midia", "arquivo"):
        url = f"{desk.url}/mensagens/{message.id}/{address}"
        for other in (paula, stranger):
            assert other.client.get(url).status_code == 404
        assert admin.client.get(url, follow_redirects=True).data == PNG
        assert app.test_client().get(url).status_code == 303


def test_a_file_is_found_in_its_own_conversation_alone(
    app: Flask, company: Company, desk: Desk, paula: Browser
) -> None:
    desk.send(PHOTO)
    (message,) = desk.sent()
    set_available(app, company.operator, available=False)
    theirs = ask_for_operator(app, company, wa_id="5511912345678", name="João")
    paula.post(f"/conversas/{theirs}/assumir", de=company.admin.id)
    assert paula.get(f"/conversas/{theirs}").status == 200
    for address in ("midia", "arquivo"):
        assert paula.client.get(f"/conversas/{theirs}/mensagens/{message.id}/{address}").status_code == 404


def test_who_does_not_see_the_conversation_sends_nothing(desk: Desk, paula: Browser, stranger: Browser) -> None:
    for other in (paula, stranger):
        assert post_files(other, desk.url, PHOTO).status == 404
    assert desk.sent() == [] and desk.on_disk() == []


def test_who_looks_on_is_told_whose_conversation_it_is(desk: Desk, admin: Browser) -> None:
    admin.get(desk.url)
    refused = post_files(admin, desk.url, PHOTO)
    assert refused.status == 422 and "Esta conversa está com Otávio Operador." in refused.words
    assert desk.sent() == [] and desk.on_disk() == []


def test_a_closed_conversation_takes_none(desk: Desk) -> None:
    desk.browser.post(f"{desk.url}/encerrar")
    refused = post_files(desk.browser, desk.url, PHOTO)
    assert refused.status == 422 and "encerrada" in refused.words
    assert desk.on_disk() == []


def test_a_form_without_its_token_sends_nothing(desk: Desk) -> None:
    desk.browser._token = "de-outro-lugar"
    assert post_files(desk.browser, desk.url, PHOTO, htmx=False).status == 303
    assert desk.sent() == [] and desk.on_disk() == []


def test_a_name_is_only_a_name(desk: Desk) -> None:
    desk.send(('../../<img src=x onerror="alert(1)">.png', PNG))
    page = desk.browser.get(desk.url)
    assert not page.all("[src=x], [onerror]")
    (file,) = desk.files()
    assert "/" not in file.filename and "<" not in file.filename
    assert {path.parent.name for path in desk.on_disk()} == {str(file.account_id)}
