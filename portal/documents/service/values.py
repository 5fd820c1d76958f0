"""The facts of a document in words: the value of every wildcard, the tables and the letterhead.

A value that is lacking is empty here; `gaps` tells the person what to fill in and where.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from portal import clock
from portal.documents.rules.content import Column, Filled, Table
from portal.documents.rules.wildcards import INSTALMENTS_TABLE, TITLES_TABLE
from portal.documents.service.facts import Facts
from portal.portfolio.models import Creditor, Instalment
from portal.portfolio.rules import boleto, phones, pix, tax_ids
from portal.portfolio.rules.addresses import format_zip
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.rules.calendar import is_overdue
from portal.portfolio.rules.charges import Sum, plain
from portal.portfolio.rules.words import amount_in_words, date_in_words

AMOUNTS = {
    "original": "Original (R$)",
    "credited": "Já pago em acordo",
    "fine": "Multa",
    "interest": "Juros",
    "fee": "Honorários",
    "discount": "Desconto",
    "total": "Total (R$)",
}
"""The columns of a title's figures: original − paid + multa + juros + honorários − desconto = total."""


def filled(facts: Facts) -> Filled:
    """Everything that the wildcards of a text can ask for."""
    groups = (_debtor, _creditor, _company, _agreement, _debt, _payment, _day)
    values = {name: value for group in groups for name, value in group(facts).items()}
    return Filled(values, {TITLES_TABLE: titles_table(facts), INSTALMENTS_TABLE: instalments_table(facts)})


def letterhead(facts: Facts) -> tuple[str, ...]:
    """The company, an empty line, and the creditor with address and CPF or CNPJ (CDC, art. 42-A)."""
    account, creditor = facts.account, facts.creditor
    company = (account.name, _labelled(account.tax_id), account.address, _phone(account.phone))
    owed_to = (f"Credor: {creditor.name}", _labelled(creditor.tax_id), address_of(creditor))
    return (*filter(None, company), "", *filter(None, owed_to))


def address_of(creditor: Creditor) -> str:
    """Street, city/state and CEP, as far as they are known; empty without a street."""
    city = "/".join(filter(None, (creditor.city, creditor.state)))
    zip_code = f"CEP {format_zip(creditor.zip_code)}" if creditor.zip_code else ""
    return ", ".join(filter(None, (creditor.address, city, zip_code))) if creditor.address else ""


def titles_table(facts: Facts) -> Table:
    """Each title with every addition by its name (SP Lei 14.953/2013, RJ Lei 6.854/2014), and the totals."""
    names = [name for name in AMOUNTS if name != "credited" or facts.sums.credited]
    amounts = (Column(AMOUNTS[name], "right") for name in names)
    columns = (Column("Título"), Column("Vencimento"), Column("Atraso (dias)", "right"), *amounts)
    rows = [
        (line.title.number or "—", _day_of(line.title.due_date), str(line.days), *_figures(line.figures, names))
        for line in facts.lines
    ]
    return Table(columns, tuple(rows), ("Total", "", "", *_figures(facts.sums, names)) if rows else ())


def instalments_table(facts: Facts) -> Table:
    """The entry and the instalments of the agreement, each with where it stands today."""
    columns = (Column("Parcela"), Column("Vencimento"), Column("Valor (R$)", "right"), Column("Situação"))
    rows = [
        (
            str(each.number) if each.number else "Entrada",
            _day_of(each.due_date),
            plain(each.amount),
            _state(each, facts),
        )
        for each in facts.instalments
    ]
    return Table(columns, tuple(rows), (_split_total(facts), "", plain(facts.total), "") if rows else ())


def _split_total(facts: Facts) -> str:
    """The label of the total, which tells the interest of the instalments (CDC, art. 52)."""
    agreement, interest = facts.agreement, facts.split_interest
    if agreement is None or interest <= 0:
        return "Total"
    rate = f"{plain(agreement.mode_percent)}% ao mês"
    return f"Total, com {format_brl(interest)} de juros do parcelamento ({rate})"


def moment(at: datetime, zone: str) -> str:
    """When something was, on the company's clock."""
    return clock.local(at, zone).strftime("%d/%m/%Y às %H:%M")


def pix_code(facts: Facts) -> str:
    """The PIX of what is to be paid now: the whole debt, or the agreement's next instalment. Raises pix.PixError."""
    creditor, due = facts.creditor, facts.next_instalment
    amount = due.amount if due else None if facts.agreement else facts.total
    if not creditor.pix_key or not amount:
        return ""
    return pix.copy_and_paste(creditor.pix_key, creditor.name, creditor.city, amount)


