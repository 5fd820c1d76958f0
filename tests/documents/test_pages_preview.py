"""The preview of a document: the real page, with a real debtor, before anything is saved."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.account_settings.models import AccountSettings
from portal.documents.models import Document, IssuedDocument
from portal.extensions import db
from portal.portfolio.models import Creditor
from tests.documents.world import NOW, add_agreement, add_debt, add_document, change, creditor_of, text_of
from tests.support.browser import Browser, Page
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS

PREVIEW = "/documentos/previa"
NEW = "/documentos/demonstrativo-de-debito/novo"
BODY = "Olá, #PRIMEIRO_NOME#.\n\n#TABELA_TITULOS#"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def typed(**fields: Any) -> dict[str, Any]:
    return {"kind": "original_title", "name": "Novo", "body": BODY, "version": "0", "documento": "", **fields}


def pictures(page: Page) -> list[bytes]:
    addresses = [str(image["src"]) for image in page.all("img.document-page")]
    assert all(address.startswith("data:image/png;base64,") for address in addresses)
    return [base64.b64decode(address.partition(",")[2]) for address in addresses]


def test_without_debtors_the_figures_are_invented_and_that_is_said(admin: Browser, company: Company) -> None:
    page = admin.get(NEW)
    assert "A prévia usa um devedor inventado: ainda não há título em aberto na carteira." in page.words
    (picture,) = pictures(page)
    assert picture.startswith(b"\x89PNG")
    page = admin.get("/documentos/termo-de-acordo/novo")
    assert "ainda não há acordo ativo na carteira" in page.words
    assert page.all("img.document-page")


def test_the_page_opens_with_the_oldest_debt(app: Flask, admin: Browser, company: Company) -> None:
    add_debt(app, company)
    page = admin.get(NEW)
    assert "A prévia é com Maria Souza , credor Escola Azul Ltda." in page.words
    assert "Pronto para emitir" in page.words
    image = page.all("img.document-page")[0]
    assert image["alt"] == ("Página 1 de 1 do PDF: Demonstrativo de débito para Maria Souza, credor Escola Azul Ltda.")


def test_what_is_typed_is_drawn_and_nothing_is_kept(app: Flask, admin: Browser, company: Company) -> None:
    add_debt(app, company)
    admin.get(NEW)
    one = admin.post(PREVIEW, htmx=True, **typed())
    other = admin.post(PREVIEW, htmx=True, **typed(body=BODY + "\n\nUma linha a mais"))
    assert one.status == other.status == 200
    assert one.one("#document-preview") and "<html" not in one.text
    assert pictures(one) != pictures(other)
    assert pictures(one) == pictures(admin.post(PREVIEW, htmx=True, **typed()))
    with app.app_context():
        assert not db.session.query(Document).count() and not db.session.query(IssuedDocument).count()


def test_without_javascript_the_whole_page_comes_back(app: Flask, admin: Browser, company: Company) -> None:
    document_id = add_document(app, company)
    add_debt(app, company)
    form = admin.get(f"/documentos/{document_id}").form_data("#document-form")
    changed = {**form, "name": "Meio escrito", "body": BODY + " #NADA#", "csrf_token": None}
    page = admin.post(PREVIEW, **changed)
    assert page.status == 200
    again = page.form_data("#document-form")
    assert (again["name"], again["body"], again["version"]) == ("Meio escrito", BODY + " #NADA#", "1")
    assert page.one("#document-form")["action"] == f"/documentos/{document_id}"
    assert "O coringa #NADA# não existe." in page.one("#document-preview").get_text(" ", strip=True)
    assert not page.all(".error-summary")
    assert admin.post(PREVIEW, **typed()).one("#document-form")["action"] == NEW


def test_the_admin_chooses_the_debtor(app: Flask, admin: Browser, company: Company) -> None:
    add_debt(app, company)
    joao = add_debt(app, company, "João Souza", tax_id=TAX_IDS[1])
    admin.get(NEW)
    page = admin.post(PREVIEW, htmx=True, **typed(busca="529.982.247-25"))
    assert "A prévia é com João Souza" in page.words and not page.all("fieldset")
    page = admin.post(PREVIEW, htmx=True, **typed(busca="souza"))
    assert [radio.get_text(strip=True) for radio in page.all("#document-preview label")] == [
        "João Souza · ***.982.247-**", "Maria Souza · ***.444.777-**",
    ]  # fmt: skip
    maria = next(str(r["value"]) for r in page.all("input[name=devedor]") if int(str(r["value"])) != joao)
    page = admin.post(PREVIEW, htmx=True, **typed(busca="souza", devedor=maria))
    assert page.one("input[checked]")["value"] == maria and "A prévia é com Maria Souza" in page.words
    page = admin.post(PREVIEW, htmx=True, **typed(busca="ninguém assim"))
    assert "Ninguém foi encontrado com “ninguém assim”" in page.words and "Maria Souza" in page.words


def test_it_says_what_would_be_missing(app: Flask, admin: Browser, company: Company) -> None:
    debtor_id = add_debt(app, company)
    change(app, Creditor, creditor_of(app, debtor_id), address="")
    admin.get(NEW)
    page = admin.post(PREVIEW, htmx=True, **typed(body=BODY + "\n#ENDERECO_DEVEDOR#"))
    assert "Falta o endereço do credor Escola Azul Ltda." in page.words
    assert "O coringa #ENDERECO_DEVEDOR# (Endereço do devedor) ficaria vazio." in page.words
    assert pictures(page), "the picture comes all the same"
    page = admin.post(PREVIEW, htmx=True, **typed(kind="agreement_term", busca="Maria Souza"))
    assert "Maria Souza não tem acordo com Escola Azul Ltda." in page.words


def test_an_agreement_is_shown_with_its_figures(app: Flask, admin: Browser, company: Company) -> None:
    add_agreement(app, add_debt(app, company))
    assert "Escolha o usuário que assina" in admin.get("/documentos/termo-de-acordo/novo").words
    with app.app_context():
        db.session.add(AccountSettings(account_id=company.id, signatory_id=company.operator.id))
        db.session.commit()
    page = admin.get("/documentos/termo-de-acordo/novo")
    assert "A prévia é com Maria Souza" in page.words and "Pronto para emitir" in page.words


def test_the_pdf_opens_in_the_browser(app: Flask, admin: Browser, company: Company) -> None:
    add_debt(app, company)
    admin.get(NEW)
    answer = admin.post(f"{PREVIEW}/pdf", **typed()).answer
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    words = text_of(answer.data)
    assert "Olá, Maria." in words and "1.193,86" in words and "prévia" in words


@pytest.mark.parametrize("fields", [{"kind": "nothing"}, {"kind": ""}, {"documento": "999"}, {"documento": "x"}])
def test_what_does_not_exist_is_not_found(admin: Browser, company: Company, fields: dict[str, str]) -> None:
    admin.get(NEW)
    for path in (PREVIEW, f"{PREVIEW}/pdf"):
        assert admin.post(path, **typed(**fields)).status == 404


def test_a_stranger_searches_only_their_own(app: Flask, company: Company, stranger: Browser) -> None:
    debtor_id = add_debt(app, company, "Zenóbia Sigilosa")
    stranger.get(NEW)
    for fields in ({"busca": "Zenóbia"}, {"busca": TAX_IDS[0]}, {"devedor": debtor_id}):
        page = stranger.post(PREVIEW, htmx=True, **typed(**fields))
        assert "Sigilosa" not in page.text and "devedor inventado" in page.words


@pytest.mark.parametrize("text", ["{{7*7}}", "#{x}", '#read("/etc/passwd")', "<script>alert(1)</script>", "\x00\u202e"])
def test_any_text_can_be_shown(app: Flask, admin: Browser, company: Company, text: str) -> None:
    add_debt(app, company)
    admin.get(NEW)
    page = admin.post(PREVIEW, htmx=True, **typed(body=text, busca=text))
    assert page.status == 200 and pictures(page)


def test_many_pages_are_cut_to_three(app: Flask, admin: Browser, company: Company) -> None:
    add_debt(app, company)
    admin.get(NEW)
    page = admin.post(PREVIEW, htmx=True, **typed(body=BODY + "\n\nMais uma linha." * 300))
    assert len(pictures(page)) == 3 and "aqui aparecem as 3 primeiras" in page.words


def test_a_text_that_is_too_long_is_not_drawn(app: Flask, admin: Browser, company: Company) -> None:
    add_debt(app, company)
    admin.get(NEW)
    page = admin.post(PREVIEW, htmx=True, **typed(body=BODY + "x" * 20_000))
    assert "O texto pode ter no máximo 20.000 caracteres" in page.words and not pictures(page)
    page = admin.post(f"{PREVIEW}/pdf", **typed(body=BODY + "x" * 20_000))
    assert page.is_html and "O texto pode ter no máximo 20.000 caracteres" in page.words
