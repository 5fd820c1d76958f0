"""The inbox as an operator uses it: list, thread, answer, close."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.inbox.models import AssignedBecause, ConversationStatus
from tests.inbox.talk import MARIA, ask_for_operator, conversation, messages, say
from tests.support.browser import Browser, Page
from tests.support.clockwork import settle
from tests.support.people import Company, set_available

XSS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "</textarea></div><b>solto</b>",
)


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    """A conversation that was given to the operator."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def answer(browser: Browser, conversation_id: int, text: str, *, htmx: bool = False, token: str = "") -> Page:
    page = browser.get(f"/conversas/{conversation_id}")
    token = token or page.form_data("#composer form")["client_token"]
    return browser.post(f"/conversas/{conversation_id}/responder", htmx=htmx, text=text, client_token=token)


def test_from_the_first_word_to_the_read_reply(app: Flask, company: Company, operator: Browser, admin: Browser) -> None:
    set_available(app, company.operator)
    say(app, company, "oi")
    assert "Maria" not in operator.get("/conversas?aba=fila").one("#conversation-list").get_text()
    say(app, company, "quero falar com operador")

    listed = operator.get("/conversas")
    assert listed.one(".conv .unread").get_text().startswith("2")
    assert listed.one("#unread-conversations").get_text().startswith("1")
    page = operator.get(str(listed.one("a.conv")["href"]))
    assert page.one("h1").get_text() == "Conversa com Maria"
    assert "Assistente Virtual" in page.words
    assert operator.post("/conversas/1/lida", htmx=True).status == 204
    assert not operator.get("/conversas").all(".conv .unread")

    sent = answer(operator, 1, "Bom dia, Maria", htmx=True)
    assert "Bom dia, Maria" in sent.words
    assert sent.all(".ticks")[-1]["title"] == "Na fila"
    settle(app)
    assert operator.get("/conversas/1/mensagens", htmx=True).all(".ticks")[-1]["title"] == "Entregue"
    assert admin.post(f"/simulador/{MARIA}/lidas", htmx=True).status == 204
    settle(app)
    assert operator.get("/conversas/1/mensagens", htmx=True).all(".ticks")[-1]["title"] == "Lida"


def test_without_javascript_an_answer_comes_back_to_the_page(operator: Browser, mine: int) -> None:
    sent = answer(operator, mine, "Bom dia")
    assert (sent.status, sent.location) == (303, f"/conversas/{mine}")
    assert "Bom dia" in operator.get(sent.location).one("#thread").get_text()


def test_the_same_token_twice_is_one_message(app: Flask, operator: Browser, mine: int) -> None:
    first = answer(operator, mine, "Só uma vez", htmx=True, token="um-clique")
    answer(operator, mine, "Só uma vez", htmx=True, token="um-clique")
    assert messages(app, mine).count("Só uma vez") == 1
    assert first.one("#client-token")["value"] != "um-clique"


@pytest.mark.parametrize("text", ["", "   ", "\x00", "a" * 4097])
def test_what_is_empty_or_too_long_is_refused_in_place(app: Flask, operator: Browser, mine: int, text: str) -> None:
    before = messages(app, mine)
    refused = answer(operator, mine, text, htmx=True)
    assert refused.status == 422
    assert refused.one("#refusal").get_text(strip=True)
    assert refused.answer.headers["HX-Retarget"] == "#refusal"
    assert answer(operator, mine, text).status == 422
    assert messages(app, mine) == before


def test_after_24_hours_the_composer_is_closed_and_the_server_refuses(
    app: Flask, company: Company, operator: Browser, mine: int
) -> None:
    with clock.at(clock.now() + timedelta(hours=25)):
        operator.log_in(company.operator)
        page = operator.get(f"/conversas/{mine}")
        assert "A janela de 24 h está fechada." in page.one("#window").get_text()
        assert page.one("#composer [type=submit]").has_attr("disabled")
        refused = answer(operator, mine, "Ainda está aí?")
        assert refused.status == 422
        assert "A janela de 24 h fechou" in refused.one("#refusal").get_text()
        assert refused.form_data("#composer form")["text"] == "Ainda está aí?"
    assert "Ainda está aí?" not in messages(app, mine)


def test_the_composer_is_left_alone_until_its_state_changes(company: Company, operator: Browser, mine: int) -> None:
    url = str(operator.get(f"/conversas/{mine}").one("#composer")["hx-get"])
    assert operator.get(url, htmx=True).status == 204
    with clock.at(clock.now() + timedelta(hours=25)):
        operator.log_in(company.operator)
        flipped = operator.get(url, htmx=True)
    assert flipped.status == 200
    assert flipped.one("#reply-text").has_attr("hx-preserve")


