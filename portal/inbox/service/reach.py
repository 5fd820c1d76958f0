"""Whether a number has WhatsApp at all, asked before a person starts a chat: a start that cannot arrive is one of the
day's wasted, and numbers that start many of them are restricted."""

from __future__ import annotations

import logging
from collections.abc import Callable

from portal import gateways
from portal.connection import linked
from portal.connection.models import Connection
from portal.extensions import db
from portal.gateways.base import Line, PhoneCheck, SendError, Uncertain
from portal.gateways.http import hurried
from portal.inbox.service import record
from portal.portfolio.models import Phone
from portal.portfolio.rules import phones

log = logging.getLogger("portal.reach")

PATIENCE = 5.0
"""Seconds that a person waits for the provider. Without its answer the chat is started all the same."""

Question = Callable[[Line, str], PhoneCheck]


def check(connection: Connection, phone: Phone) -> PhoneCheck | None:
    """What the provider says of a phone; None when it was asked before, or when nobody can tell. Commits before the
    question: no transaction is open across the network."""
    ask = _question(connection)
    contact = record.find_contact(connection.account_id, phone.match_key)
    if ask is None or not linked.is_fit(connection) or (contact is not None and contact.wa_id):
        return None
    line, number, key = connection.line, phone.e164, phone.match_key
    db.session.commit()
    try:
        with hurried(PATIENCE):
            found = ask(line, number)
    except SendError as error:
        log.info("nobody could tell whether a number has WhatsApp: %s", error.code)
        return None
    except Uncertain:
        return None
    # Another number than the one that was asked about would be another person.
    return found if not found.exists or phones.match_key(found.phone) == key else None


def _question(connection: Connection) -> Question | None:
    """Only a gateway that drives a phone's own WhatsApp can be asked."""
    link = getattr(gateways.get(connection.kind.value), "link", None)
    ask: Question | None = getattr(link, "phone_exists", None)
    return ask
