"""A row of a provider's table of errors: what to tell people, and whether a machine may try again or must stop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`retry`: the same message may be sent later. `stop`: the whole number is unfit until a person acts."""

    text: str
    retry: bool = False
    stop: bool = False


def retried(text: str) -> Rule:
    return Rule(text, retry=True)


def stopping(text: str) -> Rule:
    return Rule(text, stop=True)
