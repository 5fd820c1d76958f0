"""What a person looks for in the portfolio: a name, a CPF or CNPJ, or a phone, told apart by how it is written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from portal.portfolio.rules import phones, tax_ids

FEWEST_LETTERS = 3
FEWEST_DIGITS = 4
_LONGEST = 120
_PUNCTUATED = re.compile(r"[0-9\s().,\-/+]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """At most one person is found by `tax_id`, few by `match_key`. `words` begin a name's; `digits` are a part."""

    words: tuple[str, ...] = ()
    tax_id: str = ""
    match_key: str = ""
    digits: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it names somebody, so that it may be asked by those who may not browse."""
        return bool(self.tax_id or self.match_key) or any(_letters(word) >= FEWEST_LETTERS for word in self.words)

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.tax_id or self.match_key or self.digits)


def search_key(text: str) -> str:
    """Text as it is searched: lower case, without accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def read(text: str) -> Wanted:
    """What a search text asks for. A number can be a tax id and a phone at once, and is then looked for as both."""
    text = text[:_LONGEST].strip()
    tax_id = _tax_id(text)
    if not _PUNCTUATED.fullmatch(text):
        return Wanted(tax_id=tax_id) if tax_id else Wanted(words=tuple(search_key(text).split()))
    digits = re.sub(r"\D", "", text)
    return Wanted(
        tax_id=tax_id,
        match_key=_match_key(text),
        digits=digits if len(digits) >= FEWEST_DIGITS and not tax_id else "",
    )


def _tax_id(text: str) -> str:
    try:
        return tax_ids.normalise(text)
    except tax_ids.TaxIdError:
        return ""


def _match_key(text: str) -> str:
    try:
        return phones.parse(text).match_key
    except phones.PhoneError:
        return ""


def _letters(word: str) -> int:
    return sum(c.isalpha() for c in word)
