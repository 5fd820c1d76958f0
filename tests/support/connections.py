"""Which number a company talks by."""

from __future__ import annotations

from portal.accounts.models import User
from portal.connection import queries, service
from portal.connection.models import Connection, ConnectionKind


def of_kind(account_id: int, kind: ConnectionKind) -> Connection | None:
    """A company's number of a kind."""
    return next((each for each in queries.connections_of(account_id) if each.kind is kind), None)


def use_only(user: User, kind: ConnectionKind) -> Connection:
    """Have a company talk by a number of one kind and no other, added if there is none yet."""
    chosen = of_kind(user.account_id, kind) or service.add(user, kind)
    service.make_primary(chosen, user)
    for other in queries.enabled(user.account_id):
        if other is not chosen:
            service.switch(other, user, on=False)
    return chosen
