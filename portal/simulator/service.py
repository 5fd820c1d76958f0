"""The other end of the line: a phone that anybody may play. What it sends and confirms enters by the same door as a
real provider's webhooks, signed."""

from __future__ import annotations

import secrets
from dataclasses import replace

import sqlalchemy as sa

from portal import clock, jobs
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db, transactions
from portal.gateways import get, simulator_files
from portal.gateways.messages import Choice
from portal.gateways.simulator import SIGNATURE_HEADER, Sent, inbound_body, sign, status_body
from portal.inbox.models import Contact, Conversation, Direction, Message
from portal.inbox.rules import files
from portal.inbox.rules.ledger import State
from portal.portfolio.rules import phones
from portal.webhooks import service as webhooks

BATCH = 200


def write(connection: Connection, wa_id: str, name: str, said: str | Choice | Sent, *, listed: bool = False) -> None:
    """Send what a person typed, attached or tapped on the phone. `said` is text, a file, or the choice of a menu."""
    provider_id = f"wamid.SIM{secrets.token_hex(16).upper()}"
    _deliver(connection, inbound_body(connection.line, wa_id, name, said, provider_id, clock.now(), listed=listed))


def send_file(connection: Connection, wa_id: str, name: str, content: bytes, filename: str, caption: str) -> None:
    """Send a file from the phone, as WhatsApp does: pictures, sound and film by their content, all else as document."""
    mime_type = files.type_of(content[: files.HEAD]) or files.UNKNOWN_TYPE
    group = mime_type.partition("/")[0]
    kind = group if group in ("image", "audio", "video") else "document"
    media = simulator_files.upload(content)
    named = replace(media, mime_type=mime_type, filename=files.safe_name(filename, kind, mime_type))
    write(connection, wa_id, name, Sent(kind, named, caption))
    jobs.wake("fetch-media")


def confirm_delivery() -> int:
    """What a phone does on its own: for each accepted message, `sent` and `delivered`. Returns how many messages."""
    with transactions(read_only=True):
        waiting = _accepted()
        db.session.rollback()
    for connection_id, provider_id, attempt_id, wa_id in waiting:
        connection = db.session.get_one(Connection, connection_id)
        for state in ("sent", "delivered"):
            _deliver(
                connection,
                status_body(connection.line, provider_id, state, attempt_id or "", wa_id, clock.now()),
            )
    return len(waiting)


def _accepted() -> list[tuple[int, str, str | None, str]]:
    rows = db.session.execute(
        sa.select(Message.connection_id, Message.provider_id, Message.attempt_id, Contact.wa_id)
        .join(Connection, Connection.id == Message.connection_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(
            Connection.kind == ConnectionKind.SIMULATOR,
            Connection.stopped_code == "",
            Connection.archived_at.is_(None),  # one that was removed has no secret to sign with
            Message.state == State.ACCEPTED,
        )
        .order_by(Message.id)
        .limit(BATCH)
    )
    return [(row[0], row[1] or "", row[2], row[3]) for row in rows]


def read(connection: Connection, wa_id: str) -> None:
    """The person looked at the phone: everything delivered to it is read."""
    rows = db.session.execute(
        sa.select(Message.provider_id, Message.attempt_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(
            Conversation.connection_id == connection.id,
            Contact.match_key == phones.match_key(wa_id),
            Message.direction == Direction.OUT,
            Message.state.in_((State.SENT, State.DELIVERED)),
        )
    ).all()
    for provider_id, attempt_id in rows:
        _deliver(
            connection, status_body(connection.line, provider_id or "", "read", attempt_id or "", wa_id, clock.now())
        )


def _deliver(connection: Connection, body: bytes) -> None:
    line = connection.line
    headers = {SIGNATURE_HEADER: sign(body, line.app_secret)}
    if not get(connection.kind.value).authentic(line, body, headers):
        raise RuntimeError("the simulator's own signature was refused")
    webhooks.receive(connection, body)
