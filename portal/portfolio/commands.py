"""`flask --app wsgi import-portfolio`: a file into the portfolio without a browser."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from portal import clock
from portal.accounts.queries import account_by_slug
from portal.config import MAX_UPLOAD
from portal.portfolio.files.reading import MAX_ROWS, FileError
from portal.portfolio.files.rows import Problem
from portal.portfolio.models import ImportStatus, PortfolioImport
from portal.portfolio.service import apply, imports
from portal.portfolio.service.scan import Scan, scan
from portal.web.filters import integer


def init_app(app: Flask) -> None:
    app.cli.add_command(import_portfolio)


@click.command("import-portfolio")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", "slug", required=True, metavar="SLUG", help="The company, by its slug.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@with_appcontext
def import_portfolio(file: Path, slug: str, dry_run: bool) -> None:
    """Import a portfolio file (CSV or XLSX) into a company. Refused rows are printed with their reasons."""
    account = account_by_slug(slug)
    if account is None:
        raise click.ClickException(f"Não existe empresa com o identificador {slug}.")
    account_id, today = account.id, clock.today(account.timezone)
    name, content = imports.shown_name(file.name), _content(file)
    try:
        found = scan(account_id, content, name, today, kept=MAX_ROWS)
    except FileError as error:
        raise click.ClickException(str(error)) from None
    _print_scan(found)
    if dry_run:
        click.echo("Simulação: nada foi gravado.")
    elif found.good:
        kept = imports.keep(account_id, None, name, content, found)
        imports.confirm(kept, None)
        _print_result(apply.apply(kept.id))


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_UPLOAD + 1)
    except OSError:
        raise click.ClickException(f"Não foi possível ler {file}. Confira o caminho e as permissões.") from None
    if len(content) > MAX_UPLOAD:
        raise click.ClickException("O arquivo passa do limite de 20 MB. Divida-o em partes menores.")
    return content


def _print_scan(found: Scan) -> None:
    for refusal in found.refusals:
        click.echo(f"Recusada: {_told(refusal)}")
    for warning in found.warnings:
        click.echo(f"Aviso: {_told(warning)}")
    click.echo(
        f"{integer(found.total)} linhas: {integer(found.good)} boas, {integer(found.refused)} recusadas, "
        f"{integer(found.warned)} com avisos."
    )
    click.echo(
        f"Previsão: {integer(found.expected.created_titles)} títulos novos, "
        f"{integer(found.expected.updated_titles)} atualizados, {integer(found.expected.unchanged_titles)} já iguais."
    )


def _told(problem: Problem) -> str:
    place = f"linha {problem.line}" + (f", coluna {problem.column}" if problem.column else "")
    return f"{place}: {problem.reason} Valor: {problem.value or '(vazio)'}"


def _print_result(done: PortfolioImport) -> None:
    if done.status is not ImportStatus.DONE:
        raise click.ClickException(f"A importação parou na linha {done.next_line}. {done.error}".strip())
    click.echo(
        f"Importado: {integer(done.created_titles)} títulos criados, {integer(done.updated_titles)} atualizados, "
        f"{integer(done.unchanged_titles)} já estavam iguais; {integer(done.created_debtors)} devedores novos."
    )
