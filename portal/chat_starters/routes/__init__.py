"""The pages of the tab *Modelo de início de chat*."""

from __future__ import annotations

from portal.chat_starters.routes import bindings, listing, one, writing
from portal.chat_starters.routes.common import blueprint

__all__ = ["bindings", "blueprint", "listing", "one", "writing"]
