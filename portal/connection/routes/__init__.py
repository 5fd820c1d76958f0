"""The tab "Configurações" over HTTP: which API, the limits of the sending agent, and the hours."""

from __future__ import annotations

from portal.connection.routes import api, limits, schedules
from portal.connection.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "limits", "schedules"]
