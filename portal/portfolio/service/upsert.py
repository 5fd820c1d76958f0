"""Rows of a file into the portfolio: what is new is added, what differs is updated, the rest is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account
from portal.extensions import db
from portal.portfolio.files.rows import Row, creditor_key
from portal.portfolio.models import Creditor, Debtor, DebtorCode, Phone, PhoneKind, Title
from portal.portfolio.rules.search import search_key
from portal.portfolio.service import stored
from portal.portfolio.service.bulk import insert, update
from portal.portfolio.service.stored import StoredDebtor


@dataclass
class Counts:
    """What rows did, or would do, to the portfolio."""

    created_titles: int = 0
    updated_titles: int = 0
    unchanged_titles: int = 0
    created_debtors: int = 0


def upsert(account_id: int, rows: Sequence[Row]) -> Counts:
    """Write rows in the caller's transaction, with a fixed number of queries however many rows there are.

    Names are those of the last row; a code, a category or a boleto replaces the former one when the row has it; phones
    and e-mails are added, never taken away. A title's status and a creditor's own data (address, charges) are not a
    file's to change. Two writers of one company wait for each other.
    """
    if not rows:
        return Counts()
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    writer = _Writer(account_id, clock.now())
    creditors = writer.creditors(rows)
    debtors = writer.debtors(rows)
    pairs = [(row, creditors[creditor_key(row.creditor)], debtors[row.tax_id]) for row in rows]
    writer.phones(pairs)
    writer.codes(pairs)
    writer.mark_changed()
    writer.titles(pairs)
    return writer.counts


_Pairs = Sequence[tuple[Row, int, int]]
"""Rows with the ids of their creditor and debtor."""


class _Writer:
    def __init__(self, account_id: int, now: datetime) -> None:
        self.counts = Counts()
        self._account_id = account_id
        self._now = now
        self._former: list[int] = []
        self._changed: set[int] = set()

    def creditors(self, rows: Sequence[Row]) -> dict[str, int]:
        names = {creditor_key(row.creditor): row.creditor for row in rows}
        known = stored.creditor_ids(self._account_id, names)
        new = [(key, name) for key, name in names.items() if key not in known]
        insert(Creditor, ("key", "name"), new, account_id=self._account_id, created_at=self._now)
        return stored.creditor_ids(self._account_id, names) if new else known

    def debtors(self, rows: Sequence[Row]) -> dict[str, int]:
        wanted = _merged(rows)
        known = stored.debtors(self._account_id, wanted)
        self._change_debtors([(debtor, wanted[tax_id]) for tax_id, debtor in known.items()])
        self._former = [debtor.id for debtor in known.values()]
        ids = {tax_id: debtor.id for tax_id, debtor in known.items()}
        new = [person for tax_id, person in wanted.items() if tax_id not in known]
        if not new:
            return ids
        self._insert_debtors(new)
        return ids | stored.debtor_ids(self._account_id, [person.tax_id for person in new])

    def _insert_debtors(self, people: Sequence[_Person]) -> None:
        names = ("name", "search_name", "tax_id", "category", "city", "state", "emails")
        rows = [(p.name, search_key(p.name), p.tax_id, p.category, p.city, p.state, list(p.emails)) for p in people]
        insert(Debtor, names, rows, account_id=self._account_id, created_at=self._now, updated_at=self._now)
        self.counts.created_debtors += len(rows)

    def _change_debtors(self, pairs: Sequence[tuple[StoredDebtor, _Person]]) -> None:
        changed = []
        for debtor, person in pairs:
            category, city = person.category or debtor.category, person.city or debtor.city
            state = person.state or debtor.state
            emails = list(dict.fromkeys([*debtor.emails, *person.emails]))
            after = StoredDebtor(debtor.id, person.name, category, city, state, emails)
            if after != debtor:
                changed.append((debtor.id, person.name, search_key(person.name), category, city, state, emails))
        names = ("name", "search_name", "category", "city", "state", "emails")
        update(Debtor, ("id",), names, changed, updated_at=self._now)

    def phones(self, pairs: _Pairs) -> None:
        known = stored.phones(self._former)
        new = []
        for row, _, debtor_id in pairs:
            positions = known.setdefault(debtor_id, {})
            for phone in row.phones:
                if phone.match_key not in positions:
                    position = positions[phone.match_key] = max(positions.values(), default=0) + 1
                    new.append((debtor_id, phone.e164, phone.match_key, PhoneKind(phone.kind), position))
        names = ("debtor_id", "e164", "match_key", "kind", "position")
        insert(Phone, names, new, account_id=self._account_id)
        self._changed.update(debtor_id for debtor_id, *_ in new)

    def codes(self, pairs: _Pairs) -> None:
        known = stored.codes(self._former)
        wanted = {(creditor, debtor): row.debtor_code for row, creditor, debtor in pairs if row.debtor_code}
        new = [(*pair, code) for pair, code in wanted.items() if pair not in known]
        changed = [(*pair, code) for pair, code in wanted.items() if known.get(pair, code) != code]
        keys = ("creditor_id", "debtor_id")
        insert(DebtorCode, (*keys, "code"), new, account_id=self._account_id)
        update(DebtorCode, keys, ("code",), changed)
        self._changed.update(debtor_id for _, debtor_id, _ in [*new, *changed])

    def mark_changed(self) -> None:
        """Who edits a debtor meanwhile is told of a new phone or code too, and takes none away unseen."""
        known = sorted(self._changed.intersection(self._former))
        update(Debtor, ("id",), (), [(debtor_id,) for debtor_id in known], updated_at=self._now)

    def titles(self, pairs: _Pairs) -> None:
        known = stored.titles(self._former)
        new, changed = [], []
        for row, creditor_id, debtor_id in pairs:
            title = known.get((creditor_id, debtor_id, row.due_date, row.title_number, row.sequence))
            if title is None:
                place = (debtor_id, creditor_id, row.title_number, row.due_date, row.sequence)
                new.append((*place, row.amount, row.boleto_line or ""))
            elif title.differs_from(row):
                changed.append((title.id, row.amount, row.boleto_line or title.boleto_line))
        names = ("debtor_id", "creditor_id", "number", "due_date", "sequence", "amount", "boleto_line")
        insert(Title, names, new, account_id=self._account_id, created_at=self._now, updated_at=self._now)
        update(Title, ("id",), ("amount", "boleto_line"), changed, updated_at=self._now)
        self.counts.created_titles += len(new)
        self.counts.updated_titles += len(changed)
        self.counts.unchanged_titles += len(pairs) - len(new) - len(changed)


@dataclass(slots=True)
class _Person:
    """What the rows of one debtor say about them."""

    tax_id: str
    name: str
    emails: dict[str, None]
    category: str = ""
    city: str = ""
    state: str = ""


def _merged(rows: Sequence[Row]) -> dict[str, _Person]:
    people: dict[str, _Person] = {}
    for row in rows:
        person = people.get(row.tax_id)
        if person is None:
            person = people[row.tax_id] = _Person(row.tax_id, row.name, {})
        person.name = row.name
        person.category = row.category or person.category
        person.city = row.city or person.city
        person.state = row.state or person.state
        if row.emails:
            person.emails.update(dict.fromkeys(row.emails))
    return people


def foresee(account_id: int, rows: Sequence[Row]) -> Counts:
    """What `upsert` would do to the titles, without writing. Debtors are not counted: a later row may repeat one."""
    counts = Counts()
    creditors = stored.creditor_ids(account_id, {creditor_key(row.creditor) for row in rows})
    debtors = stored.debtor_ids(account_id, (row.tax_id for row in rows))
    known = stored.titles(debtors.values())
    for row in rows:
        creditor_id, debtor_id = creditors.get(creditor_key(row.creditor), 0), debtors.get(row.tax_id, 0)
        title = known.get((creditor_id, debtor_id, row.due_date, row.title_number, row.sequence))
        if title is None:
            counts.created_titles += 1
        elif title.differs_from(row):
            counts.updated_titles += 1
        else:
            counts.unchanged_titles += 1
    return counts
