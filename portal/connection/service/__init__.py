"""The verbs of the tab "Configurações"; `schedules` has those of the hours."""

from __future__ import annotations

from portal.connection.service.numbers import (
    SECRETS,
    Check,
    Credentials,
    Limits,
    check,
    choose_kind,
    last4,
    resume,
    save_credentials,
    save_limits,
    set_up,
    stopped_reason,
)

__all__ = [
    "SECRETS",
    "Check",
    "Credentials",
    "Limits",
    "check",
    "choose_kind",
    "last4",
    "resume",
    "save_credentials",
    "save_limits",
    "set_up",
    "stopped_reason",
]
