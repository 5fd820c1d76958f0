"""What the page of a dispatch says beyond its numbers: why it stands still, when it will end, what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal import clock
from portal.accounts.models import Account
from portal.connection import linked
from portal.connection import queries as connections
from portal.connection.models import Connection, ScheduleKind
from portal.connection.rules.words import hours_words
from portal.dispatch import rules
from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.dispatch.queries import dispatches
from portal.dispatch.queries.dispatches import Progress
from portal.dispatch.rules import Pace, Standing
from portal.extensions import db
from portal.gateways.registry import explain
from portal.inbox.models import Message
from portal.inbox.rules import reasons
from portal.inbox.rules.ledger import State

SETTLES_WITHIN = timedelta(minutes=10)
"""How long after its end a dispatch is still watched: most phones confirm delivery within it."""

STATUS_WORDS: Mapping[DispatchStatus, tuple[str, str]] = {
    DispatchStatus.RUNNING: ("Em andamento", "info"),
    DispatchStatus.PAUSED: ("Pausado", "warning"),
    DispatchStatus.DONE: ("Concluído", "success"),
    DispatchStatus.CANCELLED: ("Cancelado", "neutral"),
}

STATE_WORDS: Mapping[State, tuple[str, str]] = {
    State.QUEUED: ("Nova tentativa", "warning"),
    State.SENDING: ("Em andamento", "info"),
    State.UNKNOWN: ("Sem confirmação", "warning"),
    State.ACCEPTED: ("Enviada", "neutral"),
    State.SENT: ("Enviada", "neutral"),
    State.DELIVERED: ("Entregue", "success"),
    State.READ: ("Lida", "success"),
    State.FAILED: ("Falhou", "danger"),
}

UNKNOWN_ADVICE = "Pode ter chegado ou não: o portal não envia de novo. Abra a conversa e decida."


@dataclass(frozen=True)
class Overview:
    """`is_final` tells a page that watches it to stop."""

    status: tuple[str, str]
    progress: Progress
    held: str
    ends: str
    can_pause: bool
    can_resume: bool
    can_cancel: bool
    is_final: bool


def overview(dispatch: Dispatch) -> Overview:
    """All that the live part of a dispatch's page shows; reads only."""
    seen = dispatches.progress(dispatch.id)
    connection = db.session.get_one(Connection, dispatch.connection_id)
    pace, now = pace_of(connection)
    running = dispatch.status is DispatchStatus.RUNNING
    paused = dispatch.status is DispatchStatus.PAUSED
    held = _held(dispatch, connection, pace, now) if (running or paused) and seen.planned + seen.retrying else ""
    return Overview(
        status=STATUS_WORDS[dispatch.status],
        progress=seen,
        held=held,
        ends=_ends(dispatch, seen, pace, now) if running and pace.daily_limit else "",
        can_pause=running,
        can_resume=paused,
        can_cancel=running or paused,
        is_final=not (running or paused) and _is_settled(dispatch, seen),
    )


def pace_of(connection: Connection) -> tuple[Pace, datetime]:
    """The limits of a connection with what is left of them today, its sending window, and the company's local time."""
    account = db.session.get_one(Account, connection.account_id)
    now = clock.local(clock.now(), account.timezone)
    used = connections.used_on(connection.id, now.date())
    hours = connections.hours_of(connection.account_id, ScheduleKind.SENDING)
    return Pace(used, connection.daily_limit, connection.batch_size, hours), now


def paces_of(account_id: int) -> list[tuple[str, Pace]]:
    """The limits of each number that is on, with what it is called; the primary one first."""
    return [(connections.title_of(each), pace_of(each)[0]) for each in connections.enabled(account_id)]


def forecast_words(connection: Connection, people: int) -> str:
    """At which pace, in which hours and until when so many more people would be reached, those of running dispatches
    before them, and what the first of them find."""
    pace, now = pace_of(connection)
    ahead = dispatches.planned_ahead(connection.id)
    end = rules.forecast_words(rules.forecast(ahead + people, pace, now), now)
    words = f"Com {rules.pace_words(pace)}: {end}. Janela de envio: {hours_words(pace.hours)}."
    return f"{words} {rules.room_words(pace, now)}".strip()


def _ends(dispatch: Dispatch, seen: Progress, pace: Pace, now: datetime) -> str:
    people = dispatches.planned_ahead(dispatch.connection_id, dispatch.id) + seen.planned + seen.retrying
    return rules.forecast_words(rules.forecast(people, pace, now), now) if seen.planned + seen.retrying else ""


def _held(dispatch: Dispatch, connection: Connection, pace: Pace, now: datetime) -> str:
    return rules.why_held(
        Standing(
            pace,
            now,
            paused=_paused_words(dispatch),
            in_use=connection.enabled,
            stopped=explain(connection.kind.value, connection.stopped_code) or linked.why_unfit(connection),
            not_sendable=dispatches.why_starter_holds(dispatch),
        )
    )


def _paused_words(dispatch: Dispatch) -> str:
    if dispatch.status is not DispatchStatus.PAUSED:
        return ""
    move = dispatches.last_move(dispatch.account_id, dispatch.id)
    if move is None:
        return "O envio está pausado."
    zone = db.session.get_one(Account, dispatch.account_id).timezone
    return f"Pausado por {move.by} em {clock.local(move.at, zone):%d/%m às %H:%M}."


def _is_settled(dispatch: Dispatch, seen: Progress) -> bool:
    if seen.going:
        return False
    if not seen.unconfirmed and not seen.unknown:
        return True
    return dispatch.ended_at is None or clock.now() - dispatch.ended_at > SETTLES_WITHIN


def filter_words(dispatch: Dispatch) -> list[str]:
    """The filter of a dispatch as a person reads it."""
    chosen = Filter.from_json(dispatch.filters)
    return chosen.words(dispatches.creditor_name(dispatch.account_id, chosen.creditor_id))


@dataclass(frozen=True)
class Line:
    """One person of a dispatch, as the table and the CSV show them."""

    name: str
    phone: str
    text: str
    state: str
    tone: str
    detail: str
    at: datetime | None
    conversation_id: int | None


def lines(dispatch: Dispatch, recipients: Iterable[DispatchRecipient]) -> list[Line]:
    """What became of each of some people of a dispatch."""
    kind = db.session.get_one(Connection, dispatch.connection_id).kind.value
    return [_line(recipient, kind) for recipient in recipients]


def _line(recipient: DispatchRecipient, kind: str) -> Line:
    message = recipient.message
    (state, tone), detail = _state_of(recipient, message, kind)
    return Line(
        name=recipient.name,
        phone=recipient.e164,
        text=recipient.body,
        state=state,
        tone=tone,
        detail=detail,
        at=message.claimed_at if message else None,
        conversation_id=message.conversation_id if message else None,
    )


def _state_of(recipient: DispatchRecipient, message: Message | None, kind: str) -> tuple[tuple[str, str], str]:
    if recipient.state is RecipientState.SKIPPED:
        return ("Fora", "neutral"), recipient.reason
    if message is None:
        return ("Na fila", "neutral"), ""
    if message.state is State.UNKNOWN:
        return STATE_WORDS[State.UNKNOWN], UNKNOWN_ADVICE
    detail = reasons.MEANINGS.get(message.error_code) or explain(kind, message.error_code)
    return STATE_WORDS[message.state], detail if message.state in (State.FAILED, State.QUEUED) else ""
