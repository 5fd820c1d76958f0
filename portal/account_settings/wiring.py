from __future__ import annotations

from dataclasses import asdict

from flask import Flask, url_for

from portal.account_settings import queries, service, view
from portal.audit import history
from portal.documents.service.library import on_use
from portal.documents.service.preview import sign_with

TITLE = "Configurações por Conta"


def init_app(app: Flask) -> None:
    on_use(_uses)
    sign_with(queries.signatory)
    history.register(
        history.Trail(
            prefix="account-settings",
            name=lambda account_id, key: TITLE if key == str(account_id) else None,
            labels=view.LABELS,
            show=view.shown,
            url=lambda key: url_for("account_settings.show"),
            restore=_restore,
            kind="Configurações por Conta",
            required=frozenset(view.LABELS),
            current=lambda account_id, key: asdict(service.choices_of(queries.settings_of(account_id))),
        )
    )


def _uses(account_id: int, document_id: int) -> list[str]:
    return [TITLE] if queries.uses(account_id, document_id) else []


def _restore(user_id: int, account_id: int, key: str, values: history.Values) -> None:
    wanted = service.Choices.of(values)
    allowed = queries.options_of(account_id, queries.settings_of(account_id))
    for field, value in asdict(wanted).items():
        if value is not None and value not in dict(allowed[field]):
            name = view.shown(account_id, field, value)
            raise history.NotRestorable(f"{view.LABELS[field]}: “{name}” não pode mais ser escolhido.")
    service.save(account_id, user_id, wanted)
