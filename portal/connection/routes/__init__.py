"""The tab "Configurações" over HTTP: the numbers with their credentials and limits, and the hours."""

from __future__ import annotations

from portal.connection.routes import api, limits, link, numbers, schedules
from portal.connection.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "limits", "link", "numbers", "schedules"]
