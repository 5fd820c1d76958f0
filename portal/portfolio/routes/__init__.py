"""The portfolio over HTTP: debtors, and the import of files."""

from __future__ import annotations

from portal.portfolio.routes import debtors, imports
from portal.portfolio.routes.blueprint import blueprint

__all__ = ["blueprint", "debtors", "imports"]
