"""What the options of the menu send: stories at the simulated phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.documents import render
from portal.documents.models import DocumentKind
from portal.documents.service import issue
from portal.inbox.models import ConversationStatus
from portal.inbox.rules.ledger import State
from portal.menu.rules import MenuAction
from portal.portfolio.rules import pix
from tests.assistant.cases import (
    KNOWN,
    MARIA_CPF,
    STATEMENT_BODY,
    agree,
    choose_document,
    know,
    offer,
    reasons,
    sent_to,
    statuses,
    texts_to,
)
from tests.inbox.talk import say
from tests.support.people import Company, set_available
from tests.support.portfolio import LINE, add_debtor

AGAIN = "Posso ajudar em algo mais?"
CHARGES = {"fine_percent": 2, "interest_percent": 1, "fee_percent": 10}


@pytest.fixture
def maria(app: Flask, company: Company) -> int:
    """A debtor of 350,75 for 40 days, to a creditor whose contract adds multa, juros and honorários."""
    offer(app, company, *MenuAction)
    debtor_id = add_debtor(app, company)
    know(app, company, **KNOWN, **CHARGES)
    return debtor_id


@pytest.fixture
def broken_pdf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program that sets the pages has a defect."""

    def fail(sheet: object) -> bytes:
        raise RuntimeError("no page")

    monkeypatch.setattr(issue, "pdf", fail)
    monkeypatch.setattr(render, "pdf", fail)
    yield


def choose(app: Flask, company: Company, *words: str) -> list[str]:
    """Identify and write to the assistant; what it answered after the menu."""
    say(app, company, "oi", MARIA_CPF, *words)
    return texts_to(app, company)[3:]


@pytest.mark.usefixtures("maria")
def test_pix_comes_itemised_with_its_creditor_and_the_code_alone(app: Flask, company: Company) -> None:
    about, code, again = choose(app, company, "pix")
    assert about.startswith(
        "*Escola Azul Ltda*\nCPF/CNPJ: 12.345.678/0001-95\n"
        "Endereço: Rua das Flores, 10, São Paulo/SP, CEP 01310-100\n\nTítulo 001, vencimento "
    )
    for part in ("Valor original: R$ 350,75", "Multa: R$ ", "Juros: R$ ", "Honorários: R$ ", "*Total a pagar: R$ "):
        assert part in about
    paid = pix.parse(code)
    assert (paid.key, paid.name) == (KNOWN["pix_key"], "Escola Azul Ltda")
    assert paid.amount is not None
    assert f"*Total a pagar: R$ {paid.amount:.2f}*".replace(".", ",") in about
    assert again.startswith(AGAIN)


def test_pix_of_an_agreement_is_its_next_unpaid_instalment(app: Flask, company: Company, maria: int) -> None:
    agree(app, company, maria)
    about, code, _ = choose(app, company, "pix")
    assert "Parcela 1 de 2 do acordo nº 7" in about
    assert "Valor da parcela: R$ 150,00" in about
    assert "Multa: R$ 20,00" in about and "Desconto: -R$ 20,00" in about and "Total do acordo: R$ 400,00" in about
    assert str(pix.parse(code).amount) == "150.00"


@pytest.mark.usefixtures("maria")
def test_without_a_key_the_text_of_no_pix_comes_with_the_menu(app: Flask, company: Company) -> None:
    know(app, company, pix_key="")
    (told,) = choose(app, company, "pix")
    assert told.startswith("No momento não há PIX disponível por aqui.")
    know(app, company, pix_key="isto não é uma chave")
    say(app, company, "pix")
    assert texts_to(app, company)[-1].startswith("No momento não há PIX disponível por aqui.")


def test_an_agreement_is_something_that_is_owed(app: Flask, company: Company, maria: int) -> None:
    agree(app, company, maria, line=LINE)
    say(app, company, "oi", MARIA_CPF, "boleto", "extrato")
    texts = texts_to(app, company)
    assert not any("Não encontramos títulos" in text for text in texts)
    assert "23791.23454 67890.123457 67890.123457 4 16920000123456" in texts
    assert "Parcela 1 de 2 do acordo nº 7" in texts[-2]


