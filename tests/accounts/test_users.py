from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts import queries
from portal.accounts.models import Role, User
from portal.audit.models import AuditEntry
from portal.extensions import db
from tests.support.browser import Browser
from tests.support.people import PASSWORD, Company, add_operator

TAKEN = "Este e-mail já é usado por outra pessoa no portal. Informe outro e-mail."


def person(app: Flask, user_id: int) -> User:
    with app.app_context():
        user = db.session.get_one(User, user_id)
        db.session.expunge_all()
        return user


def by_email(app: Flask, email: str) -> User | None:
    with app.app_context():
        return db.session.query(User).filter_by(email=email).one_or_none()


def second_admin(app: Flask, company: Company) -> int:
    added = add_operator(app, company, "Vera Segunda")
    with app.app_context():
        db.session.get_one(User, added.id).role = Role.ADMIN
        db.session.commit()
    return added.id


def fields(page_user: User, **changes: str | None) -> dict[str, str | None]:
    return {"name": page_user.name, "email": page_user.email, "role": page_user.role.value, "active": "y", **changes}


def test_the_list_shows_the_company_s_people_and_nobody_else(admin: Browser, company: Company, other: Company) -> None:
    page = admin.get("/usuarios")
    row = next(row.get_text(" ", strip=True) for row in page.all("tbody tr") if "Otávio" in row.get_text())
    assert company.operator.email in row and "Operador" in row and "Desligado" in row and "Sem acesso recente" in row
    assert "(você)" in page.words and company.admin.email in page.words
    assert other.admin.email not in page.words


def test_a_new_person_gets_a_password_that_is_shown_once_and_works(app: Flask, admin: Browser) -> None:
    admin.get("/usuarios/novo")
    page = admin.post("/usuarios", name="  Lia \n Lima ", email=" LIA@modelo.example ", role="operator")
    assert page.status == 200 and page.answer.headers["Cache-Control"] == "no-store"
    password = str(page.one("#access-password")["value"])
    assert "aparece só nesta tela" in page.words
    assert password not in page.answer.headers.get("Set-Cookie", "") and page.answer.request.query_string == b""
    assert password not in admin.get("/usuarios").text
    lia = by_email(app, "lia@modelo.example")
    assert lia and (lia.name, lia.role, lia.active) == ("Lia Lima", Role.OPERATOR, True)
    browser = Browser(app)
    browser.get("/login")
    assert browser.post("/login", email="lia@modelo.example", password=password).status == 303


def test_smuggled_fields_of_a_new_person_change_nothing(
    app: Flask, admin: Browser, company: Company, other: Company
) -> None:
    admin.get("/usuarios/novo")
    admin.post(
        "/usuarios", name="Lia", email="lia@x.example", role="operator", account_id=str(other.id), id="1", available="y"
    )
    lia = by_email(app, "lia@x.example")
    assert lia and lia.account_id == company.id and not lia.available and lia.id != 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, "Informe o nome da pessoa."),
        ({"name": "x" * 121}, "Use no máximo 120 caracteres."),
        ({"email": ""}, "Informe o e-mail da pessoa."),
        ({"email": "sem arroba"}, "Informe um e-mail completo, como nome@empresa.com.br."),
        ({"email": "otavio@outra.example"}, TAKEN),
        ({"email": "OTAVIO@modelo.example"}, TAKEN),
        ({"role": None}, "Escolha o papel da pessoa."),
        ({"role": "root"}, "Escolha ADM ou Operador."),
    ],
)
def test_a_refused_person_keeps_what_was_typed(
    app: Flask, admin: Browser, other: Company, changes: dict[str, str | None], error: str
) -> None:
    typed = {"name": "Lia Lima", "email": "lia@modelo.example", "role": "operator", **changes}
    admin.get("/usuarios/novo")
    page = admin.post("/usuarios", **typed)
    assert page.status == 422
    assert error in page.errors
    kept = page.form_data()
    assert (kept["name"], kept["email"]) == (typed["name"], typed["email"])
    assert by_email(app, "lia@modelo.example") is None


def test_an_edit_shows_in_the_list_and_in_the_audit(app: Flask, admin: Browser, company: Company) -> None:
    url = f"/usuarios/{company.operator.id}"
    data = admin.get(url).form_data("main form[novalidate]")
    assert data["name"] == "Otávio Operador" and data["role"] == "operator" and data["active"] == "y"
    page = admin.post(url, **{**data, "name": "Otávio Silva", "role": "admin"}, follow=True)
    assert "Otávio Silva: alterações salvas." in page.words
    assert person(app, company.operator.id).role is Role.ADMIN
    with app.app_context():
        entry = db.session.query(AuditEntry).filter_by(action="user.edit").one()
        assert entry.user_id == company.admin.id and entry.after and entry.after["name"] == "Otávio Silva"


def test_an_edit_to_a_taken_email_is_refused_in_place(app: Flask, admin: Browser, company: Company) -> None:
    url = f"/usuarios/{company.operator.id}"
    admin.get(url)
    page = admin.post(url, **fields(person(app, company.operator.id), email=company.admin.email, name="Outro Nome"))
    assert page.status == 422 and "Este e-mail já é usado" in page.words
    assert page.form_data("main form[novalidate]")["name"] == "Outro Nome"
    assert person(app, company.operator.id).name == "Otávio Operador"


