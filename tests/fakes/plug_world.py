"""The fake's world: phones that are linked and lost, a queue that drains by the clock, webhooks that go out."""

from __future__ import annotations

import hashlib
import itertools
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes import plug_webhooks
from tests.fakes.plug_state import MAX_QUEUE, QR_LIFE, TRIAL, UNUSED, Instance, Posted, Queued, Refused, Switches

DEAD = "Device has been disconnected"


class World:
    """`now` is the clock of trials, codes, delays and links that were unused too long."""

    def __init__(self, now: Callable[[], datetime] | None) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.instances: dict[str, Instance] = {}
        self.ledger: list[Queued] = []
        self.outbox: list[Posted] = []
        self.read: list[dict[str, Any]] = []
        self.answers: list[tuple[int, float]] = []
        self.not_on_whatsapp: set[str] = set()
        self.canonical: dict[str, str] = {}
        self._random = random.Random(7)
        self._serial = itertools.count(1)
        self._lock = threading.RLock()

    # What a test arranges

    def add_instance(self, instance_id: str, token: str, client_token: str = "", **switches: Any) -> Instance:
        instance = Instance(instance_id, token, client_token, self.now(), switches=Switches(**switches))
        self.instances[instance_id] = instance
        return instance

    def scan(self, instance_id: str, phone: str, code: str = "") -> None:
        """A phone reads the code that is shown now; the queue goes out in its order. ValueError for an old code."""
        instance = self.instances[instance_id]
        if not instance.qr_at or (code and code != self.qr_text(instance)):
            raise ValueError("that code cannot be read any more")
        with self._lock:
            self._link(instance, phone)
            self.drain(instance_id)

    def lose(self, instance_id: str, reason: str = DEAD, *, restorable: bool = False) -> None:
        """The link breaks; what is sent from now on waits in the queue."""
        instance = self.instances[instance_id]
        instance.link = "restorable" if restorable else "disconnected"
        self.emit(instance, "disconnected", plug_webhooks.disconnected(instance, reason, self.now()))

    def tick(self) -> None:
        """Let the time that has passed have its effect: phones unused for 14 days, trials over, messages due."""
        for instance in self.instances.values():
            unused = instance.unused_since
            if instance.link == "connected" and unused is not None and self.now() - unused > UNUSED:
                self.lose(instance.instance_id)
            if not instance.active and self.now() - instance.created_at > TRIAL:
                instance.suspended, instance.link = True, "disconnected"
            self._send_due(instance, self.now())

    def drain(self, instance_id: str) -> None:
        """Everything that waits goes out now, if the phone is linked."""
        self._send_due(self.instances[instance_id], datetime.max.replace(tzinfo=UTC))

    def says(self, instance_id: str, phone: str, content: Any, message_id: str = "", **more: Any) -> str:
        """A person writes; the id of the message."""
        instance, message_id = self.instances[instance_id], message_id or self._id()
        body = plug_webhooks.received(instance, message_id, phone, self.now(), content, **more)
        self.emit(instance, "received", body)
        return message_id

    def types(self, instance_id: str, phone: str, content: Any) -> str:
        """Somebody of the company writes on the phone itself."""
        if not self.instances[instance_id].notify_sent_by_me:
            return ""
        return self.says(instance_id, phone, content, fromMe=True, senderName="Empresa")

    def status(self, instance_id: str, state: str, *message_ids: str, phone: str = "5511987654321") -> None:
        instance = self.instances[instance_id]
        self.emit(instance, "status", plug_webhooks.status(instance, list(message_ids), state, phone, self.now()))

    def read_by_me(self, instance_id: str, *message_ids: str) -> None:
        self.status(instance_id, self.instances[instance_id].switches.read_by_me, *message_ids)

    # What goes out

    def emit(self, instance: Instance, event: str, body: dict[str, Any]) -> None:
        """An event without an address is dropped silently, and so is every event of a suspended instance."""
        url = instance.webhooks.get(event)
        if not url or instance.suspended:
            return
        token = {"present": instance.token, "wrong": "another"}.get(instance.switches.token_header)
        posted = Posted(event, url, body, {"z-api-token": token} if token else {})
        with self._lock:
            self.outbox += [posted] * (2 if instance.switches.duplicates else 1)
            if instance.switches.shuffled:
                self._random.shuffle(self.outbox)

    def take(self) -> list[Posted]:
        """The webhooks that went out since the last call, in the order in which they arrive."""
        with self._lock:
            taken, self.outbox = self.outbox, []
        return taken

    def post_all(self) -> list[int]:
        """Post them for real; the last status of each. `answers` also keeps how long each answer took."""
        for posted in self.take():
            switches = self.instances[str(posted.body["instanceId"])].switches
            self.answers.append(plug_webhooks.post(posted, switches.retries))
        return [code for code, _ in self.answers]

    def enqueue(self, message: Queued) -> None:
        """Take a message. Raises `Refused` when nothing may wait any more."""
        instance = self.instances[message.instance_id]
        if instance.link != "connected":
            if instance.switches.disable_enqueue:
                raise Refused(400, "You are not connected.")
            if len(instance.queue) >= MAX_QUEUE:
                raise Refused(400, "The queue is full")
        self.ledger.append(message)
        instance.queue.append(message)

    def qr_text(self, instance: Instance) -> str:
        slot = int(self.now().timestamp() // QR_LIFE.total_seconds())
        return "2@" + hashlib.sha256(f"{instance.instance_id}:{slot}".encode()).hexdigest()

    def _link(self, instance: Instance, phone: str) -> None:
        instance.link, instance.phone, instance.qr_at = "connected", phone, []
        self.emit(instance, "connected", plug_webhooks.connected(instance, self.now()))

    def _send_due(self, instance: Instance, until: datetime) -> None:
        with self._lock:
            while instance.link == "connected" and instance.queue:
                message = instance.queue[0]
                due = max(message.taken_at, instance.free_at or message.taken_at)
                if due > until:
                    return
                instance.queue.pop(0)
                instance.free_at = due + timedelta(seconds=message.delay)
                self._send(instance, message)

    def _send(self, instance: Instance, message: Queued) -> None:
        error, code = self._failure(instance, message)
        message.sent = not error
        self.emit(instance, "delivery", plug_webhooks.delivery(message, self.now(), error, code))
        if error:
            return
        if instance.notify_sent_by_me:
            self.says(instance.instance_id, message.phone, "eco", message.message_id, fromMe=True, fromApi=True)
        instance.receivers.add(message.phone)
        if 0 < instance.switches.ban_after <= len(instance.receivers):
            self.lose(instance.instance_id, "Banned")

    def _failure(self, instance: Instance, message: Queued) -> tuple[str, str]:
        if instance.switches.shadow_ban:
            return "Whatsapp did not allow sending this message", "SHADOW_BAN"
        known = self.canonical.get(message.phone, message.phone)
        missing = known in self.not_on_whatsapp
        if missing or (known != message.phone and instance.switches.non_canonical == "fail"):
            return "Phone number does not exist", ""
        return message.later_error, ""

    def _id(self) -> str:
        return f"3EB0{next(self._serial):016X}"
