"""Which gateway serves which kind of connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from portal.gateways import cloud_api_errors, evolution_errors, plugmessage_errors
from portal.gateways.base import Gateway
from portal.gateways.cloud_api import CloudApi
from portal.gateways.evolution import Evolution
from portal.gateways.plugmessage import PlugMessage
from portal.gateways.simulator import Simulator


class _Errors(Protocol):
    """A provider's table of codes: what they mean, and which of them concern the whole number."""

    def stops(self, code: str) -> bool: ...

    def explain(self, code: str) -> str: ...


_ERRORS: Mapping[str, _Errors] = {
    CloudApi.kind: cloud_api_errors,
    Simulator.kind: cloud_api_errors,
    PlugMessage.kind: plugmessage_errors,
    Evolution.kind: evolution_errors,
}


def build(config: Mapping[str, Any]) -> dict[str, Gateway]:
    """Every gateway by its kind, from `GRAPH_API_URL`, `GRAPH_API_VERSION`, `PLUGMESSAGE_API_URL` and `FILE_ROOT`.

    KeyError if one of them lacks. `EVOLUTION_API_URL` is the installation's own server, if it has one."""
    files = Path(config["FILE_ROOT"])
    gateways: list[Gateway] = [
        CloudApi(config["GRAPH_API_URL"], config["GRAPH_API_VERSION"], files),
        PlugMessage(config["PLUGMESSAGE_API_URL"], files),
        Evolution(config.get("EVOLUTION_API_URL", ""), files),
        Simulator(files),
    ]
    return {gateway.kind: gateway for gateway in gateways}


def stops(kind: str, code: str) -> bool:
    """Whether a provider's error code concerns the whole number, so that nothing else should be tried on it."""
    return kind in _ERRORS and _ERRORS[kind].stops(code)


def explain(kind: str, code: str) -> str:
    """One or two sentences in Portuguese: what a provider's error code means and what to do. "" for no code."""
    if not code:
        return ""
    if kind in _ERRORS:
        return _ERRORS[kind].explain(code)
    return f"O provedor recusou a mensagem (código {code})."
