"""Brazilian states and postal codes (CEP)."""

from __future__ import annotations

import re

STATES = {
    "AC": "Acre", "AL": "Alagoas", "AM": "Amazonas", "AP": "Amapá", "BA": "Bahia", "CE": "Ceará",
    "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás", "MA": "Maranhão", "MG": "Minas Gerais",
    "MS": "Mato Grosso do Sul", "MT": "Mato Grosso", "PA": "Pará", "PB": "Paraíba", "PE": "Pernambuco",
    "PI": "Piauí", "PR": "Paraná", "RJ": "Rio de Janeiro", "RN": "Rio Grande do Norte", "RO": "Rondônia",
    "RR": "Roraima", "RS": "Rio Grande do Sul", "SC": "Santa Catarina", "SE": "Sergipe", "SP": "São Paulo",
    "TO": "Tocantins",
}  # fmt: skip

_ZIP = re.compile(r"\d{5}[ .\-]?\d{3}", re.ASCII)
_FIRST_ZIP = 1_000_000
"""01000-000, where the codes of São Paulo begin: nothing is below."""


class ZipError(ValueError):
    """The text is not a CEP; the message is in Portuguese and says what to correct."""


def parse_zip(raw: str) -> str:
    """The eight digits of a CEP, written with or without its hyphen. Raises ZipError."""
    text = raw.strip().replace(".", "", 1) if re.fullmatch(r"\d{2}\.\d{3}-?\d{3}", raw.strip()) else raw.strip()
    if not _ZIP.fullmatch(text):
        raise ZipError("O CEP tem 8 números, como 01310-100.")
    digits = re.sub(r"\D", "", text)
    if int(digits) < _FIRST_ZIP or len(set(digits)) == 1:
        raise ZipError("Este CEP não existe. Confira os números.")
    return digits


def format_zip(digits: str) -> str:
    """01310-100; "" for none."""
    return f"{digits[:5]}-{digits[5:]}" if digits else ""
