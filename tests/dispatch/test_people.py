"""Whom a filter finds, and who is left out of what it found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.inbox.models import Contact, Conversation, ConversationStatus
from portal.portfolio.models import Title, TitleStatus
from tests.dispatch.people import (
    NOON,
    begin,
    connection_of,
    creditor,
    debtor,
    debtors,
    preview,
    reasons,
    recipients,
    starter,
)
from tests.support.browser import Browser, Page
from tests.support.clockwork import run, settle
from tests.support.people import Company

TODAY = date(2026, 11, 23)


@pytest.fixture
def noon(app: Flask, company: Company) -> Browser:
    clock.use(lambda: NOON)
    return Browser(app).log_in(company.admin)


def names(page: Page) -> list[str]:
    """Whom a preview would reach, or the rows of a dispatch's table."""
    found = page.all("[aria-labelledby=textos] strong") or page.all("#pessoas tbody td:first-child")
    return [tag.get_text(strip=True) for tag in found]


@pytest.mark.parametrize("asked", ["São Paulo", "sao paulo", "SÃO  PAULO ", "SAO PAULO"])
def test_a_city_is_found_however_it_is_spelled(noon: Browser, app: Flask, company: Company, asked: str) -> None:
    for number, city in enumerate(("São Paulo", "SAO PAULO", "são  paulo", "São Pedro", ""), 1):
        debtor(app, company, number, city=city)
    page = preview(noon, starter(app, company), cidade=asked)
    assert names(page) == ["Devedor 01", "Devedor 02", "Devedor 03"]


def test_amounts_are_of_the_sum_and_limits_are_included(noon: Browser, app: Flask, company: Company) -> None:
    debtor(app, company, 1, amounts=("0.10", "0.20"))
    debtor(app, company, 2, amounts=("1000.00", "234.56"))
    debtor(app, company, 3, amounts=("1234.57",))
    chosen = starter(app, company)
    assert names(preview(noon, chosen, valor_ate="0,30")) == ["Devedor 01"]
    assert names(preview(noon, chosen, valor_de="0,30", valor_ate="1.234,56")) == ["Devedor 01", "Devedor 02"]
    assert names(preview(noon, chosen, valor_de="R$ 1.234,57")) == ["Devedor 03"]
    assert len(names(preview(noon, chosen, valor_de="0"))) == 3


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [("1", "", [2, 3]), ("0", "", [1, 2, 3]), ("30", "30", [3]), ("", "29", [0, 1, 2]), ("31", "", [])],
)
def test_days_overdue_include_both_ends(
    noon: Browser, app: Flask, company: Company, low: str, high: str, found: list[int]
) -> None:
    for number, days in enumerate((-5, 0, 1, 30)):
        debtor(app, company, number, due=TODAY - timedelta(days=days))
    page = preview(noon, starter(app, company), atraso_de=low, atraso_ate=high)
    assert sorted(names(page)) == [f"Devedor {number:02d}" for number in found]


def test_a_creditor_and_only_open_titles(noon: Browser, app: Flask, company: Company) -> None:
    debtor(app, company, 1, owed_to="Loja")
    debtor(app, company, 2)
    paid = debtor(app, company, 3, owed_to="Loja")
    with app.app_context():
        db.session.query(Title).filter_by(debtor_id=paid).one().status = TitleStatus.PAID
        db.session.commit()
    page = preview(noon, starter(app, company), credor=creditor(app, company, "Loja"))
    assert names(page) == ["Devedor 01"] and "aqui é da Loja." in page.words
    assert "Credor: Loja" in page.words


