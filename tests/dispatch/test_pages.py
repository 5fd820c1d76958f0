from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask

from portal import clock
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.connection import service as connection_service
from portal.extensions import db
from tests.dispatch.people import (
    NOON,
    begin,
    connection_of,
    count_dispatches,
    debtor,
    debtors,
    limits,
    preview,
    recipients,
    starter,
)
from tests.support.browser import Browser
from tests.support.clockwork import run, settle
from tests.support.people import Company


def test_an_empty_list_says_the_next_step(admin: Browser) -> None:
    page = admin.get("/envios")
    assert "Nenhum envio ainda" in page.words and "0 de 250 hoje" in page.words
    assert page.one(".empty a")["href"] == "/envios/novo"


def test_without_an_approved_starter_the_page_says_what_to_do(admin: Browser, app: Flask, company: Company) -> None:
    starter(app, company, status=StarterStatus.PENDING)
    page = admin.get("/envios/novo")
    assert "Nenhum modelo aprovado" in page.words and not page.all("main form")


def test_preview_shows_texts_reasons_and_forecast_and_sends_nothing(
    admin: Browser, app: Flask, company: Company
) -> None:
    chosen = starter(app, company)
    debtor(app, company, 1, name="Maria da Silva", amounts=("1000.00", "234.56"))
    debtor(app, company, 2, category="FALECIDO")
    debtor(app, company, 3, mobile=None)
    page = preview(admin, chosen)
    assert "1 pessoa será alcançada" in page.words and "2 pessoas ficam fora" in page.words
    assert "Olá Maria, aqui é da Escola Modelo. Podemos falar agora?" in page.words
    assert "1.234,56" in page.words and "Nada foi enviado ainda" in page.words
    assert "Com 5 por vez a cada 30 s e 250 por dia: termina" in page.words
    assert count_dispatches(app) == 0 and run(app, "send-batch") == ""


def test_a_dispatch_from_filter_to_read_receipt(admin: Browser, app: Flask, company: Company) -> None:
    chosen = starter(app, company)
    debtors(app, company, 3)
    dispatch = begin(admin, chosen)
    assert run(app, "send-batch") == "3 conversas iniciadas"
    settle(app)
    page = admin.get(f"/envios/{dispatch}")
    assert "3 de 3 pessoas tratadas" in page.words and "Concluído" in page.words
    assert "Ana Administradora" in page.words and len(page.all("#pessoas tbody tr")) == 3
    assert page.all("#pessoas tbody a")[0]["href"].startswith("/conversas/")
    assert not page.all("[hx-trigger*=every]"), "the final state polls no more"
    assert admin.get(f"/envios/{dispatch}/andamento", htmx=True).status == 286
    assert admin.get(f"/envios/{dispatch}/pessoas", htmx=True).status == 286
    assert "Concluído" in admin.get("/envios").words and "3 de 250 hoje" in admin.get("/envios").words


def test_a_running_dispatch_polls_and_listens(admin: Browser, app: Flask, company: Company) -> None:
    debtors(app, company, 2)
    dispatch = begin(admin, starter(app, company))
    live = admin.get(f"/envios/{dispatch}/andamento", htmx=True).one("#andamento")
    assert f"live-dispatch-{dispatch} from:body" in str(live["hx-trigger"]) and "every 5s" in str(live["hx-trigger"])
    assert live.has_attr("data-poll") and live["hx-get"] == f"/envios/{dispatch}/andamento"


def test_a_double_click_makes_one_dispatch(admin: Browser, app: Flask, company: Company) -> None:
    debtors(app, company, 2)
    form = preview(admin, starter(app, company)).form_data("main form")
    first, second = admin.post("/envios", **form), admin.post("/envios", **form)
    assert first.location == second.location and count_dispatches(app) == 1


