"""Polling, webhooks and "Sincronizar agora" say the same in the end, in whatever order they come."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from portal import clock, gateways
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.service.sync import apply_update, sync
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways.base import TemplateUpdate
from tests.fakes.graph_api import GraphApi
from tests.fakes.graph_state import TemplateRow

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FACTS = ("status", "remote_status", "category", "correct_category", "quality", "told", "body", "bindings")
BODY = "Olá {{1}}, aqui é da escola. Podemos falar?"


def minute(number: int) -> Any:
    return clock.at(START + timedelta(minutes=number))


def pending(graph: GraphApi, connection: Connection) -> TemplateRow:
    """A template that waits for approval, known here."""
    template = graph.add_template("20200001", "inicio", BODY, status="PENDING")
    with minute(0):
        sync(connection)
    return template


def history(graph: GraphApi, template: TemplateRow) -> list[bytes]:
    """What Meta posts while a template is rejected, approved, loses its quality, is paused, flagged and announced."""
    desk, bodies = graph.desk, []
    told = {"rejection_info": {"reason": "Texto promocional.", "recommendation": "Mude."}}
    steps: list[Callable[[], bytes]] = [
        lambda: (desk.reject(template), graph.template_status(template, **told))[1],
        lambda: (desk.approve(template), graph.template_status(template))[1],
        lambda: (setattr(template, "quality", "YELLOW"), graph.template_quality(template))[1],
        lambda: (setattr(template, "quality", "RED"), graph.template_quality(template))[1],
        lambda: (desk.pause(template), paused(graph, template, "Primeira pausa."))[1],
        lambda: (desk.approve(template), graph.template_status(template))[1],
        lambda: (desk.pause(template), paused(graph, template, "Segunda pausa."))[1],
        lambda: graph.template_status(template, event="FLAGGED"),
        lambda: announced(graph, template),
    ]
    for number, step in enumerate(steps, start=1):
        with minute(number):
            bodies.append(step())
    return bodies


def paused(graph: GraphApi, template: TemplateRow, told: str) -> bytes:
    return graph.template_status(template, other_info={"title": "SECOND_PAUSE", "description": told})


def announced(graph: GraphApi, template: TemplateRow) -> bytes:
    template.correct_category = "MARKETING"
    return graph.template_category(template, correct_category="MARKETING")


def apply(connection: Connection, body: bytes) -> None:
    for _, update in gateways.get("cloud_api").parse(body).items:
        assert isinstance(update, TemplateUpdate)
        assert apply_update(connections.locked(connection.id), update)
    db.session.commit()


def facts(starter: ChatStarter) -> dict[str, Any]:
    return {name: getattr(starter, name) for name in FACTS}


def test_any_order_ends_the_same(app: Flask, graph: GraphApi, official: int) -> None:
    with app.app_context():
        connection = db.session.get_one(Connection, official)
        template = pending(graph, connection)
        (starter,) = queries.starters_of(official)
        starter.bindings = ["debtor_name"]
        first = {**facts(starter), "heard": starter.heard}
        bodies, ends = history(graph, template), []
        for seed in range(60):
            for name, value in first.items():
                setattr(starter, name, value)
            db.session.commit()
            chance = random.Random(seed)
            order: list[bytes | None] = [*bodies, *[None] * chance.randrange(3)]
            chance.shuffle(order)
            with minute(20):
                for each in order:
                    sync(connection) if each is None else apply(connection, each)
            db.session.refresh(starter)
            ends.append(facts(starter))
        assert all(end == ends[0] for end in ends), next(end for end in ends if end != ends[0])
    assert (ends[0]["status"], ends[0]["told"]) == (StarterStatus.PAUSED, "Segunda pausa.")
    assert (ends[0]["quality"], ends[0]["correct_category"]) == ("RED", "MARKETING")
    assert ends[0]["bindings"] == ["debtor_name"]


def test_what_comes_late_of_a_deleted_template_is_not_about_its_successor(
    app: Flask, graph: GraphApi, official: int
) -> None:
    with app.app_context():
        connection = db.session.get_one(Connection, official)
        old = pending(graph, connection)
        graph.templates.clear()
        graph.add_template("20200001", "inicio", BODY)
        with minute(5):
            sync(connection)
        with minute(6):
            body = graph.template_status(old, event="DELETED")
        for _, update in gateways.get("cloud_api").parse(body).items:
            assert isinstance(update, TemplateUpdate)
            assert not apply_update(connections.locked(official), update)
        (starter,) = queries.starters_of(official)
        assert starter.status is StarterStatus.APPROVED


def test_a_list_asked_for_before_a_creation_does_not_undo_it(app: Flask, graph: GraphApi, official: int) -> None:
    """Within the same second too: only webhooks count in seconds."""
    with app.app_context():
        connection = db.session.get_one(Connection, official)
        template = pending(graph, connection)
        (starter,) = queries.starters_of(official)
        starter.heard = {"status": (START + timedelta(minutes=30, milliseconds=900)).isoformat()}
        db.session.commit()
        graph.templates.remove(template)
        with clock.at(START + timedelta(minutes=30, milliseconds=400)):
            sync(connection)
        assert starter.status is StarterStatus.PENDING
