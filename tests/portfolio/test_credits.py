"""What was paid in an agreement that ended unkept is taken off its titles, and comes back nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.audit.models import AuditEntry
from portal.extensions import db
from portal.portfolio import queries
from portal.portfolio.files.rows import Row
from portal.portfolio.models import AgreementTitle, Title
from portal.portfolio.rules import phones
from portal.portfolio.rules.charges import Terms, charge
from portal.portfolio.service.upsert import upsert
from tests.portfolio.agreement_steps import DUE, NOON, Owing, act, flat, owing
from tests.support.browser import Browser
from tests.support.people import Company


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def maria(app: Flask, company: Company) -> Owing:
    return owing(app, company)


def credited(maria: Owing) -> list[str]:
    with maria.app.app_context():
        rows = db.session.scalars(sa.select(Title).where(Title.id.in_(maria.titles)).order_by(Title.id))
        return [str(title.credited) for title in rows]


def broken(admin: Browser, maria: Owing, *paid: str, **terms: str) -> str:
    """The address of an agreement that was accepted, paid in part and broken."""
    url = maria.propose(admin, **terms)
    act(admin, url, "aceite")
    for number in paid:
        assert act(admin, url, "pagamentos", parcela=number, pago_em="2026-11-22").status == 303
    assert act(admin, url, "quebra").status == 303
    return url


def change_title(maria: Owing, place: int, **values: object) -> None:
    with maria.app.app_context():
        title = db.session.get_one(Title, maria.titles[place])
        for name, value in values.items():
            setattr(title, name, value)
        db.session.commit()


def test_nothing_is_charged_on_what_was_paid() -> None:
    terms = Terms(Decimal(2), Decimal(1), Decimal(10))
    found = charge(Decimal(1000), DUE, NOON.date(), terms, Decimal(300))
    assert [str(each) for each in (found.original, found.credited, found.principal, found.total)] == [
        "1000.00", "300.00", "700.00", "835.70",
    ]  # fmt: skip
    assert str(found.memory[1]) == "Saldo: 1.000,00 − 300,00 já pagos em acordo anterior = 700,00"
    assert charge(Decimal(10), DUE, NOON.date(), terms, Decimal(11)).total == 0, "no debt is negative"


def test_the_titles_due_first_are_credited_first(admin: Browser, maria: Owing) -> None:
    change_title(maria, 1, due_date=date(2026, 4, 10))
    broken(admin, maria, "1", desconto="100")
    assert credited(maria) == ["99.50", "350.75"]
    assert maria.statuses() == ["aberto", "pago"], "the one of which nothing is left is paid"


def test_what_was_paid_over_the_values_of_the_titles_is_carried_to_none(admin: Browser, maria: Owing) -> None:
    broken(admin, maria, "1", "2", "3", parcelas="4", forma="price", taxa="20")
    assert credited(maria) == ["1000.00", "350.75"] and maria.statuses() == ["pago", "pago"]


def test_an_agreement_without_payments_credits_nothing(admin: Browser, maria: Owing) -> None:
    broken(admin, maria)
    assert credited(maria) == ["0.00", "0.00"] and maria.statuses() == ["aberto", "aberto"]


def test_two_broken_agreements_add_up(admin: Browser, maria: Owing) -> None:
    for _ in range(2):
        broken(admin, maria, "1", titulo=[str(maria.titles[0])], desconto="100", parcelas="10")
    assert credited(maria) == ["190.00", "0.00"], "a tenth of 1.000,00, then a tenth of the 900,00 that were left"


def test_a_new_agreement_is_about_what_is_left_and_says_so(app: Flask, admin: Browser, maria: Owing) -> None:
    broken(admin, maria, "1", desconto="100")
    url = maria.propose(admin, parcelas="1", desconto="100")
    words = flat(admin.get(url).words)
    assert "Valor original R$ 1.350,75 Já pago em acordo anterior − R$ 450,25" in words
    assert "Total negociado R$ 900,50" in words
    with app.app_context():
        first = db.session.scalars(
            sa.select(AgreementTitle).order_by(AgreementTitle.agreement_id.desc(), AgreementTitle.title_id)
        ).first()
        assert first is not None and (str(first.principal), str(first.original)) == ("549.75", "1000.00")
    assert act(admin, url, "aceite").status == 303
    act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22")
    assert maria.statuses() == ["pago", "pago"]


def test_a_proposal_of_before_the_credit_is_not_accepted(admin: Browser, maria: Owing) -> None:
    old = maria.propose(admin)
    broken(admin, maria, "1", desconto="100")
    answer = act(admin, old, "aceite")
    assert answer.status == 422 and "mudou depois da proposta" in answer.words


def test_lists_and_filters_count_what_is_left(app: Flask, admin: Browser, maria: Owing) -> None:
    broken(admin, maria, "1", desconto="100")
    for url in ("/devedores", "/credores", "/devedores?q=maria"):
        assert "R$ 900,50" in flat(admin.get(url).words), url


def test_an_import_that_changes_the_amount_keeps_the_credit(
    app: Flask, company: Company, maria: Owing, admin: Browser
) -> None:
    broken(admin, maria, "1", desconto="100")
    with app.app_context():
        debtor = queries.debtor_in(company.id, maria.debtor_id)
        assert debtor is not None
        upsert(company.id, [_row(debtor.tax_id, "1100.00")])
        db.session.commit()
        title = db.session.get_one(Title, maria.titles[0])
        assert (str(title.amount), str(title.credited), str(title.owed)) == ("1100.00", "450.25", "649.75")


def _row(tax_id: str, amount: str) -> Row:
    return Row(
        line=2, creditor="Escola Azul Ltda", debtor_code="", name="Maria Souza", tax_id=tax_id, category="", emails=(),
        city="", state="", due_date=DUE, title_number="001", sequence=1, amount=Decimal(amount), boleto_line="",
        phones=(phones.parse("+5511987654321"),),
    )  # fmt: skip


def test_by_hand_an_open_title_keeps_something_open(admin: Browser, maria: Owing) -> None:
    broken(admin, maria, "1", desconto="100")
    url = f"/devedores/{maria.debtor_id}/titulos/{maria.titles[0]}/editar"
    page = admin.get(url)
    assert "Já pago em acordo anterior: R$ 450,25" in flat(page.words)
    fields = page.form_data("main form[method=post]")
    refused = admin.post(url, **{**fields, "amount": "450,25"})
    assert refused.status == 422 and "Já foram pagos R$ 450,25" in flat(refused.words)
    assert refused.one("#amount")["value"] == "450,25"
    assert admin.post(url, **{**fields, "amount": "450,25", "status": "pago"}).status == 303
    assert maria.statuses()[0] == "pago"


def test_a_version_of_before_the_credit_does_not_come_back(app: Flask, admin: Browser, maria: Owing) -> None:
    url = f"/devedores/{maria.debtor_id}/titulos/{maria.titles[0]}/editar"
    admin.post(url, **{**admin.get(url).form_data("main form[method=post]"), "amount": "1.000,01"})
    broken(admin, maria, "1", desconto="100")
    with app.app_context():
        first = db.session.scalars(
            sa.select(AuditEntry.id).where(AuditEntry.subject == f"title:{maria.titles[0]}").order_by(AuditEntry.id)
        ).first()
        newest = db.session.scalar(
            sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.subject == f"title:{maria.titles[0]}")
        )
    page = admin.get(f"/historico/title:{maria.titles[0]}")
    assert "Já pago em acordo anterior" in page.words
    answer = admin.post(f"/historico/{first}/restaurar", version="depois", seen=str(newest), follow=True)
    assert "Altere o título à mão" in answer.words, answer.words
    assert credited(maria)[0] != "0.00"
