"""The link between a number of the unofficial API and its phone: what its state becomes, and its 15 days.

The 15 days are the seed's ("isso deve acontecer a cada 15 dias"); WhatsApp itself logs a linked device out when its
phone was not used for more than 14. They are advice: the truth is what the provider says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from portal.portfolio.rules.phones import PhoneError, parse

LIFE = timedelta(days=15)
STEPS = (3, 1, 0)
"""Days before the end at which people are reminded."""

REMIND_FROM = time(8)
"""Nobody is reminded earlier in the company's day."""

QR_LIFE = timedelta(seconds=60)
"""The last code that was asked for may still be read while its picture stands in the page."""

TYPED_LIFE = timedelta(minutes=3)
"""The same for a code that is typed in the phone."""

CODES = 3
CODES_APART = timedelta(seconds=10)
"""The provider's advice: a new code every 10 to 20 s, and after three without a reading wait for a click."""

CONNECTED, DISCONNECTED, RESTORABLE = "connected", "disconnected", "restorable"
WAITING, PASSKEY, UNKNOWN = "waiting", "passkey", "unknown"
SUSPENDED, RESTRICTED = "suspended", "restricted"

_READ_ANEW = (DISCONNECTED, WAITING, PASSKEY)
"""From these a link comes back only by a new reading; from the others the same session goes on."""

_LOST = (DISCONNECTED, RESTORABLE, SUSPENDED)
_WORKED = (CONNECTED, RESTRICTED)

WORDS: Mapping[str, tuple[str, str]] = {
    CONNECTED: ("Conectado", "success"),
    DISCONNECTED: ("Desconectado", "danger"),
    WAITING: ("Aguardando a leitura", "warning"),
    PASSKEY: ("Chave de acesso", "warning"),
    RESTORABLE: ("Restaurar", "warning"),
    SUSPENDED: ("Assinatura vencida", "danger"),
    RESTRICTED: ("Restrito", "danger"),
    UNKNOWN: ("Ainda não conectado", "neutral"),
}
"""Each state as a tag: its words and its tone."""

WRONG_NUMBER = ("Número diferente", "danger")


@dataclass(frozen=True)
class Link:
    """What is known of a link. `phone` is the linked number, "" when nobody told it."""

    state: str
    phone: str = ""
    linked_at: datetime | None = None


def after(before: Link, state: str, phone: str, now: datetime, *, reading: bool = False) -> Link:
    """The link after the provider said `state` and `phone`; `reading` while a code waits to be read.

    A fresh reading restarts the 15 days, and so does another phone; coming back to the same session does not. What the
    provider does not know changes nothing.
    """
    if state == UNKNOWN:
        return before
    if state not in _WORKED:
        if reading and before.state in (WAITING, PASSKEY) and state in (DISCONNECTED, RESTORABLE):
            return before
        return replace(before, state=state)
    fresh = before.linked_at is None or before.state in _READ_ANEW
    known = phone or ("" if fresh else before.phone)
    other = bool(known and before.phone) and not same_number(known, before.phone)
    return Link(state, known, now if fresh or other else before.linked_at)


def is_loss(before: str, now: str) -> bool:
    """Whether a link that worked works no more."""
    return before in _WORKED and now in _LOST


def same_number(one: str, other: str) -> bool:
    """Whether two spellings, as people or as providers write them, with or without the ninth digit, are one line."""
    return _line_of(one) == _line_of(other)


def _line_of(number: str) -> str:
    digits = "".join(each for each in number if each in "0123456789")
    with_country = number == digits and len(digits) > 11  # as providers write it
    try:
        return parse(f"+{digits}" if with_country else number).match_key
    except PhoneError:
        return digits


def is_reading(asked_at: datetime | None, asked: int, now: datetime) -> bool:
    """Whether somebody may be reading a code just now, the last one of so many; 0 for one that is typed."""
    return asked_at is not None and now - asked_at < (QR_LIFE if asked else TYPED_LIFE)


def due_on(linked_at: datetime, zone: tzinfo | None) -> date:
    """The day in the company's zone by which the QR code should be read again."""
    return (linked_at + LIFE).astimezone(zone).date()


def days_left(linked_at: datetime | None, now: datetime) -> int | None:
    """Whole days until then, as a calendar counts; below 0 when it is past, None when no reading is known. `now` is the
    company's local time."""
    return None if linked_at is None else (due_on(linked_at, now.tzinfo) - now.date()).days


def days_words(left: int) -> str:
    """How long the link is still good, as in the top bar."""
    if left < 0:
        return f"venceu há {-left} {_day(-left)}"
    return "vence hoje" if left == 0 else f"vence em {left} {_day(left)}"


def _day(count: int) -> str:
    return "dia" if count == 1 else "dias"


def step_due(left: int | None, now: datetime) -> int | None:
    """Which of `STEPS` people should have been told of by now, None for none. A step that was missed is told late."""
    if left is None or now.time() < REMIND_FROM:
        return None
    return min((step for step in STEPS if left <= step), default=None)


def step_words(due: date, left: int) -> tuple[str, str]:
    """Title and text of a reminder."""
    if left < 0:
        title = "O prazo para ler o QR Code venceu"
    elif left == 0:
        title = "Leia o QR Code hoje"
    else:
        title = f"Leia o QR Code em até {left} {_day(left)}"
    return title, (
        f"A leitura do QR Code da API não oficial vale 15 dias e {days_words(left)} ({due:%d/%m/%Y}). Leia de novo na aba "
        "Configurações, em “Ler o QR Code de novo”, com o celular da empresa em mãos."
    )


def grouped(code: str) -> str:
    """A pairing code as the phone shows it: ABCD-1234."""
    plain = code.replace("-", "").upper()
    return f"{plain[:4]}-{plain[4:]}" if len(plain) == 8 else code.upper()
