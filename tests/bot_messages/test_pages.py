"""The tab "Mensagens automáticas do chat BOT", over HTTP."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.audit.models import AuditEntry
from portal.bot_messages import queries
from portal.bot_messages.rules import DEFAULT_TEXTS, SPECS, Group, MessageKind
from portal.extensions import db
from tests.support.browser import Browser
from tests.support.people import Company

PAGE = "/whatsapp/mensagens"
WELCOME = f"{PAGE}/welcome"
INJECTIONS = [
    "{{7*7}} {% raw %}",
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "${7*7} #{7*7}",
    "</textarea><b>fora</b>",
]


def saved_text(app: Flask, company: Company, kind: MessageKind = MessageKind.WELCOME) -> str:
    with app.app_context():
        return queries.texts(company.id)[kind]


def test_every_message_is_a_row_with_its_preview(admin: Browser) -> None:
    page = admin.get(PAGE)
    assert [row.get_text() for row in page.all("main .card h3")] == [spec.title for spec in SPECS]
    assert [head.get_text() for head in page.all("main section > h2")] == [group.value for group in Group]
    assert page.one("#message-welcome .bubble-text").get_text() == (
        "Olá! Este é o atendimento da Cobrança Modelo pelo WhatsApp."
    )
    assert page.one(".tabs [aria-current=page]").get_text() == "Mensagens automáticas do chat BOT"


def test_editing_without_javascript(app: Flask, company: Company, admin: Browser) -> None:
    link = admin.get(PAGE).one("#message-welcome-edit")
    assert link["href"] == f"{PAGE}?editar=welcome#message-welcome"
    page = admin.get(f"{PAGE}?editar=welcome")
    form = page.form_data("#message-welcome form")
    assert form["text"] == DEFAULT_TEXTS[MessageKind.WELCOME]
    answer = admin.post(WELCOME, version=form["version"], text="Bem-vindo à #NOME_EMPRESA#!")
    assert (answer.status, answer.location) == (303, f"{PAGE}#message-welcome")
    page = admin.get(answer.location)
    assert "Mensagem salva." in page.words
    assert page.one("#message-welcome .bubble-text").get_text() == "Bem-vindo à Cobrança Modelo!"
    assert saved_text(app, company) == "Bem-vindo à #NOME_EMPRESA#!"


def test_editing_in_place_keeps_the_focus_in_the_row(admin: Browser) -> None:
    admin.get(PAGE)
    editing = admin.get(f"{WELCOME}?editar=1", htmx=True)
    assert editing.one("textarea").has_attr("data-autofocus")
    assert not editing.all("main")
    version = editing.form_data("form")["version"]
    row = admin.post(WELCOME, htmx=True, version=version, text="Olá da #NOME_EMPRESA#.")
    assert row.status == 200
    assert "Mensagem salva." in row.answer.headers["HX-Trigger"]
    assert row.one("#message-welcome-edit").has_attr("data-autofocus")
    cancelled = admin.get(WELCOME, htmx=True)
    assert cancelled.one("#message-welcome-edit").has_attr("data-autofocus")
    assert not cancelled.all("textarea")


def test_a_row_opened_as_a_page_leads_to_the_page(admin: Browser) -> None:
    assert admin.get(WELCOME).location == f"{PAGE}#message-welcome"
    assert admin.get(f"{WELCOME}?editar=1").location == f"{PAGE}?editar=welcome#message-welcome"


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("   ", "Escreva a mensagem. Ela não pode ficar em branco."),
        ("Oi #NOME_EMPRSA#", "O coringa #NOME_EMPRSA# não existe. Você quis dizer #NOME_EMPRESA#?"),
        ("x" * 1001, "A mensagem pode ter no máximo 1000 caracteres; esta tem 1001."),
    ],
)
def test_a_refused_text_stays_typed(
    app: Flask, company: Company, admin: Browser, text: str, error: str, htmx: bool
) -> None:
    admin.get(PAGE)
    page = admin.post(WELCOME, htmx=htmx, version=0, text=text)
    assert page.status == 422
    assert page.errors == [error]
    assert page.form_data("#message-welcome form")["text"] == text.strip()
    assert saved_text(app, company) == DEFAULT_TEXTS[MessageKind.WELCOME]


@pytest.mark.parametrize("htmx", [True, False])
def test_the_second_of_two_editors_is_told_and_keeps_both_texts(
    app: Flask, company: Company, admin: Browser, htmx: bool
) -> None:
    admin.get(PAGE)
    admin.post(WELCOME, version=0, text="O texto da primeira pessoa.")
    page = admin.post(WELCOME, htmx=htmx, version=0, text="O texto da segunda pessoa.")
    assert page.status == 422
    assert "Outra pessoa salvou esta mensagem antes" in page.words
    assert page.one("#message-welcome-saved .bubble-text").get_text() == "O texto da primeira pessoa."
    assert page.one("#message-welcome-bubble .bubble-text").get_text() == "O texto da segunda pessoa."
    form = page.form_data("#message-welcome form")
    assert form["text"] == "O texto da segunda pessoa."
    assert saved_text(app, company) == "O texto da primeira pessoa."
    admin.post(WELCOME, version=form["version"], text=form["text"])
    assert saved_text(app, company) == "O texto da segunda pessoa."


def test_the_preview_follows_what_is_typed_and_saves_nothing(app: Flask, company: Company, admin: Browser) -> None:
    editing = admin.get(f"{WELCOME}?editar=1", htmx=True)
    live = editing.one(".preview[hx-post]")
    assert live["hx-post"] == f"{WELCOME}/previa"
    assert live["hx-trigger"] == "input delay:250ms from:#text-welcome"
    admin.get(PAGE)
    bubble = admin.post(f"{WELCOME}/previa", htmx=True, text="Bem-vindo à #NOME_EMPRESA#, *já*")
    assert bubble.one("#message-welcome-bubble").get_text(strip=True) == "Bem-vindo à Cobrança Modelo,já"
    assert bubble.one("strong, b").get_text() == "já"
    hours = admin.post(f"{PAGE}/outside_hours/previa", htmx=True, text="Voltamos #HORARIO_RETORNO#.")
    assert "Voltamos segunda-feira, 23/11, às 09:00." in hours.words
    assert "A mensagem está vazia." in admin.post(f"{WELCOME}/previa", htmx=True, text=" \n").words
    assert saved_text(app, company) == DEFAULT_TEXTS[MessageKind.WELCOME]


def test_the_preview_without_javascript_is_a_button_that_keeps_what_is_typed(admin: Browser) -> None:
    page = admin.get(f"{PAGE}?editar=welcome")
    button = page.one("#message-welcome button[formaction]")
    assert (button.get_text(), button["formaction"]) == ("Atualizar prévia", f"{WELCOME}/previa#message-welcome")
    page = admin.post(f"{WELCOME}/previa", version=0, text="Oi, #NOME_EMPRSA# é <b>nós</b>")
    assert page.status == 200
    assert page.form_data("#message-welcome form")["text"] == "Oi, #NOME_EMPRSA# é <b>nós</b>"
    assert page.one("#message-welcome-bubble .bubble-text").get_text() == "Oi, #NOME_EMPRSA# é <b>nós</b>"
    assert admin.post(f"{PAGE}/inexistente/previa", text="x").status == 404


def test_restoring_the_default_text(app: Flask, company: Company, admin: Browser) -> None:
    assert "Restaurar texto padrão" not in admin.get(PAGE).words
    admin.post(WELCOME, version=0, text="Nosso texto.")
    row = admin.get(WELCOME, htmx=True)
    assert "Restaurar texto padrão" in row.words
    stale = admin.post(f"{WELCOME}/restaurar", htmx=True, version=0)
    assert stale.status == 422
    assert saved_text(app, company) == "Nosso texto."
    row = admin.post(f"{WELCOME}/restaurar", htmx=True, version=row.form_data("form")["version"])
    assert (row.status, saved_text(app, company)) == (200, DEFAULT_TEXTS[MessageKind.WELCOME])
    late = admin.post(WELCOME, htmx=True, version=1, text="De um formulário aberto antes.")
    assert late.status == 422


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_written_comes_out_as_written(admin: Browser, text: str) -> None:
    admin.get(PAGE)
    kind = MessageKind.CLOSED_BY_BOT.value
    page = admin.post(f"{PAGE}/{kind}", follow=True, version=0, text=text)
    if page.status == 422:  # double braces belong to chat starters: refused, and shown as typed
        assert page.form_data(f"#message-{kind} form")["text"] == text
        return
    assert page.one(f"#message-{kind} .bubble-text").get_text() == text
    assert admin.get(f"{PAGE}?editar={kind}").form_data(f"#message-{kind} form")["text"] == text


def test_fields_that_do_not_belong_change_nothing(app: Flask, company: Company, other: Company, admin: Browser) -> None:
    admin.get(PAGE)
    admin.post(WELCOME, version=0, text="Só isto.", account_id=other.id, kind="transfer", updated_at="x")
    assert saved_text(app, company) == "Só isto."
    assert saved_text(app, company, MessageKind.TRANSFER) == DEFAULT_TEXTS[MessageKind.TRANSFER]
    assert saved_text(app, other) == DEFAULT_TEXTS[MessageKind.WELCOME]
    for version in (None, "abc", "99999999999999999999"):
        assert admin.post(WELCOME, version=version, text="Outro.").status == 422
    assert saved_text(app, company) == "Só isto."


def test_an_unknown_message_is_not_found(admin: Browser) -> None:
    for url in (f"{PAGE}/inexistente", f"{PAGE}?editar=inexistente"):
        assert admin.get(url, htmx=True).status == 404
    assert admin.post(f"{PAGE}/inexistente", version=0, text="x").status == 404


def test_only_admins_and_only_their_own(app: Flask, company: Company, admin: Browser, operator: Browser) -> None:
    admin.post(WELCOME, version=0, text="Segredo da casa.")
    for url in (PAGE, f"{WELCOME}?editar=1"):
        assert operator.get(url, htmx=True).status == 404
    assert operator.post(WELCOME, version=1, text="Invadido.").status == 404
    assert operator.post(f"{WELCOME}/restaurar", version=1).status == 404
    assert operator.post(f"{WELCOME}/previa", text="x").status == 404
    assert saved_text(app, company) == "Segredo da casa."


def test_a_stranger_changes_only_the_own_company(
    app: Flask, company: Company, admin: Browser, stranger: Browser
) -> None:
    admin.post(WELCOME, version=0, text="Segredo da casa.")
    assert "Segredo da casa." not in stranger.get(PAGE).words
    stranger.post(WELCOME, version=0, text="De outra empresa.")
    assert saved_text(app, company) == "Segredo da casa."


def test_who_changed_what_is_noted(app: Flask, company: Company, admin: Browser) -> None:
    admin.post(WELCOME, version=0, text="Nosso texto.")
    with app.app_context():
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "bot-message")).one()
        assert (entry.user_id, entry.after) == (company.admin.id, {"text": "Nosso texto."})
        assert entry.before == {"text": DEFAULT_TEXTS[MessageKind.WELCOME]}
