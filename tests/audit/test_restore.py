"""Any version can come back: as a further change, once, and never over somebody else's."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.audit.models import AuditEntry
from portal.audit.service import ChangedMeanwhile, Version
from portal.audit.service import restore as restore_entry
from portal.bot_messages import queries as messages
from portal.bot_messages.rules import DEFAULT_TEXTS, MessageKind
from portal.extensions import db
from portal.menu import queries as menu
from portal.menu.rules import MenuAction
from tests.audit.steps import (
    OPTION,
    edit_option,
    entries,
    noted,
    option_id,
    option_now,
    restore_form,
    versions,
    words,
)
from tests.support.browser import Browser
from tests.support.people import Company
from tests.support.races import meanwhile


def text_of(app: Flask, company: Company) -> str:
    with app.app_context():
        return messages.texts(company.id)[MessageKind.WELCOME]


def say(admin: Browser, text: str) -> None:
    form = admin.get("/whatsapp/mensagens", editar="welcome").form_data("#message-welcome form")
    form.pop("csrf_token")
    assert admin.post("/whatsapp/mensagens/welcome", **{**form, "text": text}).status == 303


def order_of(app: Flask, company: Company) -> list[str]:
    with app.app_context():
        return [row.action.value for row in menu.options_of(company.id)]


@pytest.mark.parametrize("htmx", [True, False])
def test_an_option_comes_back_and_the_undo_is_undone(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    edit_option(admin, number, "Segunda via", active=False)
    url = f"/historico/{OPTION}:{number}"
    newest, older, first = versions(admin.get(url, htmx=htmx))
    assert "Versão atual" in words(newest) and not newest.select("form")
    assert "Versão inicial" in words(first)
    question = str(older.select_one("form")["data-confirm"])  # type: ignore[index]
    assert "Descrição: de “Segunda via” para “Boleto”; Ativo: de “Não” para “Sim”." in question
    action, fields = restore_form(older)
    answer = admin.post(action, htmx=htmx, **fields)
    place = f"/whatsapp/menu#option-{number}"
    assert (answer.answer.headers.get("HX-Redirect") if htmx else answer.location) == place
    assert option_now(app, company, number) == ("Boleto", True)
    assert "Versão restaurada." in admin.get("/whatsapp/menu").words
    assert [each.after["label"] for each in entries(app, company, f"{OPTION}:{number}") if each.after] == [
        "Boleto",
        "Segunda via",
        "Boleto",
    ]
    undo = versions(admin.get(url))[1]
    action, fields = restore_form(undo)
    assert admin.post(action, **fields).status == 303
    assert option_now(app, company, number) == ("Segunda via", False)


def test_the_initial_version_comes_back(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    action, fields = restore_form(versions(admin.get(f"/historico/{OPTION}:{number}"))[-1])
    assert fields["version"] == "antes"
    assert admin.post(action, **fields).status == 303
    assert option_now(app, company, number) == ("Código de barras", True)
    page = admin.get(f"/historico/{OPTION}:{number}")
    assert "Igual à versão atual" in words(versions(page)[-1])


@pytest.mark.parametrize("htmx", [True, False])
def test_the_order_comes_back(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    before = order_of(app, company)
    number = option_id(app, company, MenuAction.CLOSE)
    for _ in range(2):
        admin.post(f"/whatsapp/menu/opcoes/{number}/mover", direction="up")
    assert order_of(app, company) != before
    item = versions(admin.get(f"/historico/menu-order:{company.id}"))[-1]
    action, fields = restore_form(item)
    answer = admin.post(action, htmx=htmx, **fields)
    assert answer.status == (200 if htmx else 303)
    assert order_of(app, company) == before
    assert len(entries(app, company, f"menu-order:{company.id}")) == 3


def test_an_option_that_a_version_does_not_know_follows(app: Flask, company: Company, admin: Browser) -> None:
    noted(app, company, f"menu-order:{company.id}", {"order": ["close", "barcode"]}, {"order": ["x"]})
    action, fields = restore_form(versions(admin.get(f"/historico/menu-order:{company.id}"))[-1])
    rest = [each for each in order_of(app, company) if each not in ("close", "barcode")]
    assert admin.post(action, **fields).status == 303
    assert order_of(app, company) == ["close", "barcode", *rest]


def test_the_switches_come_back(app: Flask, company: Company, admin: Browser) -> None:
    off = {"interactive_menu": "y", "seen_interactive": "1", "seen_assistant": "1", "confirmed": "1"}
    assert admin.post("/whatsapp/menu/atendimento", **off).status == 303
    item = versions(admin.get(f"/historico/menu:{company.id}"))[-1]
    assert "Assistente Virtual Ligado" in words(item)
    action, fields = restore_form(item)
    answer = admin.post(action, **fields)
    assert answer.location == "/whatsapp/menu#menu-switches"
    with app.app_context():
        assert menu.settings_of(company.id).assistant_enabled


@pytest.mark.parametrize("htmx", [True, False])
def test_a_message_comes_back(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    say(admin, "Olá! Aqui é a #NOME_EMPRESA#. Como podemos ajudar você neste momento?")
    say(admin, "Olá! Aqui é a #NOME_EMPRESA#. Como podemos servir você neste momento?")
    page = admin.get("/historico/bot-message:welcome")
    newest, older, _ = versions(page)
    assert "[saiu: ajudar" in words(newest) and "[entrou: servir" in words(newest)
    action, fields = restore_form(older)
    answer = admin.post(action, htmx=htmx, **fields)
    assert (answer.answer.headers.get("HX-Redirect") if htmx else answer.location).endswith("#message-welcome")
    assert "ajudar" in text_of(app, company)


def test_who_edits_at_the_same_time_is_told(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    say(admin, "Primeiro texto")
    option_form = admin.get("/whatsapp/menu", editar=number).form_data("#menu-options form")
    text_form = admin.get("/whatsapp/mensagens", editar="welcome").form_data("#message-welcome form")
    for subject in (f"{OPTION}:{number}", "bot-message:welcome"):
        action, fields = restore_form(versions(admin.get(f"/historico/{subject}"))[-1])
        assert admin.post(action, **fields).status == 303
    option_form.pop("csrf_token"), text_form.pop("csrf_token")
    late = admin.post(f"/whatsapp/menu/opcoes/{number}", **{**option_form, "label": "Atrasada"})
    assert late.status == 422 and "Outra pessoa salvou" in late.words
    late = admin.post("/whatsapp/mensagens/welcome", **{**text_form, "text": "Atrasado"})
    assert late.status == 422 and "Outra pessoa salvou" in late.words
    assert option_now(app, company, number) == ("Código de barras", True)
    assert text_of(app, company) == DEFAULT_TEXTS[MessageKind.WELCOME]


@pytest.mark.parametrize("htmx", [True, False])
def test_who_restores_over_an_unseen_change_is_told(app: Flask, company: Company, admin: Browser, htmx: bool) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    edit_option(admin, number, "Segunda via")
    action, fields = restore_form(versions(admin.get(f"/historico/{OPTION}:{number}"))[1])
    edit_option(admin, number, "De outra pessoa")
    answer = admin.post(action, htmx=htmx, **fields)
    assert answer.status == 422
    assert "Nada foi substituído" in words(answer.one(".error-summary"))
    assert "De outra pessoa" in words(versions(answer)[0]), "the history is shown again, as it is now"
    assert option_now(app, company, number) == ("De outra pessoa", True)
    action, fields = restore_form(versions(answer)[2])
    assert admin.post(action, **fields).status == 303
    assert option_now(app, company, number) == ("Boleto", True)


def test_a_double_click_restores_once(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    edit_option(admin, number, "Segunda via")
    action, fields = restore_form(versions(admin.get(f"/historico/{OPTION}:{number}"))[1])
    assert admin.post(action, **fields).status == 303
    again = admin.post(action, **fields)
    assert again.status == 303
    assert "Esta já é a versão atual: nada mudou." in admin.get("/whatsapp/menu").words
    assert len(entries(app, company, f"{OPTION}:{number}")) == 3


def test_two_restorations_at_once_change_a_thing_once(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    edit_option(admin, number, "Segunda via")
    first, newest = entries(app, company, f"{OPTION}:{number}")
    outcomes: list[bool] = []

    def restored() -> None:
        with app.app_context():
            entry = db.session.get_one(AuditEntry, first.id)
            outcomes.append(restore_entry(entry, company.admin.id, Version.AFTER, newest.id))

    with app.app_context():
        entry = db.session.get_one(AuditEntry, first.id, with_for_update=True)
        with meanwhile(restored):
            outcomes.append(restore_entry(entry, company.admin.id, Version.AFTER, newest.id))
    assert sorted(outcomes) == [False, True]
    assert len(entries(app, company, f"{OPTION}:{number}")) == 3
    with app.app_context(), pytest.raises(ChangedMeanwhile):
        entry = db.session.get_one(AuditEntry, newest.id)
        restore_entry(entry, company.admin.id, Version.AFTER, newest.id)


NOT_POSSIBLE: list[tuple[str, Any, str]] = [
    ("label", "Encerrar", "Já existe uma opção com esta descrição"),
    ("label", "x" * 25, "A descrição pode ter no máximo 24 caracteres"),
    ("label", "  ", "Escreva uma descrição"),
]


@pytest.mark.parametrize(("field", "value", "reason"), NOT_POSSIBLE)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_version_that_cannot_come_back_says_why(
    app: Flask, company: Company, admin: Browser, field: str, value: Any, reason: str, htmx: bool
) -> None:
    number = option_id(app, company)
    old = {"label": "Antiga", "active": True, field: value}
    noted(app, company, f"{OPTION}:{number}", old, {"label": "Código de barras", "active": True})
    action, fields = restore_form(versions(admin.get(f"/historico/{OPTION}:{number}"))[-1])
    answer = admin.post(action, htmx=htmx, **fields)
    assert answer.status == 422
    assert reason in words(answer.one(".error-summary"))
    assert answer.one(f"#history-{OPTION}-{number}")
    assert option_now(app, company, number) == ("Código de barras", True)


def test_a_message_that_is_no_longer_allowed_stays_away(app: Flask, company: Company, admin: Browser) -> None:
    noted(app, company, "bot-message:welcome", {"text": "Oi #NOME_ANTIGO#"}, {"text": "Olá"})
    action, fields = restore_form(versions(admin.get("/historico/bot-message:welcome"))[-1])
    answer = admin.post(action, **fields)
    assert answer.status == 422 and "#NOME_ANTIGO#" in words(answer.one(".error-summary"))
    assert text_of(app, company) == DEFAULT_TEXTS[MessageKind.WELCOME]


def test_a_partial_note_is_told_and_not_restorable(app: Flask, company: Company, admin: Browser) -> None:
    subject = f"menu:{company.id}"
    entry_id = noted(app, company, subject, {"order": ["barcode", "close"]}, {"order": ["close", "barcode"]})
    page = admin.get(f"/historico/{subject}")
    assert "Código de barras · Encerrar" in words(versions(page)[0])
    assert not page.all(".history form")
    for version in ("antes", "depois"):
        answer = admin.post(f"/historico/{entry_id}/restaurar", seen=entry_id, version=version)
        assert answer.status == 422 and "não pode ser restaurada" in answer.words


def test_people_are_told_and_not_restorable(app: Flask, company: Company, admin: Browser) -> None:
    page = admin.get(f"/historico/user:{company.operator.id}")
    assert "E-mail" in page.words and "Perfil" in page.words
    assert not page.all(".history form")
    entry = entries(app, company, f"user:{company.operator.id}")[0]
    assert admin.post(f"/historico/{entry.id}/restaurar", seen=entry.id).status == 422


def test_what_is_no_entry_or_no_version(app: Flask, company: Company, admin: Browser) -> None:
    entry_id = noted(app, company, "bot-message:welcome", {"text": "a"}, {"text": "b"})
    assert admin.post("/historico/999999/restaurar", seen=1).status == 404
    assert admin.post(f"/historico/{entry_id}/restaurar", seen=entry_id, version="outra").status == 400
    assert admin.post(f"/historico/{entry_id}/restaurar", seen="x", version="antes").status == 422
    assert text_of(app, company) == DEFAULT_TEXTS[MessageKind.WELCOME]
