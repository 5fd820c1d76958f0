"""How what people decided on conversations and messages is told."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from portal.audit.history import Trail, register
from portal.audit.rules import plain
from portal.extensions import db
from portal.inbox import contact_queries, view
from portal.inbox.models import Conversation, Message
from portal.inbox.rules.start import OPT_OUT_WORDS


def register_trails() -> None:
    register(
        Trail(
            "conversation",
            _conversation,
            {},
            lambda account_id, name, value: plain(value),
            lambda key: url_for("inbox.show", conversation_id=int(key)),
            kind="Conversas",
            actions={"conversation.close": "encerrou"},
        )
    )
    register(
        Trail(
            "contact",
            _contact,
            {"opt_out": "Não contatar"},
            lambda account_id, name, value: OPT_OUT_WORDS.get(value, "Pode ser contatado"),
            lambda key: url_for("opt_outs.index"),
            kind="Contatos",
        )
    )
    register(
        Trail(
            "message",
            _message,
            {},
            lambda account_id, name, value: plain(value),
            lambda key: url_for("audit.show", subject=f"message:{key}"),
            kind="Mensagens de conversas",
            actions={"message.resent": "enviou de novo", "message.assumed_sent": "deu como enviada"},
        )
    )


def _contact(account_id: int, key: str) -> str | None:
    found = contact_queries.contact_in(account_id, int(key))
    return f"Contato {view.phone_of(found) or found.profile_name}" if found else None


def _conversation(account_id: int, key: str) -> str | None:
    found = db.session.scalar(
        sa.select(Conversation).where(Conversation.account_id == account_id, Conversation.id == int(key))
    )
    return f"Conversa com {view.name_of(found)}" if found else None


def _message(account_id: int, key: str) -> str | None:
    found = db.session.scalar(sa.select(Message).where(Message.account_id == account_id, Message.id == int(key)))
    return f"Mensagem a {view.name_of(found.conversation)}" if found else None
