"""The virtual assistant at work."""

from __future__ import annotations

from portal.assistant.service.talk import answer

__all__ = ["answer"]
