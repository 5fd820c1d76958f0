"""The tab "Configurações por Credor", over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.audit import history
from portal.audit.models import AuditEntry
from portal.creditor_settings import queries
from portal.creditor_settings.models import CreditorSettings
from portal.documents.models import Document
from portal.documents.service.library import uses_of
from portal.extensions import db
from portal.portfolio.models import Creditor
from portal.portfolio.rules.search import search_key
from tests.account_settings.scene import OF_AGREEMENT, STATEMENT, TERM, add_document, set_document
from tests.support.browser import Browser, Page
from tests.support.people import Company

PAGE = "/whatsapp/credores"
NAMES = ("Água Boa Saneamento", "Colégio São José", "Escola Azul Ltda")


def add_creditors(app: Flask, company: Company, *names: str) -> list[int]:
    with app.app_context():
        rows = [
            Creditor(account_id=company.id, name=name, key=search_key(name), created_at=clock.now()) for name in names
        ]
        db.session.add_all(rows)
        db.session.commit()
        return [row.id for row in rows]


@pytest.fixture
def creditors(app: Flask, company: Company) -> list[int]:
    return add_creditors(app, company, *NAMES)


@pytest.fixture
def company_term(app: Flask, company: Company, admin: Browser) -> int:
    """The termo de acordo of the whole company."""
    term = add_document(app, company, TERM, "Termo padrão")
    admin.get("/whatsapp/conta")
    assert admin.post("/whatsapp/conta/escolhas", version=0, agreement_term_id=term).status == 303
    return term


def names(page: Page) -> list[str]:
    return [heading.get_text() for heading in page.all("li > p.menu-option strong")]


def row(page: Page, creditor_id: int) -> str:
    return " ".join(page.one(f"#creditor-{creditor_id}").get_text(" ").split())


def stored(app: Flask, creditor_id: int) -> tuple[int | None, int | None]:
    with app.app_context():
        found = db.session.get(CreditorSettings, creditor_id)
        return (found.agreement_term_id, found.debt_statement_id) if found else (None, None)


def test_each_row_shows_what_applies_and_whose_choice_it_is(
    app: Flask, company: Company, admin: Browser, creditors: list[int], company_term: int
) -> None:
    own = add_document(app, company, TERM, "Termo da escola")
    admin.get(PAGE)
    admin.post(f"{PAGE}/{creditors[2]}", version=0, agreement_term_id=own)
    page = admin.get(PAGE)
    assert names(page) == list(NAMES)
    assert row(page, creditors[0]) == (
        "Água Boa Saneamento Termo de acordo Termo padrão conta Demonstrativo de débito Nenhum "
        "Editar Água Boa Saneamento"
    )
    assert "Termo da escola credor" in row(page, creditors[2])
    with app.app_context():
        found = queries.applying(company.id, creditors[2], TERM)
        assert (found.document.name, found.source) == ("Termo da escola", "credor")
        found = queries.applying(company.id, creditors[0], TERM)
        assert (found.document.name, found.source) == ("Termo padrão", "conta")
        for kind in (STATEMENT, OF_AGREEMENT):
            assert queries.applying(company.id, creditors[2], kind) == queries.Applying(None, "")


def test_editing_in_place_and_clearing(
    app: Flask, company: Company, admin: Browser, creditors: list[int], company_term: int
) -> None:
    own, statement = add_document(app, company, TERM, "Termo da escola"), add_document(app, company, STATEMENT, "Demo")
    add_document(app, company, OF_AGREEMENT, "Do acordo")
    url = f"{PAGE}/{creditors[2]}"
    editing = admin.get(url, htmx=True, editar=1)
    term_id, statement_id = f"#agreement_term_id-{creditors[2]}", f"#debt_statement_id-{creditors[2]}"
    assert editing.one(term_id).has_attr("data-autofocus")
    words = [option.get_text() for option in editing.all(f"{term_id} option")]
    assert words == ["Usar o da conta (Termo padrão)", "Termo da escola", "Termo padrão"]
    words = [option.get_text() for option in editing.all(f"{statement_id} option")]
    assert words == ["Usar o da conta (nenhum)", "Demo"]
    data = {**editing.form_data("form"), "agreement_term_id": own, "debt_statement_id": statement}
    after = admin.post(url, htmx=True, **data)
    assert [tag.get_text() for tag in after.all(".tag")] == ["credor", "credor"]
    assert after.one("a.button").has_attr("data-autofocus")
    assert stored(app, creditors[2]) == (own, statement)
    data = admin.get(url, htmx=True, editar=1).form_data("form")
    assert data["agreement_term_id"] == str(own)
    after = admin.post(url, htmx=True, **{**data, "agreement_term_id": ""})
    assert "Termo padrão conta" in row(after, creditors[2])
    assert stored(app, creditors[2]) == (None, statement)
    left = admin.get(url, htmx=True, sair=1)
    assert left.one("a.button").has_attr("data-autofocus")


def test_editing_without_javascript(app: Flask, company: Company, admin: Browser) -> None:
    ids = add_creditors(app, company, *(f"Credor {n:03d}" for n in range(120)))
    own = add_document(app, company, TERM, "Termo próprio")
    page = admin.get(PAGE, busca="credor", pagina=2)
    link = page.one(f"#creditor-{ids[60]} a.button")
    assert link["href"] == f"{PAGE}/{ids[60]}?busca=credor&editar=1"
    there = admin.get(str(link["href"]))
    assert there.location == f"{PAGE}?busca=credor&editar={ids[60]}"
    page = admin.get(there.location)
    assert "Página 2 de 3" in page.words
    form = page.one(f"#creditor-{ids[60]} form")
    data = page.form_data(f"#creditor-{ids[60]} form")
    answer = admin.post(str(form["action"]), **{**data, "agreement_term_id": own})
    assert (answer.status, answer.location) == (303, f"{PAGE}?busca=credor&credor={ids[60]}#creditor-{ids[60]}")
    page = admin.get(answer.location)
    assert "Documentos de Credor 060 salvos." in page.words and "Página 2 de 3" in page.words
    assert "Termo próprio credor" in row(page, ids[60])
    elsewhere = admin.get(PAGE, editar=ids[110], busca="não é este")
    assert elsewhere.one(f"#creditor-{ids[110]} form") and "Página 3 de 3" in elsewhere.words
    refused = admin.post(f"{PAGE}/{ids[110]}", version=0, agreement_term_id=10**9)
    assert refused.status == 422 and refused.one(f"#creditor-{ids[110]} form")
    assert "Página 3 de 3" in refused.words


def test_search(admin: Browser, creditors: list[int]) -> None:
    for text, found in (
        ("agua", NAMES[:1]),
        ("SAO jose", NAMES[1:2]),
        ("azul escola", NAMES[2:]),
        ("%", ()),
        ("  ", NAMES),
    ):
        page = admin.get(PAGE, busca=text)
        assert names(page) == list(found), text
    assert "Nenhum credor encontrado" in admin.get(PAGE, busca="zz").words
    assert "1 credor encontrado" in admin.get(PAGE, busca="agua").words


def test_without_creditors_the_next_step_is_shown(admin: Browser) -> None:
    page = admin.get(PAGE)
    assert page.one(".empty a")["href"] == "/devedores/importar"


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_page_costs_the_same_however_many_there_are(
    app: Flask, company: Company, admin: Browser, company_term: int
) -> None:
    own = add_document(app, company, TERM, "Termo próprio")
    counts = []
    for start, end in ((0, 3), (3, 3000)):
        ids = add_creditors(app, company, *(f"Credor {n:04d}" for n in range(start, end)))
        with app.app_context():
            db.session.add_all(
                CreditorSettings(account_id=company.id, creditor_id=each, agreement_term_id=own) for each in ids
            )
            db.session.commit()
        admin.get(PAGE)
        with counted(app) as statements:
            page = admin.get(PAGE)
        counts.append(len(statements))
    assert len(page.all("ul.list > li")) == 50 and "Página 1 de 60" in page.words
    assert counts[0] == counts[1] and counts[1] <= 12, counts


@pytest.mark.parametrize("htmx", [True, False])
def test_what_is_not_offered_is_refused(
    app: Flask, company: Company, other: Company, admin: Browser, creditors: list[int], htmx: bool
) -> None:
    wrong = {
        "agreement_term_id": [
            add_document(app, other, TERM, "Alheio"),
            add_document(app, company, TERM, "Antigo", active=False),
            "abc",
        ],
        "debt_statement_id": [add_document(app, company, OF_AGREEMENT, "Do acordo")],
    }
    admin.get(PAGE)
    for field, values in wrong.items():
        for value in values:
            page = admin.post(f"{PAGE}/{creditors[0]}", htmx=htmx, version=0, **{field: value})
            assert page.status == 422 and page.errors
            assert page.all(f"#{field}-{creditors[0]}[aria-invalid=true]")
    assert stored(app, creditors[0]) == (None, None)


def test_the_second_of_two_is_told(app: Flask, company: Company, admin: Browser, creditors: list[int]) -> None:
    first, second = (add_document(app, company, TERM, name) for name in ("Termo um", "Termo dois"))
    url = f"{PAGE}/{creditors[0]}"
    admin.get(PAGE)
    admin.post(url, version=0, agreement_term_id=first)
    for htmx in (True, False):
        page = admin.post(url, htmx=htmx, version=0, agreement_term_id=second)
        assert page.status == 422
        assert "Agora está salvo: Termo de acordo: Termo um; Demonstrativo de débito: o da conta." in page.words
        data = page.form_data(f"#creditor-{creditors[0]} form")
        assert data["agreement_term_id"] == str(second)
    assert stored(app, creditors[0]) == (first, None)
    assert admin.post(url, **data).status == 303
    assert stored(app, creditors[0]) == (second, None)


def test_a_document_that_was_switched_off_is_passed_over(
    app: Flask, company: Company, admin: Browser, creditors: list[int], company_term: int
) -> None:
    own = add_document(app, company, TERM, "Termo da escola")
    admin.get(PAGE)
    url = f"{PAGE}/{creditors[0]}"
    admin.post(url, version=0, agreement_term_id=own)
    set_document(app, own, active=False)
    shown = row(admin.get(PAGE), creditors[0])
    assert "Termo padrão conta Termo da escola: inativo. Vale o da conta." in shown
    with app.app_context():
        assert queries.applying(company.id, creditors[0], TERM).source == "conta"
    statement = add_document(app, company, STATEMENT, "Demo")
    data = admin.get(url, htmx=True, editar=1).form_data("form")
    assert admin.post(url, **{**data, "debt_statement_id": statement}).status == 303
    assert stored(app, creditors[0]) == (own, statement), "saving something else clears nothing"
    set_document(app, company_term, active=False)
    assert "Nenhum Termo da escola: inativo. Nenhum outro vale." in row(admin.get(PAGE), creditors[0])


def test_history_and_where_a_document_is_used(
    app: Flask, company: Company, admin: Browser, creditors: list[int], company_term: int
) -> None:
    own = add_document(app, company, TERM, "Termo da escola")
    admin.get(PAGE)
    url, key = f"{PAGE}/{creditors[2]}", str(creditors[2])
    admin.post(url, version=0, agreement_term_id=own)
    admin.post(url, version=1, agreement_term_id=company_term)
    with app.app_context():
        used = {
            name: uses_of(db.session.get_one(Document, each)) for name, each in (("own", own), ("all", company_term))
        }
        assert used == {"own": [], "all": ["Configurações por Conta", "Credor Escola Azul Ltda"]}
        entries = (
            db.session.query(AuditEntry).filter_by(subject=f"creditor-settings:{key}").order_by(AuditEntry.id).all()
        )
        assert [entry.after["agreement_term_id"] for entry in entries if entry.after] == [own, company_term]
        trail = history.trail_of(f"creditor-settings:{key}")
        assert trail is not None and trail.restore is not None
        assert trail.name(company.id, key) == "Documentos do credor Escola Azul Ltda"
        assert trail.name(company.id + 1, key) is None and trail.name(company.id, "x") is None
        assert trail.show(company.id, "agreement_term_id", own) == "Termo da escola"
        assert trail.show(company.id, "agreement_term_id", None) == "o da conta"
        trail.restore(company.admin.id, company.id, key, entries[0].after or {})
        assert stored(app, creditors[2]) == (own, None)
        db.session.get_one(Document, company_term).active = False
        db.session.commit()
        with pytest.raises(history.NotRestorable, match="“Termo padrão” não pode mais ser escolhido"):
            trail.restore(company.admin.id, company.id, key, entries[1].after or {})


def test_only_admins_and_only_their_own(
    app: Flask, company: Company, operator: Browser, stranger: Browser, creditors: list[int]
) -> None:
    term = add_document(app, company, TERM, "Termo")
    url = f"{PAGE}/{creditors[0]}"
    for person in (operator, stranger):
        assert person.get(url, htmx=True, editar=1).status == 404
        assert person.get(PAGE, editar=creditors[0]).status == 404
        assert person.get(PAGE, credor=creditors[0]).status == 404
        assert person.post(url, version=0, agreement_term_id=term).status == 404
    assert operator.get(PAGE).status == 404
    assert "Escola Azul" not in stranger.get(PAGE).text
    assert stored(app, creditors[0]) == (None, None)
