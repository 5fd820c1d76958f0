"""A file into the portfolio, over HTTP: upload, preview, confirm, progress, result, correction."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from flask import Flask

from portal.extensions import db
from portal.portfolio.models import (
    Creditor,
    Debtor,
    DebtorCode,
    ImportRemark,
    ImportStatus,
    Phone,
    PortfolioImport,
    Title,
)
from tests.support.browser import Browser, Page
from tests.support.clockwork import run
from tests.support.people import Company
from tests.support.portfolio import COLUMNS, LINE, TAX_IDS, cpf, csv_file, row

JOB = "import-portfolio"


def send(person: Browser, content: bytes, name: str = "carteira.csv") -> Page:
    person.get("/devedores/importar")
    return person.post("/devedores/importar", files={"file": (io.BytesIO(content), name)})


def preview(person: Browser, content: bytes, name: str = "carteira.csv") -> tuple[str, Page]:
    sent = send(person, content, name)
    assert sent.status == 303, sent.words
    return sent.location, person.get(sent.location)


def bring_in(app: Flask, person: Browser, content: bytes) -> Page:
    url, _ = preview(person, content)
    assert person.post(f"{url}/confirmar").status == 303
    run(app, JOB)
    return person.get(url)


def stored(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {model.__name__: db.session.query(model).count() for model in (Creditor, Debtor, Phone, Title)}


def xlsx(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_from_upload_to_result(app: Flask, admin: Browser, company: Company) -> None:
    content = csv_file(
        row(phones_=["(11) 98765-4321", "1123456789"], email="a@x.com B@x.com", category="VIP"),
        row(creditor="ESCOLA  azul ltda", due="10/11/2026", amount="1.000,00"),
        row(creditor="Clínica Boa", code="77", amount="99,90"),
        row(name="José Ávila", tax_id="98765432100", amount="abc"),
        row(name="Ana Lima", tax_id=TAX_IDS[1], phones_=["6,30E+11"]),
    )
    url, page = preview(admin, content)
    assert "Conferir importação" in page.words
    assert [stat.get_text(" ", strip=True) for stat in page.all(".stat")] == [
        "Linhas no arquivo 5",
        "Linhas boas 4",
        "Recusadas 1",
        "Com avisos 1",
    ]
    assert "4 títulos novos, 0 atualizados e 0 que já estão iguais." in page.words
    assert "5 SALDO abc O valor não é um número" in page.words
    assert "6 FONE_1 6,30E+11" in admin.get(url, ver="avisos").words
    assert stored(app) == {"Creditor": 0, "Debtor": 0, "Phone": 0, "Title": 0}

    admin.post(f"{url}/confirmar")
    waiting = admin.get(url)
    assert "Na fila para importar" in waiting.words
    assert waiting.one("#import-progress")["hx-get"] == f"{url}/andamento"
    run(app, JOB)
    done = admin.get(f"{url}/andamento", htmx=True)
    assert done.status == 286
    assert not done.one("#import-progress").get("hx-trigger")
    assert "4 títulos criados, 0 atualizados. 2 devedores novos." in done.words

    assert stored(app) == {"Creditor": 2, "Debtor": 2, "Phone": 2, "Title": 4}
    with app.app_context():
        maria = db.session.query(Debtor).filter_by(account_id=company.id, tax_id=TAX_IDS[0]).one()
        assert (maria.name, maria.category, maria.emails) == ("Maria Souza", "VIP", ["a@x.com", "b@x.com"])
        assert [(p.e164, p.position) for p in maria.phones] == [("+5511987654321", 1), ("+551123456789", 2)]
        assert {t.amount for t in maria.titles} == {Decimal("350.75"), Decimal("1000.00"), Decimal("99.90")}
        assert {code.code for code in db.session.query(DebtorCode).filter_by(debtor_id=maria.id)} == {"1000", "77"}


def test_the_same_file_twice_changes_nothing(app: Flask, admin: Browser) -> None:
    content = csv_file(row(), row(), row(tax_id=TAX_IDS[1], name="Ana Lima"))
    bring_in(app, admin, content)
    before = stored(app)
    url, page = preview(admin, content)
    assert "Este arquivo já foi importado" in page.words
    assert "0 títulos novos, 0 atualizados e 3 que já estão iguais." in page.words
    admin.post(f"{url}/confirmar")
    run(app, JOB)
    assert "3 títulos já estavam iguais. Nada mudou na carteira." in admin.get(url).words
    assert stored(app) == before == {"Creditor": 1, "Debtor": 2, "Phone": 2, "Title": 3}


def test_news_update_and_nothing_is_taken_away(app: Flask, admin: Browser) -> None:
    columns = ";LINHA_DIGITAVEL"
    bring_in(app, admin, csv_file(row(category="VIP", email="a@x.com", tail=f";{LINE}"), extra_columns=columns))
    news = row(name="Maria S. Souza", amount="400,00", phones_=["(21) 99876-5432"], email="b@x.com", tail=";")
    page = bring_in(app, admin, csv_file(news, extra_columns=columns))
    assert "0 títulos criados, 1 atualizado" in page.words
    with app.app_context():
        debtor = db.session.query(Debtor).one()
        assert (debtor.name, debtor.search_name) == ("Maria S. Souza", "maria s. souza")
        assert (debtor.category, debtor.emails) == ("VIP", ["a@x.com", "b@x.com"])
        assert [(p.e164, p.position) for p in debtor.phones] == [("+5511987654321", 1), ("+5521998765432", 2)]
        assert [(t.amount, t.boleto_line) for t in debtor.titles] == [(Decimal("400.00"), LINE)]


def test_city_and_state_are_optional_columns(app: Flask, admin: Browser) -> None:
    columns = ";CIDADE;UF"
    rows = (row(tail=";São Paulo;sp"), row(tax_id=TAX_IDS[1], name="Ana Lima", tail=";Recife;XX"))
    content = csv_file(*rows, extra_columns=columns)
    url, page = preview(admin, content)
    assert "aviso" in page.words
    admin.post(f"{url}/confirmar")
    run(app, JOB)
    bring_in(app, admin, csv_file(row()))
    with app.app_context():
        people = db.session.query(Debtor).order_by(Debtor.id).all()
        assert [(p.city, p.state) for p in people] == [("São Paulo", "SP"), ("Recife", "")]


def test_refused_rows_come_back_corrected(app: Flask, admin: Browser) -> None:
    content = csv_file(row(), row(name="=HYPERLINK(1)", tax_id="11111111111"), row(due="31/02/2026"))
    page = bring_in(app, admin, content)
    refused = admin.get(page.one('a[href$="recusadas.csv"]')["href"])
    assert refused.answer.headers["Content-Disposition"].startswith("attachment")
    text = refused.answer.get_data().decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "DT_VENCIMENTO: A data não existe no calendário." in text
    corrected = text.replace("11111111111", TAX_IDS[1]).replace("31/02/2026", "28/02/2026").encode("utf-8-sig")
    page = bring_in(app, admin, corrected)
    assert "2 títulos criados" in page.words
    assert stored(app)["Title"] == 3


def test_a_spreadsheet_with_numbers_and_dates(app: Flask, admin: Browser) -> None:
    cells: list[Any] = ["Escola Azul", 7, "Zé Sá", 1815908327, "", "", date(2026, 4, 3), 1234.5, 11987654321]
    url, page = preview(admin, xlsx(COLUMNS.split(";")[:9], cells), "carteira.xlsx")
    assert "018.159.083-27" in page.words
    admin.post(f"{url}/confirmar")
    run(app, JOB)
    with app.app_context():
        title = db.session.query(Title).one()
        assert (title.due_date, title.amount, title.debtor.tax_id) == (
            date(2026, 4, 3),
            Decimal("1234.50"),
            "01815908327",
        )


def test_discard_leaves_nothing(app: Flask, admin: Browser) -> None:
    url, _ = preview(admin, csv_file(row(), row(due="x")))
    assert admin.post(f"{url}/descartar").location == "/devedores/importar"
    assert admin.get(url).status == 404
    with app.app_context():
        assert db.session.query(PortfolioImport).count() == db.session.query(ImportRemark).count() == 0


def test_what_is_confirmed_is_neither_confirmed_again_nor_discarded(app: Flask, admin: Browser) -> None:
    url, _ = preview(admin, csv_file(row()))
    admin.post(f"{url}/confirmar")
    run(app, JOB)
    assert "já foi confirmada" in admin.post(f"{url}/confirmar", follow=True).words
    assert "já foi confirmada" in admin.post(f"{url}/descartar", follow=True).words
    with app.app_context():
        assert db.session.query(PortfolioImport).one().status is ImportStatus.DONE


def test_a_file_of_refused_rows_alone_cannot_be_confirmed(app: Flask, admin: Browser) -> None:
    url, page = preview(admin, csv_file(row(amount="0"), row(tax_id="1")))
    assert "Todas as linhas foram recusadas" in page.words
    assert not page.all('form[action$="confirmar"]')
    admin.post(f"{url}/confirmar")
    assert run(app, JOB) == ""


def test_past_imports_are_listed(app: Flask, admin: Browser) -> None:
    assert "Nenhuma importação ainda" in admin.get("/devedores/importacoes").words
    bring_in(app, admin, csv_file(row(), row(amount="x")))
    page = admin.get("/devedores/importacoes")
    assert "carteira.csv" in page.words
    assert "Ana Administradora" in page.words
    assert "Concluída 2 1" in page.words


def test_only_admins_of_the_company(app: Flask, admin: Browser, operator: Browser, stranger: Browser) -> None:
    url, _ = preview(admin, csv_file(row(), row(amount="x")))
    for path in ("/devedores/importar", "/devedores/importacoes"):
        assert operator.get(path).status == 404
    for person in (operator, stranger):
        for path in (url, f"{url}/andamento", f"{url}/recusadas.csv"):
            assert person.get(path).status == 404
        for action in ("confirmar", "descartar"):
            assert person.post(f"{url}/{action}").status == 404
    assert "Nenhuma importação ainda" in stranger.get("/devedores/importacoes").words
    assert admin.get(url).status == 200


def test_two_companies_have_the_same_debtor_apart(app: Flask, admin: Browser, stranger: Browser) -> None:
    content = csv_file(row(), row(tax_id=cpf(3)))
    bring_in(app, admin, content)
    page = bring_in(app, stranger, content)
    assert "2 títulos criados" in page.words
    assert "já foi importado" not in page.words
    assert stored(app) == {"Creditor": 2, "Debtor": 4, "Phone": 4, "Title": 4}
