"""Which gateway serves which kind of connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portal.gateways import cloud_api_errors
from portal.gateways.base import Gateway
from portal.gateways.cloud_api import CloudApi
from portal.gateways.simulator import Simulator


def build(config: Mapping[str, Any]) -> dict[str, Gateway]:
    """Every gateway by its kind, from `GRAPH_API_URL`, `GRAPH_API_VERSION` and `FILE_ROOT`. KeyError if one lacks."""
    cloud_api = CloudApi(config["GRAPH_API_URL"], config["GRAPH_API_VERSION"], Path(config["FILE_ROOT"]))
    gateways: list[Gateway] = [cloud_api, Simulator()]
    return {gateway.kind: gateway for gateway in gateways}


def stops(kind: str, code: str) -> bool:
    """Whether a provider's error code concerns the whole number, so that nothing else should be tried on it."""
    return kind in {CloudApi.kind, Simulator.kind} and cloud_api_errors.stops(code)


def explain(kind: str, code: str) -> str:
    """One or two sentences in Portuguese: what a provider's error code means and what to do. "" for no code."""
    if not code:
        return ""
    if kind in {CloudApi.kind, Simulator.kind}:
        return cloud_api_errors.explain(code)
    return f"O provedor recusou a mensagem (código {code})."
