"""Meta's webhooks about templates: four fields whose ids are numbers and whose languages have a hyphen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from portal.gateways.base import TemplateFact, TemplateUpdate
from portal.gateways.cloud_api_graph import as_id, text

_TOLD_LENGTH = 600


def _status(value: Mapping[str, Any]) -> tuple[str, str, str]:
    reason = text(value.get("reason"))
    other, rejection = _object(value, "other_info"), _object(value, "rejection_info")
    told = [text(each) for each in (rejection.get("reason"), rejection.get("recommendation"), other.get("description"))]
    title = text(other.get("title"))
    return text(value.get("event")).upper(), title or ("" if reason == "NONE" else reason), " ".join(filter(None, told))


def _category(value: Mapping[str, Any]) -> tuple[str, str, str]:
    """A notice names the `correct_category` that will hold; a change that was made names only the new one."""
    pending = text(value.get("correct_category")).upper()
    return text(value.get("new_category")).upper(), pending, ""


def _quality(value: Mapping[str, Any]) -> tuple[str, str, str]:
    return text(value.get("new_quality_score")).upper(), "", ""


def _components(_value: Mapping[str, Any]) -> tuple[str, str, str]:
    return "", "", ""


_Read = Callable[[Mapping[str, Any]], tuple[str, str, str]]

FIELDS: Mapping[str, tuple[TemplateFact, _Read]] = {
    "message_template_status_update": (TemplateFact.STATUS, _status),
    "template_category_update": (TemplateFact.CATEGORY, _category),
    "message_template_quality_update": (TemplateFact.QUALITY, _quality),
    "message_template_components_update": (TemplateFact.COMPONENTS, _components),
}
"""The fields of a change that are about a template."""


def read(field: str, value: Mapping[str, Any], waba_id: str, time: Any) -> TemplateUpdate:
    """The update that a change tells. Raises ValueError when it names no template or no time."""
    fact, read_value = FIELDS[field]
    word, reason, told = read_value(value)
    name, provider_id = text(value.get("message_template_name")), as_id(value.get("message_template_id"))
    if not provider_id and not name:
        raise ValueError("a change of no template")
    if not word and fact is not TemplateFact.COMPONENTS:
        raise ValueError(f"{field} without what changed")
    return TemplateUpdate(
        waba_id=waba_id,
        provider_id=provider_id,
        name=name,
        language=text(value.get("message_template_language")).replace("-", "_"),
        fact=fact,
        value=word,
        at=_moment(time),
        reason=reason,
        told=told[:_TOLD_LENGTH],
    )


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _moment(time: Any) -> datetime:
    """`entry.time`: Unix seconds as a number, unlike the strings of messages."""
    if isinstance(time, bool) or not isinstance(time, int) or not 1_000_000_000 <= time <= 4_102_444_800:
        raise ValueError("no usable time")
    return datetime.fromtimestamp(time, UTC)
