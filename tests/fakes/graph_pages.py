"""What can be read of the fake Graph API: a number's fields and pages of templates."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tests.fakes.graph_rules import Refused
from tests.fakes.graph_state import Number, TemplateRow

_DEFAULT_NUMBER = "id,verified_name,display_phone_number,quality_rating"
_DEFAULT_TEMPLATE = "id,name,language,status,category,parameter_format,components"


def node(number: Number, fields: str) -> dict[str, Any]:
    """A number with exactly the asked fields. Raises Refused for one that does not exist."""
    known = {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "name_status": number.name_status,
        "quality_rating": number.quality_rating,
        "status": number.status,
        "code_verification_status": "VERIFIED",
        "account_mode": "LIVE",
        "platform_type": "CLOUD_API" if number.registered else "NOT_APPLICABLE",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "health_status": _health(number),
    }
    return _pick(known, fields or _DEFAULT_NUMBER)


def _health(number: Number) -> dict[str, Any]:
    error = {"error_code": 141006, "error_description": number.problem, "possible_solution": "Fix it."}
    entity = {"entity_type": "PHONE_NUMBER", "id": number.phone_number_id, "can_send_message": number.can_send}
    entities = [{**entity, "errors": [error]} if number.problem else entity]
    return {"can_send_message": number.can_send, "entities": entities}


def template_page(rows: list[TemplateRow], query: Mapping[str, str], url: str) -> dict[str, Any]:
    """A page of templates with cursors; `paging.next` is there as long as more follow."""
    rows = [row for row in rows if query.get("status", row.status) == row.status and query.get("name", "") in row.name]
    limit, start = int(query.get("limit", "25")), _position(query.get("after", ""))
    page = rows[start : start + limit]
    fields = query.get("fields", _DEFAULT_TEMPLATE)
    after = base64.urlsafe_b64encode(str(start + limit).encode()).decode()
    paging: dict[str, Any] = {"cursors": {"before": "QVF", "after": after}}
    if start + limit < len(rows):
        paging["next"] = f"{url}?{urlencode({**query, 'after': after})}"
    return {"data": [_template(row, fields) for row in page], "paging": paging}


def _template(row: TemplateRow, fields: str) -> dict[str, Any]:
    example = {"body_text": [[f"exemplo {n}" for n in range(1, row.parameters + 1)]]} if row.parameters else {}
    body = {"type": "BODY", "text": row.body, **({"example": example} if example else {})}
    known = {
        "id": row.provider_id,
        "name": row.name,
        "language": row.language,
        "status": row.status,
        "category": row.category,
        "parameter_format": row.parameter_format,
        "components": row.components or [body],
        "rejected_reason": row.rejected_reason,
        "quality_score": {"score": row.quality, "date": 1758412800},
        "correct_category": row.correct_category,
        "last_updated_time": "2026-11-22T12:00:00+0000",
    }
    return _pick(known, fields)


def _pick(known: Mapping[str, Any], fields: str) -> dict[str, Any]:
    wanted = ["id", *(name for name in fields.split(",") if name != "id")]
    for name in wanted:
        if name not in known:
            raise Refused(100, f"Tried accessing nonexisting field ({name})")
    return {name: known[name] for name in wanted}


def _position(after: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(after)) if after else 0
    except ValueError as error:
        raise Refused(100, "Invalid cursor") from error
