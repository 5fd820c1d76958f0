"""The portfolio over HTTP: creditors, debtors with their titles and agreements, and the import of files."""

from __future__ import annotations

from portal.portfolio.routes import agreements, creditors, debtors, imports, people, titles
from portal.portfolio.routes.blueprint import blueprint

blueprints = (blueprint, creditors.blueprint)

__all__ = ["agreements", "blueprint", "blueprints", "creditors", "debtors", "imports", "people", "titles"]
