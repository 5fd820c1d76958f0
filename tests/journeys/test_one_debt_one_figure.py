"""What one person owes is the same amount wherever it is told, before an agreement and after one that was broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import clock
from portal.account_settings.models import AccountSettings
from portal.assistant import queries as assistant
from portal.assistant.rules.statement import statement_text
from portal.documents.models import IssuedDocument
from portal.documents.service import files
from portal.extensions import db
from portal.inbox.models import Conversation
from portal.portfolio.models import Title
from tests.documents.world import NOW, add_debt, add_document, text_of
from tests.inbox.talk import ask_for_operator
from tests.portfolio.agreement_steps import Owing, act, flat
from tests.support.browser import Browser
from tests.support.people import Company, set_available

TEXT = "Pagar #VALOR_ORIGINAL# + #MULTA# + #JUROS# + #HONORARIOS# - #DESCONTO# = #TOTAL#\n\n#TABELA_TITULOS#"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def maria(app: Flask, company: Company) -> Owing:
    """R$ 1.000,00 and R$ 350,75, both due on 10/05/2026: R$ 1.193,86 and R$ 418,76 today."""
    debtor_id = add_debt(app, company, amounts=("1000.00", "350.75"), line="")
    document_id = add_document(app, company, body=TEXT)
    with app.app_context():
        db.session.add(AccountSettings(account_id=company.id, debt_statement_id=document_id))
        ids = db.session.scalars(sa.select(Title.id).order_by(Title.id)).all()
        db.session.commit()
    return Owing(app, debtor_id, tuple(ids))


@pytest.fixture
def talk(app: Flask, company: Company, maria: Owing) -> int:
    set_available(app, company.operator)
    conversation_id = ask_for_operator(app, company)
    with app.app_context():
        db.session.get_one(Conversation, conversation_id).debtor_id = maria.debtor_id
        db.session.commit()
    return conversation_id


def told(app: Flask, company: Company, admin: Browser, operator: Browser, maria: Owing, talk: int) -> dict[str, str]:
    """Everywhere that the debt is told, with what stands there."""
    side = operator.get(f"/conversas/{talk}")
    sent = operator.post(f"/conversas/{talk}/documento", **side.form_data('form[action$="/documento"]'))
    assert sent.status == 303, sent.words
    with app.app_context():
        issued = db.session.scalars(sa.select(IssuedDocument).order_by(IssuedDocument.id.desc())).first()
        assert issued is not None
        paper, memory = text_of(files.read(issued.path)), f"/documentos/emitidos/{issued.id}"
        titles = assistant.titles_of(company.id, maria.debtor_id, NOW.date())
        (message,) = statement_text(titles, NOW.date())
    pages = {
        "debtor": admin.get(f"/devedores/{maria.debtor_id}").one("main"),
        "side": side.one("#side"),
        "agreement": admin.get(f"{maria.url}/novo").one("main"),
        "memory": admin.get(memory).one("main"),
    }
    return {
        **{name: flat(" ".join(page.get_text(" ").split())) for name, page in pages.items()},
        "message": flat(message),
        "paper": flat(paper),
    }


def test_every_screen_tells_the_same_debt(
    app: Flask, company: Company, admin: Browser, operator: Browser, maria: Owing, talk: int
) -> None:
    for place, words in told(app, company, admin, operator, maria, talk).items():
        assert "1.612,62" in words, f"{place}: {words}"
        assert "1.350,75" in words, f"{place}: {words}"
        assert "á pago em acordo" not in words, place


def test_what_a_broken_agreement_brought_in_is_charged_nowhere(
    app: Flask, company: Company, admin: Browser, operator: Browser, maria: Owing, talk: int
) -> None:
    """450,25 paid: 549,75 are left of the first title, 656,34 with its charges, and the second as it was: 418,76."""
    url = maria.propose(admin, desconto="100", parcelas="3")
    act(admin, url, "aceite")
    act(admin, url, "pagamentos", parcela="1", pago_em="2026-11-22")
    act(admin, url, "quebra")
    for place, words in told(app, company, admin, operator, maria, talk).items():
        assert "1.075,10" in words and "656,34" in words, f"{place}: {words}"
        assert "1.350,75" in words and "450,25" in words and "á pago em acordo" in words, f"{place}: {words}"
    paper = told(app, company, admin, operator, maria, talk)["paper"]
    assert (
        "Pagar R$ 1.350,75 (já pago em acordo anterior: R$ 450,25) + R$ 18,02 + R$ 58,84 + R$ 97,74 - R$ 0,00" in paper
    )
    assert "1.350,75 450,25 18,02 58,84 97,74 0,00 1.075,10" in paper
