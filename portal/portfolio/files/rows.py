"""Rows of a portfolio file, checked one at a time: a Row to import, or every reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from portal.portfolio.files.reading import PHONES, Cell, Table
from portal.portfolio.rules import amounts, boleto, dates, phones, tax_ids
from portal.portfolio.rules.phones import Phone

# The most characters of each text, so that none is cut or refused when it is stored, nor its key without accents, which
# is longer where one sign stands for several letters.
LIMITS = {"CREDOR": 120, "COD_DEVEDOR": 40, "NOME_DEVEDOR": 150, "CATEGORIA": 80, "NUMERO_TITULO": 40, "CIDADE": 80}
STATES = frozenset("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split())

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_EMAIL_SEPARATOR = re.compile(r"[;,\s]+")
_EMAIL_LIMIT = 254
_GUARDED = ("'=", "'+", "'-", "'@")
_SHOWN = 120
_RULE_ERRORS = (tax_ids.TaxIdError, dates.DateError, amounts.AmountError, boleto.BoletoError)

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell: line in the file, column, the cell as written (cut at 120 characters), reason."""

    line: int
    column: str
    value: str
    reason: str


class Refusal(Problem):
    """Keeps the whole row out."""


class RowWarning(Problem):
    """Leaves out the cell alone: a row is worth having without its second phone."""


@dataclass(frozen=True, slots=True)
class Row:
    """A title of a debtor, ready to import. Texts are "" and `boleto_line` None when the file has none.

    `sequence` counts, from 1, the rows of the file with the same creditor_key, tax id, due date and title number,
    refused ones included, so that the same file, or the same file corrected, leads to the same titles.
    """

    line: int
    creditor: str
    debtor_code: str
    name: str
    tax_id: str
    category: str
    city: str
    state: str
    emails: tuple[str, ...]
    due_date: date
    amount: Decimal
    phones: tuple[Phone, ...]
    title_number: str
    boleto_line: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Checked:
    """One row of the file: `row` is None exactly when there are refusals. `cells` is what was read."""

    line: int
    cells: list[Cell]
    row: Row | None
    refusals: tuple[Refusal, ...]
    warnings: tuple[RowWarning, ...]


def check_rows(table: Table, today: date) -> Iterator[Checked]:
    """Checks the rows of `table` as they are read, never holding the file. `today` dates the boletos.

    Raises FileError from the table's own rows.
    """
    seen: Counter[tuple[str, str, date, str]] = Counter()
    width = len(table.header)
    for line, cells in table.rows:
        if len(cells) < width or any(cells[width:]):
            yield Checked(line, cells, None, (_wrong_width(line, cells, width),), ())
        else:
            yield _Reader(line, cells, table.columns, today).check(seen)


@lru_cache(maxsize=4096)
def creditor_key(name: str) -> str:
    """One creditor under every spelling: the name without case, accents and spare spaces."""
    letters = _plain(name)
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold())


def _wrong_width(line: int, cells: Sequence[Cell], width: int) -> Refusal:
    shown = ";".join(str(cell) for cell in cells)[:_SHOWN]
    reason = f"A linha tem {len(cells)} células e o cabeçalho tem {width}. Confira separadores e aspas."
    return Refusal(line, "", shown, reason)


