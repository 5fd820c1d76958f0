from __future__ import annotations
import pytest
from pathlib import Path
from portal import gateways, clock
from portal.accounts.models import User
from portal.connection import service, queries
from portal.connection.models import *
from portal.extensions import db
from portal.gateways import registry
from tests.support.cloud import *
from tests.browser.conftest import WIDE, NARROW
OUT = Path("/tmp/p5_shots"); OUT.mkdir(exist_ok=True)

def test_shots(app, graph, company, window):
    connect(app, company, graph)
    graph.numbers[PHONE_NUMBER_ID].app_secret = "other"
    graph.numbers[PHONE_NUMBER_ID].subscribed = False
    with app.app_context():
        admin = db.session.get_one(User, company.admin.id)
        c = queries.current(company.id); c.name = "Matriz"; c.foreign_numbers = ["106540352249999"]
        cid = c.id
        p = service.add(admin, ConnectionKind.PLUGMESSAGE, "Celular do Sul")
        p.display_phone, p.phone_number_id, p.access_token = "(11) 98765-4321", "3C0FFEE1", "TOKENTOKENTOKEN42"
        p.link_state, p.linked_at, p.connected_phone = LinkState.CONNECTED, clock.now(), "(11) 98765-4321"
        pid = p.id
        db.session.commit()
    w = window(company.admin)
    page = w.open("/whatsapp/configuracoes")
    def shot(name):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for size in (WIDE, NARROW):
                page.set_viewport_size(size)
                page.screenshot(path=str(OUT / f"{name}-{size['width']}-{scheme}.png"), full_page=True)
        page.set_viewport_size(WIDE)
        print(name, page.evaluate("document.documentElement.scrollWidth"), page.evaluate("innerWidth"))
    shot("list")
    page.goto(w.site + f"/whatsapp/configuracoes/{cid}")
    page.get_by_role("button", name="Testar conexão").click()
    page.get_by_text("A conexão não funcionou").wait_for()
    shot("official")
    page.goto(w.site + f"/whatsapp/configuracoes/{pid}"); shot("plug")
    page.goto(w.site + "/whatsapp/configuracoes/novo"); shot("new")
    page.goto(w.site + "/envios/novo"); shot("dispatch")
    w.check_everywhere()
