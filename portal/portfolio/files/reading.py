"""Spreadsheets in: a CSV or XLSX becomes a header and a stream of rows, or one clear FileError."""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from python_calamine import CalamineError, CalamineWorkbook

Cell = str | float | date

REQUIRED = ("CREDOR", "NOME_DEVEDOR", "CNPJ_CPF", "DT_VENCIMENTO", "SALDO")
PHONES = tuple(f"FONE_{number}" for number in range(1, 11))
OPTIONAL = ("COD_DEVEDOR", "CATEGORIA", "EMAIL", *PHONES, "NUMERO_TITULO", "LINHA_DIGITAVEL", "CIDADE", "UF")
COLUMNS = frozenset((*REQUIRED, *OPTIONAL))

MAX_ROWS = 200_000
MAX_UNZIPPED = 300 * 1024 * 1024
# A quoted cell may hold a line break; a record longer than this is a quote that was never closed.
_MAX_RECORD_LINES = 20
_HEADER_SEARCH = 20
_PIECE = 1 << 20
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_NOT_WORD = re.compile(r"[^A-Z0-9]+")
# The reader allocates the whole rectangle up to the last cell, so one stray cell far away would end the process:
# refused are cells and rows from 300,000 down, and columns from BA on.
_FAR_CELL = re.compile(rb"""\br\s*=\s*["'](?:[A-Z]{3}|[B-Z][A-Z]|[A-Z]{0,2}(?:[3-9]\d{5}|\d{7}))""")
_MAGIC = (
    (b"%PDF", "um PDF"),
    (b"\x89PNG", "uma imagem"),
    (b"\xff\xd8\xff", "uma imagem"),
    (b"GIF8", "uma imagem"),
    (b"\xd0\xcf\x11\xe0", "uma planilha do Excel antigo (.xls) ou protegida por senha"),
    (b"Rar!", "um arquivo compactado"),
    (b"7z\xbc\xaf", "um arquivo compactado"),
    (b"\x1f\x8b", "um arquivo compactado"),
)
_SAVE_AS = "Salve a planilha como CSV (separado por ponto e vírgula) ou como .xlsx e envie de novo."


class FileError(ValueError):
    """The file as a whole cannot be imported; the message is in Portuguese and says what to do."""


@dataclass(frozen=True)
class Table:
    """A file being read. `rows` can be walked once: (line in the file, cells), empty lines left out.

    `columns` maps the canonical column names found to their positions; columns of other names are ignored. Walking
    `rows` raises FileError at the row limit and at a quote that is never closed.
    """

    header: list[str]
    rows: Iterator[tuple[int, list[Cell]]]
    columns: dict[str, int]
    encoding: str
    delimiter: str


def read_table(content: bytes, filename: str) -> Table:
    """Opens a CSV (UTF-8, else Windows-1252; `;`, `,` or tab) or the first sheet of an XLSX, by its content.

    The name serves the messages alone. Raises FileError, now for the file and its header, later from `rows`.
    """
    if not content or content.isspace():
        raise FileError(f"O arquivo {filename} está vazio. Exporte a carteira de novo e envie o arquivo com as linhas.")
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise FileError(f"O arquivo {filename} é {what}. {_SAVE_AS}")
    if content.startswith(b"PK"):
        return _read_xlsx(content, filename)
    return _read_csv(content, filename)


def column_key(name: str) -> str:
    """A header name without case, accents, spaces or punctuation, as columns are compared."""
    plain = unicodedata.normalize("NFKD", name.upper()).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub("", plain)


_BY_KEY = {column_key(name): name for name in COLUMNS}


def _read_csv(content: bytes, filename: str) -> Table:
    encoding = _encoding(content, filename)
    content = content.rstrip(b"\x1a")
    if encoding != "utf-16" and _CONTROL.search(content):
        raise FileError(f"O arquivo {filename} não é um texto CSV nem uma planilha XLSX. {_SAVE_AS}")
    delimiter = _delimiter(_csv_records(content, encoding, ";"))
    records = _csv_records(content, encoding, delimiter)
    header, columns = _header(records, filename)
    return Table(header, _limited(records), columns, encoding, delimiter)


def _encoding(content: bytes, filename: str) -> str:
    candidates = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in candidates:
        if _is_readable(content, encoding):
            return encoding
    raise FileError(f"O arquivo {filename} não é um texto CSV nem uma planilha XLSX. {_SAVE_AS}")


