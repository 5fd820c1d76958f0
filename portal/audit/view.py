"""Entries of the audit as an admin reads them. Whatever an old entry holds, it is told plainly and never fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from portal.audit import rules
from portal.audit.history import Names, Trail, Values, people_of, trail_of, trails
from portal.audit.models import AuditEntry
from portal.audit.rules import Change
from portal.audit.service import Version
from portal.web.filters import datetime_br

log = logging.getLogger("portal.audit")

T = TypeVar("T")

SYSTEM = "Sistema"
TOLD_IN_QUESTION = 6
"""Fields that the question before a restoration names; the rest is counted."""


@dataclass(frozen=True)
class Thing:
    """What a change is about. `name` is "" when the company has no such thing (any more)."""

    subject: str
    trail: Trail | None
    name: str
    url: str

    @property
    def title(self) -> str:
        if self.trail is None:
            return f"Registro {self.subject}"
        return self.name or f"{kind_of(self.trail)} (não existe mais)"

    @property
    def linked(self) -> bool:
        """Whether its history has an address."""
        return rules.is_subject(self.subject)


@dataclass(frozen=True)
class Offer:
    """A version that can come back, and what the person is asked before."""

    entry_id: int
    version: Version
    question: str


@dataclass(frozen=True)
class Row:
    """One change. `is_current`: the thing is now as this change left it."""

    id: int
    at: datetime
    who: str
    did: str
    thing: Thing
    changes: Sequence[Change]
    is_current: bool = False
    offer: Offer | None = None


@dataclass(frozen=True)
class Initial:
    """What a thing was before its first noted change."""

    values: Sequence[Change]
    offer: Offer | None
    is_current: bool


@dataclass
class _Teller:
    """Tells entries of one company, asking the features about each thing and person once."""

    account_id: int
    names: Names
    things: dict[str, Thing] = field(default_factory=dict)

    def thing(self, subject: str) -> Thing:
        if subject not in self.things:
            self.things[subject] = thing_of(self.account_id, subject)
        return self.things[subject]

    def row(self, entry: AuditEntry) -> Row:
        thing = self.thing(entry.subject)
        nobody = thing.trail.nobody if thing.trail else SYSTEM
        who = self.names.get(entry.user_id, "Outra pessoa") if entry.user_id else nobody
        changes = told(self.account_id, thing.trail, entry.before, entry.after)
        return Row(entry.id, entry.at, who, _did(thing.trail, entry), thing, changes)


def rows(account_id: int, entries: Sequence[AuditEntry]) -> list[Row]:
    """Entries of any things."""
    teller = _Teller(account_id, people_of(account_id))
    return [teller.row(entry) for entry in entries]


def versions(account_id: int, thing: Thing, entries: Sequence[AuditEntry], current: Values) -> list[Row]:
    """Entries of one thing; those that can be restored carry the offer."""
    teller = _Teller(account_id, people_of(account_id), {thing.subject: thing})
    marked, found = False, []
    for entry in entries:
        row, offer = teller.row(entry), _offer(thing, account_id, entry, Version.AFTER, current)
        same = not marked and bool(entry.after) and rules.agrees(current, entry.after or {})
        marked = marked or same
        found.append(Row(row.id, row.at, row.who, row.did, thing, row.changes, same, offer))
    return found


def initial(account_id: int, thing: Thing, oldest: AuditEntry, current: Values) -> Initial | None:
    """The version before the oldest entry, when it was noted."""
    if not oldest.before:
        return None
    values = told(account_id, thing.trail, None, oldest.before)
    offer = _offer(thing, account_id, oldest, Version.BEFORE, current)
    return Initial(values, offer, rules.agrees(current, oldest.before))


def thing_of(account_id: int, subject: str) -> Thing:
    """What a subject names, as far as its feature knows it."""
    trail, key = trail_of(subject), subject.partition(":")[2]
    if trail is None or not rules.is_subject(subject):
        return Thing(subject, trail, "", "")
    name = _try(lambda: trail.name(account_id, key), None) or ""
    return Thing(subject, trail, name, _try(lambda: trail.url(key), "") if name else "")


def told(account_id: int, trail: Trail | None, before: Values | None, after: Values | None) -> list[Change]:
    """The fields that differ, in words."""
    labels = trail.labels if trail else {name: name for name in (*(before or {}), *(after or {}))}

    def shown(values: Values | None, name: str) -> str | None:
        return _shown(account_id, trail, name, values[name]) if values and name in values else None

    found = []
    for name in rules.differing(before, after, labels):
        made = rules.change(labels[name], shown(before, name), shown(after, name))
        found.append(Change(made.label, made.before, made.after, rules.shortened(made.pieces)))
    return found


def kind_of(trail: Trail) -> str:
    """What things of a kind are called."""
    return trail.kind or trail.prefix


def kinds() -> list[tuple[str, str]]:
    """The kinds of things that the history can be narrowed to: prefix and words."""
    return sorted(((prefix, kind_of(trail)) for prefix, trail in trails().items()), key=lambda pair: pair[1].casefold())


def _offer(thing: Thing, account_id: int, entry: AuditEntry, version: Version, current: Values) -> Offer | None:
    values = entry.before if version is Version.BEFORE else entry.after
    restorable = thing.name and thing.trail and thing.trail.restores(values) and not rules.agrees(current, values or {})
    if not restorable:
        return None
    before = {name: value for name, value in current.items() if name in (values or {})}
    return Offer(entry.id, version, _question(version, entry, told(account_id, thing.trail, before, values)))


def _question(version: Version, entry: AuditEntry, changes: Sequence[Change]) -> str:
    which = "a versão inicial" if version is Version.BEFORE else f"a versão de {datetime_br(entry.at)}"
    parts = [rules.in_short(each) for each in changes[:TOLD_IN_QUESTION]]
    more = len(changes) - TOLD_IN_QUESTION
    if more > 0:
        parts.append(f"e mais {more} {'campo' if more == 1 else 'campos'}")
    return f"Restaurar {which}? {'; '.join(parts)}." if parts else f"Restaurar {which}?"


def _did(trail: Trail | None, entry: AuditEntry) -> str:
    if trail and entry.action in trail.actions:
        return trail.actions[entry.action]
    if entry.before is None and entry.after is not None:
        return "criou"
    if entry.before is not None and entry.after is None:
        return "excluiu"
    return "alterou"


def _shown(account_id: int, trail: Trail | None, name: str, value: Any) -> str:
    if trail is None:
        return rules.NOT_TOLD if rules.is_secret(name) else rules.plain(value)
    return _try(lambda: trail.show(account_id, name, value), None) or rules.plain(value)


def _try(tell: Callable[[], T], otherwise: T) -> T:
    """What a feature says of an entry's values, which may be older than what the feature expects."""
    try:
        return tell()
    except Exception:
        log.warning("a trail could not tell an entry", exc_info=True)
        return otherwise
