"""How changes of the company's own data are told and undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from portal.accounts.models import Account
from portal.accounts.service import company
from portal.audit.history import Trail, Values, register
from portal.extensions import db

LABELS = {"name": "Nome", "tax_id": "CNPJ ou CPF", "address": "Endereço", "phone": "Telefone"}


def init() -> None:
    """Register the trail."""
    register(
        Trail(
            "company", _name, LABELS, _show, lambda key: url_for("accounts.company.show"), _restore,
            kind="Dados da empresa", required=frozenset(LABELS), current=_current,
        )
    )  # fmt: skip


def _own(account_id: int, key: str) -> Account | None:
    return db.session.get(Account, account_id) if key == str(account_id) else None


def _name(account_id: int, key: str) -> str | None:
    return "Dados da empresa" if _own(account_id, key) else None


def _current(account_id: int, key: str) -> Mapping[str, Any] | None:
    account = _own(account_id, key)
    return company.state(account) if account else None


def _show(account_id: int, field: str, value: Any) -> str:
    return company.show(field, str(value)) or "—"


def _restore(user_id: int, account_id: int, key: str, values: Values) -> None:
    account = _own(account_id, key)
    if account is not None:
        company.edit(account, user_id, None, {name: str(values[name]) for name in company.FIELDS})
