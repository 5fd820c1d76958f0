"""The tab "Configurações do menu", over HTTP."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.menu import queries
from portal.menu.rules import DEFAULT_OPTIONS, MenuAction
from portal.portfolio.models import Creditor
from tests.support.browser import Browser, Page
from tests.support.people import Company

PAGE = "/whatsapp/menu"
LABELS = [label for _, label, _ in DEFAULT_OPTIONS]
ACTIVE = [label for _, label, active in DEFAULT_OPTIONS if active]


def option_id(app: Flask, company: Company, action: MenuAction) -> int:
    with app.app_context():
        return next(row.id for row in queries.options_of(company.id) if row.action is action)


def stored(app: Flask, company: Company) -> list[tuple[str, bool]]:
    with app.app_context():
        return [(row.label, row.active) for row in queries.options_of(company.id)]


def add_creditor(app: Flask, company: Company, **fields: str) -> None:
    with app.app_context():
        db.session.add(Creditor(account_id=company.id, name="Escola", key="escola", created_at=clock.now(), **fields))
        db.session.commit()


def order(page: Page) -> list[str]:
    return [strong.get_text() for strong in page.all("#menu-options li strong")]


def test_the_page_shows_options_switches_and_both_menus(admin: Browser) -> None:
    page = admin.get(PAGE)
    assert order(page) == LABELS
    assert (
        page.one("#preview-simple .bubble-text")
        .get_text()
        .endswith(
            "1 - Código de barras\n2 - Demonstrativo de débito\n3 - Negociar\n4 - Falar com operador\n5 - Encerrar"
        )
    )
    assert page.one("#preview-interactive .choice").get_text() == "Ver opções"
    assert [row.get_text() for row in page.all("#preview-interactive li")] == ACTIVE
    assert page.one("#preview-interactive h3").get_text(" ", strip=True) == "Menu interativo Em uso"
    assert "Lista, porque há mais de 3 opções ativas." in page.one("#preview-interactive").get_text()
    words = page.one("#menu-switches").get_text(" ", strip=True)
    assert "a mensagem de boas-vindas e, em seguida, a mensagem de transferência" in words
    assert "a conversa não ficará atrelada a um devedor" in words
    assert "O operador não poderá enviar documentos personalizados" in words
    assert page.form_data("#menu-switches form").keys() >= {"interactive_menu", "assistant_enabled"}


def test_editing_without_javascript(app: Flask, company: Company, admin: Browser) -> None:
    barcode = option_id(app, company, MenuAction.BARCODE)
    assert admin.get(PAGE).one(f"#edit-{barcode}")["href"] == f"{PAGE}?editar={barcode}#option-{barcode}"
    form = admin.get(PAGE, editar=barcode).form_data("#menu-options form")
    assert (form["label"], form["active"]) == ("Código de barras", "y")
    answer = admin.post(f"{PAGE}/opcoes/{barcode}", version=form["version"], label="Segunda via")
    assert (answer.status, answer.location) == (303, f"{PAGE}#option-{barcode}")
    page = admin.get(answer.location)
    assert "Opção salva." in page.words
    assert stored(app, company)[0] == ("Segunda via", False)
    assert "Segunda via" not in page.one("#preview-simple").get_text()


def test_editing_in_place(app: Flask, company: Company, admin: Browser) -> None:
    barcode = option_id(app, company, MenuAction.BARCODE)
    admin.get(PAGE)
    editing = admin.get(f"{PAGE}/opcoes", htmx=True, editar=barcode)
    assert editing.one("input[name=label]").has_attr("data-autofocus")
    assert not editing.all(".arrows"), "a move would lose what is being typed"
    version = editing.form_data("form")["version"]
    after = admin.post(f"{PAGE}/opcoes/{barcode}", htmx=True, version=version, label="Boleto", active="y")
    assert after.one(f"#edit-{barcode}").has_attr("data-autofocus")
    assert "1 - Boleto" in after.one("#preview-simple").get_text()
    cancelled = admin.get(f"{PAGE}/opcoes", htmx=True, sair=barcode)
    assert cancelled.one(f"#edit-{barcode}").has_attr("data-autofocus")
    assert admin.get(f"{PAGE}/opcoes", editar=barcode).location == f"{PAGE}?editar={barcode}"


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("label", "error"),
    [
        ("", "Escreva uma descrição com pelo menos uma letra ou número."),
        ("Uma descrição longa demais", "A descrição pode ter no máximo 24 caracteres; esta tem 26."),
        ("ENCERRAR!", "Já existe uma opção com esta descrição. Use uma descrição diferente."),
    ],
)
def test_a_refused_description(
    app: Flask, company: Company, admin: Browser, label: str, error: str, htmx: bool
) -> None:
    barcode = option_id(app, company, MenuAction.BARCODE)
    admin.get(PAGE)
    page = admin.post(f"{PAGE}/opcoes/{barcode}", htmx=htmx, version=1, label=label)
    assert (page.status, page.errors) == (422, [error])
    form = page.form_data("#menu-options form")
    assert form["label"] == label
    assert "active" not in form
    assert stored(app, company)[0] == ("Código de barras", True)


def test_the_second_of_two_editors_is_told(app: Flask, company: Company, admin: Browser) -> None:
    barcode = option_id(app, company, MenuAction.BARCODE)
    admin.get(PAGE)
    admin.post(f"{PAGE}/opcoes/{barcode}", version=1, label="Primeira", active="y")
    for htmx in (True, False):
        page = admin.post(f"{PAGE}/opcoes/{barcode}", htmx=htmx, version=1, label="Segunda", active="y")
        assert page.status == 422
        assert "Agora está salvo: “Primeira”, ativo." in page.words
        assert page.form_data("#menu-options form")["label"] == "Segunda"
    assert stored(app, company)[0] == ("Primeira", True)


def test_arrows_move_and_keep_the_focus(app: Flask, company: Company, admin: Browser) -> None:
    page = admin.get(PAGE)
    assert page.one('[aria-label="Mover Código de barras para cima"]').has_attr("disabled")
    assert page.one('[aria-label="Mover Encerrar para baixo"]').has_attr("disabled")
    close = option_id(app, company, MenuAction.CLOSE)
    url = f"{PAGE}/opcoes/{close}/mover"
    page = admin.post(url, htmx=True, direction="up")
    assert order(page) == [*LABELS[:5], LABELS[6], LABELS[5]]
    assert page.one("[data-autofocus]")["id"] == f"up-{close}"
    assert admin.post(url, direction="up").location == f"{PAGE}#option-{close}"
    for _ in range(4):
        page = admin.post(url, htmx=True, direction="up")
    assert order(page) == [LABELS[6], *LABELS[:6]]
    assert page.one("[data-autofocus]")["id"] == f"down-{close}", "the arrow at the edge cannot take the focus"
    assert order(admin.post(url, htmx=True, direction="up"))[0] == LABELS[6]
    assert admin.post(url, direction="sideways").status == 400


def test_three_short_options_become_buttons_and_a_long_description_a_list(
    app: Flask, company: Company, admin: Browser
) -> None:
    def save(action: MenuAction, label: str, version: int = 1, **fields: str) -> Page:
        return admin.post(
            f"{PAGE}/opcoes/{option_id(app, company, action)}", htmx=True, version=version, label=label, **fields
        )

    admin.get(PAGE)
    save(MenuAction.STATEMENT, "Demonstrativo de débito")
    page = save(MenuAction.NEGOTIATE, "Negociar")
    assert [c.get_text() for c in page.all("#preview-interactive .choice")] == [LABELS[0], LABELS[5], LABELS[6]]
    assert "Botões, porque há até 3 opções ativas" in page.words
    page = save(MenuAction.OPERATOR, "Falar com um operador", active="y")
    assert "Lista, porque “Falar com um operador” tem 21 caracteres" in page.words
    row = page.one(f"#option-{option_id(app, company, MenuAction.OPERATOR)}").get_text(" ", strip=True)
    assert "A descrição tem 21 caracteres: com mais de 20, o menu interativo usa uma lista" in row


def test_an_option_that_cannot_do_what_it_says_warns(app: Flask, company: Company, admin: Browser) -> None:
    admin.get(PAGE)
    pix = option_id(app, company, MenuAction.PIX)
    term = option_id(app, company, MenuAction.AGREEMENT_TERM)
    admin.post(f"{PAGE}/opcoes/{pix}", htmx=True, version=1, label="PIX", active="y")
    page = admin.post(f"{PAGE}/opcoes/{term}", htmx=True, version=1, label="Termo", active="y")
    assert "Nenhum credor tem chave PIX cadastrada" in page.one(f"#option-{pix}").get_text()
    assert "Nenhum termo de acordo está escolhido" in page.one(f"#option-{term}").get_text()
    add_creditor(app, company, pix_key="pix@escola.example")
    page = admin.get(PAGE)
    assert "Nenhum credor tem chave PIX cadastrada" not in page.words
    page = admin.post(f"{PAGE}/opcoes/{term}", htmx=True, version=2, label="Termo")
    assert "Nenhum termo de acordo está escolhido" not in page.words, "an inactive option lacks nothing"


def test_a_menu_without_active_options_says_what_happens(app: Flask, company: Company, admin: Browser) -> None:
    admin.get(PAGE)
    for action, label, _ in DEFAULT_OPTIONS:
        admin.post(f"{PAGE}/opcoes/{option_id(app, company, action)}", version=1, label=label)
    assert "Nenhuma opção está ativa." in admin.get(PAGE).words


@pytest.mark.parametrize("label", ["{{7*7}}", "<b>oi</b>", "${7*7}#{7*7}"])
def test_what_is_written_comes_out_as_written(app: Flask, company: Company, admin: Browser, label: str) -> None:
    barcode = option_id(app, company, MenuAction.BARCODE)
    admin.get(PAGE)
    page = admin.post(f"{PAGE}/opcoes/{barcode}", htmx=True, version=1, label=label, active="y", position=9)
    assert order(page)[0] == label
    assert f"1 - {label}" in page.one("#preview-simple").get_text()


def test_only_admins_and_only_their_own(app: Flask, company: Company, operator: Browser, stranger: Browser) -> None:
    barcode = option_id(app, company, MenuAction.BARCODE)
    paths = (f"{PAGE}/opcoes/{barcode}", f"{PAGE}/opcoes/{barcode}/mover")
    for person in (operator, stranger):
        assert person.get(f"{PAGE}/opcoes", htmx=True, editar=barcode).status == 404
        assert person.get(PAGE, editar=barcode).status == 404
        for path in paths:
            assert person.post(path, version=1, label="Invadido", direction="down").status == 404
    assert operator.get(PAGE).status == 404
    assert operator.get(f"{PAGE}/atendimento", htmx=True).status == 404
    assert operator.post(f"{PAGE}/atendimento").status == 404
    assert operator.get(f"{PAGE}/inatividade", htmx=True).status == 404
    assert operator.post(f"{PAGE}/inatividade", minutes="1", seen="120").status == 404
    assert stored(app, company) == [(label, active) for _, label, active in DEFAULT_OPTIONS]
