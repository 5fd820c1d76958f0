"""The virtual assistant at work."""

from __future__ import annotations

from portal.assistant.service.refusals import take as take_refusal
from portal.assistant.service.talk import answer

__all__ = ["answer", "take_refusal"]
