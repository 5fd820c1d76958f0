"""The whole life of a chat starter, from the first draft to messages that wait for Meta and leave again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from portal import clock
from portal.chat_starters import queries as starters
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.connection import queries as connections
from portal.extensions import db
from tests.fakes.graph_state import TemplateRow
from tests.support.browser import Browser, Page
from tests.support.clockwork import run, settle
from tests.support.cloud import WABA_ID, Cloud, set_limits
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS, add_debtor

PAGE = "/whatsapp/modelos"
NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
FORM = {
    "name": "Início de cobrança",
    "category": "utility",
    "body": "Olá {{1}}, tudo bem? Aqui é da escola {{2}}. Podemos falar agora?",
    "samples-0": "Maria",
    "samples-1": "Escola Azul",
    "buttons-0-kind": "quick_reply",
    "buttons-0-text": "Podemos falar",
    "action": "save",
}


def only(app: Flask, company: Company) -> ChatStarter:
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        (row,) = starters.starters_of(connection.id)
        db.session.expunge(row)
        return row


def told(cloud: Cloud, template: TemplateRow, event: str = "", **value: object) -> None:
    """Meta posts what became of the template, and the portal applies it."""
    assert cloud.deliver(cloud.graph.template_status(template, event, **value)) == 200
    settle(cloud.app)


def test_from_draft_to_sent_and_held_and_sent(app: Flask, company: Company, cloud: Cloud) -> None:
    with clock.at(NOON):
        admin = Browser(app).log_in(company.admin)
        admin.get(f"{PAGE}/novo")
        page = admin.post(f"{PAGE}/novo", follow=True, **FORM)
        assert "Modelo inicio_de_cobranca enviado para aprovação." in page.words
        assert "A mensagem ainda está em análise na Meta." in page.words
        template = cloud.graph.templates[0]
        assert [part["type"] for part in template.components] == ["BODY", "BUTTONS"]

    with clock.at(NOON + timedelta(minutes=5)):
        rejected_and_corrected(app, company, cloud, admin, template)

    with clock.at(NOON + timedelta(minutes=10)):
        approved_and_associated(app, company, cloud, admin, template)
        add_debtor(app, company, "Maria Souza", tax_id=TAX_IDS[0], phone="+5511987654321")
        add_debtor(app, company, "Rui Alves", tax_id=TAX_IDS[1], phone="+5511987654322")
        set_limits(app, company, daily_limit=10, batch_size=1)
        dispatch = begun(admin, only(app, company))
        assert run(app, "send-batch") == "1 conversa iniciada"
        assert len(cloud.graph.ledger) == 1

    with clock.at(NOON + timedelta(minutes=15)):
        title = cloud.graph.desk.pause(template)
        told(cloud, template, other_info={"title": title, "description": "Pausado por 3 horas por baixa qualidade."})
        assert only(app, company).status is StarterStatus.PAUSED
        page = admin.get(f"{PAGE}/{only(app, company).id}")
        assert "Pausada" in page.words
        assert "Pausado por 3 horas por baixa qualidade." in page.one("blockquote").get_text()
        assert run(app, "send-batch") == ""
        assert "A Meta pausou o modelo" in admin.get(dispatch).words
        assert len(cloud.graph.ledger) == 1

    with clock.at(NOON + timedelta(hours=4)):
        cloud.graph.desk.pass_time()
        run(app, "template-status")
        assert only(app, company).status is StarterStatus.APPROVED
        assert run(app, "send-batch") == "1 conversa iniciada"
        assert len(cloud.graph.ledger) == 2
        assert cloud.graph.ledger[0].payload["template"]["name"] == "inicio_de_cobranca"
        admin = Browser(app).log_in(company.admin)
        assert "2 de 2 pessoas tratadas" in admin.get(dispatch).words
        history = admin.get(f"/historico/chat-starter:{only(app, company).id}").words
        for part in ("enviou para aprovação", "editou e reenviou", "associou os coringas de", "Pausada", "Rejeitada"):
            assert part in history, part


def rejected_and_corrected(app: Flask, company: Company, cloud: Cloud, admin: Browser, template: TemplateRow) -> None:
    cloud.graph.desk.reject(template, "INVALID_FORMAT")
    explained = {"reason": "Variáveis demais.", "recommendation": "Reduza as variáveis."}
    told(cloud, template, rejection_info=explained)
    page = admin.get(PAGE)
    assert "Rejeitada" in page.words
    assert "O formato do texto ou dos coringas não foi aceito." in page.words
    assert "Variáveis demais. Reduza as variáveis." in page.one("blockquote").get_text()
    address = f"{PAGE}/{only(app, company).id}/editar"
    form = admin.get(address).form_data("#starter-form")
    corrected = "Olá {{1}}, tudo bem? Falo em nome da escola {{2}}. Podemos conversar agora?"
    assert admin.post(address, **{**form, "body": corrected, "action": "save"}).status == 303
    assert (template.status, template.body) == ("PENDING", corrected)
    assert only(app, company).status is StarterStatus.PENDING


def approved_and_associated(app: Flask, company: Company, cloud: Cloud, admin: Browser, template: TemplateRow) -> None:
    cloud.graph.desk.approve(template)
    told(cloud, template)
    row = only(app, company)
    assert (row.status, row.told) == (StarterStatus.APPROVED, "")
    assert "coringa" in admin.get("/envios/novo", modelo=row.id, conferir="1").words
    address = f"{PAGE}/{row.id}/coringas"
    seen = admin.get(address).form_data("#bindings-form")["seen"]
    chosen = {"field_1": "debtor_first_name", "field_2": "text:", "text_2": "Escola Azul"}
    assert admin.post(address, seen=seen, **chosen).status == 303
    assert template.waba_id == WABA_ID


def begun(admin: Browser, starter: ChatStarter) -> str:
    """A dispatch with this starter, to everybody; its address."""
    page: Page = admin.get("/envios/novo", modelo=starter.id, conferir="1")
    assert "Aqui" in page.words or "Escola Azul" in page.words
    answer = admin.post("/envios", **page.form_data("main form"))
    assert answer.status == 303, answer.words
    return answer.location