def test_a_deactivated_person_is_out_at_once(app: Flask, admin: Browser, operator: Browser, company: Company) -> None:
    operator.post("/disponibilidade", available="sim")
    url = f"/usuarios/{company.operator.id}"
    admin.get(url)
    assert admin.post(url, **fields(person(app, company.operator.id), active=None)).status == 303
    assert operator.get("/minha-conta").location.startswith("/login")
    changed = person(app, company.operator.id)
    assert not changed.active and not changed.available
    browser = Browser(app)
    browser.get("/login")
    assert browser.post("/login", email=company.operator.email, password=PASSWORD).status == 422
    row = next(r.get_text(" ", strip=True) for r in admin.get("/usuarios").all("tbody tr") if "Otávio" in r.get_text())
    assert "Inativo" in row


@pytest.mark.parametrize("changes", [{"active": None}, {"role": "operator"}, {"active": None, "sure": "y"}])
def test_the_last_admin_stays(
    app: Flask, admin: Browser, company: Company, other: Company, changes: dict[str, str | None]
) -> None:
    url = f"/usuarios/{company.admin.id}"
    admin.get(url)
    page = admin.post(url, **fields(person(app, company.admin.id), **changes))
    assert page.status == 422
    assert "A empresa precisa de pelo menos um ADM ativo" in page.words
    kept = person(app, company.admin.id)
    assert kept.active and kept.role is Role.ADMIN


@pytest.mark.parametrize("changes", [{"active": None}, {"role": "operator"}])
def test_an_admin_shuts_only_themselves_out_on_purpose(
    app: Flask, admin: Browser, company: Company, changes: dict[str, str | None]
) -> None:
    second_admin(app, company)
    url = f"/usuarios/{company.admin.id}"
    assert not admin.get(url).all("#sure")
    page = admin.post(url, **fields(person(app, company.admin.id), **changes))
    assert page.status == 422 and "marque a confirmação" in page.words
    kept = person(app, company.admin.id)
    assert kept.active and kept.role is Role.ADMIN
    page = admin.post(url, **fields(kept, **changes), sure="y")
    assert page.location == "/"
    assert admin.get("/usuarios").status in (303, 404)


def test_a_reset_ends_the_sessions_and_the_old_password(
    app: Flask, admin: Browser, operator: Browser, company: Company
) -> None:
    admin.get(f"/usuarios/{company.operator.id}")
    page = admin.post(f"/usuarios/{company.operator.id}/redefinir-senha")
    password = str(page.one("#access-password")["value"])
    assert page.status == 200 and "Set-Cookie" not in page.answer.headers
    assert operator.get("/minha-conta").location.startswith("/login")
    operator.get("/login")
    assert operator.post("/login", email=company.operator.email, password=PASSWORD).status == 422
    assert operator.post("/login", email=company.operator.email, password=password).status == 303
    with app.app_context():
        entries = db.session.query(AuditEntry).filter_by(action="user.reset").all()
        assert len(entries) == 1 and password not in str((entries[0].before, entries[0].after))


def test_admins_change_their_own_password_on_their_own_page(admin: Browser, company: Company) -> None:
    page = admin.get(f"/usuarios/{company.admin.id}")
    assert not page.all("form[action$='redefinir-senha']")
    assert admin.post(f"/usuarios/{company.admin.id}/redefinir-senha").location == "/minha-conta"
    assert admin.get("/usuarios").status == 200


def test_sessions_of_others_can_be_ended(admin: Browser, operator: Browser, company: Company) -> None:
    admin.get(f"/usuarios/{company.operator.id}")
    page = admin.post(f"/usuarios/{company.operator.id}/encerrar-acessos", follow=True)
    assert "Otávio Operador: acessos encerrados." in page.words
    assert operator.get("/minha-conta").location.startswith("/login")
    admin.post(f"/usuarios/{company.admin.id}/encerrar-acessos")
    assert admin.get("/usuarios").status == 200, "one's own session stays"


ROUTES = (
    ("get", "/usuarios"),
    ("get", "/usuarios/novo"),
    ("post", "/usuarios"),
    ("get", "/usuarios/{id}"),
    ("post", "/usuarios/{id}"),
    ("post", "/usuarios/{id}/redefinir-senha"),
    ("post", "/usuarios/{id}/encerrar-acessos"),
)


@pytest.mark.parametrize(("verb", "url"), ROUTES)
def test_operators_find_nothing_here(app: Flask, operator: Browser, company: Company, verb: str, url: str) -> None:
    before = person(app, company.operator.id)
    url = url.format(id=company.operator.id)
    data = fields(before, role="admin", name="Chefe")
    page = operator.get(url) if verb == "get" else operator.post(url, **data)
    assert page.status == 404
    after = person(app, company.operator.id)
    assert (after.name, after.role, after.password_hash) == (before.name, before.role, before.password_hash)
    assert operator.get("/minha-conta").status == 200


@pytest.mark.parametrize(("verb", "url"), [route for route in ROUTES if "{id}" in route[1]])
def test_strangers_find_nobody(
    app: Flask, stranger: Browser, operator: Browser, company: Company, verb: str, url: str
) -> None:
    before = person(app, company.operator.id)
    url = url.format(id=company.operator.id)
    page = stranger.get(url) if verb == "get" else stranger.post(url, **fields(before, name="Roubado"))
    assert page.status == 404 and company.operator.email not in page.text
    after = person(app, company.operator.id)
    assert (after.name, after.password_hash) == (before.name, before.password_hash)
    assert operator.get("/minha-conta").status == 200, "the person's session lives on"


def test_a_person_that_does_not_exist_is_not_found(admin: Browser) -> None:
    assert admin.get("/usuarios/4711").status == 404


def test_the_list_holds_everybody_by_name(app: Flask, company: Company) -> None:
    for n in range(5):
        add_operator(app, company, f"Pessoa{n} Teste")
    with app.app_context():
        names = [row.user.name for row in queries.people_of(company.id)]
    assert names[0] == "Ana Administradora" and len(names) == 7