@pytest.mark.usefixtures("maria")
def test_the_statement_is_text_while_no_document_is_chosen(app: Flask, company: Company) -> None:
    told, again = choose(app, company, "demonstrativo")
    assert told.startswith("*Demonstrativo de débito*\nTítulo Original, posição em ")
    assert "CPF/CNPJ: 12.345.678/0001-95" in told and "Endereço: Rua das Flores, 10" in told
    for part in ("Valor original: R$ 350,75", "Multa: R$ ", "Juros: R$ ", "Honorários: R$ ", "Valor atualizado: R$ "):
        assert part in told
    assert again.startswith(AGAIN)


@pytest.mark.usefixtures("maria")
def test_the_statement_is_a_file_when_a_document_can_be_issued(app: Flask, company: Company) -> None:
    choose_document(app, company, DocumentKind.ORIGINAL_STATEMENT, STATEMENT_BODY)
    choose(app, company, "demonstrativo")
    file, again = sent_to(app, company)[3:]
    assert (file.kind, file.text) == ("document", "Demonstrativo de débito: Escola Azul Ltda")
    assert file.content and file.content["mime_type"] == "application/pdf"
    assert file.state is State.DELIVERED
    assert again.text.startswith(AGAIN)


@pytest.mark.usefixtures("maria")
def test_a_document_that_lacks_a_legal_field_gives_way_to_the_text(app: Flask, company: Company) -> None:
    choose_document(app, company, DocumentKind.ORIGINAL_STATEMENT, STATEMENT_BODY)
    know(app, company, tax_id="")
    told, _ = choose(app, company, "demonstrativo")
    assert told.startswith("*Demonstrativo de débito*")


@pytest.mark.usefixtures("maria", "broken_pdf")
def test_a_defect_in_making_the_file_costs_nobody_the_answer(app: Flask, company: Company) -> None:
    choose_document(app, company, DocumentKind.ORIGINAL_STATEMENT, STATEMENT_BODY)
    told, _ = choose(app, company, "demonstrativo")
    assert told.startswith("*Demonstrativo de débito*")
    assert statuses(app) == [ConversationStatus.ASSISTANT]


def test_the_term_of_the_active_agreement_is_a_file(app: Flask, company: Company, maria: int) -> None:
    agree(app, company, maria)
    choose_document(app, company, DocumentKind.AGREEMENT_TERM, TERM_BODY)
    choose(app, company, "termo de acordo")
    file, again = sent_to(app, company)[3:]
    assert (file.kind, file.text) == ("document", "Termo do acordo nº 7: Escola Azul Ltda")
    assert again.text.startswith(AGAIN)


@pytest.mark.usefixtures("maria")
def test_without_an_agreement_that_is_said(app: Flask, company: Company) -> None:
    (told,) = choose(app, company, "meu acordo")
    assert told.startswith("Não encontramos um acordo ativo")


def test_a_term_that_cannot_be_issued_is_an_operator_s_work(app: Flask, company: Company, maria: int) -> None:
    agree(app, company, maria)
    set_available(app, company.operator)
    (told,) = choose(app, company, "termo de acordo")
    assert told.startswith("Sua conversa será transferida")
    assert statuses(app) == [ConversationStatus.OPEN]
    assert reasons(app) == ["no_document"]


@pytest.mark.usefixtures("maria")
def test_who_wants_to_negotiate_gets_an_operator_who_can_know_why(app: Flask, company: Company) -> None:
    set_available(app, company.operator)
    (told,) = choose(app, company, "quero parcelar")
    assert told.startswith("Sua conversa será transferida")
    assert (statuses(app), reasons(app)) == ([ConversationStatus.OPEN], ["negotiate"])


TERM_BODY = (
    "# Termo de acordo\n\n#NOME_DEVEDOR# e #NOME_CREDOR#, #CPF_CNPJ_CREDOR#, #ENDERECO_CREDOR#.\n\n#TABELA_PARCELAS#"
)
