"""The option "Demonstrativo de débito" as text, for whom no document can be issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import date
from itertools import groupby

from portal.assistant.rules.facts import Figures, InstalmentFact, TitleFact, by_age, summed
from portal.assistant.rules.wording import counted, one_line, packed
from portal.menu.rules import plain

UNCHANGED = "Valores originais dos títulos, sem juros, multa, honorários ou outros acréscimos."


def statement_text(titles: Iterable[TitleFact], today: date) -> list[str]:
    """The debt statement of type "Título Original": by creditor, each title itemised, the totals. Empty without titles.

    As many messages as it takes, at most 4,000 characters each, cut between titles.
    """
    ordered = sorted(titles, key=lambda title: (plain(title.creditor.name), *astuple(title.creditor), *by_age(title)))
    if not ordered:
        return []
    blocks = [f"*Demonstrativo de débito*\nTítulo Original, posição em {today:%d/%m/%Y}"]
    for creditor, group in groupby(ordered, key=lambda title: title.creditor):
        blocks.extend(_of_creditor("\n".join(creditor.heading), one_line(creditor.name), list(group), today))
    all_of_it = summed(title.figures for title in ordered)
    note = f"Valores atualizados até {today:%d/%m/%Y}." if all_of_it.changed else UNCHANGED
    blocks.append(f"*Total geral ({counted(len(ordered))})*\n{_totals(all_of_it)}\n{note}")
    return packed(blocks)


def agreements_text(instalments: Iterable[InstalmentFact], today: date) -> list[str]:
    """What active agreements ask for next, one block each. Empty without any."""
    ordered = sorted(instalments, key=by_age)
    if not ordered:
        return []
    blocks = ["*Acordos ativos*\nPróxima parcela de cada acordo"]
    blocks += ["\n".join([*each.creditor.heading, "", *each.lines(today)]) for each in ordered]
    return packed(blocks)


def _of_creditor(heading: str, name: str, titles: Sequence[TitleFact], today: date) -> list[str]:
    items = ["\n".join(title.lines(today)) for title in titles]
    total = f"*Total {name} ({counted(len(titles))})*\n{_totals(summed(title.figures for title in titles))}"
    return [f"{heading}\n\n{items[0]}", *items[1:], total]


def _totals(figures: Figures) -> str:
    return "\n".join(figures.lines())