def _debtor(facts: Facts) -> dict[str, str]:
    debtor = facts.debtor
    return {
        "#NOME_DEVEDOR#": debtor.name,
        "#PRIMEIRO_NOME#": debtor.first_name,
        "#CPF_CNPJ_DEVEDOR#": tax_ids.formatted(debtor.tax_id),
        "#CPF_CNPJ_MASCARADO#": tax_ids.masked(debtor.tax_id),
        "#ENDERECO_DEVEDOR#": debtor.address,
        "#CIDADE_DEVEDOR#": debtor.city,
        "#UF_DEVEDOR#": debtor.state,
        "#CEP_DEVEDOR#": format_zip(debtor.zip_code),
        "#TELEFONE_DEVEDOR#": _phone(debtor.phones[0].e164) if debtor.phones else "",
        "#EMAIL_DEVEDOR#": str(debtor.emails[0]) if debtor.emails else "",
    }


def _creditor(facts: Facts) -> dict[str, str]:
    creditor = facts.creditor
    return {
        "#NOME_CREDOR#": creditor.name,
        "#CPF_CNPJ_CREDOR#": _tax_id(creditor.tax_id),
        "#ENDERECO_CREDOR#": address_of(creditor),
    }


def _company(facts: Facts) -> dict[str, str]:
    account = facts.account
    return {
        "#NOME_EMPRESA#": account.name,
        "#CNPJ_EMPRESA#": _tax_id(account.tax_id),
        "#ENDERECO_EMPRESA#": account.address,
        "#TELEFONE_EMPRESA#": _phone(account.phone),
    }


def _agreement(facts: Facts) -> dict[str, str]:
    agreement = facts.agreement
    if agreement is None:
        return {}
    rest = [each for each in agreement.instalments if each.number] or list(agreement.instalments)
    return {
        "#NUMERO_ACORDO#": str(agreement.number),
        "#DATA_ACORDO#": _day_of(agreement.agreed_on),
        "#VALOR_ACORDO#": format_brl(facts.total),
        "#VALOR_ACORDO_EXTENSO#": amount_in_words(facts.total),
        "#ENTRADA#": format_brl(agreement.entry),
        "#QTD_PARCELAS#": str(sum(1 for each in agreement.instalments if each.number)),
        "#PRIMEIRO_VENCIMENTO#": _day_of(rest[0].due_date) if rest else "",
    }


def _debt(facts: Facts) -> dict[str, str]:
    sums = facts.sums
    if not facts.lines:
        return {}
    return {
        "#VALOR_ORIGINAL#": _original(sums),
        "#MULTA#": format_brl(sums.fine),
        "#JUROS#": format_brl(sums.interest),
        "#HONORARIOS#": format_brl(sums.fee),
        "#DESCONTO#": format_brl(sums.discount),
        "#TOTAL#": format_brl(sums.total),
        "#TOTAL_EXTENSO#": amount_in_words(sums.total),
    }


def _payment(facts: Facts) -> dict[str, str]:
    try:
        code = pix_code(facts)
    except pix.PixError:
        code = ""
    return {"#CODIGO_BARRAS#": _boleto_line(facts), "#PIX_COPIA_COLA#": code}


def _boleto_line(facts: Facts) -> str:
    """The first line that a bank takes: of the next instalment, or of the oldest title that has one."""
    if facts.agreement:
        lines = [facts.next_instalment.boleto_line] if facts.next_instalment else []
    else:
        lines = [line.title.boleto_line for line in facts.lines]
    for line in filter(None, lines):
        try:
            return boleto.formatted(boleto.parse_line(line, facts.today).line)
        except boleto.BoletoError:
            continue
    return ""


def _day(facts: Facts) -> dict[str, str]:
    return {
        "#DATA_ATUAL#": _day_of(facts.today),
        "#DATA_EXTENSO#": date_in_words(facts.today),
        "#NOME_USUARIO#": facts.signatory.name if facts.signatory else "",
    }


def _figures(sums: Sum, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain(getattr(sums, name)) for name in names)


def _original(sums: Sum) -> str:
    """With what was already paid of it, where the text has no column for that."""
    paid = f" (já pago em acordo anterior: {format_brl(sums.credited)})" if sums.credited else ""
    return format_brl(sums.original) + paid


def _state(instalment: Instalment, facts: Facts) -> str:
    if instalment.paid_on:
        return f"Paga em {_day_of(instalment.paid_on)}"
    return "Vencida" if is_overdue(instalment.due_date, facts.today) else "A vencer"


def _labelled(tax_id: str) -> str:
    return f"{tax_ids.kind(tax_id).upper()} {tax_ids.formatted(tax_id)}" if tax_id else ""


def _tax_id(tax_id: str) -> str:
    return tax_ids.formatted(tax_id) if tax_id else ""


def _phone(e164: str) -> str:
    return phones.formatted(e164) if e164 else ""


def _day_of(day: date) -> str:
    return day.strftime("%d/%m/%Y")
