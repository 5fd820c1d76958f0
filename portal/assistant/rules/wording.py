"""Small pieces of the assistant's messages."""

from __future__ import annotations

from collections.abc import Iterable

MESSAGE_LIMIT = 4000
"""Characters of one message; WhatsApp takes 4,096."""


def one_line(text: str) -> str:
    """The text on one line, without what would break the bold type around it: an imported name may hold anything."""
    return " ".join(text.replace("*", " ").split())


def clipped(text: str) -> str:
    """The text, cut to what one message holds."""
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def counted(count: int, one: str = "título", many: str = "títulos") -> str:
    """ "1 título", "3 títulos"."""
    return f"{count} {one if count == 1 else many}"


def packed(blocks: Iterable[str]) -> list[str]:
    """The blocks in as few messages as hold them, cut between blocks."""
    messages: list[str] = []
    for block in map(clipped, blocks):
        joined = f"{messages[-1]}\n\n{block}" if messages else block
        if messages and len(joined) <= MESSAGE_LIMIT:
            messages[-1] = joined
        else:
            messages.append(block)
    return messages
