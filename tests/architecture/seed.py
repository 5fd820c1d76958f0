"""A company with one of everything, and where its things are. Its words are unlike anybody else's, so that a leak shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User, UserSession
from portal.bot_messages.models import BotMessage
from portal.bot_messages.rules import MessageKind
from portal.chat_starters.models import ChatStarter
from portal.connection import queries as connections
from portal.connection.models import Connection, ConnectionKind, DailyUsage
from portal.dispatch.filters import Filter
from portal.dispatch.service import plan
from portal.extensions import db
from portal.inbox.models import Conversation, Direction, Message
from portal.inbox.rules.ledger import State
from portal.inbox.service import assign
from portal.menu.models import MenuOption
from portal.portfolio.models import Creditor, DebtorCode
from portal.portfolio.service import imports
from portal.simulator import service as simulator
from tests.architecture import seed_settings
from tests.support.clockwork import settle
from tests.support.cloud import add_starter
from tests.support.people import Company, add_operator, set_available
from tests.support.portfolio import TAX_IDS, add_debtor, csv_file, row

WA_ID = "5511988887777"
WEBHOOK_KEY = "chave-do-webhook-de-teste"

MARKERS = ("Zenóbia", "Confidencial", "reservad", "88887777", "8888-7777", "Modelo Sigiloso", "Sigiloso")
"""What nobody outside the company may ever read."""


@dataclass(frozen=True)
class Seed:
    """`values` fills the arguments of the addresses: debtor_id, conversation_id, …"""

    company: Company
    values: dict[str, Any]

    def url(self, rule: Any) -> str:
        missing = set(rule.arguments) - set(self.values)
        assert not missing, f"tests/architecture/seed.py has no value for {missing} of {rule.rule}"
        return _built(rule, {name: self.values[name] for name in rule.arguments})


def _built(rule: Any, values: dict[str, Any]) -> str:
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule.rule
    return str(built[1])


def url_with(rule: Any, values: dict[str, Any], number: int) -> str:
    """The address with every number in it replaced."""
    filled = {name: number if name.endswith("_id") and name != "wa_id" else values[name] for name in rule.arguments}
    return "/".join(str(filled[_name(part)]) + _tail(part) if "<" in part else part for part in rule.rule.split("/"))


def _name(part: str) -> str:
    return part.partition(">")[0].rpartition(":")[2].lstrip("<")


def _tail(part: str) -> str:
    return part.partition(">")[2]


def plant(app: Flask, company: Company) -> Seed:
    """One of each entity, made where possible by the services that make them in life."""
    debtor_id = add_debtor(app, company, "Zenóbia Sigilosa", phone=f"+{WA_ID}", creditor="Colégio Confidencial")
    add_debtor(
        app, company, "Zenóbia Segunda", tax_id=TAX_IDS[1], phone="+5511988887778", creditor="Colégio Confidencial"
    )
    colleague = add_operator(app, company, "Zenóbia Operadora", available=False)
    starter_id = add_starter(app, company, name="reservado", body="Olá {{1}}, aqui é o setor reservado da {{2}}.")
    set_available(app, company.operator)
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        import_id = _import(company)
        dispatch_id = _dispatch(connection, starter_id, company)
        connection_id = _by_hand(connection, debtor_id)
        simulator.write(connection, WA_ID, "Zenóbia", "meu recado reservado")
    settle(app)
    with app.app_context():
        conversation_id, message_id = _talk(company, debtor_id)
        seed_settings.plant_file(message_id, company.id)
        more = seed_settings.plant(company, debtor_id)
        return Seed(
            company,
            {
                "debtor_id": debtor_id,
                "import_id": import_id,
                "conversation_id": conversation_id,
                "contact_id": db.session.get_one(Conversation, conversation_id).contact_id,
                "message_id": message_id,
                "starter_id": starter_id,
                "dispatch_id": dispatch_id,
                "connection_id": connection_id,
                "user_id": colleague.id,
                "option_id": db.session.scalars(sa.select(MenuOption.id).filter_by(account_id=company.id)).first(),
                "kind": MessageKind.WELCOME.value,
                "wa_id": WA_ID,
                "ref": _session_ref(company),
                "key": WEBHOOK_KEY,
                **more,
            },
        )


def _import(company: Company) -> int:
    content = csv_file(row(name="Zenóbia Terceira", tax_id=TAX_IDS[2]), row(name="Sem Documento", tax_id="1"))
    today = clock.today("America/Sao_Paulo")
    return imports.preview(company.id, company.admin.id, "carteira-reservada.csv", content, today).id


def _dispatch(connection: Connection, starter_id: int, company: Company) -> int:
    starter, admin = db.session.get_one(ChatStarter, starter_id), db.session.get_one(User, company.admin.id)
    return plan.start(connection, starter, Filter(), admin, "um-token-de-formulario").id


def _by_hand(connection: Connection, debtor_id: int) -> int:
    """Rows that only a longer story would make. Returns the id of a number of the unofficial API."""
    account_id, now = connection.account_id, clock.now()
    creditor_id = db.session.scalars(sa.select(Creditor.id).filter_by(account_id=account_id)).first()
    linked = Connection(
        account_id=account_id,
        kind=ConnectionKind.PLUGMESSAGE,
        name="Número Sigiloso",
        webhook_key="hash-do-segredo",
        created_at=now,
    )
    db.session.add_all(
        (
            linked,
            Connection(
                account_id=account_id,
                kind=ConnectionKind.CLOUD_API,
                webhook_key=WEBHOOK_KEY,
                app_secret="s",
                created_at=now,
            ),
            DebtorCode(account_id=account_id, creditor_id=creditor_id, debtor_id=debtor_id, code="reservado-1"),
            DailyUsage(
                account_id=account_id, connection_id=connection.id, day=clock.today("America/Sao_Paulo"), used=1
            ),
            BotMessage(account_id=account_id, kind=MessageKind.WELCOME, text="Texto reservado.", updated_at=now),
        )
    )
    db.session.commit()
    return linked.id


def _talk(company: Company, debtor_id: int) -> tuple[int, int]:
    """The conversation is the operator's, and one of its messages waits for a decision."""
    conversation = db.session.scalars(sa.select(Conversation).filter_by(account_id=company.id)).one()
    conversation.debtor_id = debtor_id
    assign.hand_over(conversation)
    message = db.session.scalars(
        sa.select(Message).filter_by(conversation_id=conversation.id, direction=Direction.OUT)
    ).first()
    assert message is not None
    message.state = State.UNKNOWN
    db.session.commit()
    return conversation.id, message.id


def _session_ref(company: Company) -> str:
    """How the address of an open login of the company's admin begins; the caller has logged in."""
    found = db.session.scalars(sa.select(UserSession.token_hash).filter_by(user_id=company.admin.id)).first()
    assert found is not None, "log the admin in first"
    return found[:16]
