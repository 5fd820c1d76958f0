"""Service hours, silence, and guesses at who is in the portfolio: stories at the simulated phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.connection.models import Connection, Schedule, ScheduleKind
from portal.extensions import db
from portal.inbox.models import ConversationStatus
from tests.assistant.cases import MARIA_CPF, reasons, statuses, texts_to, wait
from tests.inbox.talk import say
from tests.support.clockwork import run, settle
from tests.support.people import Company, set_available
from tests.support.portfolio import add_debtor, cpf
from tests.support.races import job

ASSISTANT, OPEN, CLOSED = ConversationStatus.ASSISTANT, ConversationStatus.OPEN, ConversationStatus.CLOSED
SUNDAY = datetime(2026, 11, 22, 15, tzinfo=UTC)
TIMEOUT = "Como não recebemos a sua resposta, este atendimento foi encerrado."


def answer_on_weekdays(app: Flask, company: Company) -> None:
    """Operators answer Monday to Friday from 9 to 18."""
    with app.app_context():
        week = [["09:00", "18:00"]] * 5 + [None, None]
        db.session.add(Schedule(account_id=company.id, kind=ScheduleKind.SERVICE, hours=week, version=1))
        db.session.commit()


def test_outside_the_service_hours_the_debtor_reads_when_they_return(app: Flask, company: Company) -> None:
    answer_on_weekdays(app, company)
    set_available(app, company.operator)
    with clock.at(SUNDAY):
        say(app, company, "quero falar com operador")
    assert texts_to(app, company)[-1].startswith(
        "Nosso atendimento por operadores está fechado agora e volta amanhã às 09:00."
    )
    assert statuses(app) == [OPEN], "the operator gets the conversation all the same"
    with clock.at(SUNDAY + timedelta(hours=22)):
        say(app, company, "quero falar com operador", wa_id="5511976543210")
    assert texts_to(app, company, "5511976543210")[-1].startswith("Sua conversa será transferida")


def test_silence_ends_a_conversation_once_and_says_so(app: Flask, company: Company) -> None:
    say(app, company, "oi")
    before = len(texts_to(app, company))
    now = clock.now()
    with clock.at(now + timedelta(minutes=119)):
        assert run(app, "close-inactive") == ""
    with clock.at(now + timedelta(minutes=121)):
        assert run(app, "close-inactive") == "1 conversa encerrada"
        assert run(app, "close-inactive") == ""
        settle(app)
        assert statuses(app) == [CLOSED]
        (told,) = texts_to(app, company)[before:]
        assert told.startswith(TIMEOUT)
        say(app, company, "voltei")
    assert statuses(app) == [CLOSED, ASSISTANT]


def test_zero_is_never_and_a_person_s_conversation_stays(app: Flask, company: Company, other: Company) -> None:
    say(app, company, "oi")
    say(app, company, "operador", wa_id="5511976543210")
    say(app, other, "oi")
    wait(app, company, 0)
    wait(app, other, 5)
    with clock.at(clock.now() + timedelta(hours=3)):
        assert run(app, "close-inactive") == "1 conversa encerrada"
    assert statuses(app) == [ASSISTANT, OPEN, CLOSED]
    with clock.at(clock.now() + timedelta(hours=25)):
        assert run(app, "close-inactive") == ""
        assert run(app, "close-abandoned") == "1 conversa encerrada"


def test_after_the_window_the_end_is_silent(app: Flask, company: Company) -> None:
    wait(app, company, 1440)
    say(app, company, "oi")
    before = texts_to(app, company)
    with clock.at(clock.now() + timedelta(minutes=1441)):
        assert run(app, "close-inactive") == "1 conversa encerrada"
    assert texts_to(app, company) == before


def test_who_could_not_be_asked_is_not_taken_for_silent(app: Flask, company: Company) -> None:
    say(app, company, "oi")
    with app.app_context():
        db.session.execute(sa.update(Connection).values(stopped_code="190"))
        db.session.commit()
    with clock.at(clock.now() + timedelta(hours=5)):
        assert run(app, "close-inactive") == ""


def test_two_clocks_end_a_conversation_once(app: Flask, company: Company) -> None:
    say(app, company, "oi")
    with clock.at(clock.now() + timedelta(hours=3)):
        clocks = [Thread(target=job(app, "close-inactive")) for _ in range(3)]
        for each in clocks:
            each.start()
        for each in clocks:
            each.join(30)
        settle(app)
    assert [text.startswith(TIMEOUT) for text in texts_to(app, company)].count(True) == 1


@pytest.mark.parametrize("guess", [cpf(77), "12345678900"])
def test_guesses_are_counted_over_conversations_and_end_in_a_lock(app: Flask, company: Company, guess: str) -> None:
    add_debtor(app, company)
    set_available(app, company.operator)
    now = clock.now()
    say(app, company, "oi", guess, guess, guess)
    assert (statuses(app), reasons(app)) == ([OPEN], ["too_many_attempts"])
    close_all(app)
    say(app, company, "oi", guess, guess)
    assert (statuses(app), reasons(app)[-1]) == ([CLOSED, OPEN], "too_many_attempts")
    close_all(app)
    told = len(texts_to(app, company))
    say(app, company, MARIA_CPF)
    assert reasons(app)[-1] == "identification_locked"
    assert statuses(app)[-1] is OPEN
    assert "Maria" not in " ".join(texts_to(app, company)[told:])
    assert debtors(app) == [None, None, None], "nothing was looked up"
    close_all(app)
    say(app, company, "oi", MARIA_CPF, wa_id="5511976543210")
    assert statuses(app)[-1] is ASSISTANT, "another phone is free to identify itself"
    with clock.at(now + timedelta(hours=25)):
        say(app, company, "oi", MARIA_CPF)
    assert statuses(app)[-1] is ASSISTANT
    assert debtors(app)[-1] is not None


def close_all(app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.text("UPDATE conversation SET status = 'closed'"))
        db.session.commit()


def debtors(app: Flask) -> list[int | None]:
    with app.app_context():
        return [row[0] for row in db.session.execute(sa.text("SELECT debtor_id FROM conversation ORDER BY id"))]
