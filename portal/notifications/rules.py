"""When an e-mail of a notification is due, and what it says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

MAX_TRIES = 5

WAITS = (timedelta(0), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After how long, counted from the notification, each try may be made. One that keeps failing ends after the last."""

FRESH = timedelta(days=1)
"""Older ones are not told by e-mail any more: who sets up e-mail late is not flooded with the past."""

QUIET = {"fallback": timedelta(minutes=10)}
"""Kinds that come in bursts: one e-mail in this time for each person, which tells of all that happened since."""

SUBJECT_LENGTH = 150
LISTED = 20
"""How many of a burst an e-mail names."""


def kind_of(key: str) -> str:
    """The part of a key before its first colon: "fallback" of "fallback:12"."""
    return key.partition(":")[0]


def is_due(created_at: datetime, tries: int, now: datetime) -> bool:
    """Whether a notification that was tried so often may be tried (again) now."""
    return tries < MAX_TRIES and now < created_at + FRESH and now >= created_at + WAITS[tries]


def is_quiet(kind: str, last_emailed_at: datetime | None, now: datetime) -> bool:
    """Whether the last e-mail of a kind that comes in bursts is too recent for another one."""
    return kind in QUIET and last_emailed_at is not None and now < last_emailed_at + QUIET[kind]


@dataclass(frozen=True)
class Told:
    """What an e-mail tells: one notification, or those of a burst."""

    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Words:
    """An e-mail in its two forms; the subject is one line."""

    subject: str
    plain: str
    html: str


def words_of(told: Sequence[Told], name: str, public_url: str) -> Words:
    """The e-mail for what is told, oldest first. `public_url` has no slash at its end."""
    first = told[0]
    subject = first.title if len(told) == 1 else f"{first.title} (e mais {len(told) - 1})"
    paragraphs = [f"Olá, {one_line(name)}."]
    paragraphs += [each.text for each in told[:LISTED]]
    if len(told) > LISTED:
        paragraphs.append(f"E mais {len(told) - LISTED}.")
    link = address(public_url, first.url if len(told) == 1 else "")
    ending = "Você recebe este e-mail porque tem acesso ao Portal de WhatsApp da sua empresa."
    return Words(
        subject=one_line(subject)[:SUBJECT_LENGTH],
        plain="\n\n".join([*paragraphs, f"Abrir no portal: {link}", "--\n" + ending]) + "\n",
        html=_html(paragraphs, link, ending),
    )


def _html(paragraphs: Sequence[str], link: str, ending: str) -> str:
    body = "".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs)
    url = escape(link, quote=True)
    return (
        '<!doctype html><html lang="pt-BR"><body>'
        f'{body}<p><a href="{url}">Abrir no portal</a></p><hr><p><small>{escape(ending)}</small></p></body></html>\n'
    )


def address(public_url: str, path: str) -> str:
    """The address of a page of the portal; what is no path of ours leads to the list of notifications."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and " " not in path
    return public_url + (path if ours else "/notificacoes")


def one_line(text: str) -> str:
    """A text without line breaks or other control characters: fit for the header of an e-mail."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
