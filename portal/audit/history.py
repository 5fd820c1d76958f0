"""How a change is told in words and undone: each feature registers a trail for its kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
Names = Mapping[int, str]


class NotRestorable(Exception):
    """This version cannot come back as things are now; the message says why, in Portuguese."""


@dataclass(frozen=True)
class Trail:
    """The history of one kind of thing. A subject of the audit is "<prefix>:<key>", as in "document:12".

    `name(account_id, key)` is what the thing is called, None when the company has no such thing. `labels` names the
    fields that are told, in their order. `show(account_id, field, value)` is a value as an admin reads it.
    `restore(user_id, account_id, key, values)` makes the thing what `values` says, through the feature's own service
    (which notes it as a further change) and commits; raises NotRestorable. `url(key)` is the page of the thing.

    What follows may be left out. `kind` is what such things are called in a filter, "Mensagens automáticas".
    `actions` says in words what an action of the audit did, where "alterou" would say too little. `required` are the
    fields without which a version was noted in part only, and is told but never offered for restoring.
    `current(account_id, key)` is the thing's state now; without it the newest noted values count as that. `nobody` is
    who made a change that no person made.
    """

    prefix: str
    name: Callable[[int, str], str | None]
    labels: Mapping[str, str]
    show: Callable[[int, str, Any], str]
    url: Callable[[str], str]
    restore: Callable[[int, int, str, Values], None] | None = None
    kind: str = ""
    actions: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    current: Callable[[int, str], Values | None] | None = None
    nobody: str = "Sistema"

    def restores(self, values: Values | None) -> bool:
        """Whether a version of these values may be offered; the feature's `restore` has the last word."""
        return self.restore is not None and bool(values) and self.required <= set(values or ())


_trails: dict[str, Trail] = {}


def register(trail: Trail) -> None:
    """Make a kind of thing known; called from a feature's `wiring.init_app`. The last registration counts."""
    _trails[trail.prefix] = trail


def trail_of(subject: str) -> Trail | None:
    """The trail of a subject, None when its kind has none."""
    return _trails.get(subject.partition(":")[0])


def trails() -> Mapping[str, Trail]:
    """Every kind of thing that is known, by its prefix."""
    return dict(_trails)


def nobody(account_id: int) -> Names:
    """The names of nobody: what is known before the people's feature is wired."""
    return {}


_people: list[Callable[[int], Names]] = [nobody]


def know_people(names: Callable[[int], Names]) -> None:
    """Have somebody tell the names of a company's people, by id; the last one counts."""
    _people[:] = [names]


def people_of(account_id: int) -> Names:
    """The names of a company's people, active or not."""
    return _people[0](account_id)
