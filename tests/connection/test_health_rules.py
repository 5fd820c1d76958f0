"""What of a number's health people are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.connection.rules.health import QUALITY, STATUS, alerts, standing

FINE = {"status": "CONNECTED", "quality": "GREEN", "can_send": "AVAILABLE", "name_status": "APPROVED"}

HEALTHS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["", "CONNECTED", *STATUS, "NEW_WORD"]),
        "quality": st.sampled_from(["", "NA", "UNKNOWN", *QUALITY]),
        "can_send": st.sampled_from(["", "AVAILABLE", "LIMITED", "BLOCKED"]),
        "name_status": st.sampled_from(["", "APPROVED", "DECLINED", "PENDING_REVIEW"]),
        "problems": st.lists(st.text(max_size=20), max_size=2),
    }
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"quality": "YELLOW"}, ["qualidade"]),
        ({"quality": "UNKNOWN"}, []),
        ({"status": "FLAGGED"}, ["restricao"]),
        ({"status": "BANNED", "quality": "RED"}, ["restricao", "qualidade"]),
        ({"can_send": "LIMITED"}, ["restricao"]),
        ({"name_status": "DECLINED"}, ["nome"]),
        ({"name_status": "PENDING_REVIEW"}, []),
    ],
)
def test_what_gets_worse_is_told(changed: dict[str, Any], told: list[str]) -> None:
    assert [alert.key for alert in alerts(FINE, {**FINE, **changed})] == told
    assert [alert.key for alert in alerts({}, {**FINE, **changed})] == told, "at the first look too"
    assert alerts({**FINE, **changed}, FINE) == [], "what gets better is not"


@given(HEALTHS, HEALTHS)
def test_the_same_is_never_told_twice(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert alerts(after, after) == []
    for alert in alerts(before, after):
        assert alert.text and alert.tone in ("warning", "danger")


@given(HEALTHS)
def test_a_number_that_cannot_send_is_in_danger(health: dict[str, Any]) -> None:
    found = standing(health)
    if health["can_send"] == "BLOCKED" or health["status"] in ("BANNED", "RESTRICTED", "NEW_WORD"):
        assert found is not None and found.tone == "danger"
    if health["status"] in ("", "CONNECTED") and health["can_send"] in ("", "AVAILABLE") and health["quality"] != "RED":
        assert (found is None) == (health["name_status"] != "DECLINED")
