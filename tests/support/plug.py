"""A company on PlugMessage, with a fake of it at the other end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Flask

from portal import gateways
from portal.accounts.models import User
from portal.connection import service
from portal.connection.models import ConnectionKind
from portal.connection.service import link
from portal.extensions import db
from portal.gateways import registry
from tests.fakes.plug_api import PlugApi
from tests.fakes.plug_routes import SETTERS
from tests.support.clockwork import run
from tests.support.connections import use_only
from tests.support.people import Company

INSTANCE_ID = "3C00A1B2C3D4E5F60718293A4B5C6D7E"
TOKEN = "TOKENdaInstanciaDeTeste0001"
CLIENT_TOKEN = "CLIENTtokenDaContaDeTeste01"
PHONE = "551130001000"


@dataclass(frozen=True)
class Plug:
    """`deliver` posts a webhook body as PlugMessage does and answers the status code."""

    app: Flask
    fake: PlugApi
    connection_id: int
    webhook_path: str

    def deliver(self, body: dict[str, Any], path: str = "", **headers: str) -> int:
        client = self.app.test_client()
        sent = {"Content-Type": "application/json", **headers}
        return client.post(path or self.webhook_path, data=json.dumps(body), headers=sent).status_code

    def deliver_all(self) -> list[int]:
        """Everything that went out of the fake since the last time, as it comes."""
        return [self.deliver(posted.body, **posted.headers) for posted in self.fake.take()]

    def says(self, phone: str, content: Any, **more: Any) -> None:
        """A person writes to the company's number."""
        self.fake.says(INSTANCE_ID, phone, content, **more)
        assert set(self.deliver_all()) == {200}

    def texts_to(self, phone: str) -> list[str]:
        """What PlugMessage was asked to send to a person, in order."""
        return [str(each.payload.get("message", "")) for each in self.fake.ledger if each.phone == phone]


def connect(app: Flask, company: Company, fake: PlugApi, *, linked: bool = True, **switches: Any) -> Plug:
    """Put a company on PlugMessage, its instance known to the fake and, unless told otherwise, its phone linked."""
    app.config["PLUGMESSAGE_API_URL"] = fake.url
    gateways.use(registry.build(app.config))
    instance = fake.add_instance(INSTANCE_ID, TOKEN, CLIENT_TOKEN, **switches)
    if linked:
        instance.link, instance.phone = "connected", PHONE
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        connection = use_only(admin, ConnectionKind.PLUGMESSAGE)
        given = service.Credentials(f"+{PHONE}", INSTANCE_ID, access_token=TOKEN, app_secret=CLIENT_TOKEN)
        service.save_credentials(connection, admin, connection.version, given)
        path = f"/webhooks/plugmessage/{connection.verify_token}"
        instance.webhooks = dict.fromkeys(SETTERS["update-every-webhooks"], f"https://portal.example{path}")
        instance.notify_sent_by_me = True
        if linked:
            link.refresh(connection.id)
        made = Plug(app, fake, connection.id, path)
    if linked:
        run(app, "connection-status")  # nothing is sent before the provider has told that a phone is linked
    return made
