"""An import that is killed, that breaks, or that two processes apply at once: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.jobs.runs import run_once
from portal.portfolio.models import Debtor, ImportStatus, Phone, PortfolioImport, Title
from portal.portfolio.service import apply, imports
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.people import Company
from tests.support.portfolio import cpf, csv_file, row

ROWS = 60


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "CHUNK", 7)


def portfolio() -> bytes:
    """Two equal titles for each of some debtors, far apart, and a refused row now and then."""
    people = [row(name=f"Pessoa {n}", tax_id=cpf(n), amount="x" if n == 11 else "10,00") for n in range(ROWS // 2)]
    return csv_file(*people, *people)


def confirmed(app: Flask, company: Company) -> int:
    with app.app_context():
        kept = imports.preview(company.id, company.admin.id, "c.csv", portfolio(), clock.today("America/Sao_Paulo"))
        imports.confirm(kept, company.admin.id)
        return kept.id


def check_done(app: Flask, import_id: int) -> None:
    with app.app_context():
        done = db.session.get_one(PortfolioImport, import_id)
        assert (done.status, done.done_rows, done.error) == (ImportStatus.DONE, ROWS, "")
        assert (done.created_titles, done.updated_titles, done.unchanged_titles) == (ROWS - 2, 0, 0)
        assert done.created_debtors == ROWS // 2 - 1
        assert db.session.query(Title).count() == ROWS - 2
        assert db.session.query(Debtor).count() == db.session.query(Phone).count() == ROWS // 2 - 1
        assert {title.sequence for title in db.session.query(Title)} == {1, 2}


def test_a_killed_import_goes_on_where_it_stopped(app: Flask, company: Company, admin: Browser) -> None:
    import_id = confirmed(app, company)
    with app.app_context():
        source, line = apply._open(import_id)
        for _ in range(3):
            line = apply.apply_chunk(import_id, source, line) or 0
    page = admin.get(f"/devedores/importacoes/{import_id}")
    assert "Importando" in page.words
    assert "21 de 60 linhas" in page.words
    assert run(app, imports.JOB) == "60 linhas importadas"
    check_done(app, import_id)
    assert run(app, imports.JOB) == ""


KILLED = """
import os, signal, sys
from portal import create_app
from portal.jobs.runs import run_once
from portal.portfolio.service import apply, imports, upsert

apply.CHUNK, chunks, write = 7, [], upsert._Writer.titles

def deadly(writer, pairs):
    write(writer, pairs)
    chunks.append(1)
    if len(chunks) == 4:
        os.kill(os.getpid(), signal.SIGKILL)

upsert._Writer.titles = deadly
run_once(create_app(), imports.JOB)
"""


def test_a_process_that_dies_in_a_chunk_leaves_nothing_of_it(
    app: Flask, company: Company, database: dict[str, str]
) -> None:
    import_id = confirmed(app, company)
    died = subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, **database}, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL
    with app.app_context():
        found = db.session.get_one(PortfolioImport, import_id)
        assert (found.status, found.done_rows, found.created_titles) == (ImportStatus.RUNNING, 21, 20)
        assert db.session.query(Title).count() == 20
    assert run(app, imports.JOB) == "60 linhas importadas"
    check_done(app, import_id)


def test_two_appliers_at_once(app: Flask, company: Company) -> None:
    import_id = confirmed(app, company)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                apply.apply(import_id)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    check_done(app, import_id)


def test_a_break_is_shown_and_can_be_continued(
    app: Flask, company: Company, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = confirmed(app, company)
    original, calls = apply.upsert, []

    def breaks_at_third(*args: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("boom")
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(apply, "upsert", breaks_at_third)
    assert run_once(app, imports.JOB)[0] is False
    page = admin.get(f"/devedores/importacoes/{import_id}")
    assert "A importação parou" in page.words
    assert "Foram lidas 14 de 60 linhas." in page.words
    assert run(app, imports.JOB) == ""
    admin.post(page.one('form[action$="confirmar"]')["action"])
    run(app, imports.JOB)
    check_done(app, import_id)


def test_old_previews_are_deleted(app: Flask, company: Company) -> None:
    with app.app_context():
        imports.preview(company.id, None, "c.csv", portfolio(), clock.today("America/Sao_Paulo"))
    assert run(app, "sweep-imports") == ""
    with clock.at(clock.now() + timedelta(days=8)):
        assert run(app, "sweep-imports") == "1 importação não confirmada apagada"
    with app.app_context():
        assert db.session.query(PortfolioImport).count() == 0
