"""Made-up content for every wildcard: what a document looks like while no debtor is chosen."""

from __future__ import annotations

from portal.documents.rules.content import Column, Filled, Table
from portal.documents.rules.wildcards import INSTALMENTS_TABLE, TITLES_TABLE, WILDCARDS


def examples() -> Filled:
    """A value for each wildcard, and both tables."""
    values = {wildcard.name: wildcard.example for wildcard in WILDCARDS.values() if not wildcard.is_table}
    return Filled(values, {TITLES_TABLE: _example_titles(), INSTALMENTS_TABLE: _example_instalments()})


def _example_titles() -> Table:
    amounts = ("Original (R$)", "Multa", "Juros", "Honorários", "Desconto", "Total (R$)")
    return Table(
        (Column("Título"), Column("Vencimento"), *(Column(title, "right") for title in amounts)),
        (("NF 1001", "10/05/2026", "1.000,00", "20,00", "65,33", "108,53", "0,00", "1.193,86"),),
        ("Total", "", "1.000,00", "20,00", "65,33", "108,53", "0,00", "1.193,86"),
    )


def _example_instalments() -> Table:
    rows = (("Entrada", "22/11/2026", "193,86"), ("1", "10/12/2026", "500,00"), ("2", "10/01/2027", "500,00"))
    return Table(
        (Column("Parcela"), Column("Vencimento"), Column("Valor (R$)", "right")), rows, ("Total", "", "1.193,86")
    )
