"""Messages that failed, or of which nobody knows: the reason in words, and what a person may decide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.inbox.rules.ledger import State
from tests.inbox.talk import ask_for_operator, last_message, messages
from tests.support.browser import Browser
from tests.support.people import Company, set_available

BYE = "Sua conversa será transferida"


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def copies(app: Flask, conversation_id: int) -> int:
    return sum(text.startswith(BYE) for text in messages(app, conversation_id))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("131026", "WhatsApp"),
        ("janela_fechada", "A janela de 24 h fechou antes do envio."),
        ("envio_cancelado", "O envio foi cancelado"),
        ("999999", "999999"),
    ],
)
def test_a_failure_says_why_and_can_be_sent_again(
    app: Flask, operator: Browser, mine: int, code: str, reason: str
) -> None:
    failed = last_message(app, mine, state=State.FAILED, error_code=code)
    bubble = operator.get(f"/conversas/{mine}").one(f"#message-{failed}")
    assert "Falhou" in bubble.get_text() and reason in bubble.get_text()
    again = operator.post(f"/conversas/{mine}/mensagens/{failed}/reenviar", htmx=True)
    assert again.status == 200 and "Reenviada em uma nova mensagem" in again.one(f"#message-{failed}").get_text()
    twice = operator.post(f"/conversas/{mine}/mensagens/{failed}/reenviar", htmx=True)
    assert twice.status == 422
    assert copies(app, mine) == 2


@pytest.mark.parametrize("code", ["", "processo_interrompido"])
def test_an_uncertain_message_waits_for_a_decision(app: Flask, operator: Browser, mine: int, code: str) -> None:
    unknown = last_message(app, mine, state=State.UNKNOWN, error_code=code)
    bubble = operator.get(f"/conversas/{mine}").one(f"#message-{unknown}")
    assert "Sem confirmação" in bubble.get_text()
    assert [b.get_text() for b in bubble.select("button")] == ["Reenviar", "Dar como enviada"]
    done = operator.post(f"/conversas/{mine}/mensagens/{unknown}/dar-como-enviada")
    assert done.status == 303
    assert "Dada como enviada" in operator.get(done.location).one(f"#message-{unknown}").get_text()
    assert copies(app, mine) == 1


def test_only_who_has_the_conversation_decides(app: Flask, admin: Browser, mine: int) -> None:
    unknown = last_message(app, mine, state=State.UNKNOWN)
    assert not admin.get(f"/conversas/{mine}").one(f"#message-{unknown}").select("button")
    refused = admin.post(f"/conversas/{mine}/mensagens/{unknown}/reenviar")
    assert refused.status == 422 and "está com Otávio Operador" in refused.words
    assert copies(app, mine) == 1


def test_text_is_not_sent_again_after_the_window(app: Flask, company: Company, operator: Browser, mine: int) -> None:
    failed = last_message(app, mine, state=State.FAILED, error_code="131026")
    with clock.at(clock.now() + timedelta(hours=25)):
        operator.log_in(company.operator)
        assert not operator.get(f"/conversas/{mine}").one(f"#message-{failed}").select("button")
        assert operator.post(f"/conversas/{mine}/mensagens/{failed}/reenviar", htmx=True).status == 422
    assert copies(app, mine) == 1


def test_a_message_of_another_conversation_is_not_found(
    app: Flask, company: Company, operator: Browser, mine: int
) -> None:
    other = ask_for_operator(app, company, wa_id="5521976543210", name="João")
    failed = last_message(app, other, state=State.FAILED)
    assert operator.post(f"/conversas/{mine}/mensagens/{failed}/reenviar").status == 404
    assert operator.post(f"/conversas/{mine}/mensagens/1/reenviar").status == 404  # the debtor's own message
    assert operator.post(f"/conversas/{mine}/mensagens/{failed + 99}/reenviar").status == 404