def test_closing_says_goodbye_and_a_new_message_opens_another(
    app: Flask, company: Company, operator: Browser, mine: int
) -> None:
    form = operator.get(f"/conversas/{mine}").one("#conversation-head form")
    assert form["data-confirm"]
    assert operator.post(str(form["action"])).status == 303
    assert conversation(app, mine).status is ConversationStatus.CLOSED
    assert operator.post(f"/conversas/{mine}/encerrar").status == 422
    assert "Maria" in operator.get("/conversas?aba=encerradas").one("#conversation-list").get_text()
    refused = operator.post(f"/conversas/{mine}/responder", htmx=True, text="Oi", client_token="depois")
    assert refused.status == 422 and "encerrada" in refused.words
    say(app, company, "voltei")
    assert conversation(app, mine + 1).status is ConversationStatus.ASSISTANT


def test_what_is_parked_with_the_admin_waits_in_the_queue(
    app: Flask, company: Company, operator: Browser, admin: Browser
) -> None:
    parked = ask_for_operator(app, company)
    assert "nenhum operador estava disponível" in admin.get(f"/conversas/{parked}").words
    assert "Maria" in operator.get("/conversas?aba=fila").one("#conversation-list").get_text()
    page = operator.get(f"/conversas/{parked}")
    assert page.one("#composer form").has_attr("hidden")
    assert operator.post(f"/conversas/{parked}/assumir", de=company.admin.id).status == 303
    assert conversation(app, parked).assigned_user_id == company.operator.id


def test_who_answers_takes_a_parked_conversation(app: Flask, company: Company, admin: Browser) -> None:
    parked = ask_for_operator(app, company)
    answer(admin, parked, "Posso ajudar?")
    assert conversation(app, parked).assigned_because is AssignedBecause.TAKEN


@pytest.mark.parametrize("hostile", XSS)
def test_hostile_text_is_only_text(
    app: Flask, company: Company, operator: Browser, admin: Browser, hostile: str
) -> None:
    set_available(app, company.operator)
    found = ask_for_operator(app, company, name=hostile[:80])
    say(app, company, hostile, name=hostile[:80])
    answer(operator, found, hostile, htmx=True)
    settle(app)
    pages = [
        operator.get(f"/conversas/{found}"),
        operator.get(f"/conversas/{found}/mensagens", htmx=True),
        admin.get("/conversas?aba=todas"),
        admin.get(f"/simulador/{MARIA}"),
    ]
    for page in pages:
        assert hostile[:40] in page.soup.get_text()
        assert not page.all("[src=x], [onerror], [onload], main b, main script:not([src])")


def test_search_finds_by_name_and_number(app: Flask, company: Company, operator: Browser, mine: int) -> None:
    for term, found in (("mari", True), ("98765", True), ("joão", False), ("%", False), ("'; --", False)):
        page = operator.get("/conversas/lista", htmx=True, aba="minhas", busca=term)
        assert bool(page.all(".conv")) is found, term
    assert "Nada encontrado" in page.words


@pytest.mark.parametrize(
    "query", ["aba=todas", "aba=x", "mostrar=x", "mostrar=-1", "mostrar=99999999", "aberta=x", "busca=%00"]
)
def test_odd_addresses_show_the_list(operator: Browser, query: str) -> None:
    page = operator.get(f"/conversas?{query}")
    assert page.status == 200
    assert page.one(".tabs [aria-current]").get_text(strip=True) == "Minhas"


def test_older_messages_are_a_step_away(app: Flask, company: Company, operator: Browser, mine: int) -> None:
    say(app, company, *[f"mensagem {n}" for n in range(64)])
    page = operator.get(f"/conversas/{mine}")
    assert "oi" not in [text.get_text() for text in page.all(".bubble-text")]
    older = operator.get(str(page.one(".thread-older a")["href"]))
    assert older.all(".bubble-text")[0].get_text() == "oi"
    assert not older.all(".thread-older")
    assert "desde=" in older.one("#thread")["hx-get"]


@pytest.mark.parametrize("since", ["x", "0", "-1", "9" * 30])
def test_an_odd_start_of_the_thread_is_ignored(operator: Browser, mine: int, since: str) -> None:
    assert operator.get(f"/conversas/{mine}?desde={since}").all(".bubble")


FRAGMENTS = {
    "#conversation-list": "/conversas/lista?aba=minhas&aberta={id}",
    "#thread": "/conversas/{id}/mensagens",
    "#conversation-head": "/conversas/{id}/cabecalho",
    "#window": "/conversas/{id}/janela",
    "#side": "/conversas/{id}/devedor",
    "#unread-conversations": "/conversas/nao-lidas",
}


@pytest.mark.parametrize("selector", FRAGMENTS)
def test_a_fragment_alone_is_what_the_page_includes(operator: Browser, mine: int, selector: str) -> None:
    with clock.at(clock.now()):
        page = operator.get(f"/conversas/{mine}")
        alone = operator.get(FRAGMENTS[selector].format(id=mine), htmx=True)
    for tag in [*page.all("[name=csrf_token]"), *alone.all("[name=csrf_token]")]:
        del tag["value"]
    assert len(alone.soup.body.find_all(recursive=False)) == 1
    assert str(alone.one(selector)) == str(page.one(selector))
