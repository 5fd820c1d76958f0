"""E-mail addresses as registers hold them."""

from __future__ import annotations

import re

LONGEST = 254

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class EmailError(ValueError):
    """The text is not an e-mail address; the message is in Portuguese."""


def parse_email(raw: str) -> str:
    """The address in lower case. Raises EmailError."""
    address = raw.strip()
    if len(address) > LONGEST or not _ADDRESS.fullmatch(address):
        raise EmailError("Informe um e-mail completo, como nome@empresa.com.br.")
    return address.lower()
