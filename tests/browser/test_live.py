"""The live line of a browser: lost and found again, and shared by many tabs."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.accounts.models import User
from portal.connection import queries as connections
from portal.connection.service import numbers
from portal.extensions import db
from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, write
from tests.inbox.talk import ask_for_operator
from tests.support.people import Company, set_available

TABS = 8
LOAD_SECONDS = 5
TOLD_MS = 5_000


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    """A conversation that was given to the operator."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def test_messages_of_a_lost_connection_appear_when_it_is_back(
    app: Flask, company: Company, mine: int, window: OpenWindow
) -> None:
    watched = window(company.operator)
    page = watched.open(f"/conversas/{mine}")
    mark(page)
    write(app, company, "Antes da queda")
    expect(page.locator("#thread")).to_contain_text("Antes da queda")

    watched.goes_offline()
    expect(page.locator("#live-status")).to_be_visible(timeout=TOLD_MS)
    expect(page.locator("#live-status")).to_have_text("Sem conexão ao vivo. Tentando de novo…")
    watched.check()
    write(app, company, "Durante a queda")
    write(app, company, "Ainda durante a queda")
    watched.comes_back()
    expect(page.locator("#live-status")).to_be_hidden()
    expect(page.locator("#thread")).to_contain_text("Durante a queda")
    expect(page.locator("#thread")).to_contain_text("Ainda durante a queda")
    write(app, company, "Depois da queda")
    expect(page.locator("#thread")).to_contain_text("Depois da queda")
    assert is_marked(page)


def test_a_reply_that_could_not_leave_is_told_and_stays_typed(window: OpenWindow, company: Company, mine: int) -> None:
    watched = window(company.operator)
    page = watched.open(f"/conversas/{mine}")
    box = page.get_by_label("Mensagem para Maria")
    box.fill("Vai ou não vai?")
    watched.goes_offline()
    box.press("Enter")
    expect(page.locator("#toasts .toast.danger")).to_contain_text("Verifique a conexão e tente de novo.")
    expect(box).to_have_value("Vai ou não vai?")
    watched.comes_back()
    box.press("Enter")
    expect(page.locator(".bubble.out").filter(has_text="Vai ou não vai?")).to_have_count(1)
    expect(box).to_have_value("")


def test_the_badge_of_the_connection_is_live(app: Flask, company: Company, window: OpenWindow) -> None:
    watched = window(company.operator)
    page = watched.open("/conversas")
    mark(page)
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        numbers.rename(connection, db.session.get_one(User, company.admin.id), connection.name, "Cobrança SP")
    expect(page.locator("#connection-badge")).to_have_text("Cobrança SP")
    watched.check_everywhere()
    assert is_marked(page)


def test_many_tabs_of_one_browser_all_live(app: Flask, company: Company, mine: int, window: OpenWindow) -> None:
    first = window(company.operator)
    tabs = [first, *(first.tab() for _ in range(TABS - 1))]
    for tab in tabs:
        started = time.monotonic()
        tab.open(f"/conversas/{mine}")
        assert time.monotonic() - started < LOAD_SECONDS
    assert app.extensions["broadcaster"].count <= 2  # one stream for all tabs; the login page's may still be closing
    write(app, company, "Para todas as abas")
    for tab in tabs:
        expect(tab.page.locator("#thread")).to_contain_text("Para todas as abas")

    first.page.close()  # it held the stream: another tab takes over
    write(app, company, "Depois de fechar a primeira")
    for tab in tabs[1:]:
        expect(tab.page.locator("#thread")).to_contain_text("Depois de fechar a primeira")
