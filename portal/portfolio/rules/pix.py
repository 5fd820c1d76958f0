"""PIX copia e cola: the static BR Code of a key, as the Central Bank's manual lays it out (EMV TLV with a CRC).

A static code says nothing about its payment: somebody has to see the money and say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from portal.portfolio.rules import phones, tax_ids

GUI = "br.gov.bcb.pix"
NO_TXID = "***"

_NAME, _CITY, _KEY, _INFO, _FIELD = 25, 15, 77, 72, 99
_LARGEST = Decimal("9999999999.99")
_CRC_HEAD = "6304"
_TXID = re.compile(r"[A-Za-z0-9]{1,25}", re.ASCII)
_RANDOM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_HEAD = re.compile(r"(\d\d)(\d\d)", re.ASCII)
_WRITTEN = re.compile(r"\d{1,10}(?:\.\d{1,2})?", re.ASCII)
_BARE = re.compile(r"\d{11}", re.ASCII)


class PixError(ValueError):
    """The key or code is of no use; the message is in Portuguese and says why."""


@dataclass(frozen=True, slots=True)
class Pix:
    """What a code asks to be paid. A dynamic code has a `url` and no key; without `amount` the payer types one."""

    key: str
    name: str
    city: str
    amount: Decimal | None
    txid: str
    info: str = ""
    url: str = ""


def copy_and_paste(key: str, name: str, city: str, amount: Decimal | None, txid: str = NO_TXID, info: str = "") -> str:
    """The static code that pays `amount` to a key. ASCII only: accents go, and name, city and info are cut to what fits.

    Raises PixError for a key that is none, a missing name or city, an amount out of range and a txid with other signs
    than letters and digits (up to 25).
    """
    if txid != NO_TXID and not _TXID.fullmatch(txid):
        raise PixError("O identificador do PIX aceita só letras e números, até 25.")
    parts = (
        _tlv("00", "01"),
        _tlv("26", _merchant(check_key(key), info)),
        _tlv("52", "0000"),
        _tlv("53", "986"),
        _tlv("54", _amount(amount)) if amount is not None else "",
        _tlv("58", "BR"),
        _tlv("59", _needed(name, _NAME, "o nome de quem recebe o PIX")),
        _tlv("60", _needed(city, _CITY, "a cidade de quem recebe o PIX")),
        _tlv("62", _tlv("05", txid)),
        _CRC_HEAD,
    )
    code = "".join(parts)
    return code + crc16(code)


def check_key(text: str) -> str:
    """A PIX key as the Central Bank keeps it: CPF or CNPJ without punctuation, +55 phone, e-mail or random key.

    Raises PixError. Eleven bare digits that are both a CPF and a mobile are refused: the money would go to one of two.
    """
    key = text.strip()
    if not key:
        raise PixError("Informe a chave PIX.")
    if "@" in key:
        return _email(key.lower())
    if _RANDOM.fullmatch(key.lower()):
        return key.lower()
    tax_id, phone = _tax_id(key), _phone(key)
    if _BARE.fullmatch(key) and tax_id and phone:
        raise PixError(
            "Este número serve como CPF e como celular. "
            f"Escreva a chave como {tax_ids.formatted(tax_id)} ou como {phone}."
        )
    if found := tax_id or phone:
        return found
    raise PixError("Isto não é uma chave PIX. Informe um CPF, CNPJ, celular, e-mail ou chave aleatória.")


def parse(code: str) -> Pix:
    """What a code says, static or dynamic. Raises PixError when it was cut, changed or is no PIX at all."""
    text = code.strip()
    if text[-8:-4] != _CRC_HEAD or crc16(text[:-4]) != text[-4:].upper():
        raise PixError("O código PIX está incompleto ou foi alterado. Copie-o de novo.")
    fields = dict(_fields(text))
    account = dict(_fields(fields.get("26", "")))
    if account.get("00", "").lower() != GUI:
        raise PixError("O código não é um PIX.")
    return Pix(
        key=account.get("01", ""),
        name=fields.get("59", ""),
        city=fields.get("60", ""),
        amount=_read_amount(fields.get("54")),
        txid=dict(_fields(fields.get("62", ""))).get("05", ""),
        info=account.get("02", ""),
        url=account.get("25", ""),
    )


def crc16(text: str) -> str:
    """CRC16-CCITT-FALSE (polynomial 1021, initial FFFF) in four hexadecimal digits."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return f"{crc:04X}"


def _tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _merchant(key: str, info: str) -> str:
    """Key and info share the field's 99 characters, so a long key leaves little for the info."""
    base = _tlv("00", GUI) + _tlv("01", key)
    room = min(_INFO, _FIELD - len(base) - 4)
    text = _ascii(info, max(room, 0))
    return base + (_tlv("02", text) if text else "")


def _amount(amount: Decimal) -> str:
    if not 0 < amount <= _LARGEST or amount != round(amount, 2):
        raise PixError("O valor do PIX precisa ser maior que zero, com centavos inteiros.")
    return f"{amount:.2f}"


def _needed(text: str, room: int, thing: str) -> str:
    found = _ascii(text, room)
    if not found:
        raise PixError(f"Informe {thing}.")
    return found


def _ascii(text: str, room: int) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())[:room].strip()


def _email(key: str) -> str:
    if len(key) > _KEY or not _EMAIL.fullmatch(key):
        raise PixError("O e-mail da chave PIX não está correto.")
    return key


def _tax_id(key: str) -> str:
    """Only whole ones: zeros that were lost are not guessed where money goes."""
    try:
        found = tax_ids.normalise(key)
    except tax_ids.TaxIdError:
        return ""
    return found if sum(sign.isalnum() for sign in key) == len(found) else ""


def _phone(key: str) -> str:
    try:
        found = phones.parse(key)
    except phones.PhoneError:
        return ""
    return found.e164 if found.kind == "mobile" and found.e164.startswith("+55") else ""


def _fields(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        head = _HEAD.match(text, place)
        value = text[place + 4 : place + 4 + int(head[2])] if head else ""
        if not head or len(value) != int(head[2]):
            raise PixError("O código PIX está malformado.")
        yield head[1], value
        place += 4 + len(value)


def _read_amount(text: str | None) -> Decimal | None:
    if not text:
        return None
    if not _WRITTEN.fullmatch(text):
        raise PixError("O valor do código PIX não está correto.")
    return Decimal(text)
