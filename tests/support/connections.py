"""Which number a company talks by."""

from __future__ import annotations

from portal.accounts.models import User
from portal.connection import queries, service
from portal.connection.models import Connection, ConnectionKind


def use_only(user: User, kind: ConnectionKind) -> Connection:
    """Have a company talk by a number of one kind and no other, added if there is none yet."""
    chosen = queries.of_kind(user.account_id, kind) or service.add(user, kind)
    service.make_primary(chosen, user)
    for other in queries.enabled(user.account_id):
        if other is not chosen:
            service.switch(other, user, on=False)
    return chosen
