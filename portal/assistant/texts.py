"""What the assistant writes about a debtor's open titles, as WhatsApp text. Only ever sent after the identification.

Amounts are the titles' original values, itemised: nothing is added to them here, and the text says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from portal.menu.rules import plain
from portal.portfolio.rules.amounts import format_brl
from portal.portfolio.rules.boleto import Boleto, BoletoError, formatted, parse_line
from portal.portfolio.rules.dates import days_overdue

MESSAGE_LIMIT = 4000  # WhatsApp takes 4,096 characters
MAX_BARCODES = 5


@dataclass(frozen=True)
class TitleFact:
    """An open title as the debtor may read it. `boleto_line` is the linha digitável, empty when there is none."""

    creditor: str
    due_date: date
    amount: Decimal
    number: str = ""
    boleto_line: str | None = None


def barcode_text(titles: Iterable[TitleFact], today: date) -> list[str]:
    """Two messages for each title, oldest first: what it is, then its linha digitável alone, ready to be copied.

    At most five titles; a last message tells of the others. Empty when no title has a line that can be paid.
    """
    ordered = sorted(titles, key=_by_age)
    payable = [(title, boleto) for title in ordered if (boleto := _boleto(title, today))]
    messages = []
    for title, boleto in payable[:MAX_BARCODES]:
        lines = [f"*{_one_line(title.creditor)}*", *_lines(title, today), *_differences(title, boleto)]
        messages.extend([_clipped("\n".join(lines)), formatted(boleto.line)])
    left_out = _left_out(len(payable) - MAX_BARCODES, len(ordered) - len(payable))
    return [*messages, left_out] if payable and left_out else messages


def statement_text(titles: Iterable[TitleFact], today: date) -> list[str]:
    """The debt statement of type "Título Original": by creditor, each title, the totals. Empty when there is no title.

    As many messages as it takes, at most 4,000 characters each, cut between titles.
    """
    ordered = sorted(titles, key=lambda title: (plain(title.creditor), title.creditor, *_by_age(title)))
    if not ordered:
        return []
    blocks = [f"*Demonstrativo de débito*\nTítulo Original, posição em {today:%d/%m/%Y}"]
    for creditor, group in groupby(ordered, key=lambda title: title.creditor):
        blocks.extend(_creditor_blocks(creditor, list(group), today))
    blocks.append(
        f"*Total geral {_counted(len(ordered))}: {_total(ordered)}*\n"
        "Valores originais dos títulos, sem juros, multa, honorários ou outros acréscimos."
    )
    return _packed(blocks)


def _boleto(title: TitleFact, today: date) -> Boleto | None:
    # A line with a wrong check digit counts as none: nobody should be asked to pay it.
    try:
        return parse_line(title.boleto_line, today) if title.boleto_line else None
    except BoletoError:
        return None


def _differences(title: TitleFact, boleto: Boleto) -> list[str]:
    # The bank's screen shows the boleto's own data: said before, they do not look like a fraud.
    lines = []
    if boleto.amount is not None and boleto.amount != title.amount:
        lines.append(f"Valor do boleto: {format_brl(boleto.amount)}")
    if boleto.due is not None and boleto.due != title.due_date:
        lines.append(f"Vencimento do boleto: {boleto.due:%d/%m/%Y}")
    return lines


def _creditor_blocks(creditor: str, titles: list[TitleFact], today: date) -> list[str]:
    name = _one_line(creditor)
    items = ["\n".join(_lines(title, today)) for title in titles]
    return [f"*{name}*\n{items[0]}", *items[1:], f"Total {name} {_counted(len(titles))}: {_total(titles)}"]


def _lines(title: TitleFact, today: date) -> list[str]:
    number = _one_line(title.number)
    return [
        f"Título {number}" if number else "Título sem número",
        f"Vencimento: {title.due_date:%d/%m/%Y}{_lateness(title.due_date, today)}",
        f"Valor original: {format_brl(title.amount)}",
    ]


def _lateness(due_date: date, today: date) -> str:
    late = days_overdue(due_date, today)
    if late > 0:
        return f" ({late} {'dia' if late == 1 else 'dias'} em atraso)"
    return " (vence hoje)" if due_date == today else " (a vencer)" if due_date > today else ""


def _left_out(more: int, without_line: int) -> str:
    parts = []
    if more > 0:
        parts.append(f"Há mais {more} {'título' if more == 1 else 'títulos'} com código de barras.")
    if without_line > 0:
        parts.append(
            "1 título em aberto não tem código de barras disponível por aqui."
            if without_line == 1
            else f"{without_line} títulos em aberto não têm código de barras disponível por aqui."
        )
    return " ".join([*parts, "Para tratar dos demais, escreva *operador*."]) if parts else ""


def _packed(blocks: Sequence[str]) -> list[str]:
    messages = [_clipped(blocks[0])]
    for block in map(_clipped, blocks[1:]):
        joined = f"{messages[-1]}\n\n{block}"
        if len(joined) <= MESSAGE_LIMIT:
            messages[-1] = joined
        else:
            messages.append(block)
    return messages


def _by_age(title: TitleFact) -> tuple[date, str, str, Decimal, str]:
    return title.due_date, title.creditor, title.number, title.amount, title.boleto_line or ""


def _counted(count: int) -> str:
    return f"({count} {'título' if count == 1 else 'títulos'})"


def _total(titles: Iterable[TitleFact]) -> str:
    return format_brl(sum((title.amount for title in titles), Decimal(0)))


def _one_line(text: str) -> str:
    # An asterisk or a line break of an imported name would break the bold text around it.
    return " ".join(text.replace("*", " ").split())


def _clipped(text: str) -> str:
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"