def test_everybody_who_is_left_out_has_a_reason(noon: Browser, app: Flask, company: Company) -> None:
    debtor(app, company, 1, mobile="5511912340001")
    debtor(app, company, 2, mobile="5511912340001")
    debtor(app, company, 3, category="Falecido")
    debtor(app, company, 4, mobile=None)
    talking = debtor(app, company, 5, mobile="5511912340005")
    recent = debtor(app, company, 6, mobile="5511912340006")
    old = debtor(app, company, 7, mobile="5511912340007")
    contact(app, company, talking, "5511912340005", ConversationStatus.OPEN)
    contact(app, company, recent, "5511912340006", None, hours=23)
    contact(app, company, old, "5511912340007", ConversationStatus.CLOSED, hours=24)
    page = preview(noon, starter(app, company))
    assert names(page) == ["Devedor 01", "Devedor 07"]
    assert reasons(page) == {
        "Mesmo número de outro devedor deste envio": 1,
        "Categoria que não permite contato": 1,
        "Sem telefone celular": 1,
        "Conversa em andamento": 1,
        "Recebeu um modelo há menos de 24 h": 1,
    }
    dispatch = noon.post("/envios", **page.form_data("main form")).location
    assert "Sem telefone celular (1)" in noon.get(dispatch).words


def test_what_changes_after_the_start_is_seen_at_the_claim(noon: Browser, app: Flask, company: Company) -> None:
    ids = debtors(app, company, 5)
    dispatch = begin(noon, starter(app, company))
    with app.app_context():
        from portal.portfolio.models import Debtor

        db.session.get_one(Debtor, ids[1]).category = "FALECIDO"
        db.session.query(Title).filter_by(debtor_id=ids[2]).one().status = TitleStatus.PAID
        db.session.commit()
    contact(app, company, ids[3], "5511912340004", ConversationStatus.ASSISTANT)
    contact(app, company, ids[4], "5511912340005", None, hours=1)
    assert run(app, "send-batch") == "1 conversa iniciada"
    assert [(r.state.value, r.reason) for r in recipients(app, dispatch)] == [
        ("taken", ""),
        ("skipped", "Categoria que não permite contato"),
        ("skipped", "Não tem mais título em aberto"),
        ("skipped", "Conversa em andamento"),
        ("skipped", "Recebeu um modelo há menos de 24 h"),
    ]
    settle(app)
    page = noon.get(f"/envios/{dispatch}", mostrar="fora")
    assert names(page) == ["Devedor 02", "Devedor 03", "Devedor 04", "Devedor 05"]
    assert "Nenhuma falha." in noon.get(f"/envios/{dispatch}", mostrar="falhas").words


def test_a_second_starter_waits_24_hours(app: Flask, company: Company) -> None:
    debtors(app, company, 1)
    chosen = starter(app, company)
    with clock.at(NOON):
        begin(Browser(app).log_in(company.admin), chosen)
        run(app, "send-batch")
    with clock.at(NOON + timedelta(hours=23, minutes=59)):
        admin = Browser(app).log_in(company.admin)
        assert reasons(preview(admin, chosen)) == {"Recebeu um modelo há menos de 24 h": 1}
    with clock.at(NOON + timedelta(hours=24)):
        assert names(preview(admin, chosen)) == ["Devedor 01"]


def test_another_company_s_people_are_never_found(noon: Browser, app: Flask, company: Company, other: Company) -> None:
    debtor(app, company, 1)
    debtor(app, other, 2, name="Segredo da Outra")
    page = preview(noon, starter(app, company))
    assert names(page) == ["Devedor 01"] and "Segredo" not in page.text


def contact(
    app: Flask, company: Company, debtor_id: int, number: str, status: ConversationStatus | None, *, hours: int = 0
) -> None:
    """Somebody on WhatsApp: in a conversation of a status, or with a starter received so many hours ago."""
    from portal.portfolio.rules.phones import match_key

    with app.app_context():
        now = clock.now()
        row = Contact(account_id=company.id, match_key=match_key(number), created_at=now)
        row.last_starter_at = now - timedelta(hours=hours) if hours else None
        db.session.add(row)
        db.session.flush()
        if status is not None:
            db.session.add(
                Conversation(
                    account_id=company.id,
                    connection_id=connection_of(company).id,
                    contact_id=row.id,
                    debtor_id=debtor_id,
                    status=status,
                    assistant_state={},
                    last_message_at=now,
                    opened_at=now,
                )
            )
        db.session.commit()