@dataclass(slots=True)
class _Reader:
    """The reading of one row: collects every problem instead of stopping at the first."""

    line: int
    cells: list[Cell]
    columns: dict[str, int]
    today: date
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)

    def check(self, seen: Counter[tuple[str, str, date, str]]) -> Checked:
        creditor, name = self._required("CREDOR"), self._required("NOME_DEVEDOR")
        tax_id = self._parsed("CNPJ_CPF", _tax_id)
        due_date = self._parsed("DT_VENCIMENTO", _due_date)
        amount = self._parsed("SALDO", _amount)
        title_number, boleto_line = self._text("NUMERO_TITULO"), self._boleto_line()
        debtor_code, category = self._text("COD_DEVEDOR"), self._text("CATEGORIA")
        city, state = self._text("CIDADE"), self._state()
        emails, numbers = self._emails(), self._phones()
        sequence = 0
        if tax_id and due_date:
            key = (creditor_key(creditor), tax_id, due_date, title_number)
            seen[key] += 1
            sequence = seen[key]
        row = None
        if tax_id and due_date and amount and not self.refusals:
            row = Row(
                self.line, creditor, debtor_code, name, tax_id, category, city, state, emails, due_date, amount,
                numbers, title_number, boleto_line, sequence,
            )  # fmt: skip
        return Checked(self.line, self.cells, row, tuple(self.refusals), tuple(self.warnings))

    def _cell(self, column: str) -> Cell:
        position = self.columns.get(column)
        return "" if position is None else self.cells[position]

    def _refuse(self, column: str, reason: str) -> None:
        self.refusals.append(Refusal(self.line, column, _shown(self._cell(column)), reason))

    def _warn(self, column: str, value: str, reason: str) -> None:
        self.warnings.append(RowWarning(self.line, column, value[:_SHOWN], reason))

    def _text(self, column: str) -> str:
        text = _text(self._cell(column))
        if len(text) > LIMITS[column] or len(_plain(text)) > LIMITS[column]:
            self._refuse(column, f"O texto passa de {LIMITS[column]} caracteres.")
        return text

    def _required(self, column: str) -> str:
        text = self._text(column)
        if not text:
            self._refuse(column, "A célula está vazia e é obrigatória.")
        return text

    def _parsed(self, column: str, parse: Callable[[Cell], _Value]) -> _Value | None:
        """The rules' own errors carry the reason, in Portuguese."""
        try:
            return parse(self._cell(column))
        except _RULE_ERRORS as error:
            self._refuse(column, str(error))
            return None

    def _boleto_line(self) -> str | None:
        raw = _text(self._cell("LINHA_DIGITAVEL"))
        if not raw:
            return None
        read = self._parsed("LINHA_DIGITAVEL", lambda _: boleto.parse_line(raw, self.today))
        return read.line if read else None

    def _state(self) -> str:
        state = _text(self._cell("UF")).upper()
        if not state or state in STATES:
            return state
        self._warn("UF", state, "A UF não existe e fica de fora. Use a sigla, como SP.")
        return ""

    def _emails(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for address in _EMAIL_SEPARATOR.split(_text(self._cell("EMAIL"))):
            if not address:
                continue
            if len(address) <= _EMAIL_LIMIT and _EMAIL.fullmatch(address):
                found[address.lower()] = None
            else:
                self._warn("EMAIL", address, "O e-mail não é válido e fica de fora.")
        return tuple(found)

    def _phones(self) -> tuple[Phone, ...]:
        found: dict[str, Phone] = {}
        for column in PHONES:
            raw = _text(self._cell(column))
            if not raw:
                continue
            try:
                phone = phones.parse(raw)
            except phones.PhoneError as error:
                self._warn(column, raw, str(error))
            else:
                found.setdefault(phone.match_key, phone)
        return tuple(found.values())


def _tax_id(cell: Cell) -> str:
    return tax_ids.normalise(_text(cell))


def _due_date(cell: Cell) -> date:
    return dates.parse_date(cell if isinstance(cell, date) else _text(cell))


def _amount(cell: Cell) -> Decimal:
    return amounts.parse_amount(cell if isinstance(cell, float) else _text(cell))


def _text(cell: Cell) -> str:
    """The cell on one line, without control characters nor the apostrophe that guards an exported formula."""
    if cell == "":
        return ""
    text = cell if isinstance(cell, str) else str(cell)
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c.isspace() else "" for c in text)
    text = " ".join(text.split())
    return text[1:] if text.startswith(_GUARDED) else text


def _shown(cell: Cell) -> str:
    text = cell.strftime("%d/%m/%Y") if isinstance(cell, date) else _text(cell)
    return text[:_SHOWN]
