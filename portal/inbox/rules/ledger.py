"""How the state of an outgoing message moves. A provider's answers come doubled and in any order; states only move up."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    RECEIVED = "received"  # an incoming message; the rest is for outgoing ones
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


_RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.ACCEPTED: 3,
    State.SENT: 4,
    State.DELIVERED: 5,
    State.READ: 6,
}

CLAIM_LIFE = timedelta(minutes=2)
"""After this long in `sending` the worker is taken for dead. Longer than the slowest request (connect 3 s, read 15 s,
total 30 s), so that a living worker always settles its own rows first."""

SEND_WITHIN = timedelta(seconds=30)
"""A worker that was stopped between claim and request must not send any more after this long: somebody may have
declared the message uncertain meanwhile and decided about it."""

_BACKOFF = (5, 20, 60, 300, 900)


def advance(current: State, reported: State) -> State:
    """The state after a report of the provider.

    `failed` beats everything up to `sent`; a phone's `delivered` or `read` beats `failed`, for it proves arrival. A
    message that a person was shown as read never becomes delivered again.
    """
    if current is State.RECEIVED:
        return current
    if current is State.FAILED:
        return reported if reported in (State.DELIVERED, State.READ) else current
    if reported is State.FAILED:
        return State.FAILED if _RANK[current] <= _RANK[State.SENT] else current
    return reported if _RANK[reported] > _RANK[current] else current


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a message that provably did not go out may be tried again; None after the last of the tries."""
    if attempts > len(_BACKOFF):
        return None
    return now + timedelta(seconds=_BACKOFF[attempts - 1])
