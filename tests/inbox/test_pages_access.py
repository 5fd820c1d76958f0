"""Who sees a conversation, who may take it, and who is told what."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from tests.inbox.talk import ask_for_operator, conversation, messages, say
from tests.support.browser import Browser, Page
from tests.support.people import Company, add_operator, set_available

FRAGMENTS = ("/mensagens", "/cabecalho", "/janela", "/devedor", "/resposta")
GONE = "Esta conversa não está mais com você. Ver as suas conversas O que você tinha escrito Se você tinha escrito algo, copie daqui."
WRITES = ("/responder", "/encerrar", "/lida", "/mensagens/1/reenviar", "/mensagens/1/dar-como-enviada")


@pytest.fixture
def paula(app: Flask, company: Company) -> Browser:
    """Another operator of the company."""
    return Browser(app).log_in(add_operator(app, company, "Paula Pereira", available=False))


def statuses(browser: Browser, conversation_id: int) -> set[int]:
    url = f"/conversas/{conversation_id}"
    alone = {browser.get(f"{url}{path}", htmx=True).status for path in FRAGMENTS}
    return {browser.get(url).status, browser.get(f"{url}/devedor").status} | alone


def is_shut_out(browser: Browser, conversation_id: int) -> bool:
    """No page of the conversation, and of its fragments nothing but the note that it is not theirs."""
    url = f"/conversas/{conversation_id}"
    pages = {browser.get(url).status, browser.get(f"{url}/devedor").status}
    found = [browser.get(f"{url}{path}", htmx=True) for path in FRAGMENTS]
    told = "".join(page.words for page in found)
    return pages == {404} and {page.status for page in found} <= {200, 204} and told == GONE


def refused_writes(browser: Browser, conversation_id: int) -> set[int]:
    return {browser.post(f"/conversas/{conversation_id}{p}", text="x", client_token="x").status for p in WRITES}


def test_an_operators_conversation(
    app: Flask, company: Company, admin: Browser, operator: Browser, paula: Browser, stranger: Browser
) -> None:
    set_available(app, company.operator)
    found = ask_for_operator(app, company)
    before = messages(app, found)
    assert statuses(operator, found) == statuses(admin, found) == {200}
    for outsider in (paula, stranger):
        assert is_shut_out(outsider, found) and refused_writes(outsider, found) == {404}
        assert not outsider.get("/conversas?aba=fila").all(".conv")
    assert stranger.post(f"/conversas/{found}/assumir").status == 404
    assert stranger.get("/conversas?aba=todas").all(".conv") == []
    assert messages(app, found) == before


def test_a_page_that_stayed_open_says_so_and_shows_nothing_new(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    set_available(app, company.operator)
    found = ask_for_operator(app, company)
    assert operator.get(f"/conversas/{found}").status == 200
    assert admin.post(f"/conversas/{found}/assumir", de=str(company.operator.id)).status == 303
    for part in ("mensagens", "cabecalho", "janela", "devedor"):
        answer = operator.get(f"/conversas/{found}/{part}", htmx=True)
        assert (answer.status, answer.text) == (204, "")
    gone = operator.get(f"/conversas/{found}/resposta?estado=responder", htmx=True)
    assert "Esta conversa não está mais com você." in gone.words
    nothing = operator.get("/conversas/999999/resposta?estado=responder", htmx=True)
    assert nothing.text == gone.text, "whether there is such a conversation is not told"
    assert operator.get(f"/conversas/{found}").status == 404
    assert operator.post(f"/conversas/{found}/responder", text="oi", client_token="x", htmx=True).status == 404


def test_with_the_assistant_only_the_admin_looks_on(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    say(app, company, "oi")
    assert is_shut_out(operator, 1)
    assert operator.post("/conversas/1/assumir").status == 404
    page = admin.get("/conversas/1")
    assert "O assistente virtual está atendendo" in page.words
    assert admin.post("/conversas/1/assumir").status == 303
    assert conversation(app, 1).assigned_user_id == company.admin.id


def test_an_admin_reads_but_must_take_before_answering(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    set_available(app, company.operator)
    found = ask_for_operator(app, company)
    page = admin.get(f"/conversas/{found}")
    assert "Esta conversa é de Otávio Operador" in page.one("#composer").get_text()
    refused = admin.post(f"/conversas/{found}/responder", htmx=True, text="Oi", client_token="t")
    assert refused.status == 422 and "está com Otávio Operador" in refused.words
    assert admin.post(f"/conversas/{found}/lida").status == 204
    assert conversation(app, found).unread == 2
    blind = admin.post(f"/conversas/{found}/assumir")
    assert blind.status == 422 and "Otávio Operador já assumiu" in blind.words
    form = admin.get(f"/conversas/{found}").one("#conversation-head form")
    assert "Otávio Operador" in form["data-confirm"]
    taken = admin.post(str(form["action"]), de=form.select_one("[name=de]")["value"])
    assert taken.status == 303
    assert is_shut_out(operator, found)


def test_of_two_who_take_at_once_the_second_is_told_who_has_it(
    app: Flask, company: Company, operator: Browser, paula: Browser
) -> None:
    found = ask_for_operator(app, company)
    start, answers = threading.Barrier(2), []

    def take(browser: Browser) -> None:
        start.wait()
        answers.append(browser.post(f"/conversas/{found}/assumir"))

    threads = [threading.Thread(target=take, args=(browser,)) for browser in (operator, paula)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    won, lost = sorted(answers, key=lambda page: page.status)
    assert (won.status, lost.status) == (303, 422)
    owner = conversation(app, found).assigned_user_id
    name = "Otávio Operador" if owner == company.operator.id else "Paula Pereira"
    assert f"{name} já assumiu esta conversa." in lost.words


@pytest.mark.parametrize("path", ["/conversas", "/conversas/lista", "/conversas/nao-lidas", "/conversas/1"])
def test_nobody_without_a_login(app: Flask, path: str) -> None:
    page: Page = Browser(app).get(path)
    assert page.status == 303 and "/login" in page.location
