"""`flask --app wsgi import-portfolio`."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from portal.extensions import db
from portal.portfolio.models import PortfolioImport, Title
from tests.support.people import Company
from tests.support.portfolio import csv_file, row


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "carteira.csv"
    path.write_bytes(csv_file(row(), row(), row(amount="abc"), row(phones_=["123"], due="11/10/2026")))
    return path


def call(app: Flask, *arguments: object) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["import-portfolio", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def titles(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Title).count()


def test_imports_and_lists_refusals(app: Flask, company: Company, file: Path) -> None:
    code, output = call(app, file, "--account", company.slug)
    assert code == 0
    assert "Recusada: linha 4, coluna SALDO: O valor não é um número. Escreva como 1.234,56. Valor: abc" in output
    assert "Aviso: linha 5, coluna FONE_1" in output
    assert "4 linhas: 3 boas, 1 recusadas, 1 com avisos." in output
    assert "Importado: 3 títulos criados, 0 atualizados, 0 já estavam iguais; 1 devedores novos." in output
    assert titles(app) == 3
    code, output = call(app, file, "--account", company.slug)
    assert (code, titles(app)) == (0, 3)
    assert "Importado: 0 títulos criados, 0 atualizados, 3 já estavam iguais" in output


def test_a_dry_run_writes_nothing(app: Flask, company: Company, file: Path) -> None:
    code, output = call(app, file, "--account", company.slug, "--dry-run")
    assert code == 0
    assert "Previsão: 3 títulos novos, 0 atualizados, 0 já iguais." in output
    assert "nada foi gravado" in output
    with app.app_context():
        assert db.session.query(PortfolioImport).count() == 0
    assert titles(app) == 0


def test_what_cannot_be_imported(app: Flask, company: Company, file: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "x.csv"
    pdf.write_bytes(b"%PDF-1.7")
    for arguments, reason in (
        ((file, "--account", "nobody"), "Não existe empresa"),
        ((tmp_path / "none.csv", "--account", company.slug), "Não foi possível ler"),
        ((tmp_path, "--account", company.slug), "Não foi possível ler"),
        ((pdf, "--account", company.slug), "um PDF"),
    ):
        code, output = call(app, *arguments)
        assert code == 1
        assert reason in output
    assert titles(app) == 0
