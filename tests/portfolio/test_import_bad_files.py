"""What is not a portfolio, and what wants to do harm: a clear message at the field, nothing half-saved."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from portal.extensions import db
from portal.portfolio.models import PortfolioImport
from portal.portfolio.service import imports
from tests.portfolio.test_import import JOB, preview, send
from tests.support.browser import Browser, Page
from tests.support.clockwork import run
from tests.support.portfolio import csv_file, row

BAD_FILES = [
    (b"", "carteira.csv", "está vazio"),
    (b"%PDF-1.7 ...", "carteira.csv", "um PDF"),
    (b"\x89PNG\r\n\x1a\n....", "foto.png", "uma imagem"),
    (bytes(range(256)) * 40, "carteira.csv", "não é um texto CSV"),
    (b"PK\x03\x04 quebrado", "carteira.xlsx", "danificado"),
    (csv_file(), "carteira.csv", "só o cabeçalho"),
    (b"CREDOR;NOME_DEVEDOR;CNPJ_CPF;DT_VENCIMENTO\r\na;b;c;d", "carteira.csv", "SALDO"),
    (csv_file(row(), '"' + row()), "carteira.csv", "aspas"),
]


@pytest.mark.parametrize(("content", "name", "reason"), BAD_FILES)
def test_a_bad_file_is_refused_at_the_field(app: Flask, admin: Browser, content: bytes, name: str, reason: str) -> None:
    if "aspas" in reason:
        content += (row() + "\r\n").encode("cp1252") * 50
    page = send(admin, content, name)
    assert page.status == 422
    assert reason in page.one("#file-error").get_text()
    assert any(reason in error for error in page.errors)
    with app.app_context():
        assert db.session.query(PortfolioImport).count() == 0


def test_no_file_or_a_text_in_its_place(admin: Browser) -> None:
    admin.get("/devedores/importar")
    for page in (
        admin.post("/devedores/importar", files={"file": (io.BytesIO(b""), "")}),
        admin.post("/devedores/importar", file="../../etc/passwd", extra="1"),
    ):
        assert page.status == 422
        assert page.errors == ["Escolha o arquivo da carteira."]


def test_more_than_20_mb(app: Flask, admin: Browser) -> None:
    page = send(admin, csv_file(row()) + b" " * (20 * 1024 * 1024))
    assert page.status == 422
    assert "passa do limite de 20 MB" in page.errors[0]


def test_200_mb_are_passed_over_and_never_kept(app: Flask, admin: Browser) -> None:
    """A browser shows the answer only once it has sent the whole file, so it is read, piece by piece, and dropped."""

    class Endless(io.RawIOBase):
        largest = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            Endless.largest = max(Endless.largest, len(buffer))
            return len(buffer)

    answer = admin.client.post(
        "/devedores/importar",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input": Endless(), "CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )
    page = Page(answer, fragment=False)
    assert page.status == 413
    assert "Arquivo grande demais" in page.words
    assert 0 < Endless.largest <= 256 * 1024


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../etc/passwd.csv", "passwd.csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("\u202evsc.exe", "vsc.exe"),
        ("x" * 400 + ".csv", "x" * 200),
    ],
)
def test_hostile_file_names(app: Flask, admin: Browser, sent: str, shown: str) -> None:
    _, page = preview(admin, csv_file(row()), sent)
    assert "<script>alert" not in page.text
    with app.app_context():
        assert db.session.query(PortfolioImport).one().filename == shown


def test_a_name_with_a_folder_of_windows() -> None:
    assert imports.shown_name("C:\\Users\\ana\\carteira.csv") == "carteira.csv"


def test_hostile_cells_are_shown_as_text(app: Flask, admin: Browser) -> None:
    name = "<script>alert(1)</script>"
    url, page = preview(admin, csv_file(row(name=name), row(name=name, amount="<img src=x>")))
    assert name in page.words and name not in page.text
    admin.post(f"{url}/confirmar")
    run(app, JOB)
    assert name not in admin.get("/devedores").text
