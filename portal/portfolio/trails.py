"""How changes of creditors, debtors and titles are told and undone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import url_for

from portal.audit.history import NotRestorable, Trail, Values, register
from portal.extensions import db
from portal.portfolio import creditor_queries, queries
from portal.portfolio.models import Creditor, Debtor, Title, TitleStatus
from portal.portfolio.rules import amounts, boleto, percents, phones, tax_ids
from portal.portfolio.rules.addresses import format_zip
from portal.portfolio.service import by_hand, creditors, titles

NOTHING = "—"
_PLACE = {"address": "Endereço", "city": "Cidade", "state": "UF", "zip_code": "CEP"}
CREDITOR = {
    "name": "Nome", "tax_id": "CPF/CNPJ", **_PLACE, "phone": "Telefone", "email": "E-mail", "pix_key": "Chave PIX",
    "consumer": "Relação de consumo", "fine_percent": "Multa", "interest_percent": "Juros ao mês",
    "fee_percent": "Honorários", "fee_clause": "Cláusula dos honorários", "discount_percent": "Desconto à vista",
}  # fmt: skip
DEBTOR = {
    "name": "Nome", "tax_id": "CPF/CNPJ", "category": "Categoria", "phones": "Telefones", "emails": "E-mails",
    **_PLACE, "codes": "Códigos nos credores",
}  # fmt: skip
TITLE = {
    "creditor": "Credor", "number": "Número", "due_date": "Vencimento", "amount": "Valor original",
    "credited": "Já pago em acordo anterior", "status": "Situação", "boleto_line": "Linha digitável",
}  # fmt: skip
_GONE = "O registro não existe mais."
_OTHER_SHAPE = "Esta versão está incompleta e não pode ser restaurada."


def init() -> None:
    """Register the three trails."""
    register(
        Trail(
            "creditor", _creditor_name, CREDITOR, _show_creditor, _creditor_url, _restore_creditor,
            kind="Credores", actions={"creditor.create": "criou"}, required=frozenset({"name"}),
            current=lambda account_id, key: _state(creditors.state, _creditor(account_id, key)),
        )
    )  # fmt: skip
    register(
        Trail(
            "debtor", _debtor_name, DEBTOR, _show_debtor, _debtor_url, _restore_debtor,
            kind="Devedores", actions={"debtor.create": "criou"}, required=frozenset(DEBTOR),
            current=lambda account_id, key: _state(by_hand.debtor_state, _debtor(account_id, key)),
        )
    )  # fmt: skip
    register(
        Trail(
            "title", _title_name, TITLE, _show_title, _title_url, _restore_title,
            kind="Títulos", actions={"title.create": "criou"}, required=frozenset(TITLE) - {"credited"},
            current=lambda account_id, key: _state(titles.title_state, _title(account_id, key)),
        )
    )  # fmt: skip


def _state(state: Any, row: Any) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = state(row) if row is not None else None
    return found


def _id(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0


def _creditor(account_id: int, key: str) -> Creditor | None:
    return creditor_queries.creditor_in(account_id, _id(key))


def _debtor(account_id: int, key: str) -> Debtor | None:
    return queries.debtor_in(account_id, _id(key))


def _title(account_id: int, key: str) -> Title | None:
    return db.session.scalar(sa.select(Title).where(Title.account_id == account_id, Title.id == _id(key)))


def _creditor_name(account_id: int, key: str) -> str | None:
    creditor = _creditor(account_id, key)
    return f"Credor {creditor.name}" if creditor else None


def _debtor_name(account_id: int, key: str) -> str | None:
    debtor = _debtor(account_id, key)
    return f"Devedor {debtor.name}" if debtor else None


def _title_name(account_id: int, key: str) -> str | None:
    title = _title(account_id, key)
    return f"Título {title.number or 'sem número'} de {title.debtor.name}" if title else None


def _creditor_url(key: str) -> str:
    return url_for("creditors.edit", creditor_id=_id(key))


def _debtor_url(key: str) -> str:
    return url_for("portfolio.show", debtor_id=_id(key))


def _title_url(key: str) -> str:
    debtor_id = db.session.scalar(sa.select(Title.debtor_id).where(Title.id == _id(key)))
    return url_for("portfolio.edit_title", debtor_id=debtor_id or 0, title_id=_id(key))


def _show_creditor(account_id: int, field: str, value: Any) -> str:
    if field in creditors.PERCENTS:
        return f"{percents.format_percent(Decimal(value))} %"
    if field == "consumer":
        return "Sim" if value else "Não"
    return _shown(field, value)


def _show_debtor(account_id: int, field: str, value: Any) -> str:
    if field == "phones":
        return ", ".join(phones.formatted(number) for number in value) or NOTHING
    if field == "codes":
        named = {str(each.id): each.name for each in _creditors(account_id, value)}
        return "; ".join(f"{named.get(key, 'Credor')}: {code}" for key, code in value.items()) or NOTHING
    return ", ".join(value) or NOTHING if field == "emails" else _shown(field, value)


def _show_title(account_id: int, field: str, value: Any) -> str:
    if field == "creditor":
        creditor = creditor_queries.creditor_in(account_id, int(value))
        return creditor.name if creditor else NOTHING
    if field == "due_date":
        return "/".join(reversed(str(value).split("-")))
    if field in ("amount", "credited"):
        return amounts.format_brl(Decimal(value))
    if field == "boleto_line" and value:
        return boleto.formatted(value)
    return str(value).capitalize() if field == "status" else _shown(field, value)


def _shown(field: str, value: Any) -> str:
    ways = {"tax_id": tax_ids.formatted, "zip_code": format_zip, "phone": phones.formatted}
    return ways.get(field, str)(value) if value else NOTHING


def _creditors(account_id: int, codes: Mapping[str, str]) -> list[Creditor]:
    found = (creditor_queries.creditor_in(account_id, _id(key)) for key in codes)
    return [creditor for creditor in found if creditor is not None]


def _restore_creditor(user_id: int, account_id: int, key: str, values: Values) -> None:
    creditor = _creditor(account_id, key)
    if creditor is None:
        raise NotRestorable(_GONE)
    try:
        creditors.edit(creditor, user_id, None, creditors.read_state(values))
    except creditors.NameTaken:
        raise NotRestorable("Outro credor já usa o nome desta versão.") from None


def _restore_debtor(user_id: int, account_id: int, key: str, values: Values) -> None:
    debtor = _debtor(account_id, key)
    if debtor is None:
        raise NotRestorable(_GONE)
    try:
        by_hand.edit_debtor(debtor, user_id, None, by_hand.read_state(values))
    except by_hand.TaxIdTaken:
        raise NotRestorable("Outro devedor já usa o CPF/CNPJ desta versão.") from None
    except (KeyError, ValueError):
        raise NotRestorable(_OTHER_SHAPE) from None


def _restore_title(user_id: int, account_id: int, key: str, values: Values) -> None:
    title = _title(account_id, key)
    if title is None:
        raise NotRestorable(_GONE)
    try:
        facts, creditor = titles.read_state(values), creditor_queries.creditor_in(account_id, int(values["creditor"]))
        if creditor is None or facts["status"] is TitleStatus.NEGOTIATED:
            raise NotRestorable("Um título só volta a “negociado” por um acordo.")
        if Decimal(values.get("credited", "0")) != title.credited:
            raise NotRestorable("Depois desta versão, o que foi pago em um acordo foi deduzido. Altere o título à mão.")
        titles.edit_title(title, user_id, None, creditor.name, facts)
    except titles.Negotiated:
        raise NotRestorable("O título está em um acordo e não pode ser alterado enquanto o acordo valer.") from None
    except titles.PaidUp:
        raise NotRestorable("O que já foi pago deste título em acordo cobre o valor desta versão.") from None
    except titles.TitleExists:
        raise NotRestorable("O devedor tem outro título com o número e o vencimento desta versão.") from None
    except (KeyError, ValueError, ArithmeticError):
        raise NotRestorable(_OTHER_SHAPE) from None
