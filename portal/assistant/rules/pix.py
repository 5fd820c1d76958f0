"""The option "PIX copia e cola": for each creditor what is paid, itemised, then the code alone, ready to be copied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from portal.assistant.rules.facts import Due, InstalmentFact, PixFact, TitleFact, by_age, summed
from portal.assistant.rules.wording import clipped, counted
from portal.menu.rules import plain
from portal.portfolio.rules.amounts import format_brl

MAX_CODES = 5
MAX_TITLES = 15
"""Titles told one by one in the message of a creditor; those after them only count in its sums."""

HOW = "Copie o código da próxima mensagem e cole no aplicativo do seu banco, na opção PIX copia e cola."


def pix_text(codes: Iterable[PixFact], today: date, without: int = 0) -> list[str]:
    """Two messages for each code, at most five codes; a last message tells of the others. `without` counts the creditors
    of this debtor to whom nothing can be paid by PIX. Empty when there is no code."""
    ordered = sorted(codes, key=lambda code: (plain(code.creditor.name), code.creditor.name, code.code))
    messages = []
    for fact in ordered[:MAX_CODES]:
        lines = [*fact.creditor.heading, "", *_what(fact.dues, today), "", HOW]
        messages.extend([clipped("\n".join(lines)), fact.code])
    left_out = max(0, len(ordered) - MAX_CODES) + without
    if messages and left_out:
        others = counted(left_out, "outro credor", "outros credores")
        messages.append(f"Para pagar a {others}, escreva *operador*.")
    return messages


def _what(dues: Sequence[Due], today: date) -> list[str]:
    ordered = sorted(dues, key=by_age)
    titles = [due for due in ordered if isinstance(due, TitleFact)]
    instalments = [due for due in ordered if isinstance(due, InstalmentFact)]
    lines = [line for due in instalments for line in due.lines(today)]
    return [*lines, *_titles(titles, today)]


def _titles(titles: Sequence[TitleFact], today: date) -> list[str]:
    if not titles:
        return []
    told = [f"{title.name}, vencimento {title.due_date:%d/%m/%Y}" for title in titles[:MAX_TITLES]]
    if len(titles) > MAX_TITLES:
        told.append(f"e mais {counted(len(titles) - MAX_TITLES)}")
    figures = summed(title.figures for title in titles)
    return [
        *told,
        *figures.lines(),
        f"*Total a pagar: {format_brl(figures.total)}*",
        f"Valor para pagamento em {today:%d/%m/%Y}.",
    ]
