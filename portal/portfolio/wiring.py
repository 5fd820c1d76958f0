"""The command of the portfolio, and how its values look on screen."""

from __future__ import annotations

from flask import Flask

from portal.portfolio import commands
from portal.portfolio.rules import amounts, boleto, phones, tax_ids


def init_app(app: Flask) -> None:
    commands.init_app(app)
    app.jinja_env.filters.update(
        money=amounts.format_brl,
        phone=phones.formatted,
        tax_id=tax_ids.masked,
        tax_id_full=tax_ids.formatted,
        boleto_line=boleto.formatted,
    )
