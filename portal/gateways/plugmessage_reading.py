"""Small readers of a body that anybody could have written: none of them raises, save `load` for what is no object."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_ID_LENGTH = 240
_NUMBER_LENGTH = 18
# Below this a time is in seconds, from here on in milliseconds: the provider writes both.
_MILLISECONDS = 100_000_000_000
_EARLIEST, _LATEST = 1_000_000_000, 4_102_444_800
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PHONE = re.compile(r"[0-9]{7,20}")
_HIDDEN_NUMBER = re.compile(r"([0-9]{1,30})@lid")


def load(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body, every text in it storable. Raises ValueError when it is none."""
    try:
        data = storable(json.loads(body, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_bounded))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if isinstance(data, dict):
        return data
    raise ValueError("not a JSON object")


def storable(value: Any) -> Any:
    """The same JSON without what a database refuses: NUL, and halves of a surrogate pair."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def ident(value: Any) -> str:
    """An id as text, also when it came as a number; "" for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and 0 < len(value.strip()) == len(value) <= _ID_LENGTH else ""


def part(value: Any, name: str) -> Mapping[str, Any]:
    """An object inside an object, empty when it is not there."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def moment(value: Any) -> datetime | None:
    """A Unix time in seconds or milliseconds, as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    if seconds >= _MILLISECONDS:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds <= _LATEST else None


def digits(value: Any) -> str:
    """A phone in digits, "" for what is none: a group, a list, a hidden number."""
    phone = ident(value).removeprefix("+").removesuffix("@c.us").removesuffix("@s.whatsapp.net")
    return phone if _PHONE.fullmatch(phone) else ""


def hidden_number(*values: Any) -> str:
    """The first of the values that stands for a person whose number WhatsApp hides (`<digits>@lid`), as its digits."""
    for value in values:
        if found := _HIDDEN_NUMBER.fullmatch(ident(value)):
            return found[1]
    return ""


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(literal: str) -> float | str:
    number = float(literal)
    return number if math.isfinite(number) else literal


def _bounded(literal: str) -> int | str:
    return int(literal) if len(literal) <= _NUMBER_LENGTH else literal
