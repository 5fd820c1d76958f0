"""The daily limit as a reservation: a row for each connection and day, changed only in the transaction that claims."""

from __future__ import annotations

from datetime import date

from portal.connection.models import Connection, DailyUsage
from portal.extensions import db, insert_if_missing


def reserve(connection: Connection, day: date, wanted: int) -> int:
    """Take up to `wanted` starts of a day's limit and return how many were granted, in the caller's transaction.

    The usage row stays locked until the caller commits, so two agents never share a start. Lowering the limit below
    what is used grants nothing more that day.
    """
    row = _locked(connection, day)
    granted = max(0, min(wanted, connection.daily_limit - row.used))
    row.used += granted
    return granted


def give_back(connection: Connection, day: date, count: int) -> None:
    """Return starts that provably did not happen, in the caller's transaction."""
    if count == 0:
        return
    row = _locked(connection, day)
    row.used = max(0, row.used - count)


def _locked(connection: Connection, day: date) -> DailyUsage:
    key = {"connection_id": connection.id, "day": day}
    row = db.session.get(DailyUsage, key, with_for_update=True)
    if row is None:
        # Two agents may both find the day empty: the one who comes second must find the other's row.
        insert_if_missing(DailyUsage, **key, account_id=connection.account_id, used=0)
        row = db.session.get(DailyUsage, key, with_for_update=True, populate_existing=True)
    assert row is not None
    return row
