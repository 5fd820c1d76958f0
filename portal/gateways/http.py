"""HTTP towards a provider, where the one question after a failure is: can the request have gone out?

`requests` supplies session, TLS roots and proxy settings; the calls themselves go to its connection pool, because a
message needs no cookies, no redirects and no second try. Whatever fails inside `connect()` has not written one byte of
the request, and is a `SendError`; whatever fails later is `Uncertain`, even a reset on a connection that the provider
had closed while idle. That last case is avoided rather than explained: a thread drops connections idle for 20 s.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, ProxyError
from urllib3.response import BaseHTTPResponse

from portal.gateways.base import SendError, Uncertain

CONNECT_SECONDS = 3.05
READ_SECONDS = 15.0
TOTAL_SECONDS = 20.0
UPLOAD_SECONDS = 40.0
"""For a request's body. With it and twice the rest, the slowest request ends before its worker is taken for dead."""
IDLE_SECONDS = 20.0
MAX_BODY = 1_000_000
_CHUNK = 65_536
_MAX_ROUTES = 256
_COMMON = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "portal"}


class _Connection(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NewConnectionError(self, f"connect failed: {error}") from error


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NewConnectionError(self, f"connect failed: {error}") from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """Pools whose connections tell a failed connect from a failed request."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._use_own_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **kwargs)
        self._use_own_pools(manager)
        return manager

    @staticmethod
    def _use_own_pools(manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


@dataclass(frozen=True)
class _Route:
    """Where requests for one URL go: a pool, and the target to write in the request line."""

    pool: HTTPConnectionPool
    target: str


@dataclass
class _Lane:
    """One thread's session. Threads never share a connection, so an answer cannot reach the wrong caller."""

    session: requests.Session
    adapter: _Adapter
    used_at: float
    routes: dict[str, _Route] = field(default_factory=dict)


_local = threading.local()


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Within the block this thread waits for answers no longer than so: somebody waits for them."""
    _local.patience = seconds
    try:
        yield
    finally:
        del _local.patience


def post_json(url: str, token: str, payload: Mapping[str, Any]) -> tuple[int, bytes]:
    """POST once: status and body of the answer. `SendError` if nothing was written, else `Uncertain` on a failure."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    return _exchange("POST", url, body, {**_headers(token), "Content-Type": "application/json"})


def post_file(
    url: str, token: str, fields: Mapping[str, str], name: str, content: bytes, mime_type: str
) -> tuple[int, bytes]:
    """POST one file as multipart form data under the field `file`; errors as in `post_json`."""
    files = {"file": (name, content, mime_type)}
    prepared = requests.Request("POST", url, data=dict(fields), files=files).prepare()
    if not isinstance(prepared.body, bytes):
        raise TypeError("a multipart body is bytes")
    return _exchange("POST", url, prepared.body, {**_headers(token), "Content-Type": prepared.headers["Content-Type"]})


def get(url: str, token: str) -> tuple[int, bytes]:
    """GET once: status and body of the answer; errors as in `post_json`."""
    return _exchange("GET", url, None, _headers(token))


def delete(url: str, token: str) -> tuple[int, bytes]:
    """DELETE once: status and body of the answer; errors as in `post_json`."""
    return _exchange("DELETE", url, None, _headers(token))


def request(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, bytes]:
    """Any method once, with the caller's own headers: status and body of the answer; errors as in `post_json`."""
    return _exchange(method, url, body, {**_COMMON, **headers})


def _headers(token: str) -> dict[str, str]:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SendError("credentials", "the access token is empty or cannot travel in a header", stop=True)
    return {"Authorization": f"Bearer {token}", **_COMMON}


class _Body:
    """A request's body in pieces: the socket's time limit is then one of each piece. In one go it would be that of the
    whole, and no slow line could ever carry a film. `sent_at` is when the last piece was handed over."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self.sent_at = time.monotonic()

    def __iter__(self) -> Iterator[bytes]:
        deadline = time.monotonic() + UPLOAD_SECONDS
        for start in range(0, len(self._content), _CHUNK):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the request took longer than {UPLOAD_SECONDS:.0f} s")
            yield bytes(self._content[start : start + _CHUNK])
        self.sent_at = time.monotonic()


def _exchange(method: str, url: str, content: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    route = _route(url)
    patience: float = getattr(_local, "patience", math.inf)
    body = _Body(content or b"")
    if content is not None:
        headers = {**headers, "Content-Length": str(len(content))}
    try:
        response = route.pool.urlopen(
            method,
            route.target,
            body=None if content is None else body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=min(CONNECT_SECONDS, patience), read=min(READ_SECONDS, patience)),
            preload_content=False,
            decode_content=False,
        )
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise _verdict(error) from error
    return response.status, _body(response, body.sent_at + min(TOTAL_SECONDS, patience))


def _verdict(error: Exception) -> SendError | Uncertain:
    """Not sent only when the connection itself was refused; a proxy wraps the same proof in its own error."""
    cause = error.original_error if isinstance(error, ProxyError) else error
    if isinstance(cause, NewConnectionError):
        return SendError("unreachable", str(cause), retry=True)
    return Uncertain(f"{type(error).__name__}: {error}")


def _body(response: BaseHTTPResponse, deadline: float) -> bytes:
    """The whole body, at most `MAX_BODY` bytes; the deadline is looked at between two reads of the socket."""
    parts = bytearray()
    try:
        while chunk := response.read1(_CHUNK):
            parts += chunk
            if len(parts) > MAX_BODY:
                raise Uncertain(f"the answer is longer than {MAX_BODY} bytes")
            if time.monotonic() > deadline:
                raise Uncertain(f"the answer took longer than {TOTAL_SECONDS:.0f} s")
        if response.length_remaining:
            raise Uncertain("the answer was cut short")
        response.release_conn()
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise Uncertain(f"{type(error).__name__}: {error}") from error
    finally:
        if response.connection is not None:
            response.close()
    return bytes(parts)


def _route(url: str) -> _Route:
    lane = _lane()
    route = lane.routes.get(url)
    if route is None:
        if len(lane.routes) >= _MAX_ROUTES:
            lane.routes.clear()
        route = lane.routes[url] = _find_route(lane, url)
    return route


def _find_route(lane: _Lane, url: str) -> _Route:
    """The proxy and the TLS roots of the environment hold here too; a wrong setting of theirs sends nothing."""
    adapter = lane.adapter
    try:
        settings = lane.session.merge_environment_settings(url, {}, None, None, None)
        request = requests.Request("GET", url).prepare()
        verify = DEFAULT_CA_BUNDLE_PATH if settings["verify"] is True else settings["verify"]
        proxies = settings["proxies"]
        pool = adapter.get_connection_with_tls_context(request, verify, proxies=proxies)
        if not isinstance(pool, HTTPConnectionPool):
            raise TypeError(f"no HTTP pool for {url}")
        return _Route(pool, adapter.request_url(request, proxies))
    except (requests.RequestException, HTTPError, OSError, TypeError, ValueError) as error:
        raise SendError("unreachable", f"{type(error).__name__}: {error}", retry=True) from error


def _lane() -> _Lane:
    now = time.monotonic()
    lane: _Lane | None = getattr(_local, "lane", None)
    if lane is None or now - lane.used_at > IDLE_SECONDS:
        if lane is not None:
            lane.session.close()
        lane = _local.lane = _new_lane(now)
    lane.used_at = now
    return lane


def _new_lane(now: float) -> _Lane:
    session = requests.Session()
    adapter = _Adapter(pool_connections=4, pool_maxsize=1, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return _Lane(session, adapter, now)
