"""E-mails of notifications: once, or not at all; never twice; no secret anywhere."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.extensions import db
from portal.notifications import rules
from portal.notifications.rules import QUIET
from portal.notifications.service import mail, read_all
from tests.fakes.smtp_server import SmtpServer
from tests.notifications.steps import rows, tell, the_only
from tests.support.clockwork import run
from tests.support.people import Company

NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(app: Flask) -> None:
    clock.use(lambda: NOON)


def later(**passed: float) -> None:
    moment = NOON + timedelta(**passed)
    clock.use(lambda: moment)


def test_an_email_says_it_in_portuguese_with_a_link_into_the_portal(
    app: Flask, company: Company, post: SmtpServer
) -> None:
    tell(app, company, "stopped:1", title="A conexão parou", url="/whatsapp/configuracoes")
    assert run(app, "send-emails") == "1 e-mail enviado"
    (envelope,) = post.envelopes
    assert (envelope.sender, envelope.recipients) == ("avisos@cobranca.example", (company.admin.email,))
    message = envelope.mail
    assert message["Subject"] == "A conexão parou"
    assert message["From"] == "Portal da Cobrança <avisos@cobranca.example>"
    assert company.admin.name in message["To"] and message["Auto-Submitted"] == "auto-generated"
    plain, html = (part.get_content() for part in message.iter_parts())  # type: ignore[attr-defined]
    assert "Olá, Ana." in plain and "Texto de stopped:1." in plain
    assert "https://portal.example/whatsapp/configuracoes" in plain
    assert '<a href="https://portal.example/whatsapp/configuracoes">' in html
    assert "Olá, Ana." in html and "Texto de stopped:1." in html


def test_it_is_sent_once(app: Flask, company: Company, post: SmtpServer) -> None:
    tell(app, company, "a:1")
    tell(app, company, "a:1")
    for hours in (0, 1, 5, 30):
        later(hours=hours)
        run(app, "send-emails")
    assert len(post.mails) == 1


def test_nothing_is_sent_without_a_server_nor_afterwards_about_the_past(
    app: Flask, company: Company, post: SmtpServer
) -> None:
    office = mail._office
    mail.use(mail.Office(None))
    tell(app, company, "a:1")
    assert run(app, "send-emails") == ""
    assert the_only(app, company).emailed_at is None
    mail.use(office)
    later(days=2)
    assert run(app, "send-emails") == "" and post.lines == 0


def test_who_left_gets_none(app: Flask, company: Company, post: SmtpServer) -> None:
    tell(app, company, "a:1", company.operator)
    with app.app_context():
        db.session.get_one(User, company.operator.id).active = False
        db.session.commit()
    run(app, "send-emails")
    assert post.lines == 0


@pytest.mark.parametrize("mode", ["busy", "busy_data", "drop_before_data"])
def test_what_surely_did_not_go_out_is_tried_again(app: Flask, company: Company, post: SmtpServer, mode: str) -> None:
    tell(app, company, "a:1")
    post.next(mode)
    run(app, "send-emails")
    row = the_only(app, company)
    assert row.emailed_at is None and row.email_attempts == 1 and row.email_error
    run(app, "send-emails")
    assert post.lines == 1, "not at once"
    later(minutes=3)
    run(app, "send-emails")
    assert len(post.mails) == 1
    row = the_only(app, company)
    assert row.emailed_at == NOON + timedelta(minutes=3) and row.email_error == ""


def test_five_tries_and_no_more(app: Flask, company: Company, post: SmtpServer) -> None:
    post.always("busy")
    tell(app, company, "a:1")
    for minutes in range(0, 23 * 60, 5):
        later(minutes=minutes)
        run(app, "send-emails")
    assert post.lines == rules.MAX_TRIES


@pytest.mark.parametrize("mode", ["refuse_recipient", "refuse_data"])
def test_what_is_refused_for_ever_is_not_tried_again(app: Flask, company: Company, post: SmtpServer, mode: str) -> None:
    tell(app, company, "a:1")
    post.next(mode)
    run(app, "send-emails")
    later(hours=2)
    run(app, "send-emails")
    assert post.lines == 1 and post.mails == []


def test_what_may_have_gone_out_is_not_sent_again(app: Flask, company: Company, post: SmtpServer) -> None:
    tell(app, company, "a:1")
    post.next("drop_after_data")
    run(app, "send-emails")
    for minutes in (1, 3, 15, 70, 400):
        later(minutes=minutes)
        run(app, "send-emails")
    assert len(post.mails) == 1
    row = the_only(app, company)
    assert row.emailed_at == NOON and row.email_error == mail.UNSURE


def test_a_silent_server_after_the_content_leaves_a_doubt(
    app: Flask, company: Company, post: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.notifications.smtp.TIMEOUT", 0.3)
    tell(app, company, "a:1")
    post.always("slow", delay=1.0)
    run(app, "send-emails")
    later(minutes=5)
    run(app, "send-emails")
    assert post.lines == 1 and the_only(app, company).email_error == mail.UNSURE


def test_a_worker_that_died_between_claim_and_sending_sends_nothing_later(
    app: Flask, company: Company, post: SmtpServer
) -> None:
    tell(app, company, "a:1")
    with app.app_context():
        assert mail._claim(the_only(app, company).id) is not None
    later(hours=1)
    run(app, "send-emails")
    assert post.lines == 0


def test_a_server_that_is_down_ends_the_run_and_costs_one_try(app: Flask, company: Company, post: SmtpServer) -> None:
    for number in range(5):
        tell(app, company, f"a:{number}")
    post.forget_logins()
    run(app, "send-emails")
    assert post.lines == 1
    assert [row.email_attempts for row in rows(app, company)] == [1, 0, 0, 0, 0]


def test_a_burst_is_one_email_and_the_rest_one_more_ten_minutes_later(
    app: Flask, company: Company, post: SmtpServer
) -> None:
    assert QUIET["fallback"] == timedelta(minutes=10)
    tell(app, company, "fallback:1", title="Conversa sem operador")
    run(app, "send-emails")
    for number in range(2, 6):
        tell(app, company, f"fallback:{number}", title="Conversa sem operador")
    for minutes in (1, 5, 9):
        later(minutes=minutes)
        run(app, "send-emails")
    assert len(post.mails) == 1
    later(minutes=10)
    run(app, "send-emails")
    later(minutes=30)
    run(app, "send-emails")
    assert [message["Subject"] for message in post.mails] == [
        "Conversa sem operador",
        "Conversa sem operador (e mais 3)",
    ]
    plain = post.mails[1].get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert all(f"Texto de fallback:{number}." in text for number in range(2, 6))
    assert "https://portal.example/notificacoes" in text


def test_what_was_read_in_the_portal_is_left_out_of_a_burst(app: Flask, company: Company, post: SmtpServer) -> None:
    tell(app, company, "fallback:1")
    with app.app_context():
        read_all(company.id, company.admin.id)
    run(app, "send-emails")
    assert post.lines == 0


def test_a_burst_of_one_person_or_kind_silences_no_other(app: Flask, company: Company, post: SmtpServer) -> None:
    tell(app, company, "fallback:1", company.admin, company.operator)
    tell(app, company, "stopped:1")
    run(app, "send-emails")
    assert len(post.mails) == 3


def test_a_title_or_name_cannot_add_a_header(app: Flask, company: Company, post: SmtpServer) -> None:
    with app.app_context():
        db.session.get_one(User, company.admin.id).name = "Ana\r\nBcc: todos@example.com"
        db.session.commit()
    tell(app, company, "a:1", title="Aviso\r\nBcc: outra@example.com\r\n\r\n<b>corpo</b>")
    run(app, "send-emails")
    (envelope,) = post.envelopes
    assert envelope.recipients == (company.admin.email,)
    assert envelope.mail["Bcc"] is None and "Bcc: outra@example.com" in envelope.mail["Subject"]


def test_text_is_escaped_in_html_and_a_lone_dot_ends_nothing(app: Flask, company: Company, post: SmtpServer) -> None:
    tell(app, company, "a:<script>\r\n.\r\nQUIT", url="//evil.example")
    run(app, "send-emails")
    html = post.mails[0].get_body(("html",))
    assert html is not None
    text = html.get_content()
    assert "<script>" not in text and "&lt;script&gt;" in text and "evil.example" not in text
    assert 'href="https://portal.example/notificacoes"' in text


def test_an_address_that_is_none_is_given_up_and_stops_nobody(app: Flask, company: Company, post: SmtpServer) -> None:
    with app.app_context():
        db.session.get_one(User, company.operator.id).email = "josé@exemplo.example"
        db.session.commit()
    tell(app, company, "a:1", company.operator, company.admin)
    run(app, "send-emails")
    assert [envelope.recipients for envelope in post.envelopes] == [(company.admin.email,)]
    assert rows(app, company)[0].email_attempts == rules.MAX_TRIES


def test_no_password_in_log_or_database(app: Flask, company: Company, post: SmtpServer) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        post.forget_logins()  # and the server repeats the login in its refusal
        tell(app, company, "a:1")
        run(app, "send-emails")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "did not go out" in stream.getvalue()
    assert "senha secreta" not in stream.getvalue() + the_only(app, company).email_error
    assert "senha secreta" not in repr(mail._office)
