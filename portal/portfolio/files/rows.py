"""Rows of a portfolio file, checked one at a time: a Row to import, or every reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, TypeVar

from portal.portfolio.files.reading import PHONES, Cell, Table
from portal.portfolio.rules import amounts, boleto, dates, phones, tax_ids
from portal.portfolio.rules.phones import Phone

# The most characters of each text, so that none is cut or refused when it is stored, nor its key without accents, which
# is longer where one sign stands for several letters.
LIMITS = {"CREDOR": 120, "COD_DEVEDOR": 40, "NOME_DEVEDOR": 150, "CATEGORIA": 80, "NUMERO_TITULO": 40, "CIDADE": 80}
_COLUMNS = (
    *("CREDOR", "NOME_DEVEDOR", "CNPJ_CPF", "DT_VENCIMENTO", "SALDO", "NUMERO_TITULO", "LINHA_DIGITAVEL"),
    *("COD_DEVEDOR", "CATEGORIA", "CIDADE", "UF", "EMAIL"),
)
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


class Row(NamedTuple):
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


class Checked(NamedTuple):
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
    width = len(table.header)
    reader = _Reader(table.columns, today)
    for line, cells in table.rows:
        if len(cells) < width or any(cells[width:]):
            yield Checked(line, cells, None, (_wrong_width(line, cells, width),), ())
        else:
            yield reader.check(line, cells)


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


class _Reader:
    """Reads row after row; collects every problem of one instead of stopping at the first."""

    def __init__(self, columns: Mapping[str, int], today: date) -> None:
        # What the file has no column for is taken from the empty cell that is put behind its last.
        self._pick = itemgetter(*(columns.get(column, -1) for column in (*_COLUMNS, *PHONES)))
        self._today = today
        self._seen = _Sequence()
        self._line = 0
        self._refusals: list[Refusal] = []
        self._warnings: list[RowWarning] = []

    def check(self, line: int, cells: list[Cell]) -> Checked:
        self._line = line
        self._refusals.clear()
        self._warnings.clear()
        row = self._row(*self._pick((*cells, "")))
        return Checked(line, cells, row, tuple(self._refusals), tuple(self._warnings))

    def _row(
        self, creditor_cell: Cell, name_cell: Cell, tax_id_cell: Cell, due_cell: Cell, amount_cell: Cell,
        number_cell: Cell, line_cell: Cell, code_cell: Cell, category_cell: Cell, city_cell: Cell, state_cell: Cell,
        email_cell: Cell, *phone_cells: Cell,
    ) -> Row | None:  # fmt: skip
        creditor, name = self._required("CREDOR", creditor_cell), self._required("NOME_DEVEDOR", name_cell)
        tax_id = self._parsed("CNPJ_CPF", tax_id_cell, _tax_id)
        due_date = self._parsed("DT_VENCIMENTO", due_cell, _due_date)
        amount = self._parsed("SALDO", amount_cell, _amount)
        title_number, boleto_line = self._text("NUMERO_TITULO", number_cell), self._boleto_line(line_cell)
        debtor_code, category = self._text("COD_DEVEDOR", code_cell), self._text("CATEGORIA", category_cell)
        city, state = self._text("CIDADE", city_cell), self._state(state_cell)
        emails, numbers = self._emails(email_cell), self._phones(phone_cells)
        if not (tax_id and due_date):
            return None
        sequence = self._seen.count(creditor, tax_id, due_date, title_number)
        if not amount or self._refusals:
            return None
        return Row(
            self._line, creditor, debtor_code, name, tax_id, category, city, state, emails, due_date, amount, numbers,
            title_number, boleto_line, sequence,
        )  # fmt: skip

    def _refuse(self, column: str, cell: Cell, reason: str) -> None:
        self._refusals.append(Refusal(self._line, column, _shown(cell), reason))

    def _warn(self, column: str, value: str, reason: str) -> None:
        self._warnings.append(RowWarning(self._line, column, value[:_SHOWN], reason))

    def _text(self, column: str, cell: Cell) -> str:
        if cell == "":
            return ""
        text, fits = _limited(cell, LIMITS[column])
        if not fits:
            self._refuse(column, cell, f"O texto passa de {LIMITS[column]} caracteres.")
        return text

    def _required(self, column: str, cell: Cell) -> str:
        text = self._text(column, cell)
        if not text:
            self._refuse(column, cell, "A célula está vazia e é obrigatória.")
        return text

    def _parsed(self, column: str, cell: Cell, parse: Callable[[Cell], _Value]) -> _Value | None:
        """The rules' own errors carry the reason, in Portuguese."""
        try:
            return parse(cell)
        except _RULE_ERRORS as error:
            self._refuse(column, cell, str(error))
            return None

    def _boleto_line(self, cell: Cell) -> str | None:
        raw = _text(cell)
        if not raw:
            return None
        read = self._parsed("LINHA_DIGITAVEL", cell, lambda _: boleto.parse_line(raw, self._today))
        return read.line if read else None

    def _state(self, cell: Cell) -> str:
        state = _text(cell).upper()
        if not state or state in STATES:
            return state
        self._warn("UF", state, "A UF não existe e fica de fora. Use a sigla, como SP.")
        return ""

    def _emails(self, cell: Cell) -> tuple[str, ...]:
        if cell == "":
            return ()
        found: dict[str, None] = {}
        for address in _EMAIL_SEPARATOR.split(_text(cell)):
            if not address:
                continue
            if len(address) <= _EMAIL_LIMIT and _EMAIL.fullmatch(address):
                found[address.lower()] = None
            else:
                self._warn("EMAIL", address, "O e-mail não é válido e fica de fora.")
        return tuple(found)

    def _phones(self, cells: Sequence[Cell]) -> tuple[Phone, ...]:
        found: dict[str, Phone] = {}
        for column, cell in zip(PHONES, cells, strict=True):
            if cell == "" or not (raw := _text(cell)):
                continue
            try:
                phone = phones.parse(raw)
            except phones.PhoneError as error:
                self._warn(column, raw, str(error))
            else:
                found.setdefault(phone.match_key, phone)
        return tuple(found.values())


class _Sequence:
    """Counts the rows of one title. Every row of the file is kept here, so a key is one short text, creditors numbered."""

    def __init__(self) -> None:
        self._creditors: dict[str, int] = {}
        self._rows: dict[str, int] = {}

    def count(self, creditor: str, tax_id: str, due_date: date, number: str) -> int:
        creditor_number = self._creditors.setdefault(creditor_key(creditor), len(self._creditors))
        key = f"{creditor_number}|{tax_id}|{due_date.toordinal()}|{number}"
        rows = self._rows[key] = self._rows.get(key, 0) + 1
        return rows


def _tax_id(cell: Cell) -> str:
    return tax_ids.normalise(_text(cell))


@lru_cache(maxsize=4096)
def _due_date(cell: Cell) -> date:
    return dates.parse_date(cell if isinstance(cell, date) else _text(cell))


def _amount(cell: Cell) -> Decimal:
    return amounts.parse_amount(cell if isinstance(cell, float) else _text(cell))


@lru_cache(maxsize=8192)
def _limited(cell: Cell, limit: int) -> tuple[str, bool]:
    """The text of a cell, and whether it fits, its key without accents included. Creditors and people repeat."""
    text = _text(cell)
    return text, len(text) <= limit and (text.isascii() or len(_plain(text)) <= limit)


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
