"""Whether an address that a company typed is plainly none of the internet. What a name resolves to is looked at by the
gateway, at each call."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

_INNER = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".arpa")


def is_inner(url: str) -> bool:
    """Whether the host of an address is a number or a name that only means something inside a network."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        return not ip_address(host).is_global
    except ValueError:
        last = host.rpartition(".")[2]
        return "." not in host or host.endswith(_INNER) or last.isdigit() or last.startswith("0x")
