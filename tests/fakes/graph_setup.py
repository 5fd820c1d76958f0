"""What the fake Graph API says of tokens, secrets, accounts and subscriptions."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from tests.fakes.graph_pages import node
from tests.fakes.graph_rules import Refused
from tests.fakes.graph_state import Number
from tests.fakes.http_server import Request

APP_ID = "900100"


def debug_token(request: Request, numbers: Iterable[Number]) -> dict[str, Any]:
    """What a token is good for. Whoever asks must show a known token."""
    tokens = {number.token: number for number in numbers}
    if request.headers.get("authorization", "").removeprefix("Bearer ") not in tokens:
        raise Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)
    number = tokens.get(request.query.get("input_token", ""))
    if number is None:
        return {"data": {"is_valid": False, "scopes": []}}
    return {
        "data": {
            "app_id": number.app_id,
            "type": "SYSTEM_USER",
            "is_valid": True,
            "expires_at": number.expires_at,
            "scopes": list(number.scopes),
        }
    }


def check_proof(number: Number, request: Request) -> None:
    """Refuses a call whose proof was made with another app's secret."""
    proof = request.query.get("appsecret_proof")
    if proof is None or number.app_secret is None:
        return
    expected = hmac.new(number.app_secret.encode(), number.token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(proof, expected):
        raise Refused(100, "Invalid appsecret_proof provided in the API argument")


def account(number: Number, request: Request, edge: str, numbers: Iterable[Number]) -> dict[str, Any]:
    """What is asked of an account (WABA), whose apps can be read and subscribed to."""
    if number.waba_id in request.path:
        match request.method, edge:
            case "GET", "node":
                return {"id": number.waba_id, "name": "Cedrus"}
            case "GET", "phone_numbers":
                fields = request.query.get("fields", "id")
                return {"data": [node(each, fields) for each in numbers if each.waba_id == number.waba_id]}
            case "GET", "subscribed_apps":
                return _subscribed(number)
            case "POST", "subscribed_apps":
                number.subscribed = True
                return {"success": True}
    raise Refused(100, f"Unsupported {request.method.lower()} request", subcode=33)


def _subscribed(number: Number) -> dict[str, Any]:
    app = {"id": number.app_id, "name": "Portal", "link": "https://www.facebook.com/games/"}
    return {"data": [{"whatsapp_business_api_data": app}] if number.subscribed else []}
