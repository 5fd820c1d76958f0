"""The outside world: one module for each WhatsApp provider, one contract (`base`), one vocabulary (`messages`)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.gateways.base import Gateway

_active: dict[str, Gateway] = {}


def use(gateways: Mapping[str, Gateway]) -> None:
    """The gateways of this process, by kind; called once by `create_app`."""
    _active.clear()
    _active.update(gateways)


def get(kind: str) -> Gateway:
    """The gateway of a kind. Raises KeyError for one that this installation does not have."""
    return _active[kind]