def test_two_clicks_at_once_make_one_dispatch(admin: Browser, app: Flask, company: Company) -> None:
    debtors(app, company, 2)
    form = preview(admin, starter(app, company)).form_data("main form")
    others = [Browser(app).log_in(company.admin) for _ in range(2)]
    gate, answers = Barrier(2), []

    def click(browser: Browser) -> None:
        gate.wait()
        fields = {key: value for key, value in form.items() if key != "csrf_token"}
        answers.append(browser.post("/envios", **fields))

    threads = [Thread(target=click, args=(browser,)) for browser in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location and count_dispatches(app) == 1


def test_somebody_in_the_queue_of_another_dispatch_is_left_out(admin: Browser, app: Flask, company: Company) -> None:
    chosen = starter(app, company)
    debtors(app, company, 2)
    begin(admin, chosen)
    page = preview(admin, chosen)
    assert "Já está na fila de outro envio" in page.words and not page.all("main form")
    form = {"modelo": str(chosen), "form_token": "x" * 32}
    answer = admin.post("/envios", **form)
    assert answer.status == 422 and "Ninguém pode ser alcançado" in answer.words


def test_texts_are_fixed_at_the_start(admin: Browser, app: Flask, company: Company) -> None:
    from portal.inbox.models import Message
    from portal.portfolio.models import Debtor

    who = debtor(app, company, 1, name="Maria Antiga")
    dispatch = begin(admin, starter(app, company))
    with app.app_context():
        db.session.get_one(Debtor, who).name = "Joana Nova"
        db.session.commit()
    run(app, "send-batch")
    assert recipients(app, dispatch)[0].body.startswith("Olá Maria,")
    with app.app_context():
        message = db.session.query(Message).one()
        assert message.text.startswith("Olá Maria,")
        assert message.content is not None and message.content["parameters"] == ["Maria", "Escola Modelo"]


def test_pause_resume_cancel(admin: Browser, app: Flask, company: Company) -> None:
    debtors(app, company, 12)
    limits(app, company, 250, 5)
    dispatch = begin(admin, starter(app, company))
    run(app, "send-batch")
    page = admin.post(f"/envios/{dispatch}/pausar", follow=True)
    assert "Pausado por Ana Administradora" in page.words and "Por que está parado" in page.words
    assert run(app, "send-batch") == ""
    assert admin.post(f"/envios/{dispatch}/retomar").status == 303
    assert run(app, "send-batch") == "5 conversas iniciadas"
    page = admin.post(f"/envios/{dispatch}/cancelar", htmx=True)
    assert page.status == 200 and "Cancelado" in page.words and "Envio cancelado (2)" in page.words
    assert run(app, "send-batch") == ""
    again = admin.post(f"/envios/{dispatch}/retomar", follow=True)
    assert "Nada mudou" in again.words and "Cancelado" in again.words
    assert [r.state.value for r in recipients(app, dispatch)] == ["taken"] * 10 + ["skipped"] * 2


def test_the_page_says_why_a_dispatch_stands_still(admin: Browser, app: Flask, company: Company) -> None:
    debtors(app, company, 4)
    limits(app, company, 2, 5)
    chosen = starter(app, company)
    dispatch = begin(admin, chosen)
    run(app, "send-batch")
    assert "O limite de hoje (2) foi atingido. O envio continua amanhã." in admin.get(f"/envios/{dispatch}").words
    limits(app, company, 9, 5)
    with app.app_context():
        db.session.get_one(ChatStarter, chosen).status = StarterStatus.REJECTED
        db.session.commit()
    assert "A Meta rejeitou o modelo" in admin.get(f"/envios/{dispatch}").words
    assert run(app, "send-batch") == ""
    with app.app_context():
        db.session.get_one(ChatStarter, chosen).status = StarterStatus.APPROVED
        connection_of(company).stopped_code = "190"
        db.session.commit()
    assert "está parada" in admin.get(f"/envios/{dispatch}").words
    assert run(app, "send-batch") == ""
    with app.app_context():
        from portal.accounts.models import User

        connection_service.resume(connection_of(company), db.session.get_one(User, company.admin.id))
    assert run(app, "send-batch") == "2 conversas iniciadas"


def test_a_settled_page_waits_for_receipts_only_for_a_while(app: Flask, company: Company) -> None:
    debtors(app, company, 1)
    with clock.at(NOON):
        admin = Browser(app).log_in(company.admin)
        dispatch = begin(admin, starter(app, company))
        run(app, "send-batch")
        assert "ainda estão chegando" in admin.get(f"/envios/{dispatch}/andamento", htmx=True).words
    with clock.at(NOON + timedelta(minutes=11)):
        assert admin.get(f"/envios/{dispatch}/andamento", htmx=True).status == 286


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("atraso_de", "abc", "Use um número inteiro de dias, como 30."),
        ("atraso_de", "-1", "Use um número inteiro de dias, como 30."),
        ("atraso_ate", "999999", "Use um número entre 0 e 36500."),
        ("atraso_ate", "9" * 5000, "Use um número entre 0 e 36500."),
        ("valor_de", "dez", "O valor não é um número. Escreva como 1.234,56."),
        ("valor_de", "NaN", "O valor não é um número. Escreva como 1.234,56."),
        ("valor_ate", "-5", "O valor é negativo."),
        ("valor_ate", "1e99", "O valor não é um número. Escreva como 1.234,56."),
        ("valor_ate", "9" * 30, "O valor passa de 999.999.999,99."),
        ("credor", "999999", "Escolha um credor da lista."),
        ("credor", "x'--", "Escolha um credor da lista."),
        ("modelo", "0", "Escolha um modelo aprovado da lista."),
        ("modelo", "", "Escolha um modelo aprovado."),
        ("cidade", "x" * 81, "Use no máximo 80 caracteres."),
    ],
)
def test_bad_filters_are_told_at_their_place(
    admin: Browser, app: Flask, company: Company, field: str, value: str, error: str
) -> None:
    good = {"modelo": str(starter(app, company)), "form_token": "x" * 32}
    answers = [
        admin.get("/envios/novo", **{**good, field: value, "conferir": "1"}),
        admin.post("/envios", **{**good, field: value}),
    ]
    for answer in answers:
        assert answer.status == 422 and answer.one(f"#{field}-error")
        assert answer.errors == [error], answer.errors
    assert count_dispatches(app) == 0


