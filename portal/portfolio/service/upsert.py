"""Rows of a file into the portfolio: what is new is added, what differs is updated, the rest is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account
from portal.extensions import db
from portal.portfolio.files.rows import Row, creditor_key
from portal.portfolio.models import Creditor, Debtor, DebtorCode, Phone, PhoneKind, Title
from portal.portfolio.rules.search import search_key
from portal.portfolio.service import stored
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
    pairs = [(row, creditors[creditor_key(row.creditor)], debtors[row.tax_id].id) for row in rows]
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
        self._created: set[int] = set()
        self._changed: set[int] = set()

    def creditors(self, rows: Sequence[Row]) -> dict[str, int]:
        known = stored.creditor_ids(self._account_id, rows)
        new = {key: row.creditor for row in rows if (key := creditor_key(row.creditor)) not in known}
        _insert(Creditor, [self._with_account(key=key, name=name, created_at=self._now) for key, name in new.items()])
        return stored.creditor_ids(self._account_id, rows) if new else known

    def debtors(self, rows: Sequence[Row]) -> dict[str, StoredDebtor]:
        wanted = _merged(rows)
        known = stored.debtors(self._account_id, wanted)
        new = [row for tax_id, row in wanted.items() if tax_id not in known]
        _insert(Debtor, [self._new_debtor(row) for row in new])
        self.counts.created_debtors += len(new)
        changed = [facts for tax_id, debtor in known.items() if (facts := self._changed_debtor(debtor, wanted[tax_id]))]
        _update(Debtor, changed)
        if not new:
            return known
        created = stored.debtors(self._account_id, [row.tax_id for row in new])
        self._created = {debtor.id for debtor in created.values()}
        return known | created

    def _new_debtor(self, row: _Person) -> dict[str, Any]:
        return self._with_account(
            name=row.name,
            search_name=search_key(row.name),
            tax_id=row.tax_id,
            category=row.category,
            city=row.city,
            state=row.state,
            emails=list(row.emails),
            created_at=self._now,
            updated_at=self._now,
        )

    def _changed_debtor(self, debtor: StoredDebtor, row: _Person) -> dict[str, Any] | None:
        emails = list(dict.fromkeys([*debtor.emails, *row.emails]))
        kept = {name: getattr(row, name) or getattr(debtor, name) for name in ("category", "city", "state")}
        facts = {"name": row.name, **kept, "emails": emails}
        if all(getattr(debtor, name) == value for name, value in facts.items()):
            return None
        return {
            "id": debtor.id,
            **facts,
            "search_name": search_key(row.name),
            "updated_at": self._now,
        }

    def phones(self, pairs: _Pairs) -> None:
        known = stored.phones(debtor_id for _, _, debtor_id in pairs)
        new: list[dict[str, Any]] = []
        for row, _, debtor_id in pairs:
            positions = known.setdefault(debtor_id, {})
            for phone in row.phones:
                if phone.match_key in positions:
                    continue
                positions[phone.match_key] = max(positions.values(), default=0) + 1
                new.append(
                    self._with_account(
                        debtor_id=debtor_id,
                        e164=phone.e164,
                        match_key=phone.match_key,
                        kind=PhoneKind(phone.kind),
                        position=positions[phone.match_key],
                    )
                )
        _insert(Phone, new)
        self._changed.update(row["debtor_id"] for row in new)

    def codes(self, pairs: _Pairs) -> None:
        known = stored.codes(debtor_id for _, _, debtor_id in pairs)
        wanted = {(creditor, debtor): row.debtor_code for row, creditor, debtor in pairs if row.debtor_code}
        new, changed = [], []
        for (creditor_id, debtor_id), code in wanted.items():
            facts = {"creditor_id": creditor_id, "debtor_id": debtor_id, "code": code}
            if (creditor_id, debtor_id) not in known:
                new.append(self._with_account(**facts))
            elif known[creditor_id, debtor_id] != code:
                changed.append(facts)
        _insert(DebtorCode, new)
        _update(DebtorCode, changed)
        self._changed.update(row["debtor_id"] for row in [*new, *changed])

    def mark_changed(self) -> None:
        """Who edits a debtor meanwhile is told of a new phone or code too, and takes none away unseen."""
        known = sorted(self._changed - self._created)
        _update(Debtor, [{"id": debtor_id, "updated_at": self._now} for debtor_id in known])

    def titles(self, pairs: _Pairs) -> None:
        known = stored.titles(debtor_id for _, _, debtor_id in pairs)
        new, changed = [], []
        for row, creditor_id, debtor_id in pairs:
            title = known.get((creditor_id, debtor_id, row.due_date, row.title_number, row.sequence))
            if title is None:
                new.append(self._new_title(row, creditor_id, debtor_id))
            elif title.differs_from(row):
                line = row.boleto_line or title.boleto_line
                changed.append({"id": title.id, "amount": row.amount, "boleto_line": line, "updated_at": self._now})
        _insert(Title, new)
        _update(Title, changed)
        self.counts.created_titles += len(new)
        self.counts.updated_titles += len(changed)
        self.counts.unchanged_titles += len(pairs) - len(new) - len(changed)

    def _new_title(self, row: Row, creditor_id: int, debtor_id: int) -> dict[str, Any]:
        return self._with_account(
            debtor_id=debtor_id,
            creditor_id=creditor_id,
            number=row.title_number,
            due_date=row.due_date,
            sequence=row.sequence,
            amount=row.amount,
            boleto_line=row.boleto_line or "",
            created_at=self._now,
            updated_at=self._now,
        )

    def _with_account(self, **facts: Any) -> dict[str, Any]:
        return {"account_id": self._account_id, **facts}


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
        person = people.setdefault(row.tax_id, _Person(row.tax_id, row.name, {}))
        person.name = row.name
        person.category = row.category or person.category
        person.city = row.city or person.city
        person.state = row.state or person.state
        person.emails.update(dict.fromkeys(row.emails))
    return people


def _insert(model: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.connection().execute(sa.insert(model), rows)


def _update(model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Rows carry the primary key of what they change."""
    if rows:
        db.session.execute(sa.update(model), rows)


def foresee(account_id: int, rows: Sequence[Row]) -> Counts:
    """What `upsert` would do to the titles, without writing. Debtors are not counted: a later row may repeat one."""
    counts = Counts()
    creditors = stored.creditor_ids(account_id, rows)
    debtors = stored.debtors(account_id, (row.tax_id for row in rows))
    known = stored.titles(debtor.id for debtor in debtors.values())
    for row in rows:
        creditor_id, debtor = creditors.get(creditor_key(row.creditor)), debtors.get(row.tax_id)
        key = (creditor_id or 0, debtor.id if debtor else 0, row.due_date, row.title_number, row.sequence)
        title = known.get(key)
        if title is None:
            counts.created_titles += 1
        elif title.differs_from(row):
            counts.updated_titles += 1
        else:
            counts.unchanged_titles += 1
    return counts
