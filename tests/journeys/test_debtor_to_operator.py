"""The main job: a file comes in, a debtor writes, the assistant answers, an operator takes over, the reply is read."""

from __future__ import annotations

import io

from flask import Flask

from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.cloud import Cloud
from tests.support.people import Company, set_available
from tests.support.portfolio import LINE, TAX_IDS, csv_file, row

MARIA = "5511987654321"


def import_portfolio(app: Flask, admin: Browser, content: bytes) -> None:
    admin.get("/devedores/importar")
    files = {"file": (io.BytesIO(content), "carteira.csv")}
    uploaded = admin.post("/devedores/importar", files=files)
    assert uploaded.status == 303, uploaded.errors
    admin.get(uploaded.location)
    assert admin.post(f"{uploaded.location}/confirmar").status == 303
    run(app, "import-portfolio")


def test_from_the_file_to_the_read_reply(
    app: Flask, company: Company, admin: Browser, operator: Browser, cloud: Cloud
) -> None:
    good = row(tail=f";{LINE}", due="15/01/2027", amount="1.234,56")
    bad = row(name="Sem Documento", tax_id="111.111.111-11", tail=";")
    import_portfolio(app, admin, csv_file(good, bad, extra_columns=";LINHA_DIGITAVEL"))
    set_available(app, company.operator)

    cloud.says(MARIA, "oi")
    settle(app)
    welcome, question = cloud.texts_to(MARIA)
    assert "Cobrança Modelo" in welcome
    assert "CPF ou CNPJ" in question

    cloud.says(MARIA, f"meu cpf é {TAX_IDS[0]}")
    settle(app)
    menu = cloud.graph.ledger[-1].payload
    assert menu["interactive"]["type"] == "list"
    rows = menu["interactive"]["action"]["sections"][0]["rows"]
    assert rows[0]["title"] == "Código de barras"

    tap = {"type": "list_reply", "list_reply": {"id": rows[0]["id"], "title": rows[0]["title"]}}
    assert cloud.deliver(cloud.graph.inbound("106500001", MARIA, tap, kind="interactive")) == 200
    settle(app)
    assert "23791.23454 67890.123457 67890.123457 4 16920000123456" in cloud.texts_to(MARIA)

    cloud.says(MARIA, "quero falar com operador")
    settle(app)
    listed = operator.get("/conversas?aba=minhas")
    assert "Maria Souza" in listed.words

    link = next(a["href"] for a in listed.all("a.conv"))
    thread = operator.get(str(link))
    assert "quero falar com operador" in thread.words
    action = str(thread.one("form.composer")["action"])
    data = thread.form_data("form.composer")
    assert operator.post(action, **{**data, "text": "Bom dia, Maria. Vou ajudar."}).status == 303
    settle(app)
    assert cloud.texts_to(MARIA)[-1] == "Bom dia, Maria. Vou ajudar."

    wamid = cloud.graph.ledger[-1].wamid
    for body in cloud.graph.statuses_for(wamid, "read", "sent", "delivered"):
        assert cloud.deliver(body) == 200
    settle(app)
    assert "Lida" in operator.get(str(link)).words


def test_the_assistant_off_greets_transfers_and_links_nobody(
    app: Flask, company: Company, admin: Browser, operator: Browser, cloud: Cloud
) -> None:
    import_portfolio(app, admin, csv_file(row()))
    set_available(app, company.operator)
    page = admin.get("/whatsapp/menu")
    assert "não ficará atrelada a um devedor" in page.words
    switches = page.form_data("form[action$='/atendimento']")
    assert switches.pop("assistant_enabled")
    asked = admin.post("/whatsapp/menu/atendimento", **switches)
    assert "Desabilitar a Assistente Virtual? Nada foi salvo ainda." in asked.words
    assert admin.post("/whatsapp/menu/atendimento", **switches, confirmed="1").status == 303

    cloud.says(MARIA, "oi")
    settle(app)
    first, second = cloud.texts_to(MARIA)
    assert "atendimento" in first and "operador" in second

    cloud.says(MARIA, TAX_IDS[0])
    settle(app)
    assert len(cloud.texts_to(MARIA)) == 2, "the assistant says nothing more"
    listed = operator.get("/conversas?aba=minhas")
    thread = operator.get(str(next(a["href"] for a in listed.all("a.conv"))))
    assert "não identificad" in thread.words.lower()
