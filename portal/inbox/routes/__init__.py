"""The inbox over HTTP: pages and fragments that only read, and what people do."""

from __future__ import annotations

from portal.inbox.routes import actions, debtor, files, opt_outs, pages, starts, uploads
from portal.inbox.routes.blueprint import blueprint

blueprints = (blueprint, opt_outs.blueprint)

__all__ = ["actions", "blueprints", "debtor", "files", "opt_outs", "pages", "starts", "uploads"]
