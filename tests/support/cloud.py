"""A company on the official API, with a fake Meta at the other end."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from portal import clock, gateways
from portal.accounts.models import User
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.wildcards import Field
from portal.connection import queries, service
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db
from portal.gateways import registry
from tests.fakes.graph_api import GraphApi
from tests.support.connections import use_only
from tests.support.people import Company

PHONE_NUMBER_ID = "106500001"
WABA_ID = "202000001"
TOKEN = "EAAG-token-de-teste-0001"
SECRET = "segredo-do-app-de-teste"


@dataclass(frozen=True)
class Cloud:
    """`deliver` posts a webhook body, signed unless told otherwise, and answers the status code."""

    app: Flask
    graph: GraphApi
    connection_id: int
    webhook_path: str

    def deliver(self, body: bytes, signature: str | None = None) -> int:
        headers = {"X-Hub-Signature-256": self.graph.sign(body, SECRET) if signature is None else signature}
        client = self.app.test_client()
        return client.post(self.webhook_path, data=body, headers=headers).status_code

    def says(self, wa_id: str, text: str, name: str = "Maria") -> None:
        """A person writes to the company's number."""
        assert self.deliver(self.graph.inbound(PHONE_NUMBER_ID, wa_id, text, name=name)) == 200

    def texts_to(self, wa_id: str) -> list[str]:
        """What Meta was asked to show a person, in order: the text or the body of the menu."""
        return [_text(sent.payload) for sent in self.graph.ledger if sent.wa_id == self.graph.wa_id(wa_id)]


def connect(app: Flask, company: Company, graph: GraphApi) -> Cloud:
    """Put a company on the official API, its number known to the fake."""
    app.config["GRAPH_API_URL"] = graph.url
    gateways.use(registry.build(app.config))
    graph.add_number(PHONE_NUMBER_ID, WABA_ID, TOKEN)
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        connection = use_only(admin, ConnectionKind.CLOUD_API)
        given = service.Credentials("+551130001000", PHONE_NUMBER_ID, WABA_ID, TOKEN, SECRET)
        service.save_credentials(connection, admin, connection.version, given)
        return Cloud(app, graph, connection.id, f"/webhooks/cloud-api/{connection.webhook_key}")


def add_starter(
    app: Flask,
    company: Company,
    graph: GraphApi | None = None,
    *,
    name: str = "primeiro_contato",
    body: str = "Olá {{1}}, aqui é da {{2}}. Podemos falar agora?",
) -> int:
    """An approved starter with its wildcards associated, known to Meta too when there is one."""
    with app.app_context():
        connection = queries.current(company.id)
        assert connection is not None
        starter = ChatStarter(
            account_id=company.id,
            connection_id=connection.id,
            name=name,
            category=StarterCategory.UTILITY,
            body=body,
            status=StarterStatus.APPROVED,
            bindings=[Field.DEBTOR_FIRST_NAME.value, Field.CREDITOR_NAME.value],
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        db.session.add(starter)
        db.session.commit()
        if graph is not None:
            graph.add_template(WABA_ID, name, body)
        return starter.id


def set_limits(app: Flask, company: Company, daily_limit: int, batch_size: int) -> None:
    with app.app_context():
        connection = queries.current(company.id)
        assert isinstance(connection, Connection)
        connection.daily_limit, connection.batch_size = daily_limit, batch_size
        db.session.commit()


def _text(payload: dict) -> str:  # type: ignore[type-arg]
    kind = payload["type"]
    if kind == "text":
        return str(payload["text"]["body"])
    if kind == "interactive":
        return str(payload["interactive"]["body"]["text"])
    return kind
