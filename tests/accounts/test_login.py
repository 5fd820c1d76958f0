from __future__ import annotations

from datetime import timedelta

from flask import Flask

from portal import clock
from tests.support.browser import Browser
from tests.support.people import Company


def test_a_wrong_password_says_what_to_do_and_lets_nobody_in(app: Flask, company: Company) -> None:
    browser = Browser(app)
    browser.get("/login")
    page = browser.post("/login", email=company.admin.email, password="errada")
    assert page.status == 422
    assert "E-mail ou senha incorretos. Confira os dois e tente de novo." in page.words
    assert browser.get("/conversas").location.startswith("/login")


def test_login_leads_back_to_the_page_that_was_asked_for(app: Flask, company: Company) -> None:
    browser = Browser(app)
    asked = browser.get("/conversas?aba=fila")
    assert asked.status == 303
    browser.get(asked.location)
    page = browser.post(asked.location, email=company.admin.email, password="uma senha longa e boa")
    assert page.location == "/conversas?aba=fila"


def test_login_never_leads_to_another_site(app: Flask, company: Company) -> None:
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "https:evil.example"):
        browser = Browser(app)
        browser.get("/login")
        page = browser.post(f"/login?proximo={target}", email=company.admin.email, password="uma senha longa e boa")
        assert page.location == "/"


def test_a_copied_cookie_is_worth_nothing_after_logout(app: Flask, company: Company) -> None:
    browser = Browser(app).log_in(company.admin)
    cookie = browser.client.get_cookie("portal")
    assert cookie
    browser.post("/logout")
    thief = Browser(app)
    thief.client.set_cookie("portal", cookie.value)
    assert thief.get("/conversas").location.startswith("/login")


def test_sessions_end_by_themselves(app: Flask, company: Company) -> None:
    browser = Browser(app).log_in(company.admin)
    start = clock.now()
    with clock.at(start + timedelta(hours=9)):
        assert browser.get("/conversas").location.startswith("/login")


def test_ten_wrong_passwords_lock_the_email_for_fifteen_minutes_and_no_longer(app: Flask, company: Company) -> None:
    browser = Browser(app)
    browser.get("/login")
    for _ in range(10):
        browser.post("/login", email=company.admin.email, password="errada")
    page = browser.post("/login", email=company.admin.email, password="uma senha longa e boa")
    assert "Espere 15 minutos" in page.words
    with clock.at(clock.now() + timedelta(minutes=16)):
        page = browser.post("/login", email=company.admin.email, password="uma senha longa e boa")
        assert page.status == 303
