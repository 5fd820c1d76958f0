"""The option "Código de barras": the linha digitável of what is owed, ready to be copied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from portal.assistant.rules.facts import Due, by_age
from portal.assistant.rules.wording import clipped, counted
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.rules.boleto import Boleto, BoletoError, formatted, parse_line

MAX_BARCODES = 5


def barcode_text(dues: Iterable[Due], today: date) -> list[str]:
    """Two messages for each title or instalment, oldest first: what it is, then its linha digitável alone.

    At most five; a last message tells of the others. Empty when nothing has a line that can be paid.
    """
    ordered = sorted(dues, key=by_age)
    payable = [(due, boleto) for due in ordered if (boleto := _boleto(due, today))]
    messages = []
    for due, boleto in payable[:MAX_BARCODES]:
        lines = [*due.creditor.heading, "", *due.lines(today), *_differences(due, boleto)]
        messages.extend([clipped("\n".join(lines)), formatted(boleto.line)])
    left_out = _left_out(len(payable) - MAX_BARCODES, len(ordered) - len(payable))
    return [*messages, left_out] if payable and left_out else messages


def _boleto(due: Due, today: date) -> Boleto | None:
    # A line with a wrong check digit counts as none: nobody should be asked to pay it.
    try:
        return parse_line(due.boleto_line, today) if due.boleto_line else None
    except BoletoError:
        return None


def _differences(due: Due, boleto: Boleto) -> list[str]:
    # The bank's screen shows the boleto's own data: said before, they do not look like a fraud.
    lines = []
    if boleto.amount is not None and boleto.amount != due.amount:
        lines.append(f"Valor do boleto: {format_brl(boleto.amount)}")
    if boleto.due is not None and boleto.due != due.due_date:
        lines.append(f"Vencimento do boleto: {boleto.due:%d/%m/%Y}")
    return lines


def _left_out(more: int, without_line: int) -> str:
    parts = []
    if more > 0:
        parts.append(f"Há mais {counted(more, 'pagamento', 'pagamentos')} com código de barras.")
    if without_line > 0:
        have = "não tem" if without_line == 1 else "não têm"
        parts.append(
            f"{counted(without_line, 'pagamento', 'pagamentos')} em aberto {have} código de barras disponível por aqui."
        )
    return " ".join([*parts, "Para tratar dos demais, escreva *operador*."]) if parts else ""
