"""The verbs of the tab "Configurações"; `schedules` has those of the hours, `link` those of the QR code."""

from __future__ import annotations

from portal.connection.service.foreign import correct, heard, on_corrected
from portal.connection.service.numbers import (
    Credentials,
    Limits,
    NumberRefused,
    add,
    make_primary,
    offered,
    rename,
    resume,
    save_credentials,
    save_interactive,
    save_limits,
    set_up,
    stopped_reason,
    switch,
)
from portal.connection.service.removal import on_archived, remove
from portal.connection.service.setup import Check, check, subscribe

__all__ = [
    "Check",
    "Credentials",
    "Limits",
    "NumberRefused",
    "add",
    "check",
    "correct",
    "heard",
    "make_primary",
    "offered",
    "on_archived",
    "on_corrected",
    "remove",
    "rename",
    "resume",
    "save_credentials",
    "save_interactive",
    "save_limits",
    "set_up",
    "stopped_reason",
    "subscribe",
    "switch",
]
