"""What the fake Graph API remembers: numbers, templates, the messages it took, and how it was told to misbehave."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BEFORE = {"refuse", "html_502", "html_429", "drop", "reset", "redirect"}
AFTER = {
    "ok",
    "accept_then_drop",
    "accept_then_502",
    "hold",
    "slow",
    "truncated_json",
    "truncated_body",
    "oversized",
    "no_id",
    "async_fail",
}


@dataclass(frozen=True)
class Mode:
    """How one request is treated. `refuse` and `async_fail` take a `code`, `slow` takes `seconds`."""

    name: str = "ok"
    code: int = 0
    status: int = 400
    subcode: int = 0
    seconds: float = 0.0
    details_as_text: bool = False

    def __post_init__(self) -> None:
        if self.name not in BEFORE | AFTER:
            raise ValueError(f"no such mode: {self.name}")


@dataclass
class Number:
    """A business number and its switches. `throughput` is messages per second, None for no limit; `app_secret` None
    fits every proof."""

    phone_number_id: str
    waba_id: str
    token: str
    display_phone_number: str = "+55 11 3000-1000"
    verified_name: str = "Cedrus Cobrança"
    status: str = "CONNECTED"
    quality_rating: str = "GREEN"
    messaging_limit: str = "TIER_2K"
    name_status: str = "APPROVED"
    can_send: str = "AVAILABLE"
    problem: str = ""
    app_id: str = "900100"
    app_secret: str | None = None
    scopes: tuple[str, ...] = ("whatsapp_business_messaging", "whatsapp_business_management")
    expires_at: int = 0
    subscribed: bool = True
    registered: bool = True
    maintenance: bool = False
    billing: bool = True
    marketing: bool = True
    allowed: set[str] | None = None
    throughput: int | None = None


@dataclass
class TemplateRow:
    """A template; `parameters` counts the positional wildcards of its body."""

    provider_id: str
    waba_id: str
    name: str
    language: str
    status: str
    category: str
    body: str
    parameters: int
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    correct_category: str = ""
    components: list[dict[str, Any]] = field(default_factory=list)
    edits: list[datetime] = field(default_factory=list)
    pauses: int = 0
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """An accepted POST. `fails_with` is the code of the `failed` status that it will have, 0 for none."""

    wamid: str
    attempt_id: str
    phone_number_id: str
    to: str
    wa_id: str
    payload: dict[str, Any]
    at: datetime
    fails_with: int = 0


@dataclass
class Modes:
    """A queue of one-off modes and a lasting one, for each edge (messages, media, message_templates, node)."""

    queue: dict[str, deque[Mode]] = field(default_factory=lambda: defaultdict(deque))
    lasting: dict[str, Mode] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, edge: str) -> Mode:
        with self.lock:
            queue = self.queue[edge]
            return queue.popleft() if queue else self.lasting.get(edge, Mode())


class Bucket:
    """`burst` calls at once, refilled at `rate` a second of the given clock."""

    def __init__(self, burst: float, rate: float, now: Callable[[], datetime]) -> None:
        self._burst, self._rate, self._now = burst, rate, now
        self._left, self._at = burst, now()

    def take(self) -> bool:
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._at).total_seconds() * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def wa_id_of(digits: str) -> str:
    """Meta's spelling of a number: Brazilian mobiles of area codes from 31 up usually lack the ninth digit."""
    brazilian_mobile = len(digits) == 13 and digits.startswith("55") and digits[4] == "9"
    if brazilian_mobile and int(digits[2:4]) >= 31:
        return digits[:4] + digits[5:]
    return digits
