"""Where a company says that its server is: an address that a stranger may have typed, called from inside our network.

It is https, and every address that its name resolves to is of the internet at large. That the name may resolve otherwise
a moment later gains nobody anything: the certificate must be of that name, and no machine of the inner network has it. A
server of the inner network, or one without TLS, is the installation's to name (`EVOLUTION_API_URL`), never a company's.
No redirect is followed, and of an answer nothing is shown but what Evolution API itself calls an error.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from portal.gateways.evolution_errors import ADDRESS, refusal
from portal.gateways.media import is_public, origin

_FORM = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?")
# Public by its number, and yet inside: the host agent that every machine of Azure can reach.
_INNER = frozenset({"168.63.129.16"})

Resolve = Callable[..., Sequence[tuple[Any, ...]]]


def trusted_origin(configured: str) -> str:
    """The origin of the installation's own server, "" when it has none."""
    return origin(_parts(configured)) if configured else ""


def check_form(base_url: str, trusted: str = "") -> str:
    """The address without a slash at its end. Raises SendError "address"; asks no name server."""
    parts = _parts(base_url)
    if parts.scheme != "https" and origin(parts) != trusted:
        raise refusal(ADDRESS, "not an https address")
    return base_url.rstrip("/")


def check(base_url: str, trusted: str, resolve: Resolve = socket.getaddrinfo) -> str:
    """`check_form`, and every address of the host is a public one. SendError "unreachable" when it has none."""
    checked, parts = check_form(base_url, trusted), _parts(base_url)
    if origin(parts) != trusted and not all(_outside(each) for each in _addresses(parts, resolve)):
        raise refusal(ADDRESS, "not a public address")
    return checked


def _parts(base_url: str) -> SplitResult:
    if not _FORM.fullmatch(base_url) or any(part in {".", ".."} for part in base_url.split("/")):
        raise refusal(ADDRESS, "not the address of a server")
    parts = urlsplit(base_url)
    try:
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise refusal(ADDRESS, "no such port")
    return parts


def _addresses(parts: SplitResult, resolve: Resolve) -> list[str]:
    try:
        found = resolve(parts.hostname, parts.port or 443, 0, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise refusal("unreachable", "the host has no address") from error
    return [str(each[4][0]) for each in found]


def _outside(address: str) -> bool:
    return is_public(address) and address not in _INNER
