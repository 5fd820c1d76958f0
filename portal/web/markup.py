"""WhatsApp's own marks in a text (*bold*, _italic_, ~struck~) as HTML. Everything else is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask
from markupsafe import Markup, escape

_MARK = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^*_~\n]{1,1000}?)(?<=\S)\1(?![\w*_~])")
_TAGS = {"*": Markup("<strong>{}</strong>"), "_": Markup("<em>{}</em>"), "~": Markup("<s>{}</s>")}


def init_app(app: Flask) -> None:
    app.jinja_env.filters["whatsapp"] = formatted


def formatted(text: str) -> Markup:
    """A text as WhatsApp shows it, safe to print. A mark counts only around words, as on the phone: "2*3*4" stays."""
    return Markup("").join(_parts(text))


def _parts(text: str) -> Iterator[Markup]:
    end = 0
    for match in _MARK.finditer(text):
        yield escape(text[end : match.start()])
        yield _TAGS[match.group(1)].format(match.group(2))
        end = match.end()
    yield escape(text[end:])
