from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.dispatch.models import DispatchStatus
from portal.extensions import db
from portal.inbox.rules.ledger import State
from tests.reports import scenes
from tests.support.browser import Browser, Page
from tests.support.people import Company, add_operator

MINUTES = timedelta(minutes=1)
EVERY_REQUEST = ("user_session", "event", "connection ")
"""What any page reads: who asks, where the live stream stands, the connection's badge."""


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def stat(page: Page, label: str) -> str:
    """The text of one of the four figures."""
    found = [s.get_text(" ", strip=True) for s in page.all(".stat") if label in s.get_text()]
    assert len(found) == 1
    return " ".join(found[0].split())


def card(page: Page, title: str) -> str:
    found = [c.get_text(" ", strip=True) for c in page.all(".card") if c.h2 and c.h2.get_text() == title]
    return " ".join(found[0].split()) if found else ""


def test_operators_go_to_their_conversations(operator: Browser) -> None:
    page = operator.get("/")
    assert (page.status, page.location) == (303, "/conversas")
    assert operator.get("/inicio/agora", htmx=True).status == 404


def test_strangers_to_the_portal_log_in_first(app: Flask, company: Company) -> None:
    assert Browser(app).get("/").location == "/login"
    assert Browser(app).get("/inicio/agora", htmx=True).answer.headers["HX-Redirect"] == "/login"


def test_a_new_company_sees_its_first_steps(app: Flask, admin: Browser, company: Company) -> None:
    page = admin.get("/")
    links = [str(a["href"]) for a in page.all(".card a")]
    assert "Primeiros passos" in page.words
    assert {"/devedores/importar", "/whatsapp/mensagens", "/simulador"} <= set(links)
    with app.app_context():
        db.session.add(scenes.debtor_row(company))
        db.session.commit()
    assert "Feito" in card(admin.get("/"), "Primeiros passos")
    scenes.conversation(app, company, "Maria")
    assert "Primeiros passos" not in admin.get("/").words


def test_the_four_figures_are_real(app: Flask, admin: Browser, company: Company) -> None:
    now = clock.now()
    scenes.use(app, company, 37)
    scenes.conversation(app, company, "Maria", waiting_since=now - 17 * MINUTES)
    scenes.conversation(app, company, "João", waiting_since=now - 3 * MINUTES)
    scenes.conversation(app, company, "Zé")
    bruna = add_operator(app, company, "Bruna Lima")
    add_operator(app, company, "Otto Lemos")
    scenes.conversation(app, company, "Da Bruna", assigned_to=bruna.id)
    page = admin.get("/")
    assert "37 de 250 hoje" in stat(page, "Conversas iniciadas")
    assert page.one(".stat progress")["value"] == "37"
    assert stat(page, "Esperando resposta") == "Esperando resposta 2 A mais antiga espera há 17 min"
    assert "Simulador" in stat(page, "Conexão")
    operators = stat(page, "Operadores disponíveis")
    assert "2 Bruna Lima, Otto Lemos" in operators and "Otávio" not in operators
    assert "A próxima conversa vai para Otto Lemos." in operators, "the one with fewer conversations"


def test_with_nobody_available_the_fallback_receives(admin: Browser) -> None:
    assert "A próxima conversa vai para Ana Administradora, Usuário ADM." in stat(
        admin.get("/"), "Operadores disponíveis"
    )


def test_the_limit_of_the_day_is_told(app: Flask, admin: Browser, company: Company) -> None:
    scenes.use(app, company, 1000)
    figure = stat(admin.get("/"), "Conversas iniciadas")
    assert "250 de 250 hoje" in figure and "Limite de hoje atingido" in figure
    with clock.at(clock.now() + timedelta(days=1)):
        later = Browser(app).log_in(company.admin)
        assert "0 de 250 hoje" in stat(later.get("/"), "Conversas iniciadas")


def test_what_waits_for_a_decision_is_listed_with_its_conversation(
    app: Flask, admin: Browser, company: Company
) -> None:
    assert "Precisa de atenção" not in admin.get("/").words
    talk = scenes.conversation(app, company, "Maria das Dores")
    scenes.reply(app, company, talk, State.UNKNOWN, "Segue o boleto", age=4 * MINUTES)
    scenes.reply(app, company, talk, State.QUEUED, "Parada", age=5 * MINUTES)
    scenes.reply(app, company, talk, State.QUEUED, "Recente", age=timedelta(seconds=3))
    scenes.reply(app, company, talk, State.READ, "Já lida", age=9 * MINUTES)
    scenes.failed_body(app, company)
    scenes.failed_body(app, company)
    page = admin.get("/")
    pending = card(page, "Precisa de atenção")
    assert "Maria das Dores" in pending and "Segue o boleto" in pending and "Já lida" not in pending
    assert f"/conversas/{talk}" in [a["href"] for a in page.all(".card a")]
    assert "1 resposta parada na fila , a mais antiga há 5 min" in pending
    assert "2 avisos recebidos do WhatsApp que não puderam ser aplicados" in pending


def test_many_uncertain_messages_are_counted(app: Flask, admin: Browser, company: Company) -> None:
    for n in range(7):
        talk = scenes.conversation(app, company, f"Pessoa {n}")
        scenes.reply(app, company, talk, State.UNKNOWN, "Oi", age=n * MINUTES)
    page = admin.get("/")
    assert "5 de 7 mensagens incertas" in card(page, "Precisa de atenção")


