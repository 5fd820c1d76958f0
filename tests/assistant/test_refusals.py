"""What counts as a wish to get no more messages, and what does not: the whole message, courtesies aside."""

from __future__ import annotations

import pytest

from portal.assistant.rules.refusals import Wish, wish_in

STOP = [
    "parar", "PARE", "Pare!", "pare, por favor", "Não quero receber mensagens", "nao quero mais receber mensagem",
    "Por favor, não me mande mais mensagens.", "descadastrar", "stop", "Boa tarde, remova meu número", "não me chame mais",
]  # fmt: skip
WRONG = [
    "não sou eu", "Nao sou essa pessoa", "número errado", "NUMERO ERRADO!!", "engano", "foi engano, moço",
    "Boa tarde, não sou esta pessoa.", "Não conheço essa pessoa", "pessoa errada",
]  # fmt: skip
NEITHER = [
    "", "oi", "não quero parar de pagar", "pare de cobrar juros e faço o acordo", "não reconheço essa dívida", "não conheço",
    "não sou eu quem decide", "quero parar de dever, me manda o boleto", "esse número é meu pix", "remover juros", "2",
    "111.444.777-35", "não", "não quero", "sair", "encerrar", "não é meu esse débito",
]  # fmt: skip


@pytest.mark.parametrize("text", STOP)
def test_a_wish_to_stop(text: str) -> None:
    assert wish_in(text, opted_out=False, answers_starter=False) is Wish.STOP


@pytest.mark.parametrize("text", WRONG)
def test_the_wrong_person(text: str) -> None:
    assert wish_in(text, opted_out=False, answers_starter=False) is Wish.WRONG_PERSON


@pytest.mark.parametrize("text", NEITHER)
def test_no_wish(text: str) -> None:
    assert wish_in(text, opted_out=False, answers_starter=False) is None
    assert wish_in(text, opted_out=True, answers_starter=False) is None


def test_sair_stops_only_in_answer_to_what_we_began() -> None:
    assert wish_in("SAIR", opted_out=False, answers_starter=True) is Wish.STOP
    assert wish_in("SAIR", opted_out=False, answers_starter=False) is None


@pytest.mark.parametrize("text", ["engano", "Foi engano.", "por engano"])
def test_what_may_mean_something_else_is_left_to_the_operator_who_hears_it(text: str) -> None:
    assert wish_in(text, opted_out=False, answers_starter=False, attended=True) is None
    assert wish_in(text, opted_out=False, answers_starter=False) is Wish.WRONG_PERSON
    assert wish_in("não sou eu", opted_out=False, answers_starter=False, attended=True) is Wish.WRONG_PERSON


def test_only_who_stopped_can_resume() -> None:
    assert wish_in("Voltar a receber", opted_out=True, answers_starter=True) is Wish.RESUME
    assert wish_in("Voltar a receber", opted_out=False, answers_starter=True) is None
