"""The debtors' list and pages, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal import clock
from portal.portfolio import access
from tests.support.browser import Browser
from tests.support.people import Company, add_operator
from tests.support.portfolio import LINE, add_debtor, cpf


@pytest.fixture
def people(app: Flask, company: Company) -> dict[str, int]:
    due = clock.today("America/Sao_Paulo") - timedelta(days=40)
    return {
        "joao": add_debtor(app, company, "João Ávila Conceição", due=due, amounts=["1000.00", "234.56"], line=LINE),
        "ana": add_debtor(app, company, "Ana Lima", tax_id="01815908327", phone="+556281112222", creditor="Clínica"),
        "acme": add_debtor(app, company, "ACME 50% Ltda", tax_id="12ABC34501DE35", phone="", category="VIP"),
    }


def names(browser: Browser, **query: str) -> list[str]:
    page = browser.get("/devedores", **query)
    assert page.status == 200
    return [link.get_text() for link in page.all("tbody th a")]


def test_the_empty_list_says_the_next_step(admin: Browser, operator: Browser) -> None:
    page = admin.get("/devedores")
    assert "A carteira está vazia" in page.words
    assert page.all('.empty a[href="/devedores/importar"]')
    assert "Importar" not in operator.get("/devedores").one("main").get_text()


def test_an_admin_browses(admin: Browser, people: dict[str, int]) -> None:
    assert names(admin) == ["ACME 50% Ltda", "Ana Lima", "João Ávila Conceição"]
    words = admin.get("/devedores").words
    assert "***.444.777-** Escola Azul Ltda 2 R$ 1.234,56 40 dias" in words.replace("\xa0", " ")
    assert "111.444.777-35" not in words


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("joao", "joao"),
        ("  CONCEICAO avi", "joao"),
        ("50%", "acme"),
        ("111.444.777-35", "joao"),
        ("11144477735", "joao"),
        ("1815908327", "ana"),
        ("12abc.345/01de-35", "acme"),
        ("12.abc.345/01de-35", "acme"),
        ("(11) 98765-4321", "joao"),
        ("1187654321", "joao"),
        ("+55 11 98765-4321", "joao"),
        ("551187654321", "joao"),
        ("62 98111-2222", "ana"),
    ],
)
def test_search_by_name_tax_id_and_phone(
    admin: Browser, operator: Browser, people: dict[str, int], q: str, found: str
) -> None:
    for person in (admin, operator):
        if q == "50%" and person is operator:
            continue
        page = person.get("/devedores", q=q)
        links = [str(link["href"]) for link in page.all("tbody th a")]
        assert [link.partition("?")[0] for link in links] == [f"/devedores/{people[found]}"], q
        assert person.get(links[0]).status == 200


def test_parts_of_words_and_signs_find_nobody(admin: Browser, people: dict[str, int]) -> None:
    for q in ("oao", "%", "_", "ana_", "lima ana zzz", "99988877766", "'; --"):
        page = admin.get("/devedores", q=q)
        assert "Nenhum devedor encontrado" in page.words or q in ("'; --",), q


def test_an_admin_finds_parts_of_numbers_and_filters_by_creditor(admin: Browser, people: dict[str, int]) -> None:
    assert names(admin, q="444.777") == ["João Ávila Conceição"]
    creditor = admin.get("/devedores").one("select#credor").find("option", string="Clínica")
    assert names(admin, credor=str(creditor["value"])) == ["Ana Lima"]  # type: ignore[index]
    assert len(names(admin, credor="999999", pagina="-4")) == 3


@pytest.mark.parametrize("q", ["", "jo", "a b", "44", "444777", "1114447773", "987654321", "%%%", "___"])
def test_an_operator_cannot_browse(operator: Browser, people: dict[str, int], q: str) -> None:
    for query in ({"q": q}, {"q": q, "pagina": "2"}, {"q": q, "credor": "1"}):
        assert names(operator, **query) == []


def test_an_operator_sees_25_at_most(app: Flask, company: Company, operator: Browser, admin: Browser) -> None:
    for number in range(55):
        add_debtor(app, company, f"Maria {number:02d}", tax_id=cpf(number), phone="")
    page = operator.get("/devedores", q="maria", pagina="2")
    assert len(page.all("tbody tr")) == 25
    assert "Há mais resultados do que os 25" in page.words
    assert "55" not in page.one("main").get_text()
    assert len(names(admin, q="maria")) == 50
    assert len(names(admin, q="maria", pagina="2")) == 5


def test_the_page_of_a_debtor(admin: Browser, operator: Browser, people: dict[str, int]) -> None:
    page = admin.get(f"/devedores/{people['joao']}")
    words = page.words.replace("\xa0", " ")
    assert "CPF 111.444.777-35" in words
    assert "Total em aberto hoje R$ 1.234,56" in words
    assert "(11) 98765-4321" in words
    assert "40 dias" in words
    assert {box["value"] for box in page.all(".copy input")} == {
        "23791.23454 67890.123457 67890.123457 4 16920000123456"
    }
    page = operator.get(found_by(operator, "joao"))
    assert "***.444.777-**" in page.words and "111.444.777-35" not in page.text


def found_by(browser: Browser, q: str) -> str:
    """The address to which a search of a person leads."""
    return str(browser.get("/devedores", q=q).one("tbody th a")["href"])


def test_an_operator_does_not_count_through_the_debtors(
    app: Flask, operator: Browser, admin: Browser, people: dict[str, int], company: Company
) -> None:
    url = f"/devedores/{people['joao']}"
    assert operator.get(url).status == 404 and admin.get(url).status == 200
    found = found_by(operator, "joao")
    assert operator.get(found).status == 200
    given = found.partition("?por=")[2]
    for other in (f"/devedores/{people['ana']}?por={given}", f"{url}?por={given}x", f"{url}?por=", f"{url}?por=W10.x"):
        assert operator.get(other).status == 404, other
    colleague = Browser(app).log_in(add_operator(app, company, "Carla Colega"))
    assert colleague.get(found).status == 404
    for hours, status in ((23, 200), (25, 404)):
        with clock.at(clock.now() + timedelta(hours=hours)):
            assert Browser(app).log_in(company.operator).get(found).status == status


def test_who_deals_with_a_debtor_needs_no_search(
    app: Flask, operator: Browser, company: Company, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_checks", [])
    access.on_check(lambda user, debtor_id: (user.id, debtor_id) == (company.operator.id, people["ana"]))
    assert operator.get(f"/devedores/{people['ana']}").status == 200
    assert operator.get(f"/devedores/{people['joao']}").status == 404


def test_a_stranger_finds_nothing(stranger: Browser, people: dict[str, int]) -> None:
    assert stranger.get(f"/devedores/{people['joao']}").status == 404
    assert names(stranger, q="joao") == names(stranger, q="11144477735") == names(stranger, q="11987654321") == []


def test_a_debtor_that_is_not_there(admin: Browser) -> None:
    assert admin.get("/devedores/999999").status == 404


def test_odd_searches_are_no_errors(admin: Browser, operator: Browser) -> None:
    for q in ("x" * 5000, "\x00", "💥💥💥", "%27", "١٢٣٤", "+", "--------"):
        for person in (admin, operator):
            assert person.get("/devedores", q=q, credor="x", pagina="x").status == 200
