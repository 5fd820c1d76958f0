"""Who receives a conversation when no operator is available, and what the page says of it beforehand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.inbox.models import AssignedBecause
from portal.inbox.rules.assignment import Candidate, pick, why
from tests.account_settings.scene import add_admin, change
from tests.inbox.talk import ask_for_operator, conversation
from tests.support.browser import Browser
from tests.support.people import Company, add_operator, set_available

PAGE = "/whatsapp/conta"
FORM = "#account-choices form"
EARLY, LATE = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)


def answer(admin: Browser) -> str:
    whole, part = admin.get(PAGE), admin.get(f"{PAGE}/quem-receberia", htmx=True)
    assert str(whole.one("#receiver")) == str(part.one("#receiver"))
    return part.one("#receiver p:not([class])").get_text()


def choose(admin: Browser, fallback_id: int | str) -> None:
    data = admin.get(PAGE).form_data(FORM)
    assert admin.post(f"{PAGE}/escolhas", **{**data, "fallback_user_id": fallback_id}).status == 303


def test_the_chosen_one_receives_what_nobody_takes(app: Flask, company: Company, admin: Browser) -> None:
    bia = add_admin(app, company, "Bia Alves")
    assert answer(admin) == (
        "Ana Administradora: é o administrador ativo mais antigo e faz as vezes de Usuário ADM, "
        "e nenhum operador está com “Operador Disponível” ligado."
    )
    choose(admin, bia.id)
    assert answer(admin) == ("Bia Alves: é o Usuário ADM, e nenhum operador está com “Operador Disponível” ligado.")
    got = conversation(app, ask_for_operator(app, company))
    assert (got.assigned_user_id, got.assigned_because) == (bia.id, AssignedBecause.FALLBACK)
    change(app, bia, active=False)
    assert answer(admin).startswith("Ana Administradora: é o administrador ativo mais antigo")
    got = conversation(app, ask_for_operator(app, company, wa_id="5511912345678"))
    assert (got.assigned_user_id, got.assigned_because) == (company.admin.id, AssignedBecause.FALLBACK)


def test_an_available_operator_comes_first(app: Flask, company: Company, admin: Browser) -> None:
    choose(admin, company.admin.id)
    set_available(app, company.operator)
    name = company.operator.name
    assert (
        answer(admin)
        == f"{name}: disponível, nenhuma conversa aberta, o único operador com “Operador Disponível” ligado."
    )
    assert conversation(app, ask_for_operator(app, company)).assigned_user_id == company.operator.id
    paula = add_operator(app, company, "Paula Prado")
    assert answer(admin) == "Paula Prado: disponível, nenhuma conversa aberta, a menor carga."
    got = conversation(app, ask_for_operator(app, company, wa_id="5511912345678"))
    assert got.assigned_user_id == paula.id
    assert answer(admin) == (
        f"{name}: disponível, 1 conversa aberta, a menor carga; "
        "entre iguais, está há mais tempo sem receber uma conversa."
    )


def test_the_answer_keeps_itself_fresh_and_works_as_a_link(admin: Browser) -> None:
    root = admin.get(PAGE).one("#receiver")
    assert (root["hx-get"], root["hx-target"]) == (f"{PAGE}/quem-receberia", "this"), "not the form around it"
    assert root.has_attr("data-poll") and "live-inbox" in str(root["hx-trigger"])
    assert root.select_one("a")["href"] == f"{PAGE}/quem-receberia"
    assert admin.get(f"{PAGE}/quem-receberia").location == f"{PAGE}#receiver"


@pytest.mark.parametrize(
    ("candidates", "chosen", "words"),
    [
        ([Candidate(1, 2, None)], 1, "2 conversas abertas, o único operador com “Operador Disponível” ligado"),
        ([Candidate(1, 3, None), Candidate(2, 2, LATE)], 2, "2 conversas abertas, a menor carga"),
        (
            [Candidate(1, 1, LATE), Candidate(2, 1, EARLY)],
            2,
            "1 conversa aberta, a menor carga; entre iguais, está há mais tempo sem receber uma conversa",
        ),
        (
            [Candidate(2, 0, None), Candidate(1, 0, None), Candidate(3, 4, None)],
            1,
            "nenhuma conversa aberta, a menor carga; entre iguais, é o cadastro mais antigo",
        ),
    ],
)
def test_why(candidates: list[Candidate], chosen: int, words: str) -> None:
    assert pick(candidates) == chosen
    assert why(candidates) == f"disponível, {words}"
