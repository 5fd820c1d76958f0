"""The settings as a person reads them."""

from __future__ import annotations

from typing import Any

from portal.account_settings.models import AccountSettings
from portal.account_settings.queries import KINDS, lost
from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.documents import queries as documents

LABELS = {
    "agreement_term_id": "Termo de acordo",
    "debt_statement_id": "Demonstrativo de débito",
    "signatory_id": "Usuário",
    "fallback_user_id": "Usuário ADM",
}
NONE = "Nenhum"


def warnings(settings: AccountSettings, fallback: User | None) -> dict[str, str]:
    """For each choice that applies no longer, what applies instead."""
    receives = f"recebe {fallback.name}" if fallback else "as conversas esperam na fila"
    instead = {
        "agreement_term_id": "Até escolher outro, só se envia o termo dos credores que têm o seu.",
        "debt_statement_id": "Até escolher outro, só se envia o demonstrativo dos credores que têm o seu.",
        "signatory_id": "Até escolher outro, ninguém assina os documentos com o coringa #NOME_USUARIO#.",
        "fallback_user_id": f"Até escolher outro, {receives}.",
    }
    return {field: f"{gone.name}: {gone.why}. {instead[field]}" for field, gone in lost(settings).items()}


def stored(settings: AccountSettings) -> str:
    """All the choices in one line."""
    chosen = (settings.agreement_term, settings.debt_statement, settings.signatory, settings.fallback_user)
    names = [found.name if found else NONE for found in chosen]
    return "; ".join(f"{label}: {name}" for label, name in zip(LABELS.values(), names, strict=True))


def shown(account_id: int, field: str, value: Any) -> str:
    """A value of the audit as the name of what it stands for."""
    if not isinstance(value, int):
        return NONE
    found = (documents.document_in if field in KINDS else accounts.user_in)(account_id, value)
    return found.name if found else NONE
