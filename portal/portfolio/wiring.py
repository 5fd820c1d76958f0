"""The command of the portfolio, how its values look on screen, its history, and what it lends to earlier packages."""

from __future__ import annotations

from flask import Flask

from portal.accounts.service import company
from portal.portfolio import access, agreement_trail, commands, import_trail, trails
from portal.portfolio.rules import amounts, boleto, percents, phones, tax_ids
from portal.portfolio.rules.addresses import format_zip


def init_app(app: Flask) -> None:
    commands.init_app(app)
    trails.init()
    import_trail.register_import_trail()
    agreement_trail.register_agreement_trail()
    company.read_with("tax_id", tax_ids.normalise, tax_ids.formatted)
    company.read_with("phone", lambda text: phones.parse(text).e164, phones.formatted)
    app.jinja_env.globals["debtor_url"] = access.debtor_url
    app.jinja_env.filters.update(
        money=amounts.format_brl,
        phone=phones.formatted,
        tax_id=tax_ids.masked,
        tax_id_full=tax_ids.formatted,
        boleto_line=boleto.formatted,
        percent=percents.format_percent,
        zip_code=format_zip,
    )
