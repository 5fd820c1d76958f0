"""A company on the unofficial API whose phone is linked, lost and linked again, the provider a fake."""

from __future__ import annotations

from flask import Flask

from portal.connection.models import Connection
from portal.connection.service import link
from portal.extensions import db
from tests.fakes.plug_api import PlugApi
from tests.fakes.plug_state import Instance
from tests.support import plug
from tests.support.clockwork import run
from tests.support.people import Company, set_available
from tests.support.plug import CLIENT_TOKEN, INSTANCE_ID, TOKEN, Plug

NUMBER = "(11) 98000-1000"
PHONE = "5511980001000"
OTHER_PHONE = "5511970002000"
PUBLIC_URL = "https://portal.example"

SECRETS = (TOKEN, CLIENT_TOKEN)


class Paired(Plug):
    """`pump` brings the webhooks that the provider sent; `state` is the connection as it is stored now."""

    @property
    def instance(self) -> Instance:
        return self.fake.instances[INSTANCE_ID]

    @property
    def state(self) -> Connection:
        with self.app.app_context():
            found = db.session.get_one(Connection, self.connection_id)
            db.session.expunge(found)
            return found

    @property
    def card(self) -> str:
        return f"/whatsapp/configuracoes/{self.connection_id}/celular"

    def pump(self) -> None:
        """Deliver every webhook that the provider has sent, apply them, and look at what they hinted at."""
        assert set(self.deliver_all()) <= {200}
        run(self.app, "apply-webhooks")
        run(self.app, "connection-status")

    def scan(self, phone: str = PHONE) -> None:
        """A phone reads the code that is shown, and the portal hears of it."""
        self.fake.scan(INSTANCE_ID, phone)
        self.pump()

    def lose(self, *, restorable: bool = False) -> None:
        self.fake.lose(INSTANCE_ID, restorable=restorable)
        self.pump()


def connect(app: Flask, company: Company, fake: PlugApi) -> Paired:
    """Give a company a number of the unofficial API to which no phone is linked yet."""
    made = plug.connect(app, company, fake, linked=False)
    link.office.public_url = PUBLIC_URL
    with app.app_context():
        connection = db.session.get_one(Connection, made.connection_id)
        connection.display_phone = NUMBER
        db.session.commit()
        assert link.configure(connection) == ""
    return Paired(made.app, made.fake, made.connection_id, made.webhook_path)


def connect_linked(app: Flask, company: Company, fake: PlugApi) -> Paired:
    """The same with its phone linked, and an operator at work."""
    made = connect(app, company, fake)
    made.instance.link, made.instance.phone = "connected", PHONE
    run(app, "connection-status")
    set_available(app, company.operator)
    return made
