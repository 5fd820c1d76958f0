"""How a change is told in words and undone: each feature registers a trail for its kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]


class NotRestorable(Exception):
    """This version cannot come back as things are now; the message says why, in Portuguese."""


@dataclass(frozen=True)
class Trail:
    """The history of one kind of thing. A subject of the audit is "<prefix>:<key>", as in "document:12".

    `name(account_id, key)` is what the thing is called, None when the company has no such thing. `labels` names the
    fields that are told, in their order. `show(account_id, field, value)` is a value as an admin reads it.
    `restore(user_id, account_id, key, values)` makes the thing what `values` says, through the feature's own service
    (which notes it as a further change) and commits; raises NotRestorable. `url(key)` is the page of the thing.
    """

    prefix: str
    name: Callable[[int, str], str | None]
    labels: Mapping[str, str]
    show: Callable[[int, str, Any], str]
    url: Callable[[str], str]
    restore: Callable[[int, int, str, Values], None] | None = None


_trails: dict[str, Trail] = {}


def register(trail: Trail) -> None:
    """Make a kind of thing known; called from a feature's `wiring.init_app`. The last registration counts."""
    _trails[trail.prefix] = trail


def trail_of(subject: str) -> Trail | None:
    """The trail of a subject, None when its kind has none."""
    return _trails.get(subject.partition(":")[0])
