"""What the fake PlugMessage remembers: instances, their queue, their switches, and how it was told to misbehave."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

TRIAL = timedelta(days=2)
UNUSED = timedelta(days=14)
QR_LIFE = timedelta(seconds=20)
MEDIA_LIFE = timedelta(days=30)
MAX_QUEUE = 1000
ANY = "*"

BEFORE = frozenset({"refuse", "answer", "html_502", "html_429", "drop", "reset", "redirect"})
AFTER = frozenset(
    {
        "ok",
        "accept_then_drop",
        "accept_then_502",
        "hold",
        "slow",
        "truncated_json",
        "truncated_body",
        "oversized",
        "no_id",
    }
)


class Refused(Exception):
    """An answer that is no success; PlugMessage also gives some of them as HTTP 200."""

    def __init__(self, status: int, error: str, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, **more}


@dataclass(frozen=True)
class Mode:
    """How one request is treated. `refuse` takes an `error`, `answer` any `data`, both a `status`; `slow`, `seconds`."""

    name: str = "ok"
    error: str = ""
    data: Any = None
    status: int = 400
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in BEFORE | AFTER:
            raise ValueError(f"no such mode: {self.name}")


@dataclass
class Modes:
    """A queue of one-off modes and a lasting one for each action; `ANY` stands for every action."""

    queue: dict[str, deque[Mode]] = field(default_factory=lambda: defaultdict(deque))
    lasting: dict[str, Mode] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, action: str) -> Mode:
        with self.lock:
            for name in (action, ANY):
                if self.queue[name]:
                    return self.queue[name].popleft()
            return self.lasting.get(action) or self.lasting.get(ANY) or Mode()


@dataclass
class Switches:
    """Where the provider's own pages, its age or its instances differ. The defaults are today's documented ways."""

    session_in_status: bool = False
    status_hides_suspension: bool = False
    qr_as: str = "data_uri"  # data_uri | base64 | png | text
    qr_image_route: bool = True
    challenge: bool = False
    disable_enqueue: bool = False
    value_false: bool = False
    token_hiccup: int = 0  # so many requests overlook a right Client-Token
    phone_check: str = "refuse"  # refuse | later: what happens to a phone with a mask
    non_canonical: str = "normalise"  # normalise | fail: a number in the spelling that WhatsApp does not use
    button_terms: bool = False
    queue_post: bool = True
    queue_get: bool = True
    every_webhooks: bool = True
    plain_http: bool = False
    exists_as_list: bool = False
    old_shapes: bool = False  # bodies of 2022
    received_type: str = "ReceivedCallback"
    read_by_me: str = "READ_BY_ME"
    lids: bool = False  # phones hidden behind @lid
    token_header: str = "absent"  # absent | present | wrong
    duplicates: bool = False
    shuffled: bool = False
    retries: int = 0
    shadow_ban: bool = False
    ban_after: int = 0  # distinct receivers


@dataclass
class Queued:
    """A message that the fake took. It is `sent` when the phone has it, `discarded` when the queue was emptied."""

    zaap_id: str
    message_id: str
    instance_id: str
    action: str
    phone: str
    payload: dict[str, Any]
    taken_at: datetime
    delay: int
    document: bytes = b""
    later_error: str = ""
    sent: bool = False
    discarded: bool = False


@dataclass(frozen=True)
class Posted:
    """A webhook as it goes out."""

    event: str
    url: str
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class Instance:
    instance_id: str
    token: str
    client_token: str
    created_at: datetime
    active: bool = True
    suspended: bool = False
    deleted: bool = False
    link: str = "disconnected"  # disconnected | connected | restorable
    phone: str = ""
    online: bool = True
    unused_since: datetime | None = None
    qr_at: list[datetime] = field(default_factory=list)
    queue: list[Queued] = field(default_factory=list)
    webhooks: dict[str, str] = field(default_factory=dict)
    notify_sent_by_me: bool = False
    receivers: set[str] = field(default_factory=set)
    free_at: datetime | None = None
    switches: Switches = field(default_factory=Switches)
