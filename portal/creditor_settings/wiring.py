from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Flask, url_for

from portal.account_settings import queries as account_settings
from portal.account_settings.view import LABELS
from portal.audit import history
from portal.creditor_settings import queries, service
from portal.documents import queries as documents
from portal.documents.service.library import on_use
from portal.portfolio.creditor_queries import creditor_in
from portal.portfolio.models import Creditor

OF_THE_ACCOUNT = "o da conta"


def init_app(app: Flask) -> None:
    on_use(_uses)
    history.register(
        history.Trail(
            prefix="creditor-settings",
            name=_name,
            labels={field: LABELS[field] for field in account_settings.KINDS},
            show=_shown,
            url=lambda key: url_for("creditor_settings.index", credor=key, _anchor=f"creditor-{key}"),
            restore=_restore,
            kind="Configurações por Credor",
            required=frozenset(account_settings.KINDS),
            current=_current,
        )
    )


def _uses(account_id: int, document_id: int) -> list[str]:
    return [f"Credor {name}" for name in queries.names_using(account_id, document_id)]


def _current(account_id: int, key: str) -> history.Values | None:
    creditor = _creditor(account_id, key)
    return asdict(service.choices_of(queries.settings_of(creditor))) if creditor else None


def _creditor(account_id: int, key: str) -> Creditor | None:
    known = key.isascii() and key.isdigit() and len(key) < 10
    return creditor_in(account_id, int(key)) if known else None


def _name(account_id: int, key: str) -> str | None:
    creditor = _creditor(account_id, key)
    return f"Documentos do credor {creditor.name}" if creditor else None


def _shown(account_id: int, field: str, value: Any) -> str:
    found = documents.document_in(account_id, value) if isinstance(value, int) else None
    return found.name if found else OF_THE_ACCOUNT


def _restore(user_id: int, account_id: int, key: str, values: history.Values) -> None:
    creditor = _creditor(account_id, key)
    if creditor is None:
        raise history.NotRestorable("Este credor não existe mais.")
    wanted = service.Choices.of(values)
    allowed = account_settings.document_options(account_id, queries.settings_of(creditor))
    for field, value in asdict(wanted).items():
        if value is not None and value not in dict(allowed[field]):
            name = _shown(account_id, field, value)
            raise history.NotRestorable(f"{LABELS[field]}: “{name}” não pode mais ser escolhido.")
    service.save(creditor, user_id, wanted)
