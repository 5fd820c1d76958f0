"""The inbox over HTTP: pages and fragments that only read, and what people do."""

from __future__ import annotations

from portal.inbox.routes import actions, debtor, files, pages, starts
from portal.inbox.routes.blueprint import blueprint

__all__ = ["actions", "blueprint", "debtor", "files", "pages", "starts"]
