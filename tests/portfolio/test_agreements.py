"""Agreements over HTTP: calculated, saved, accepted, paid, and what becomes of the titles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.audit.models import AuditEntry
from portal.extensions import db
from portal.portfolio import queries
from portal.portfolio.models import Agreement
from tests.portfolio.agreement_steps import NOON, Owing, act, flat, owing, post_data
from tests.support.browser import Browser
from tests.support.people import Company
from tests.support.portfolio import TAX_IDS, add_debtor


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def maria(app: Flask, company: Company) -> Owing:
    return owing(app, company)


def kept(app: Flask) -> Agreement:
    """The only agreement; within an app context."""
    return db.session.scalars(sa.select(Agreement)).one()


def test_a_new_agreement_starts_with_the_titles_and_their_values_of_today(admin: Browser, maria: Owing) -> None:
    page = admin.get(f"{maria.url}/novo")
    words = flat(page.words)
    assert "R$ 1.000,00 R$ 193,86 R$ 1.193,86" in words and "196 dias" in words
    assert len(page.all("input[name=titulo][checked]")) == 2
    assert page.one("#primeiro_vencimento")["value"] == "2026-12-22"
    assert not page.all("#calculo")


def test_the_calculation_shows_every_figure_and_saves_nothing(admin: Browser, maria: Owing) -> None:
    page = maria.calculate(admin, titulo=[str(maria.titles[0])], desconto="50", entrada="100")
    words = flat(page.one("#calculo").get_text(" ", strip=True))
    assert "Valor original R$ 1.000,00 Multa R$ 20,00 Juros R$ 65,33 Honorários R$ 108,53" in words
    assert "Desconto − R$ 96,93 Total negociado R$ 1.096,93" in words
    assert "Entrada 22/11/2026 R$ 100,00 1ª 31/12/2026 R$ 332,31 2ª 31/01/2027 R$ 332,31 3ª 28/02/2027" in words
    assert "Juros: 1,00% ao mês, pro rata die: 1.000,00 × 1,00% ÷ 30 × 196 dias = 65,33" in words
    assert page.all("input[name=titulo][checked]")[0]["value"] == str(maria.titles[0])
    assert maria.agreements() == 0 and maria.statuses() == ["aberto", "aberto"]


def test_what_was_shown_is_what_is_saved(app: Flask, admin: Browser, maria: Owing) -> None:
    page = maria.calculate(admin, titulo=[str(maria.titles[0])], desconto="50", entrada="100")
    url = maria.save(admin, page).location
    with app.app_context():
        found = kept(app)
        figures = (found.principal, found.fine, found.interest, found.fee, found.discount, found.total, found.entry)
        assert [str(each) for each in figures] == ["1000.00", "20.00", "65.33", "108.53", "96.93", "1096.93", "100.00"]
        assert [str(each.amount) for each in found.instalments] == ["100.00", "332.31", "332.31", "332.31"]
        assert [str(each.total) for each in found.titles] == ["1096.93"]
        assert "Multa: 1.000,00 × 2,00%, uma vez = 20,00" in json.dumps(found.memory, ensure_ascii=False)
        assert (found.number, found.status.value, found.user_id is not None) == (1, "proposto", True)
    words = flat(admin.get(url, follow=True).words)
    assert "Acordo nº 1" in words and "A proposta vale até 22/11/2026" in words and "R$ 332,31" in words


def test_an_accepted_agreement_negotiates_its_titles(admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin)
    assert maria.statuses() == ["aberto", "aberto"]
    assert act(admin, url, "aceite").status == 303
    assert maria.statuses() == ["negociado", "negociado"]
    assert "Nenhum título em aberto" in admin.get(f"{maria.url}/novo").words


def test_payments_fulfil_an_agreement_and_its_titles_are_paid(app: Flask, admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin, parcelas="2", entrada="100")
    act(admin, url, "aceite")
    for number in ("0", "1"):
        assert act(admin, url, "pagamentos", parcela=number, pago_em="2026-11-22").status == 303
    words = flat(admin.get(url).words)
    assert "1 de 2 parcelas pagas" in words and "Em dia" in words and "Paga em 22/11/2026" in words
    with app.app_context():
        now = queries.standing(kept(app), NOON.date())
        assert (now.paid_parcels, now.payments, str(now.remaining)) == (1, 3, "756.31")
    act(admin, url, "pagamentos", parcela="2", pago_em="2026-11-22")
    assert maria.statuses() == ["pago", "pago"]
    assert "Cumprido" in admin.get(url).words


def test_a_payment_is_taken_back(admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin, parcelas="1")
    act(admin, url, "aceite")
    act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22")
    assert maria.statuses() == ["pago", "pago"]
    assert act(admin, url, "pagamentos/desfazer", parcela="1").status == 303
    assert maria.statuses() == ["negociado", "negociado"]
    assert "A pagar" in admin.get(url).words


@pytest.mark.parametrize(("action", "word"), [("quebra", "Quebrado"), ("cancelamento", "Cancelado")])
def test_an_ended_agreement_opens_its_titles_again(admin: Browser, maria: Owing, action: str, word: str) -> None:
    url = maria.propose(admin, desconto="100")
    act(admin, url, "aceite")
    act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22")
    assert act(admin, url, action).status == 303
    assert maria.statuses() == ["aberto", "aberto"]
    words = flat(admin.get(url).words)
    assert word in words and "O desconto foi perdido" in words and "Foram pagos R$ 450,25 neste acordo" in words
    section = flat(admin.get(f"/devedores/{maria.debtor_id}").one("#acordos").get_text(" ", strip=True))
    assert "foram pagos R$ 450,25" in section
    assert "R$ 1.000,00 − R$ 450,25 R$ 106,59 R$ 656,34" in flat(admin.get(f"{maria.url}/novo").words)


def test_a_cancelled_proposal_leaves_the_titles_alone(admin: Browser, maria: Owing) -> None:
    first, second = maria.propose(admin), maria.propose(admin)
    act(admin, second, "aceite")
    assert act(admin, first, "cancelamento").status == 303
    assert maria.statuses() == ["negociado", "negociado"]


def test_a_title_is_in_one_active_agreement(admin: Browser, maria: Owing) -> None:
    first, second = maria.propose(admin), maria.propose(admin)
    act(admin, first, "aceite")
    answer = act(admin, second, "aceite")
    assert answer.status == 422 and "mudou depois da proposta" in answer.words
    assert "Proposto" in admin.get(second).words


def test_a_proposal_expires_with_its_day(company: Company, admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin)
    with clock.at(NOON + timedelta(days=1)):
        admin.log_in(company.admin)
        page = admin.get(url)
        assert "Proposta vencida" in page.words and "Registrar aceite" not in page.words
        answer = admin.post(f"{url}/aceite", seen=str(page.soup.select("input[name=seen]")[0]["value"]))
        assert answer.status == 422 and "A proposta valia até 22/11/2026" in answer.words
    assert maria.statuses() == ["aberto", "aberto"]


def test_a_missed_instalment_makes_the_agreement_overdue(company: Company, admin: Browser, maria: Owing) -> None:
    """31/12 has no bank service and neither have the days up to 03/01: overdue from the 5th on."""
    url = maria.propose(admin)
    act(admin, url, "aceite")
    page = f"/devedores/{maria.debtor_id}"
    for day, word in ((4, "Em dia"), (5, "Em atraso")):
        with clock.at(NOON.replace(year=2027, month=1, day=day)):
            admin.log_in(company.admin)
            assert word in admin.get(page).one("#acordos").get_text(" ", strip=True), day
    with clock.at(NOON.replace(year=2027, month=1, day=5)):
        assert "Há 1 parcela vencida desde 31/12/2026" in admin.get(url).words


def test_the_debtors_page_lists_the_agreements(admin: Browser, maria: Owing) -> None:
    empty = admin.get(f"/devedores/{maria.debtor_id}").one("#acordos")
    assert "Nenhum acordo" in empty.get_text()
    url = maria.propose(admin)
    act(admin, url, "aceite")
    section = admin.get(f"/devedores/{maria.debtor_id}").one("#acordos")
    words = flat(section.get_text(" ", strip=True))
    assert "nº 1 Escola Azul Ltda Em dia 0 de 3 parcelas pagas 31/12/2026 · R$ 537,54 R$ 1.612,62" in words
    assert section.select_one("tbody a")["href"] == url  # type: ignore[index]


def test_a_double_click_makes_one_agreement(admin: Browser, maria: Owing) -> None:
    data = post_data(maria.calculate(admin))
    first, second = (admin.post(maria.url, **data) for _ in range(2))
    assert first.location == second.location and maria.agreements() == 1


def test_figures_that_changed_are_shown_again_before_they_are_saved(
    company: Company, admin: Browser, maria: Owing
) -> None:
    data = post_data(maria.calculate(admin, validade="2026-11-23"))
    with clock.at(NOON + timedelta(days=1)):
        admin.log_in(company.admin)
        answer = admin.post(maria.url, **data)
        assert answer.status == 422 and "Os valores mudaram depois do cálculo" in answer.words
        assert maria.agreements() == 0
        assert maria.save(admin, answer).status == 303


def test_numbers_are_the_companys_own(
    app: Flask, admin: Browser, stranger: Browser, other: Company, maria: Owing
) -> None:
    theirs = owing(app, other, creditor="Outra Escola")
    maria.propose(admin), maria.propose(admin), theirs.propose(stranger)
    with app.app_context():
        numbers = db.session.execute(sa.select(Agreement.account_id, Agreement.number).order_by(Agreement.id)).all()
    assert [number for _, number in numbers] == [1, 2, 1]


def test_a_second_person_is_told(app: Flask, admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin)
    seen = str(admin.get(url).soup.select("input[name=seen]")[0]["value"])
    act(admin, url, "aceite")
    late = admin.post(f"{url}/cancelamento", seen=seen)
    assert late.status == 422 and "Outra pessoa mudou este acordo" in late.words
    assert admin.post(f"{url}/aceite", seen=seen).status == 303, "the second of two clicks is no conflict"
    assert admin.post(f"{url}/quebra", seen="ontem").status == 422
    assert maria.statuses() == ["negociado", "negociado"]


def test_every_change_is_in_the_audit(app: Flask, admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin, parcelas="1")
    act(admin, url, "aceite")
    act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22")
    with app.app_context():
        entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        actions = [entry.action for entry in entries if entry.subject.startswith("agreement:")]
        assert actions == ["agreement.propose", "agreement.accept", "agreement.pay"]
        titles = [(e.before["status"], e.after["status"]) for e in entries if e.action == "title.agreement"]
        assert titles == [("aberto", "negociado")] * 2 + [("negociado", "pago")] * 2
        subject = entries[-1].subject
    words = flat(admin.get(f"/historico/{subject}").words)
    assert "Acordo nº 1" in words and "registrou um pagamento" in words and "paga em 22/11/2026" in words


def test_with_two_creditors_one_is_chosen_first(app: Flask, company: Company, admin: Browser, maria: Owing) -> None:
    add_debtor(app, company, "Outro", tax_id=TAX_IDS[1], creditor="Clínica")
    with app.app_context():
        titles = db.session.execute(sa.text("select id from title order by id desc limit 1")).scalar_one()
        db.session.execute(sa.text(f"update title set debtor_id = {maria.debtor_id} where id = {titles}"))
        db.session.commit()
    page = admin.get(f"{maria.url}/novo")
    links = [link["href"] for link in page.all("main ul.list a")]
    assert "Com qual credor?" in page.words and len(links) == 2 and not page.all("input[name=titulo]")
    assert len(admin.get(str(links[0])).all("input[name=titulo]")) == 2
    both = maria.calculate(admin, titulo=[*map(str, maria.titles), str(titles)])
    assert both.status == 422 and "Um acordo é com um só credor" in both.words
