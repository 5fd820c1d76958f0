"""How imports of the portfolio are told. What an import brought is changed by the next one: nothing is restored."""

from __future__ import annotations

from flask import url_for

from portal.audit.history import Trail, register
from portal.audit.rules import plain
from portal.portfolio import queries


def register_import_trail() -> None:
    register(
        Trail(
            "import",
            _name,
            {"filename": "Arquivo", "rows": "Linhas"},
            lambda account_id, name, value: plain(value),
            lambda key: url_for("portfolio.show_import", import_id=int(key)),
            kind="Importações da carteira",
            actions={"portfolio.import": "confirmou"},
        )
    )


def _name(account_id: int, key: str) -> str | None:
    found = queries.import_in(account_id, int(key))
    return f"Importação “{found.filename}”" if found else None