def test_ranges_the_wrong_way_round_are_refused(admin: Browser, app: Flask, company: Company) -> None:
    page = preview(admin, starter(app, company), atraso_de="30", atraso_ate="10", valor_de="10", valor_ate="5,00")
    assert page.status == 422
    assert page.errors.count("O fim do intervalo é menor que o começo.") == 2


def test_extra_fields_and_a_missing_token_change_nothing(admin: Browser, app: Flask, company: Company) -> None:
    debtors(app, company, 1)
    chosen = starter(app, company)
    assert admin.post("/envios", modelo=chosen).status == 422
    assert count_dispatches(app) == 0
    form = preview(admin, chosen).form_data("main form")
    answer = admin.post("/envios", **form, status="done", account_id="999", surpresa="x")
    assert answer.status == 303 and "Em andamento" in admin.get(answer.location).words


def test_an_unbound_starter_is_refused_in_place(admin: Browser, app: Flask, company: Company) -> None:
    chosen = starter(app, company, bindings=("debtor_name",))
    page = preview(admin, chosen)
    assert page.status == 422 and "Associe todos os coringas" in page.one("#modelo-error").get_text()


def test_the_people_of_a_dispatch_as_a_file(admin: Browser, app: Flask, company: Company) -> None:
    debtor(app, company, 1, name='=HYPERLINK("http://x")')
    debtor(app, company, 2, name="Zé; Ltda")
    dispatch = begin(admin, starter(app, company))
    answer = admin.client.get(f"/envios/{dispatch}/pessoas.csv")
    text = answer.data.decode("utf-8-sig")
    assert answer.data.startswith(b"\xef\xbb\xbf") and "NOME;TELEFONE;SITUACAO" in text
    assert "\"'=HYPERLINK" in text and '"Zé; Ltda";5511912340002;Na fila' in text


def test_only_admins_of_the_company_see_dispatches(
    admin: Browser, operator: Browser, stranger: Browser, app: Flask, company: Company
) -> None:
    debtor(app, company, 1, name="Maria Reservada")
    chosen = starter(app, company)
    dispatch = begin(admin, chosen)
    pages = ("", "/andamento", "/pessoas", "/pessoas.csv")
    for path in [f"/envios/{dispatch}{page}" for page in pages]:
        assert admin.client.get(path).status_code == 200
        for intruder in (operator, stranger):
            answer = intruder.get(path)
            assert answer.status == 404 and "Maria Reservada" not in answer.text
    for action in ("pausar", "retomar", "cancelar"):
        for intruder in (operator, stranger):
            assert intruder.post(f"/envios/{dispatch}/{action}").status == 404
    for path in ("/envios", "/envios/novo"):
        assert operator.get(path).status == 404
    assert "inicio_contato" not in stranger.get("/envios").words
    assert preview(stranger, chosen).status == 422
    assert stranger.post("/envios", modelo=chosen, form_token="x" * 32).status == 422
    assert operator.post("/envios", modelo=chosen, form_token="x" * 32).status == 404
    assert "Em andamento" in admin.get(f"/envios/{dispatch}").words and count_dispatches(app) == 1


def test_addresses_that_name_nothing(admin: Browser) -> None:
    for path in ("/envios/999", "/envios/99999999999999999999999", "/envios/0/andamento", "/envios/x"):
        assert admin.get(path).status == 404
    assert admin.get("/envios", pagina="99999999999999999999999").status == 200
    assert admin.get("/envios", pagina="abc").status == 200
