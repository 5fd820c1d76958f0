"""The fake's world: who can be reached, which windows are open, how much was sent; what Meta says to a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.graph_rules import Refused, check_parameters
from tests.fakes.graph_state import Bucket, Number, TemplateRow, wa_id_of
from tests.fakes.media_types import KINDS

WINDOW = timedelta(hours=24)


class World:
    """`now` is the clock of windows and rates; with `sync_window` Meta refuses at once outside a window."""

    def __init__(self, now: Callable[[], datetime] | None, *, sync_window: bool) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.sync_window = sync_window
        self.numbers: dict[str, Number] = {}
        self.templates: list[TemplateRow] = []
        self.media: dict[str, tuple[str, str, bytes]] = {}
        self.wa_ids: dict[str, str] = {}
        self.not_on_whatsapp: set[str] = set()
        self.opted_out: set[str] = set()
        self.marketing_capped: set[str] = set()
        self.recipients_limit: int | None = None
        self._windows: dict[tuple[str, str], datetime] = {}
        self._pairs: dict[tuple[str, str], Bucket] = {}
        self._rates: dict[str, Bucket] = {}
        self._recipients: dict[str, datetime] = {}

    def open_window(self, phone_number_id: str, wa_id: str, at: datetime | None = None) -> None:
        """As if the person had just written to this number."""
        self._windows[phone_number_id, self.wa_id(wa_id)] = at or self.now()

    def wa_id(self, number: str) -> str:
        digits = re.sub(r"\D", "", number)
        return self.wa_ids.get(digits) or wa_id_of(digits)

    def check_rates(self, number: Number, wa_id: str) -> None:
        """The synchronous refusals that depend on the number and on what was sent before."""
        if not number.registered:
            raise Refused(133010, "Phone number not registered")
        if number.maintenance:
            raise Refused(131057, "Account is in maintenance mode", status=500)
        if wa_id == self.wa_id(number.display_phone_number):
            raise Refused(131021, "Recipient cannot be sender")
        if number.allowed is not None and wa_id not in number.allowed:
            raise Refused(131030, "Recipient phone number not in allowed list")
        if number.throughput is not None:
            rate = number.throughput
            bucket = self._rates.setdefault(number.phone_number_id, Bucket(rate, rate, self.now))
            _allow(bucket, 130429, "Rate limit hit")
        pair = (number.phone_number_id, wa_id)
        _allow(self._pairs.get(pair) or self._pairs.setdefault(pair, Bucket(45, 1 / 6, self.now)), 131056, "Pair rate")

    def later_failure(self, number: Number, kind: str, data: Mapping[str, Any], wa_id: str) -> int:
        """The code of the failure that a webhook will report; refuses at once what Meta refuses at once."""
        marketing = kind == "template" and self._check_template(number, data["template"]).category == "MARKETING"
        if kind != "template":
            self._check_media(number, kind, data.get(kind))
        opened = self._windows.get((number.phone_number_id, wa_id))
        inside = opened is not None and self.now() - opened < WINDOW
        if not inside and kind != "template" and self.sync_window:
            raise Refused(131047, "More than 24 hours have passed since the recipient last replied")
        checks = (
            (131042, not number.billing),
            (131026, wa_id in self.not_on_whatsapp),
            (131047, not inside and kind != "template"),
            (131050, marketing and wa_id in self.opted_out),
            (131049, marketing and wa_id in self.marketing_capped),
            (131048, not inside and not self._within_limit(wa_id)),
        )
        return next((code for code, holds in checks if holds), 0)

    def _check_template(self, number: Number, content: Mapping[str, Any]) -> TemplateRow:
        name, language = content["name"], content["language"]["code"]
        wanted = (number.waba_id, name, language)
        row = next((row for row in self.templates if (row.waba_id, row.name, row.language) == wanted), None)
        codes = {"APPROVED": 0, "PAUSED": 132015, "DISABLED": 132016}
        code = codes.get(row.status, 132001) if row else 132001
        if row is None or code:
            raise Refused(code, f"template name ({name}) in {language}", status=404 if code == 132001 else 400)
        if row.category == "MARKETING" and not number.marketing:
            raise Refused(131063, "Marketing messages are disabled on Cloud API")
        components = content.get("components") or []
        values = [v for part in components if part.get("type") == "body" for v in part.get("parameters") or []]
        check_parameters(values, row.parameters, row.body)
        return row

    def _check_media(self, number: Number, kind: str, content: Any) -> None:
        """Whether Meta says at once or in a status later that a file is of another kind is not known: at once, no test
        passes by it."""
        media_id = content.get("id") if isinstance(content, dict) else None
        if media_id is None:
            return
        owner, mime_type, _ = self.media.get(media_id, ("", "", b""))
        if owner != number.phone_number_id:
            raise Refused(131009, f"media id {media_id} is not of this number")
        if kind not in ("document", KINDS[mime_type]):
            raise Refused(131009, f"media id {media_id} is no {kind}")

    def _within_limit(self, wa_id: str) -> bool:
        """A unique recipient of the moving 24 hours, over all numbers. Meta documents no code for one too many."""
        since = self.now() - WINDOW
        self._recipients = (
            {key: at for key, at in self._recipients.items() if at > since} if self.recipients_limit else {}
        )
        if self.recipients_limit is None or wa_id in self._recipients:
            return True
        if len(self._recipients) >= self.recipients_limit:
            return False
        self._recipients[wa_id] = self.now()
        return True


def _allow(bucket: Bucket, code: int, details: str) -> None:
    if not bucket.take():
        raise Refused(code, details)
