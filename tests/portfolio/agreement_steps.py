"""A debtor whose titles have charges, and the pages of agreements as people use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db
from portal.portfolio.models import Agreement, Creditor, Title
from tests.support.browser import Browser, Page
from tests.support.people import Company
from tests.support.portfolio import add_debtor

NOON = datetime(2026, 11, 22, 15, tzinfo=UTC)
DUE = date(2026, 5, 10)


@dataclass(frozen=True)
class Owing:
    """Maria owes 1.000,00 and 350,75 since 10/05/2026: 1.193,86 and 418,76 on 22/11/2026."""

    app: Flask
    debtor_id: int
    titles: tuple[int, ...]

    @property
    def url(self) -> str:
        return f"/devedores/{self.debtor_id}/acordos"

    def calculate(self, browser: Browser, **fields: Any) -> Page:
        return browser.get(f"{self.url}/novo", **{**self.terms(), "calcular": "1", **fields})

    def terms(self) -> dict[str, Any]:
        return {
            "titulo": [str(each) for each in self.titles],
            "parcelas": "3",
            "primeiro_vencimento": "2026-12-31",
            "forma": "sem_juros",
            "validade": "2026-11-22",
        }

    def save(self, browser: Browser, page: Page) -> Page:
        """Press "Salvar acordo" below a calculation."""
        return browser.post(self.url, **post_data(page))

    def propose(self, browser: Browser, **fields: Any) -> str:
        """The address of a new proposal."""
        answer = self.save(browser, self.calculate(browser, **fields))
        assert answer.status == 303, answer.words
        return answer.location

    def statuses(self) -> list[str]:
        with self.app.app_context():
            rows = db.session.scalars(sa.select(Title).where(Title.id.in_(self.titles)).order_by(Title.id))
            return [title.status.value for title in rows]

    def agreements(self) -> int:
        with self.app.app_context():
            return db.session.scalar(sa.select(sa.func.count()).select_from(Agreement)) or 0


def post_data(page: Page) -> dict[str, Any]:
    """What the form below a calculation sends."""
    data: dict[str, Any] = {}
    for field in page.soup.select("#calculo form input[name]"):
        name, value = str(field["name"]), str(field["value"])
        if name == "titulo":
            data.setdefault(name, []).append(value)
        elif name != "csrf_token":
            data[name] = value
    return data


def owing(app: Flask, company: Company, *, discount: str = "0", **options: Any) -> Owing:
    """Maria, and her creditor's terms: multa 2 %, juros 1 %, honorários 10 %."""
    debtor_id = add_debtor(app, company, amounts=["1000.00", "350.75"], due=DUE, **options)
    with app.app_context():
        for creditor in db.session.scalars(sa.select(Creditor).where(Creditor.account_id == company.id)):
            creditor.fine_percent, creditor.interest_percent = Decimal(2), Decimal(1)
            creditor.fee_percent, creditor.fee_clause = Decimal(10), "Cláusula 8ª"
            creditor.discount_percent = Decimal(discount)
        db.session.commit()
        ids = db.session.scalars(sa.select(Title.id).where(Title.debtor_id == debtor_id).order_by(Title.id)).all()
    return Owing(app, debtor_id, tuple(ids))


def act(browser: Browser, url: str, action: str, **fields: Any) -> Page:
    """Press a button of an agreement's page, having just opened it."""
    seen = browser.get(url).soup.select("input[name=seen]")
    return browser.post(f"{url}/{action}", **{"seen": str(seen[0]["value"]) if seen else "", **fields})


def flat(text: str) -> str:
    return text.replace("\xa0", " ")
