"""A dispatch in rough water: cancelled on the way, over midnight, while nothing connects, while the admin is at work."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock, gateways
from portal.accounts.models import User
from portal.connection import queries
from portal.connection import service as connections
from portal.connection.models import Connection, ConnectionKind
from portal.dispatch.models import DispatchStatus
from portal.dispatch.service import batches, control
from portal.extensions import db
from portal.gateways import registry
from portal.inbox.models import Message
from portal.inbox.service.ledger import Claim
from portal.inbox.service.sender import transmit_all
from tests.dispatch.people import NOON, begin, debtors, message_states, preview, recipients, used
from tests.support.browser import Browser
from tests.support.clockwork import run
from tests.support.cloud import PHONE_NUMBER_ID, SECRET, TOKEN, WABA_ID, Cloud, add_starter, set_limits
from tests.support.connections import use_only
from tests.support.people import Company

DAY = date(2026, 11, 23)
ALMOST_MIDNIGHT = datetime(2026, 11, 24, 2, 59, 59, 900_000, tzinfo=UTC)  # of the 23rd in São Paulo


def choose(app: Flask, company: Company, kind: ConnectionKind) -> None:
    with app.app_context():
        use_only(db.session.get_one(User, company.admin.id), kind)


def start(app: Flask, company: Company, cloud: Cloud, people: int, batch: int = 3) -> int:
    debtors(app, company, people)
    set_limits(app, company, daily_limit=250, batch_size=batch)
    return begin(Browser(app).log_in(company.admin), add_starter(app, company, cloud.graph))


@contextmanager
def unreachable(app: Flask, cloud: Cloud) -> Iterator[None]:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reach(app, f"http://127.0.0.1:{closed.getsockname()[1]}")
        yield
    reach(app, cloud.graph.url)


def reach(app: Flask, url: str) -> None:
    app.config["GRAPH_API_URL"] = url
    gateways.use(registry.build(app.config))


def claim(cloud: Cloud) -> list[Claim]:
    return batches.claim_batch(cloud.connection_id)


def test_what_comes_back_unsent_after_a_cancellation_is_dropped(app: Flask, company: Company, cloud: Cloud) -> None:
    clock.use(lambda: NOON)
    dispatch = start(app, company, cloud, 3, batch=2)
    with app.app_context(), unreachable(app, cloud):
        claims = claim(cloud)
        control.move(dispatch, DispatchStatus.CANCELLED, db.session.get_one(User, company.admin.id))
        transmit_all(claims)
    assert message_states(app) == ["queued"] * 2
    run(app, "send-batch")
    assert message_states(app) == ["failed"] * 2 and used(app, company, DAY) == 0
    assert {r.reason for r in recipients(app, dispatch)} == {"Envio cancelado"}
    page = Browser(app).log_in(company.admin).get(f"/envios/{dispatch}/andamento", htmx=True)
    assert page.status == 286, "nothing is left to wait for"


def test_a_start_that_is_refused_after_midnight_is_returned_to_its_own_day(
    app: Flask, company: Company, cloud: Cloud
) -> None:
    clock.use(lambda: ALMOST_MIDNIGHT)
    start(app, company, cloud, 3)
    calls = iter(range(10_000))
    clock.use(lambda: ALMOST_MIDNIGHT + timedelta(milliseconds=20 * next(calls)))
    with app.app_context(), unreachable(app, cloud):
        claims = claim(cloud)
        assert len(claims) == 3 and clock.now() > ALMOST_MIDNIGHT + timedelta(milliseconds=100)
        transmit_all(claims)
    assert used(app, company, DAY) == 0 and used(app, company, DAY + timedelta(days=1)) == 0


def test_an_outage_does_not_burn_the_list(app: Flask, company: Company, cloud: Cloud) -> None:
    """An hour in which nothing connects, a tick every 30 s: what waits for another try holds back the others."""
    clock.use(lambda: NOON)
    dispatch = start(app, company, cloud, 40)
    with unreachable(app, cloud):
        for tick in range(120):
            clock.use(lambda tick=tick: NOON + timedelta(seconds=30 * tick))  # type: ignore[misc]
            run(app, "send-batch")
    assert Counter(message_states(app))["failed"] <= 9
    for tick in range(120, 200):
        clock.use(lambda tick=tick: NOON + timedelta(seconds=30 * tick))  # type: ignore[misc]
        run(app, "send-batch")
    states = Counter(message_states(app))
    assert states["accepted"] >= 31 and states["queued"] == 0 and len(recipients(app, dispatch)) == 40
    again = preview(Browser(app).log_in(company.admin), 1)
    assert f"{states['failed']} pessoas serão alcançadas" in again.words, "who received nothing may be started again"


def test_a_refusal_of_the_old_token_does_not_stop_the_new_one(app: Flask, company: Company, cloud: Cloud) -> None:
    clock.use(lambda: NOON)
    start(app, company, cloud, 3)
    with app.app_context():
        claims = claim(cloud)
        cloud.graph.numbers[PHONE_NUMBER_ID].token = "EAAG-token-novo-de-teste"
        row = db.session.get_one(Connection, cloud.connection_id)
        given = connections.Credentials("+551130001000", PHONE_NUMBER_ID, WABA_ID, "EAAG-token-novo-de-teste", SECRET)
        connections.save_credentials(row, db.session.get_one(User, company.admin.id), row.version, given)
        transmit_all(claims)
        db.session.expire_all()
        assert db.session.get_one(Connection, cloud.connection_id).stopped_code == ""
    assert run(app, "send-batch") == "3 conversas iniciadas"
    assert message_states(app) == ["accepted"] * 3 and used(app, company, DAY) == 3


def test_a_failure_told_later_that_concerns_the_whole_number_stops_it(
    app: Flask, company: Company, cloud: Cloud
) -> None:
    """Meta accepts the request and tells by webhook that the bill is not paid: the others must not be burnt."""
    clock.use(lambda: NOON)
    dispatch = start(app, company, cloud, 9)
    cloud.graph.numbers[PHONE_NUMBER_ID].billing = False
    run(app, "send-batch")
    for sent in list(cloud.graph.ledger):
        for body in cloud.graph.statuses_for(sent.wamid):
            cloud.deliver(body)
    run(app, "apply-webhooks")
    assert run(app, "send-batch") == "" and Counter(message_states(app)) == {"failed": 3}
    page = Browser(app).log_in(company.admin).get(f"/envios/{dispatch}")
    assert "A conexão com o WhatsApp está parada." in page.words and "forma de pagamento" in page.words


def test_what_waited_too_long_for_a_lane_loses_none_of_its_tries(app: Flask, company: Company, cloud: Cloud) -> None:
    clock.use(lambda: NOON)
    start(app, company, cloud, 1)
    with app.app_context():
        for _ in range(8):
            (late,) = claim(cloud)
            transmit_all([Claim(**{**late.__dict__, "claimed_at": late.claimed_at - 60})])
        assert db.session.scalars(sa.select(Message.attempts)).one() == 0
    assert used(app, company, DAY) == 0 and not cloud.graph.posts
    run(app, "send-batch")
    assert message_states(app) == ["accepted"]


@pytest.mark.parametrize("back", [False, True])
def test_a_dispatch_waits_while_another_api_is_in_use(app: Flask, company: Company, cloud: Cloud, back: bool) -> None:
    clock.use(lambda: NOON)
    dispatch = start(app, company, cloud, 2)
    admin = Browser(app).log_in(company.admin)
    choose(app, company, ConnectionKind.SIMULATOR)
    run(app, "send-batch")
    assert not cloud.graph.posts
    assert "O número deste envio está desligado." in admin.get(f"/envios/{dispatch}").words
    if back:
        choose(app, company, ConnectionKind.CLOUD_API)
        run(app, "send-batch")
        assert len(cloud.graph.ledger) == 2
    with app.app_context():
        current = queries.current(company.id)
        assert current is not None and (current.access_token == TOKEN) is back


@pytest.mark.parametrize("paused", [False, True])
def test_two_dispatches_around_a_long_stop_reach_a_person_once(
    app: Flask, company: Company, cloud: Cloud, paused: bool
) -> None:
    """The starts that a stopped connection gave back wait over the weekend; on Monday the same people are chosen."""
    clock.use(lambda: NOON)
    first = start(app, company, cloud, 2)
    admin = Browser(app).log_in(company.admin)
    with unreachable(app, cloud):
        run(app, "send-batch")
    assert message_states(app) == ["queued"] * 2
    assert admin.post(f"/envios/{first}/pausar").status == 303
    clock.use(lambda: NOON + timedelta(days=3))
    admin = Browser(app).log_in(company.admin)
    begin(admin, 1)
    if paused:
        run(app, "send-batch")
    assert admin.post(f"/envios/{first}/retomar").status == 303
    for _ in range(3):
        run(app, "send-batch")
    people = [sent.wa_id for sent in cloud.graph.ledger]
    assert len(people) == len(set(people)) == 2