def test_running_dispatches_show_how_far_they_are(app: Flask, admin: Browser, company: Company) -> None:
    assert "Nenhum envio em andamento." in admin.get("/").words
    running = scenes.dispatch(app, company, "cobranca_um", done=5, total=12, status=DispatchStatus.RUNNING)
    scenes.dispatch(app, company, "cobranca_dois", done=1, total=3, status=DispatchStatus.PAUSED)
    scenes.dispatch(app, company, "cobranca_fim", done=3, total=3, status=DispatchStatus.DONE)
    page = admin.get("/")
    shown = card(page, "Envios em andamento")
    assert "cobranca_um Enviando 5 de 12 devedores" in shown
    assert "cobranca_dois Pausado 1 de 3 devedores" in shown
    assert "cobranca_fim" not in shown
    assert f"/envios/{running}" in [a["href"] for a in page.all(".card a")]


def test_a_stopped_connection_says_why_and_where_to_go(app: Flask, admin: Browser, company: Company) -> None:
    with app.app_context():
        scenes.connection_of(company).stopped_code = "0"
        db.session.commit()
    page = admin.get("/")
    assert "A conexão está parada" in page.words and "O token de acesso é inválido ou expirou" in page.words
    assert page.all(".banner.danger a[href='/whatsapp/configuracoes']")
    with app.app_context():
        scenes.connection_of(company).enabled = False
        db.session.commit()
    assert "Sem conexão com o WhatsApp" in admin.get("/").words


def test_jobs_that_do_not_run_are_an_alarm(app: Flask, admin: Browser) -> None:
    page = admin.get("/")
    assert "As tarefas estão paradas Elas ainda não rodaram" in page.words and "Ainda não rodou" in page.words
    scenes.jobs_ran(app)
    page = admin.get("/")
    assert "As tarefas estão paradas" not in page.words
    assert "Envio de respostas Em ordem, há 12 s" in page.words
    scenes.jobs_ran(app, timedelta(minutes=3))
    page = admin.get("/")
    assert "As tarefas estão paradas Nada roda há 3 min" in page.words and "flask --app wsgi jobs" in page.words
    assert "Envio de respostas Atrasada há 3 min" in page.words


def test_a_job_that_failed_is_named_without_its_inner_words(app: Flask, admin: Browser) -> None:
    scenes.jobs_ran(app, failed="send-batch")
    page = admin.get("/")
    assert "Agente de envio Falhou há 12 s" in page.words
    assert "Agente de envio" not in page.one("#jobs-in-order").get_text(), (
        "what failed is seen without opening anything"
    )
    assert "segredo" not in page.text


def test_another_company_s_day_is_invisible(app: Flask, stranger: Browser, company: Company, other: Company) -> None:
    scenes.use(app, company, 37)
    talk = scenes.conversation(app, company, "Maria das Dores", waiting_since=clock.now() - MINUTES)
    scenes.reply(app, company, talk, State.UNKNOWN, "Segue o boleto", age=4 * MINUTES)
    scenes.reply(app, company, talk, State.QUEUED, "Parada", age=5 * MINUTES)
    scenes.dispatch(app, company, "cobranca_um", done=1, total=2, status=DispatchStatus.RUNNING)
    scenes.failed_body(app, company)
    add_operator(app, company, "Bruna Lima")
    for page in (stranger.get("/"), stranger.get("/inicio/agora", htmx=True)):
        assert "0 de 250 hoje" in page.words and "Primeiros passos" in page.words
        for secret in ("Maria", "boleto", "cobranca_um", "Bruna", "Precisa de atenção"):
            assert secret not in page.words


def test_the_fragment_is_the_page_s_own_and_refreshes_itself(app: Flask, admin: Browser, company: Company) -> None:
    with clock.at(clock.now()):
        whole, part = admin.get("/"), admin.get("/inicio/agora", htmx=True)
        assert str(whole.one("#now")) == str(part.one("#now"))
    root = part.one("#now")
    assert [tag.get("id") for tag in part.all("body > *")] == ["now"]
    assert root.has_attr("data-poll") and root["hx-swap"] == "morph" and root["hx-get"] == "/inicio/agora"
    for trigger in ("live-inbox", "live-dispatch", "live-connection", "live-reset", "every 15s"):
        assert trigger in str(root["hx-trigger"])


def test_the_page_costs_few_queries_however_much_there_is(app: Flask, admin: Browser, company: Company) -> None:
    for n in range(8):
        talk = scenes.conversation(app, company, f"Pessoa {n}", waiting_since=clock.now() - MINUTES)
        scenes.reply(app, company, talk, State.UNKNOWN, "Oi", age=n * MINUTES)
        add_operator(app, company, f"Op{n} Teste")
    for n in range(6):
        scenes.dispatch(app, company, f"envio_{n}", done=1, total=2, status=DispatchStatus.RUNNING)
    scenes.jobs_ran(app)
    admin.get("/")
    with counted(app) as statements:
        assert admin.get("/inicio/agora", htmx=True).status == 200
    own = [statement for statement in statements if not any(f"FROM {name}" in statement for name in EVERY_REQUEST)]
    assert len(own) <= 12, "\n".join(own)
    assert len(statements) <= 16
