"""The sender: small claims, a few requests side by side, replies one at a time for each conversation."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import current_app

from portal.extensions import db
from portal.inbox.service.ledger import Claim, claim_replies, transmit

CLAIM_SIZE = 5
LANES = 16
"""Requests side by side at most; each takes a database connection while it settles."""

ROUNDS = 200
"""One pass of the job ends after this many claims, so that its result is logged now and then under constant load."""


def send_replies() -> int:
    """Send queued replies until none is ready. Returns how many were tried."""
    tried = 0
    for _ in range(ROUNDS):
        claims = claim_replies(CLAIM_SIZE)
        if not claims:
            break
        transmit_all(claims)
        tried += len(claims)
    return tried


def transmit_all(claims: Sequence[Claim]) -> None:
    """Send reserved messages side by side, so that one slow answer holds up only its own. Returns when all settled."""
    if len(claims) == 1:
        transmit(claims[0])
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send(claim: Claim) -> None:
        with app.app_context():
            try:
                transmit(claim)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(min(len(claims), LANES), thread_name_prefix="sender") as pool:
        list(pool.map(send, claims))
