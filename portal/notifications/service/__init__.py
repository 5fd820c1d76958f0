"""Telling people something that they should know: once each, in the portal and by e-mail."""

from __future__ import annotations

from portal.notifications.service.notify import notify, notify_admins, read, read_all, sweep

__all__ = ["notify", "notify_admins", "read", "read_all", "sweep"]
