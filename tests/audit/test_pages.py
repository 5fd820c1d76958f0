"""The company's history and the history of a thing, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.audit.queries import PAGE_SIZE
from tests.audit.steps import OPTION, edit_option, noted, option_id, versions, words
from tests.support.browser import Browser
from tests.support.people import Company


def test_a_change_is_told_with_who_when_what_and_from_to(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto", active=False)
    page = admin.get("/historico")
    first = versions(page)[0]
    assert "Ana Administradora alterou: Opção do menu “Boleto”" in words(first)
    assert "Descrição de Código de barras → para Boleto" in words(first)
    assert "Ativo de Sim → para Não" in words(first)
    assert first.select_one("time")
    links = [str(link["href"]) for link in first.select("a")]
    assert links == [f"/whatsapp/menu#option-{number}", f"/historico/{OPTION}:{number}"]
    assert "Sistema criou: Usuário “Otávio Operador”" in words(versions(page)[1])


def test_only_the_fields_that_changed_are_told(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    first = versions(admin.get("/historico"))[0]
    assert [words(dt) for dt in first.select("dt")] == ["Descrição"]


def test_a_save_that_changes_nothing_is_no_change(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Código de barras")
    assert f"/historico/{OPTION}:{number}" not in admin.get("/historico").text


def test_the_history_is_narrowed_to_a_kind_and_a_person(app: Flask, company: Company, admin: Browser) -> None:
    edit_option(admin, option_id(app, company), "Boleto")
    assert len(versions(admin.get("/historico", tipo="menu-option"))) == 1
    assert "Nenhuma alteração encontrada" in admin.get("/historico", tipo="menu").words
    assert len(versions(admin.get("/historico", pessoa=company.admin.id))) == 1
    assert "Nenhuma alteração encontrada" in admin.get("/historico", pessoa=company.operator.id).words
    everything = len(versions(admin.get("/historico")))
    for odd in ("inventado", "'", "menu%", "a" * 300):
        assert len(versions(admin.get("/historico", tipo=odd))) == everything
    for odd in ("0", "-1", "x", "9" * 30):
        assert len(versions(admin.get("/historico", pessoa=odd))) == everything


def test_the_history_has_pages(app: Flask, company: Company, admin: Browser) -> None:
    for number in range(PAGE_SIZE + 5):
        noted(app, company, "bot-message:welcome", {"text": f"{number}"}, {"text": f"{number + 1}"})
    first, second = admin.get("/historico", tipo="bot-message"), admin.get("/historico", tipo="bot-message", pagina=2)
    assert (len(versions(first)), len(versions(second))) == (PAGE_SIZE, 5)
    assert "tipo=bot-message&pagina=2" in str(first.one("a[rel=next]")["href"]).replace("&amp;", "&")
    thing = admin.get("/historico/bot-message:welcome")
    assert len(versions(thing)) == PAGE_SIZE
    assert "Versão inicial" not in thing.words
    rest = admin.get("/historico/bot-message:welcome", pagina=2)
    assert len(versions(rest)) == 6
    assert "Versão inicial" in words(versions(rest)[-1])
    inside = admin.get("/historico/bot-message:welcome", htmx=True)
    assert f"Ver as {PAGE_SIZE + 5} alterações" in inside.words
    for odd in ("0", "-3", "x", "9" * 30):
        assert admin.get("/historico", pagina=odd).status == 200


def test_beside_a_thing_stands_its_history(app: Flask, company: Company, admin: Browser) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    page = admin.get("/whatsapp/menu")
    place = page.one(f"#history-{OPTION}-{number}")
    assert place["hx-get"] == f"/historico/{OPTION}:{number}"
    link = place.select_one("a")
    assert link and link["href"] == place["hx-get"], "without scripts a link leads there"
    inside = admin.get(str(place["hx-get"]), htmx=True)
    assert inside.one("body > *")["id"] == place["id"]
    alone = admin.get(str(place["hx-get"]))
    assert alone.one(f"#{place['id']}")
    assert alone.one("h1").get_text() == "Histórico: Opção do menu “Boleto”"
    assert {"history-bot-message-welcome"} <= {str(tag["id"]) for tag in admin.get("/whatsapp/mensagens").all("[id]")}


def test_a_thing_that_never_changed_says_so(app: Flask, company: Company, admin: Browser) -> None:
    page = admin.get(f"/historico/{OPTION}:{option_id(app, company)}")
    assert "Nada foi alterado até agora." in page.words


@pytest.mark.parametrize(
    "subject",
    ["menu-option:999999", "menu-option:99999999999999999999", "menu-option:x", "inventado:1", "menu", "menu:", ":1",
     "menu:<b>", "bot-message:nunca", "menu-option:1 or 1", "a:" + "b" * 200, "menu-option:%00"],
)  # fmt: skip
def test_what_the_company_does_not_have_is_not_found(admin: Browser, subject: str) -> None:
    assert admin.get(f"/historico/{subject}").status == 404
    assert admin.get(f"/historico/{subject}", htmx=True).status == 404


def test_strangers_and_operators_see_nothing(
    app: Flask, company: Company, admin: Browser, operator: Browser, stranger: Browser
) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Marca reservada")
    entry_id = noted(app, company, f"{OPTION}:{number}", {"label": "a", "active": True}, {"label": "b", "active": True})
    assert "Marca reservada" not in stranger.get("/historico").words
    for url in (
        f"/historico/{OPTION}:{number}",
        f"/historico/menu:{company.id}",
        f"/historico/menu-order:{company.id}",
    ):
        assert admin.get(url).status == 200
        assert stranger.get(url).status == 404
        assert operator.get(url).status == 404
    assert operator.get("/historico").status == 404
    for somebody in (stranger, operator):
        assert somebody.post(f"/historico/{entry_id}/restaurar", seen=entry_id).status == 404


ODD: list[tuple[str, Any, Any]] = [
    ("inventado:1", {"a": 1}, {"a": 2}),
    ("sem-dois-pontos", {"a": 1}, {"a": 2}),
    ("com/barra:1", None, {"a": [1, {"b": None}]}),
    ("inventado:2", None, None),
    (
        "inventado:3",
        {"access_token": "EAAG-segredo-1234"},
        {"password": "segredo-1234", "x": {"token": "segredo-1234"}},
    ),
    ("menu-option:987654", {"label": "a"}, {"label": "b"}),
    ("menu-option:xyz", {"label": "a"}, {"label": "b"}),
    ("menu-option:99999999999999999999", {"label": "a"}, {"label": "b"}),
    ("bot-message:nunca", {"text": 3}, {"text": None}),
    ("bot-message:welcome", {"text": ["x"]}, {"text": {"y": 1}}),
    ("menu:{id}", {"order": 7}, {"order": None}),
    ("menu-order:{id}", {"order": ["barcode"]}, {"order": {"a": 1}}),
    ("menu-order:{id}", {"order": ["barcode", None, 3]}, {"order": [["x"]]}),
    ("user:{user}", {"role": ["x"]}, {"role": {"y": 1}, "secret": "segredo-1234"}),
    ("dispatch:1", {"left_out": "x"}, {"left_out": {"a": "b"}}),
    ("chat-starter:5", {"bindings": 5}, {"bindings": None}),
    ("conversation:5", None, None),
    ("message:5", None, None),
    ("import:5", None, {"filename": 1}),
]


@pytest.mark.parametrize(("subject", "before", "after"), ODD)
def test_entries_of_any_kind_are_told_plainly(
    app: Flask, company: Company, admin: Browser, subject: str, before: Any, after: Any
) -> None:
    subject = subject.format(id=company.id, user=company.operator.id) if "{" in subject else subject
    entry_id = noted(app, company, subject, before, after)
    page = admin.get("/historico")
    assert page.status == 200
    assert "Ana Administradora" in words(versions(page)[0])
    assert "segredo-1234" not in page.text
    one = admin.get(f"/historico/{subject}")
    assert one.status in (200, 404)
    assert "segredo-1234" not in one.text
    for version in ("antes", "depois"):
        answer = admin.post(f"/historico/{entry_id}/restaurar", seen=entry_id, version=version)
        assert answer.status in (303, 404, 422), answer.words


XSS = (
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "</ins></del><b>fora</b>",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    "' autofocus onfocus=alert(1) x='",
    "&lt;b&gt;",
)


@pytest.mark.parametrize("text", XSS)
@pytest.mark.parametrize("length", [1, 40])
def test_what_was_written_comes_out_as_written(
    app: Flask, company: Company, admin: Browser, text: str, length: int
) -> None:
    old, new = f"antes {text} " * length, f"depois {text} " * length
    noted(app, company, "bot-message:welcome", {"text": old}, {"text": new})
    noted(app, company, "inventado:1", {text: text}, {text: old})
    noted(app, company, "inventado:2", None, {text: old})
    for url in ("/historico", "/historico/bot-message:welcome", "/historico/inventado:1", "/historico/inventado:2"):
        page = admin.get(url)
        assert page.status == 200
        assert not page.soup.select("main script, main b, main svg:not(.icon), main [onfocus], main [autofocus]")
        assert "49" not in page.one("main").get_text().replace("/49", "")
        assert text in page.one("main").get_text()
    form = admin.get("/historico/bot-message:welcome").all(".history form")
    assert all(
        set(each.attrs) <= {"method", "action", "data-confirm", "hx-post", "hx-target", "hx-swap"} for each in form
    )


def test_a_thing_that_is_gone_is_still_told(app: Flask, company: Company, admin: Browser) -> None:
    noted(app, company, "menu-option:987654", {"label": "a", "active": True}, {"label": "b", "active": True})
    page = admin.get("/historico/menu-option:987654")
    assert "Opções do menu (não existe mais)" in page.one("h1").get_text()
    assert not page.all(".history form")


def test_an_entry_of_a_thing_that_no_database_can_hold_spoils_nothing(
    app: Flask, company: Company, admin: Browser
) -> None:
    number = option_id(app, company)
    edit_option(admin, number, "Boleto")
    noted(app, company, f"{OPTION}:99999999999", {"label": "Antes"}, {"label": "Depois"})
    page = admin.get("/historico")
    assert page.status == 200
    assert "Antes" in words(versions(page)[0]) and "Opção do menu “Boleto”" in words(versions(page)[1])