def _is_readable(content: bytes, encoding: str) -> bool:
    """Decoded piece by piece: the whole text in memory would be several times the file."""
    decoder, pieces = codecs.getincrementaldecoder(encoding)(), memoryview(content)
    try:
        for start in range(0, len(content), _PIECE):
            decoder.decode(pieces[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv_records(content: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in cast("Iterator[list[Cell]]", reader):
            if reader.line_num - line >= _MAX_RECORD_LINES:
                raise _open_quote(line)
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _open_quote(line) from error


def _open_quote(line: int) -> FileError:
    return FileError(
        f"Há aspas abertas e não fechadas a partir da linha {line}. Apague as aspas e envie o arquivo de novo."
    )


def _delimiter(records: Iterable[tuple[int, list[Cell]]]) -> str:
    """The separator that finds most known columns in the first lines."""
    best, most = ";", 0
    for _, (_, cells) in zip(range(_HEADER_SEARCH), records, strict=False):
        line = ";".join(str(cell) for cell in cells)
        for delimiter in (";", ",", "\t"):
            found = len(_columns(line.split(delimiter)))
            if found > most:
                best, most = delimiter, found
    return best


def _columns(cells: Iterable[Cell]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for position, cell in enumerate(cells):
        name = _BY_KEY.get(column_key(str(cell)))
        if name:
            columns.setdefault(name, position)
    return columns


def _header(records: Iterator[tuple[int, list[Cell]]], filename: str) -> tuple[list[str], dict[str, int]]:
    """Takes the header off the stream. Titles and blank lines above it are passed over."""
    best: dict[str, int] = {}
    for _, (_, cells) in zip(range(_HEADER_SEARCH), records, strict=False):
        columns = _columns(cells)
        if all(name in columns for name in REQUIRED):
            return _trimmed(cells), columns
        best = max(best, columns, key=len)
    missing = ", ".join(name for name in REQUIRED if name not in best)
    raise FileError(f"Falta no cabeçalho do arquivo {filename}: {missing}. Inclua na primeira linha e envie de novo.")


def _trimmed(cells: list[Cell]) -> list[str]:
    header = [str(cell).strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    return header


def _limited(records: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    count = 0
    for line, cells in records:
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileError("O arquivo tem mais de 200.000 linhas. Divida-o em partes e envie uma de cada vez.")
        yield line, cells


def _read_xlsx(content: bytes, filename: str) -> Table:
    try:
        _check_archive(content, filename)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (zipfile.BadZipFile, CalamineError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileError(
            f"O arquivo {filename} está danificado. Abra-o no Excel, salve de novo como .xlsx e envie."
        ) from error
    records = ((line, [_cell(value) for value in row]) for line, row in enumerate(sheet.iter_rows(), start=1))
    header, columns = _header(records, filename)
    return Table(header, _limited(records), columns, "xlsx", "")


def _check_archive(content: bytes, filename: str) -> None:
    """Unzips once, counting what really comes out: the sizes an archive declares can lie."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise FileError(f"O arquivo {filename} é um arquivo compactado, não uma planilha XLSX. {_SAVE_AS}")
        left = MAX_UNZIPPED
        if sum(entry.file_size for entry in entries) > left:
            raise _too_big(filename)
        for entry in entries:
            left -= _unzipped(archive, entry, left, filename)


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, filename: str) -> int:
    is_sheet = entry.filename.startswith("xl/worksheets/")
    # The declared size would end the reading early; `left` ends it instead.
    entry.file_size = sys.maxsize
    size, tail = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(_PIECE):
            size += len(chunk)
            if size > left:
                raise _too_big(filename)
            if is_sheet and _FAR_CELL.search(tail + chunk):
                raise FileError(
                    f"A planilha {filename} tem células preenchidas longe da tabela (além da coluna AZ ou da linha "
                    "300.000). Apague-as, ou copie a tabela para uma planilha nova, e envie de novo."
                )
            tail = chunk[-40:]
    return size


def _too_big(filename: str) -> FileError:
    return FileError(
        f"A planilha {filename} passa de 300 MB depois de aberta. Divida-a em partes e envie uma de cada vez."
    )


def _cell(value: object) -> Cell:
    """Whole numbers become text: a CPF or a phone typed as a number is 11144477735, not 11144477735.0."""
    if isinstance(value, str | datetime | date):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else value
    return str(value)
