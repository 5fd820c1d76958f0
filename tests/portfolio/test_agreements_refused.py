"""Agreements that cannot be: what is said, and who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.accounts.models import User
from portal.audit.service import ChangedMeanwhile
from portal.extensions import db
from portal.portfolio.access import pass_for
from portal.portfolio.models import Agreement, Title, TitleStatus
from portal.portfolio.service import agreements
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


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"titulo": []}, "Escolha pelo menos um título."),
    ({"titulo": ["x", "99999"]}, "não está mais em aberto"),
    ({"desconto": "101"}, "de 0 a 100"),
    ({"desconto": "abc"}, "percentual"),
    ({"desconto": "10", "desconto_reais": "5"}, "não os dois"),
    ({"desconto_reais": "1612,62"}, "menor que a dívida"),
    ({"desconto_reais": "1e3"}, "não é um número"),
    ({"entrada": "1612,62"}, "A entrada precisa ser menor que o total"),
    ({"entrada_porcentagem": "100"}, "A entrada precisa ser menor que o total"),
    ({"entrada": "10", "entrada_porcentagem": "5"}, "não as duas"),
    ({"parcelas": ""}, "Informe o número de parcelas."),
    ({"parcelas": "0"}, "número de 1 a 120"),
    ({"parcelas": "121"}, "número de 1 a 120"),
    ({"parcelas": "²"}, "número de 1 a 120"),
    ({"parcelas": "10", "minimo": "200"}, "pelo menos R$ 200,00"),
    ({"primeiro_vencimento": ""}, "Informe o primeiro vencimento."),
    ({"primeiro_vencimento": "31/02/2027"}, "não existe no calendário"),
    ({"primeiro_vencimento": "2026-11-21"}, "não pode ser antes"),
    ({"primeiro_vencimento": "2027-11-30"}, "em até um ano"),
    ({"forma": "outra"}, "Escolha a forma da lista."),
    ({"forma": "price"}, "Informe a taxa de juros ao mês"),
    ({"forma": "price", "taxa": "21"}, "até 20,00%"),
    ({"taxa": "1"}, "Sem juros não tem taxa"),
    ({"validade": "2026-11-21"}, "vale de hoje até 30 dias"),
    ({"validade": "2026-12-23"}, "vale de hoje até 30 dias"),
]


@pytest.mark.parametrize(("fields", "says"), REFUSED)
def test_what_cannot_be_agreed_is_said_and_not_saved(
    admin: Browser, maria: Owing, fields: dict[str, Any], says: str
) -> None:
    page = maria.calculate(admin, **fields)
    assert page.status == 422 and any(says in error for error in page.errors), page.errors
    assert not page.all("#calculo")
    data = {**post_data(maria.calculate(admin)), **fields}
    answer = admin.post(maria.url, **data)
    assert answer.status == 422 and any(says in error for error in answer.errors), answer.errors
    assert maria.agreements() == 0


@pytest.mark.parametrize("fields", [{"seal": ""}, {"seal": "x" * 32}, {"seal": "x" * 65}, {"form_token": "curto"}])
def test_a_form_that_was_tampered_with_saves_nothing(admin: Browser, maria: Owing, fields: dict[str, str]) -> None:
    data = {**post_data(maria.calculate(admin)), **fields}
    assert admin.post(maria.url, **data).status == 422
    assert admin.post(maria.url).status == 422
    assert maria.agreements() == 0


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"parcela": "1", "pago_em": "2026-11-23"}, "até hoje"),
        ({"parcela": "1", "pago_em": "2026-11-21"}, "o dia do acordo"),
        ({"parcela": "1", "pago_em": ""}, "Informe a data do pagamento."),
        ({"parcela": "9", "pago_em": "2026-11-22"}, "Escolha uma parcela"),
        ({"parcela": "x", "pago_em": "2026-11-22"}, "Escolha uma parcela"),
        ({"pago_em": "2026-11-22"}, "Escolha uma parcela"),
    ],
)
def test_a_payment_that_cannot_be(admin: Browser, maria: Owing, fields: dict[str, str], says: str) -> None:
    url = maria.propose(admin)
    act(admin, url, "aceite")
    answer = act(admin, url, "pagamentos", **fields)
    assert answer.status == 422 and says in answer.words
    assert "0 de 3 parcelas pagas" in admin.get(url).words


def test_states_that_do_not_allow_it(admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin)
    assert "O acordo está proposto" in act(admin, url, "quebra").words
    assert "O acordo está proposto" in act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22").words
    act(admin, url, "aceite")
    act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22")
    assert act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22").status == 303, "twice is once"
    seen = str(admin.get(url).soup.select("input[name=seen]")[0]["value"])
    act(admin, url, "quebra")
    for action in ("cancelamento", "aceite", "pagamentos"):
        answer = admin.post(f"{url}/{action}", seen=seen, parcela="2", pago_em="2026-11-22")
        assert answer.status == 422, action
    assert maria.statuses() == ["aberto", "aberto"]


@pytest.mark.parametrize(
    ("change", "value"), [("status", TitleStatus.SUSPENDED), ("status", TitleStatus.PAID), ("amount", 999)]
)
def test_a_title_that_changed_after_the_proposal(
    app: Flask, admin: Browser, maria: Owing, change: str, value: Any
) -> None:
    url = maria.propose(admin)
    with app.app_context():
        setattr(db.session.get_one(Title, maria.titles[0]), change, value)
        db.session.commit()
    answer = act(admin, url, "aceite")
    assert answer.status == 422 and "O título 001 mudou depois da proposta" in answer.words
    assert maria.statuses()[1] == "aberto"


def test_a_title_that_met_another_fate_is_left_alone(app: Flask, admin: Browser, maria: Owing) -> None:
    url = maria.propose(admin)
    act(admin, url, "aceite")
    with app.app_context():
        db.session.get_one(Title, maria.titles[0]).status = TitleStatus.CANCELLED
        db.session.commit()
    act(admin, url, "quebra")
    assert maria.statuses() == ["cancelado", "aberto"]


def test_an_admin_may_give_the_principal_away_an_operator_what_the_creditor_allows(
    app: Flask, company: Company, admin: Browser, operator: Browser
) -> None:
    maria = owing(app, company, discount="20")
    words = flat(maria.calculate(admin, desconto_reais="600").one("#calculo").get_text(" ", strip=True))
    assert "Desconto − R$ 600,00 Total negociado R$ 1.012,62" in words and "do principal" in words
    with app.app_context():
        allowed = pass_of(app, company, maria.debtor_id)
    assert maria.calculate(operator, por=allowed, desconto="20").status == 200
    for fields in ({"desconto": "20,01"}, {"desconto_reais": "52,38"}):
        page = maria.calculate(operator, por=allowed, **fields)
        assert page.status == 422 and any("vai até 20,00% dos encargos" in error for error in page.errors)
    assert maria.calculate(operator, por=allowed, desconto_reais="52,37").status == 200


def pass_of(app: Flask, company: Company, debtor_id: int) -> str:
    return pass_for(db.session.get_one(User, company.operator.id), debtor_id)


def test_operators_make_agreements_and_do_not_take_them_back(
    app: Flask, company: Company, admin: Browser, operator: Browser, maria: Owing
) -> None:
    assert operator.get(f"{maria.url}/novo").status == 404, "an operator who neither searched nor talks with the debtor"
    with app.app_context():
        given = f"?por={pass_of(app, company, maria.debtor_id)}"
    page = maria.calculate(operator, por=given.removeprefix("?por="))
    url = operator.post(f"{maria.url}{given}", **post_data(page)).location.partition("?")[0]
    assert url and maria.agreements() == 1
    shown = operator.get(f"{url}{given}")
    seen = str(shown.soup.select("input[name=seen]")[0]["value"])
    assert "Registrar aceite" in shown.words and "Cancelar acordo" not in shown.words
    for action in ("cancelamento", "quebra", "pagamentos/desfazer"):
        assert operator.post(f"{url}/{action}{given}", seen=seen, parcela="1").status == 404
    assert operator.post(f"{url}/aceite{given}", seen=seen).status == 303
    seen = str(operator.get(f"{url}{given}").soup.select("input[name=seen]")[0]["value"])
    paid = operator.post(f"{url}/pagamentos{given}", seen=seen, parcela="1", pago_em="2026-11-22")
    assert paid.status == 303 and "Desfazer" not in operator.get(f"{url}{given}").words


def test_to_a_stranger_there_is_nothing(stranger: Browser, admin: Browser, maria: Owing) -> None:
    url, data = maria.propose(admin), post_data(maria.calculate(admin))
    assert stranger.get(url).status == 404
    assert stranger.get(f"{maria.url}/novo").status == 404
    assert stranger.post(maria.url, **data).status == 404
    for action in ("aceite", "cancelamento", "quebra", "pagamentos", "pagamentos/desfazer"):
        assert stranger.post(f"{url}/{action}", parcela="1", pago_em="2026-11-22").status == 404
    assert maria.agreements() == 1 and maria.statuses() == ["aberto", "aberto"]


def test_an_agreement_is_found_under_its_own_debtor_only(
    app: Flask, company: Company, admin: Browser, maria: Owing
) -> None:
    url = maria.propose(admin)
    joao = add_debtor(app, company, "João", tax_id=TAX_IDS[1])
    assert admin.get(url.replace(f"/{maria.debtor_id}/", f"/{joao}/")).status == 404
    data = post_data(maria.calculate(admin))
    answer = admin.post(f"/devedores/{joao}/acordos", **data)
    assert answer.status == 422 and "não está mais em aberto" in answer.words


def test_nobody_without_a_login(app: Flask, maria: Owing) -> None:
    anonymous = Browser(app)
    anonymous.get("/login")
    assert anonymous.get(f"{maria.url}/novo").location.startswith("/login")


def test_what_a_debtor_or_creditor_is_called_is_only_text(app: Flask, company: Company, admin: Browser) -> None:
    name = "<script>alert(1)</script>{{7*7}}"
    maria = owing(app, company, name=name, creditor="<b>Credor</b>")
    page = maria.calculate(admin)
    assert name in page.words and "<b>Credor</b>" in page.words and "49" not in page.one("header.page-header").text


def test_two_at_once_one_wins(app: Flask, company: Company, admin: Browser, maria: Owing) -> None:
    """What was read before the lock does not count."""
    maria.propose(admin)
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        agreement = db.session.scalars(sa.select(Agreement)).one()
        seen = agreement.updated_at
        agreements.accept(agreement, user, seen)
        with pytest.raises(ChangedMeanwhile):
            agreements.break_(agreement, user, seen)
    assert maria.statuses() == ["negociado", "negociado"]


def test_of_two_proposals_accepted_at_once_one_holds_the_titles(
    app: Flask, company: Company, admin: Browser, maria: Owing
) -> None:
    urls = [maria.propose(admin), maria.propose(admin)]
    start = Barrier(2)

    def accept(url: str) -> str:
        with app.app_context():
            user, found = db.session.get_one(User, company.admin.id), db.session.get_one(Agreement, int(url[-1]))
            seen = found.updated_at
            db.session.rollback()
            start.wait(10)
            try:
                agreements.accept(found, user, seen)
            except agreements.WrongState as refused:
                return str(refused)
            return ""

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(accept, urls))
    assert answers[0] == "" and "mudou depois da proposta" in answers[1]
    assert maria.statuses() == ["negociado", "negociado"]
