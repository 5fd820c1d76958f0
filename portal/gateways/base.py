"""The contract between the portal and a WhatsApp provider.

A gateway knows HTTP and its provider's JSON, nothing of the database or the web. It is given a `Line` (one connected
number with its credentials in clear), sends one message a call, and turns webhook bodies into items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from portal.gateways.media_rules import LARGEST
from portal.gateways.messages import Content


@dataclass(frozen=True)
class Line:
    """One connected number, credentials decrypted. Never logged: `repr` shows the id alone."""

    connection_id: int
    phone_number_id: str = field(default="", repr=False)
    waba_id: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    verify_token: str = field(default="", repr=False)
    base_url: str = field(default="", repr=False)
    interactive: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do, as data: forms, pages and the assistant read it instead of asking for a name.

    `templates`: chats start only with approved templates. `reply_window`: free text only within 24 h of the person's
    last message. `linked_by_qr`: a phone is linked by reading a QR code, and the link can be lost. `largest_file`: the
    most bytes of a file on this provider's way, whatever WhatsApp takes of its type. `reads_up_to`: a message marked as
    read marks those before it. `interactive_optional`: buttons and lists go out by the lines that are `interactive`.
    """

    interactive: bool
    templates: bool
    signed_webhooks: bool
    reply_window: bool = True
    linked_by_qr: bool = False
    largest_file: int = LARGEST
    reads_up_to: bool = True
    interactive_optional: bool = False


@dataclass(frozen=True)
class Recipient:
    """`wa_id` as the provider spells it wins; else `e164` with its plus; else the business-scoped `bsuid`."""

    wa_id: str = ""
    e164: str = ""
    bsuid: str = ""


@dataclass(frozen=True)
class Accepted:
    """The provider took the message (Meta's 200): it is not yet sent. `wa_id` is the provider's spelling, if given."""

    provider_id: str
    wa_id: str = ""


class SendError(Exception):
    """The provider proved that the message did not go out.

    `retry`: the same request may succeed later. `stop`: the whole connection is unfit (token, number, payment), so
    nothing else should be tried on it until a person acts. `code` is the provider's own, `detail` is for the log,
    `told` is what the provider itself wrote for people, in their language, if it did.
    """

    def __init__(self, code: str, detail: str, *, retry: bool = False, stop: bool = False, told: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry = retry
        self.stop = stop
        self.told = told


class Uncertain(Exception):
    """The request may have gone out and nobody knows: time-out, cut socket, an answer that is not the provider's.

    Meta has no idempotency key, so no machine may send this message again; a status webhook settles it, or a person.
    """


@dataclass(frozen=True)
class Media:
    """A file that came with a message: by the provider's id, or by an address on the provider's own hosts. `sha256` is
    hexadecimal, "" when the provider gave none."""

    provider_id: str = ""
    url: str = field(default="", repr=False)
    mime_type: str = ""
    filename: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Inbound:
    """A message from a person. `kind` is the provider's word for it; `text` is what can be read of it; `reply_id` is
    the `Choice.id` of a tap. `raw` keeps the provider's item for what is not understood yet."""

    provider_id: str
    kind: str
    sent_at: datetime
    text: str = ""
    reply_id: str = ""
    wa_id: str = ""
    bsuid: str = ""
    profile_name: str = ""
    context_id: str = ""
    media: Media | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Echo:
    """A message that somebody wrote on the linked phone itself, not by the portal: a human has taken over.

    It went to `wa_id`, or to `bsuid` where the provider hides the number."""

    provider_id: str
    text: str
    sent_at: datetime
    wa_id: str
    raw: Mapping[str, Any] = field(default_factory=dict)
    bsuid: str = ""


@dataclass(frozen=True)
class LinkUpdate:
    """The provider says that the phone was linked or lost. A hint only: it is unsigned, so the state is read again."""

    linked: bool
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class LinkStatus:
    """What the provider says of the link: `state` is connected | disconnected | restorable | suspended | unknown.

    `phone` is the linked number in digits, "" when it is not told; `detail` a Portuguese sentence for people, or ""."""

    state: str
    phone: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Qr:
    """A code to read with the phone: a PNG, and its `text` when the provider gave that. With `challenge` the phone asks
    for a passkey, which only the provider's own panel can answer. All empty: no code to read, so look at the status."""

    png: bytes | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    challenge: bool = False


@dataclass(frozen=True)
class PhoneCheck:
    """Whether a number has WhatsApp, and how WhatsApp itself spells it (digits, "" when it has none)."""

    exists: bool
    phone: str = ""
    bsuid: str = ""


@dataclass(frozen=True)
class StatusUpdate:
    """`state` is accepted | sent | delivered | read | failed. `attempt_id` is the opaque id that we sent, if echoed."""

    provider_id: str
    state: str
    at: datetime
    attempt_id: str = ""
    wa_id: str = ""
    error_code: str = ""
    error_detail: str = ""


class TemplateFact(StrEnum):
    """What a `TemplateUpdate` is about."""

    STATUS = "status"
    CATEGORY = "category"
    QUALITY = "quality"
    COMPONENTS = "components"


@dataclass(frozen=True)
class TemplateUpdate:
    """News of a template of an account (`waba_id`). `value` is Meta's word: an event, a category, a score; "" for
    components, which are to be read again. `language` is spelled as in REST (pt_BR); `told` is Meta's explanation."""

    waba_id: str
    provider_id: str
    name: str
    language: str
    fact: TemplateFact
    value: str
    at: datetime
    reason: str = ""
    told: str = ""


@dataclass(frozen=True)
class Preference:
    """A person told WhatsApp itself whether this company may send them more (`wants`). One of the ids may be empty."""

    wants: bool
    at: datetime
    wa_id: str = ""
    bsuid: str = ""


@dataclass(frozen=True)
class Unknown:
    """A well-formed item of a kind that this version does not act on: kept, counted, never an error."""

    kind: str
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Broken:
    """An item of a known kind that could not be read; the others of its batch are applied all the same."""

    reason: str
    raw: Mapping[str, Any]


Item = Inbound | Echo | StatusUpdate | TemplateUpdate | LinkUpdate | Preference | Unknown | Broken


@dataclass(frozen=True)
class Delivery:
    """A parsed webhook body: each item with the provider's id of the number that it is about ("" when it has none)."""

    items: tuple[tuple[str, Item], ...]


class Gateway(Protocol):
    kind: str
    capabilities: Capabilities

    def send(self, line: Line, to: Recipient, content: Content, attempt_id: str) -> Accepted:
        """Send one message. Raises `SendError` when it surely did not go out, `Uncertain` when nobody can know."""

    def mark_read(self, line: Line, provider_id: str, to: Recipient) -> None:
        """Show the person that this message of theirs was read. Raises `SendError`; safe to repeat."""

    def authentic(self, line: Line, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether a webhook body is the provider's. False when no secret is configured: fail closed."""

    def cleaned(self, line: Line, body: bytes) -> bytes:
        """A webhook body as it may be kept: without the secrets of ours that some providers write into it."""

    def parse(self, body: bytes) -> Delivery:
        """Every item of a webhook body, in order. Raises ValueError when the body is no JSON object at all."""
