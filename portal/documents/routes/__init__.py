"""The pages of *Menu Configurações > Documentos*."""

from __future__ import annotations

from portal.documents.routes import issued, library, preview
from portal.documents.routes.blueprint import blueprint

__all__ = ["blueprint", "issued", "library", "preview"]
