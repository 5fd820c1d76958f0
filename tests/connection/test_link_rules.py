"""The link to a phone: what its state becomes, and its 15 days on the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.connection.models import LinkState
from portal.connection.rules import link
from portal.connection.rules.link import Link

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=9)
HERE = ZoneInfo("America/Sao_Paulo")
PHONE, OTHER = "5511980001000", "5511970002000"


@pytest.mark.parametrize(
    ("before", "state", "phone", "expected"),
    [
        (Link("unknown"), "connected", PHONE, Link("connected", PHONE, NOW)),
        (Link("waiting", "", OLD), "connected", PHONE, Link("connected", PHONE, NOW)),
        (Link("passkey", "", OLD), "connected", PHONE, Link("connected", PHONE, NOW)),
        (Link("disconnected", PHONE, OLD), "connected", PHONE, Link("connected", PHONE, NOW)),
        (Link("restorable", PHONE, OLD), "connected", PHONE, Link("connected", PHONE, OLD)),
        (Link("suspended", PHONE, OLD), "connected", PHONE, Link("connected", PHONE, OLD)),
        (Link("connected", PHONE, OLD), "connected", PHONE, Link("connected", PHONE, OLD)),
        (Link("connected", PHONE, OLD), "connected", "", Link("connected", PHONE, OLD)),
        (Link("connected", PHONE, OLD), "connected", OTHER, Link("connected", OTHER, NOW)),
        (
            Link("connected", "(11) 98000-1000", OLD),
            "connected",
            "551180001000",
            Link("connected", "551180001000", OLD),
        ),
        (Link("connected", PHONE, OLD), "restricted", PHONE, Link("restricted", PHONE, OLD)),
        (Link("connected", PHONE, OLD), "unknown", "", Link("connected", PHONE, OLD)),
        (Link("connected", PHONE, OLD), "disconnected", "", Link("disconnected", PHONE, OLD)),
        (Link("connected", PHONE, OLD), "suspended", "", Link("suspended", PHONE, OLD)),
        (Link("waiting"), "disconnected", "", Link("disconnected")),
    ],
)
def test_what_a_link_becomes(before: Link, state: str, phone: str, expected: Link) -> None:
    assert link.after(before, state, phone, NOW) == expected


@pytest.mark.parametrize("state", ["disconnected", "restorable"])
def test_a_code_that_is_being_read_keeps_waiting(state: str) -> None:
    assert link.after(Link("waiting"), state, "", NOW, reading=True) == Link("waiting")
    assert link.after(Link("waiting"), "suspended", "", NOW, reading=True) == Link("suspended")


@given(st.sampled_from(list(LinkState)), st.sampled_from(list(LinkState)), st.booleans(), st.sampled_from(["", PHONE]))
def test_a_link_always_has_a_state_in_words_and_never_a_future(
    before: LinkState, told: LinkState, reading: bool, phone: str
) -> None:
    found = link.after(Link(before.value, phone, OLD), told.value, phone, NOW, reading=reading)
    assert found.state in link.WORDS
    assert found.linked_at in (OLD, NOW)


def test_every_state_has_words() -> None:
    assert set(link.WORDS) == {state.value for state in LinkState}


@pytest.mark.parametrize(
    ("before", "now", "lost"),
    [
        ("connected", "disconnected", True),
        ("connected", "restorable", True),
        ("connected", "suspended", True),
        ("restricted", "disconnected", True),
        ("waiting", "disconnected", False),
        ("unknown", "disconnected", False),
        ("disconnected", "suspended", False),
        ("connected", "restricted", False),
    ],
)
def test_only_what_worked_can_be_lost(before: str, now: str, lost: bool) -> None:
    assert link.is_loss(before, now) is lost


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("(11) 98000-1000", "5511980001000", True),
        ("(11) 98000-1000", "551180001000", True),
        ("+5511980001000", "5511980001000", True),
        ("(55) 99123-4567", "5555991234567", True),
        ("+1 415-555-2671", "14155552671", True),
        ("(11) 98000-1000", "5521980001000", False),
        ("(11) 2345-6789", "5511923456789", False),
    ],
)
def test_one_line_in_two_spellings(one: str, other: str, same: bool) -> None:
    assert link.same_number(one, other) is same


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=HERE)


@pytest.mark.parametrize(
    ("now", "left", "step"),
    [
        (at(10, 12), 10, None),
        (at(16, 23), 4, None),
        (at(17, 7), 3, None),
        (at(17, 8), 3, 3),
        (at(18, 9), 2, 3),
        (at(19, 8), 1, 1),
        (at(20, 6), 0, None),
        (at(20, 8), 0, 0),
        (at(22, 8), -2, 0),
    ],
)
def test_the_days_that_are_left_and_what_is_told_of_them(now: datetime, left: int, step: int | None) -> None:
    linked_at = at(5, 22).astimezone(UTC)  # the 6th in UTC already
    assert link.due_on(linked_at, now.tzinfo) == at(20, 0).date()
    assert link.days_left(linked_at, now) == left
    assert link.step_due(left, now) == step


def test_the_words_of_the_days() -> None:
    assert [link.days_words(left) for left in (5, 1, 0, -1, -3)] == [
        "vence em 5 dias",
        "vence em 1 dia",
        "vence hoje",
        "venceu há 1 dia",
        "venceu há 3 dias",
    ]
    assert link.step_words(at(20, 0).date(), 0)[0] == "Leia o QR Code hoje"
    assert link.days_left(None, NOW) is None
    assert link.step_due(None, NOW) is None


@pytest.mark.parametrize(("code", "shown"), [("abcd1234", "ABCD-1234"), ("ABCD-1234", "ABCD-1234"), ("AB12", "AB12")])
def test_a_pairing_code_is_grouped_as_the_phone_shows_it(code: str, shown: str) -> None:
    assert link.grouped(code) == shown
