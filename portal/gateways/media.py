"""Downloading a file that came with a message: bounded in size and time, and only from where it may come from.

An address in a webhook or in a provider's answer is a stranger's word. So: https only, no redirect is followed, the
name is resolved once and every address of it must be a public one, and the connection goes to the very address that was
checked. `trusted` origins, which the installation itself has configured (`GRAPH_API_URL` and the like), are exempt.
Behind an HTTP proxy the connection is the proxy's; a name that resolves here to an address that is not public is refused
all the same.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import SplitResult, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager, Timeout
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util.connection import create_connection

from portal.gateways.base import Line, Media

CONNECT_SECONDS = 3.05
READ_SECONDS = 15.0
TOTAL_SECONDS = 300.0
_CHUNK = 65_536

Resolve = Callable[..., Sequence[tuple[Any, ...]]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class MediaError(Exception):
    """A file could not be had. `final`: trying again is useless. `code` is a word of `portal.inbox.rules.files`:
    gone, refused, unreachable, cut, address, too_large. Neither it nor `detail` holds an address or a credential."""

    def __init__(self, code: str, detail: str = "", *, final: bool = False) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.final = final


@dataclass(frozen=True)
class Fetched:
    """What was written: its size in bytes and the SHA-256 of it, hexadecimal."""

    size: int
    sha256: str


class FetchesMedia(Protocol):
    """A gateway that needs more than an address: ids, credentials, encrypted bodies. One without `fetch` is served by
    `download_url` alone."""

    def fetch(self, line: Line, media: Media, target: BinaryIO, limit: int) -> Fetched:
        """Write a message's file to `target`, at most `limit` bytes of it. Raises MediaError."""


def download_url(
    url: str,
    target: BinaryIO,
    limit: int,
    *,
    hosts: Collection[str] = (),
    trusted: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    resolve: Resolve = socket.getaddrinfo,
) -> Fetched:
    """GET a file into `target`, at most `limit` bytes. Raises MediaError.

    `hosts` are the names that are allowed ("*.fbcdn.net" stands for every name below it); without any, every public
    one is. `trusted` are origins ("http://127.0.0.1:8080") of the configuration, which need not be https or public.
    `headers` may carry a credential only if `hosts` or `trusted` say where it may go.
    """
    if headers and not hosts and not trusted:
        raise ValueError("credentials need hosts that they may go to")
    parts = _parts(url)
    own = origin(parts) in trusted
    if not own:
        _check_address(parts, hosts)
        if headers and not hosts:
            raise MediaError("address", "credentials go to configured hosts alone", final=True)
    with _pool(url, parts, own, resolve) as pool:
        return _get(pool, _target(url, parts, pool), headers or {}, target, limit)


def origin(parts: SplitResult) -> str:
    """The origin of an address: scheme, host, and the port unless it is the scheme's own."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def origin_of(url: str) -> str:
    """The origin of a configured address, for `trusted`."""
    return origin(urlsplit(url))


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise MediaError("address", "not a usable address", final=True)
    return parts


def _check_address(parts: SplitResult, hosts: Collection[str]) -> None:
    if parts.scheme != "https" or parts.username is not None or parts.password is not None:
        raise MediaError("address", "not a plain https address", final=True)
    host = (parts.hostname or "").rstrip(".")
    if hosts and not any(_matches(host, each) for each in hosts):
        raise MediaError("address", "not a host of the provider", final=True)


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _pool(url: str, parts: SplitResult, own: bool, resolve: Resolve) -> HTTPConnectionPool | ProxyManager:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    proxy = select_proxy(url, get_environ_proxies(url))
    address = None if own else _public_address(host, port, resolve, proxied=proxy is not None)
    if proxy is not None:
        return ProxyManager(proxy, **_roots())
    pool: HTTPConnectionPool = (
        HTTPSConnectionPool(host, port, **_roots()) if parts.scheme == "https" else HTTPConnectionPool(host, port)
    )
    if address is not None:
        pool.ConnectionCls = _pinned(pool.ConnectionCls, address)
    return pool


def _target(url: str, parts: SplitResult, pool: HTTPConnectionPool | ProxyManager) -> str:
    if isinstance(pool, ProxyManager):
        return url
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _roots() -> dict[str, Any]:
    """The TLS roots, which the environment may replace with a file or a folder as for every other request."""
    place = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    return {"cert_reqs": "CERT_REQUIRED", "ca_cert_dir" if Path(place).is_dir() else "ca_certs": place}


def _pinned(connection_class: Any, address: str) -> Any:
    """A connection to the address that was checked, whatever the name resolves to by now; TLS is still for the name."""

    class Pinned(connection_class):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            return create_connection((address, self.port), self.timeout, socket_options=self.socket_options)

    return Pinned


def _public_address(host: str, port: int, resolve: Resolve, *, proxied: bool) -> str | None:
    try:
        found = [str(each[4][0]) for each in resolve(host, port, 0, socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        if proxied:
            return None
        raise MediaError("unreachable", "the host has no address") from error
    if not found or not all(is_public(each) for each in found):
        raise MediaError("address", "not a public address", final=True)
    return found[0]


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the internet at large, also when it is wrapped in an IPv6 one."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _get(pool: Any, target: str, headers: Mapping[str, str], file: BinaryIO, limit: int) -> Fetched:
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        response = pool.urlopen(
            "GET",
            target,
            headers={"Accept-Encoding": "identity", "User-Agent": "Mozilla/5.0 (portal)", **headers},
            retries=False,
            redirect=False,
            timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            preload_content=False,
            decode_content=False,
        )
    except (HTTPError, OSError, ValueError) as error:
        raise MediaError("unreachable", type(error).__name__) from error
    try:
        _check_answer(response, limit)
        return _copy(response, file, limit, deadline)
    finally:
        response.close()


def _check_answer(response: BaseHTTPResponse, limit: int) -> None:
    if response.status in (404, 410):
        raise MediaError("gone", f"HTTP {response.status}")
    if response.status != 200:
        raise MediaError("refused", f"HTTP {response.status}")
    if (response.length_remaining or 0) > limit:
        raise MediaError("too_large", f"{response.length_remaining} bytes", final=True)


def _copy(response: BaseHTTPResponse, file: BinaryIO, limit: int, deadline: float) -> Fetched:
    size, digest = 0, hashlib.sha256()
    try:
        while chunk := response.read1(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise MediaError("too_large", f"more than {limit} bytes", final=True)
            if time.monotonic() > deadline:
                raise MediaError("unreachable", "it took too long")
            digest.update(chunk)
            file.write(chunk)
    except (HTTPError, OSError, ValueError) as error:
        raise MediaError("cut", type(error).__name__) from error
    if response.length_remaining:
        raise MediaError("cut", "cut short")
    return Fetched(size, digest.hexdigest())
