"""*Menu Configurações > Documentos*, over HTTP, as an admin walks through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock
from portal.documents.defaults import DEFAULT_BODIES
from portal.documents.models import Document, DocumentKind
from portal.documents.service import library
from portal.extensions import db
from tests.documents.world import NOW, add_document
from tests.support.browser import Browser, Page
from tests.support.people import Company

PAGE = "/documentos"
STATEMENTS, TERMS = f"{PAGE}/demonstrativo-de-debito", f"{PAGE}/termo-de-acordo"
ORIGINAL = DocumentKind.ORIGINAL_STATEMENT


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def stored(app: Flask, document_id: int) -> tuple[str, str, bool, int]:
    with app.app_context():
        row = db.session.get_one(Document, document_id)
        return row.name, row.body, row.active, row.version


def sent(page: Page, selector: str = "#document-form") -> dict[str, str]:
    return {name: value for name, value in page.form_data(selector).items() if name != "csrf_token"}


def link(page: Page, words: str) -> str:
    found = [str(a["href"]) for a in page.all("a[href]") if " ".join(a.get_text(" ").split()) == words]
    assert len(found) == 1, (words, found)
    return found[0]


def test_the_path_of_the_product_can_be_followed_by_its_words(app: Flask, company: Company, admin: Browser) -> None:
    """Menu Configurações > Documentos > Demonstrativo de Débito > Novo."""
    menu = admin.get("/conversas")
    assert menu.one("details.company-menu summary:-soup-contains('Configurações')")
    documents = admin.get(link(menu, "Documentos"))
    listing = admin.get(link(documents, "Demonstrativo de débito"))
    assert listing.one("h1").get_text() == "Demonstrativo de débito"
    assert "Nenhum documento ainda" in listing.words
    page = admin.get(link(listing, "Novo"))
    assert page.one("h1").get_text() == "Novo demonstrativo de débito"
    assert page.one(".tabs [aria-current]").get_text() == "Tipo “Título Original”"
    form = sent(page)
    assert form["body"].strip() == DEFAULT_BODIES[ORIGINAL].strip()
    answer = admin.post(STATEMENTS + "/novo", **{**form, "name": "Demonstrativo da escola"})
    assert answer.status == 303
    page = admin.get(answer.location)
    assert "Documento “Demonstrativo da escola” criado." in page.words
    listing = admin.get(STATEMENTS)
    assert "Demonstrativo da escola" in listing.words and "Título Original" in listing.words
    assert "22/11/2026 12:00" in listing.words and "Ativo" in listing.words
    assert link(listing, "Novo demonstrativo de débito") == STATEMENTS + "/novo"


@pytest.mark.parametrize(
    ("url", "kind", "title"),
    [
        (f"{TERMS}/novo", DocumentKind.AGREEMENT_TERM, "Novo termo de acordo"),
        (f"{STATEMENTS}/novo?tipo=titulo-original", ORIGINAL, "Novo demonstrativo de débito"),
        (f"{STATEMENTS}/novo?tipo=acordo", DocumentKind.AGREEMENT_STATEMENT, "Novo demonstrativo de débito"),
    ],
)
def test_each_kind_begins_with_its_own_text(
    app: Flask, company: Company, admin: Browser, url: str, kind: DocumentKind, title: str
) -> None:
    page = admin.get(url)
    assert page.one("h1").get_text() == title
    form = sent(page)
    assert form["body"].strip() == DEFAULT_BODIES[kind].strip()
    answer = admin.post(url, **{**form, "name": "O primeiro"})
    with app.app_context():
        row = db.session.get_one(Document, int(answer.location.rpartition("/")[2]))
        assert (row.kind, row.name, row.active) == (kind, "O primeiro", True)


def test_wildcards_are_listed_with_meaning_and_example(admin: Browser, company: Company) -> None:
    page = admin.get(f"{TERMS}/novo")
    help_ = page.one(".document-wildcards").get_text(" ", strip=True)
    assert "#NOME_USUARIO# Nome do usuário que assina" in help_
    assert "Exemplo: João Pereira" in help_
    groups = [summary.get_text() for summary in page.all(".document-wildcards summary")]
    assert groups[0] == "Devedor" and "Acordo" in groups
    assert "Acordo" not in [s.get_text() for s in admin.get(f"{STATEMENTS}/novo").all(".document-wildcards summary")]


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("", "#TABELA_TITULOS#", "Informe o nome do documento."),
        ("x" * 81, "#TABELA_TITULOS#", "Use no máximo 80 caracteres."),
        ("DEMONSTRATIVO PADRÃO", "#TABELA_TITULOS#", "Já existe um documento com este nome. Escolha outro nome."),
        ("Novo", "", "Informe o texto do documento."),
        (
            "Novo",
            "#NOME_DEVEDO#\n\n#TABELA_TITULOS#",
            "O coringa #NOME_DEVEDO# não existe. Você quis dizer #NOME_DEVEDOR#?",
        ),
        (
            "Novo",
            "#NUMERO_ACORDO#\n\n#TABELA_TITULOS#",
            "O coringa #NUMERO_ACORDO# só existe nos documentos de acordo. Retire-o deste texto.",
        ),
    ],
)
def test_a_refused_document_says_why_and_keeps_what_was_typed(
    app: Flask, company: Company, admin: Browser, name: str, body: str, error: str
) -> None:
    document_id = add_document(app, company)
    before = stored(app, document_id)
    admin.get(PAGE)
    page = admin.post(f"{STATEMENTS}/novo", kind="original_title", name=name, body=body)
    assert (page.status, page.errors) == (422, [error])
    assert (sent(page)["name"], sent(page)["body"]) == (name, body)
    if name != "DEMONSTRATIVO PADRÃO":
        page = admin.post(f"{PAGE}/{document_id}", version=1, name=name, body=body)
        assert (page.status, page.errors) == (422, [error])
    assert stored(app, document_id) == before
    with app.app_context():
        assert db.session.query(Document).count() == 1


def test_editing(app: Flask, company: Company, admin: Browser) -> None:
    document_id = add_document(app, company)
    form = sent(admin.get(f"{PAGE}/{document_id}"))
    answer = admin.post(f"{PAGE}/{document_id}", **{**form, "name": "Outro nome", "body": "Oi\r\n\r\n#TABELA_TITULOS#"})
    assert (answer.status, answer.location) == (303, f"{PAGE}/{document_id}")
    assert "Documento salvo." in admin.get(answer.location).words
    assert stored(app, document_id) == ("Outro nome", "Oi\n\n#TABELA_TITULOS#", True, 2)
    assert admin.post(f"{PAGE}/{document_id}", **sent(admin.get(answer.location))).status == 303
    assert stored(app, document_id)[3] == 2, "nothing changed, so nothing was saved"


def test_the_second_of_two_editors_is_told(app: Flask, company: Company, admin: Browser) -> None:
    document_id = add_document(app, company)
    url = f"{PAGE}/{document_id}"
    late = sent(admin.get(url))
    admin.post(url, **{**late, "body": "Da primeira pessoa\n\n#TABELA_TITULOS#"})
    broken = admin.post(url, **{**late, "name": ""})
    assert sent(broken)["version"] == "1", "an error in between must not make the late form a fresh one"
    page = admin.post(url, **{**late, "name": "Da segunda"})
    assert page.status == 422
    assert "Outra pessoa salvou este documento antes" in page.words and "Da primeira pessoa" in page.words
    assert stored(app, document_id)[1].startswith("Da primeira pessoa")
    again = sent(page)
    assert (again["name"], again["version"]) == ("Da segunda", "2")
    assert admin.post(url, **again).status == 303
    assert stored(app, document_id)[0] == "Da segunda"


def test_a_copy_has_a_name_of_its_own(app: Flask, company: Company, admin: Browser) -> None:
    document_id = add_document(app, company, "Demonstrativo " + "x" * 66)
    admin.get(f"{PAGE}/{document_id}")
    names = []
    for _ in range(2):
        answer = admin.post(f"{PAGE}/{document_id}/duplicar")
        copy = stored(app, int(answer.location.rpartition("/")[2]))
        names.append(copy[0])
        assert copy[1:] == stored(app, document_id)[1:]
    assert names[0].startswith("Cópia de Demonstrativo x") and names[1].endswith(" (2)")
    assert all(len(name) <= 80 for name in names)


def test_deactivating_says_what_follows(app: Flask, company: Company, admin: Browser) -> None:
    document_id = add_document(app, company)
    ask = link(admin.get(f"{PAGE}/{document_id}"), "Desativar")
    assert "Este documento não está em uso." in admin.get(ask).words
    used = {document_id: ["Configurações por Conta > Demonstrativo de débito"]}
    library.on_use(lambda account_id, each: used.get(each, []) if account_id == company.id else [])
    try:
        page = admin.get(ask)
        assert "Configurações por Conta > Demonstrativo de débito" in page.words
        assert "não será emitido nem enviado" in page.words
        assert "Configurações por Conta > Demonstrativo de débito" in admin.get(STATEMENTS).words
        form = sent(page, "main form")
        assert admin.post(ask, version=99).status == 422
        assert stored(app, document_id)[2]
        answer = admin.post(ask, **form)
        assert (answer.status, answer.location) == (303, STATEMENTS)
    finally:
        library._uses.pop()
    assert stored(app, document_id)[2] is False
    assert "Inativo" in admin.get(STATEMENTS).words
    assert admin.get(ask).location == f"{PAGE}/{document_id}"
    form = sent(admin.get(f"{PAGE}/{document_id}"), f"form[action$='{document_id}/ativar']")
    assert admin.post(f"{PAGE}/{document_id}/ativar", version=1).status == 422
    assert admin.post(f"{PAGE}/{document_id}/ativar", **form).status == 303
    assert stored(app, document_id)[2] is True


def test_only_admins_and_only_their_own(app: Flask, company: Company, operator: Browser, stranger: Browser) -> None:
    document_id = add_document(app, company, "Documento Sigiloso", body="Palavras sigilosas\n\n#TABELA_TITULOS#")
    before = stored(app, document_id)
    url = f"{PAGE}/{document_id}"
    form = {"version": 1, "name": "Invadido", "body": "#TABELA_TITULOS#", "kind": "original_title"}
    for person in (operator, stranger):
        for path in (url, f"{url}/desativar"):
            assert person.get(path).status == 404
        for path in (url, f"{url}/desativar", f"{url}/ativar", f"{url}/duplicar"):
            assert person.post(path, **form).status == 404
        for path in (f"{PAGE}/previa", f"{PAGE}/previa/pdf"):
            assert person.post(path, **form, documento=document_id).status == 404
    for path in (PAGE, STATEMENTS, TERMS):
        assert "igilos" not in stranger.get(path).text
    for path in (PAGE, STATEMENTS, f"{STATEMENTS}/novo", TERMS, f"{TERMS}/novo", f"{PAGE}/emitidos"):
        assert operator.get(path).status == 404
    assert operator.post(f"{STATEMENTS}/novo", **form).status == 404
    assert stored(app, document_id) == before


@pytest.mark.parametrize("name", ["{{7*7}}", "<b>oi</b>", "${7*7}#{7*7}", "'\"><script>alert(1)</script>"])
def test_what_is_written_comes_out_as_written(app: Flask, company: Company, admin: Browser, name: str) -> None:
    body = f"{name}\n\n#TABELA_TITULOS#"
    admin.get(PAGE)
    answer = admin.post(f"{STATEMENTS}/novo", kind="original_title", name=name, body=body)
    page = admin.get(answer.location)
    assert (sent(page)["name"], sent(page)["body"]) == (name, body)
    assert name in admin.get(STATEMENTS).soup.get_text()
