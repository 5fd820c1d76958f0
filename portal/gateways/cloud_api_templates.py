"""Meta's templates over REST: list, create, edit, delete. There is no draft at Meta: creation is submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.gateways.base import Line, SendError
from portal.gateways.cloud_api_graph import Graph, as_id, text

PAGE = 100
_MAX_PAGES = 200
_FIELDS = (
    "id,name,language,status,category,parameter_format,components,rejected_reason,quality_score,correct_category,"
    "last_updated_time"
)

Components = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class RemoteTemplate:
    """A template as Meta holds it. `status` and `category` are Meta's words; `body` keeps its `{{1}}` marks."""

    provider_id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str
    body: str
    components: tuple[Mapping[str, Any], ...]
    rejected_reason: str = ""
    quality: str = ""
    correct_category: str = ""


@dataclass(frozen=True)
class Submitted:
    """Meta's answer to a creation. `category` is the one granted, perhaps another than was asked for."""

    provider_id: str
    status: str
    category: str


class Templates:
    """The templates of a WABA. Reads raise `SendError`; changes also `Uncertain`, when the answer was lost."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def all(self, line: Line) -> list[RemoteTemplate]:
        """Every template of the account, all languages and states; never a partial list."""
        return [_template(item) for page in self._pages(line) for item in page]

    def create(self, line: Line, name: str, language: str, category: str, components: Components) -> Submitted:
        """Create a template, which submits it for approval."""
        payload = {
            "name": name,
            "language": language,
            "category": category.upper(),
            "parameter_format": "POSITIONAL",
            "components": list(components),
        }
        data = self._graph.write(line.access_token, self._graph.url(line.waba_id, "message_templates"), payload)
        return Submitted(as_id(data.get("id")), text(data.get("status")).upper(), text(data.get("category")).upper())

    def edit(self, line: Line, provider_id: str, category: str, components: Components) -> str:
        """Replace a template's components, and its category unless that is "". The state in which it is then: back in
        review, since Meta's pages contradict each other about whether it stays sendable."""
        payload: dict[str, Any] = {"components": list(components)}
        if category:
            payload["category"] = category.upper()
        self._graph.write(line.access_token, self._graph.url(provider_id), payload)
        return "PENDING"

    def delete(self, line: Line, name: str, provider_id: str) -> None:
        """Delete one language of a template. The name of an approved one is kept back by Meta for 30 days."""
        url = self._graph.url(line.waba_id, "message_templates")
        self._graph.delete(line.access_token, url, {"hsm_id": provider_id, "name": name})

    def _pages(self, line: Line) -> Iterator[list[Any]]:
        """Pages by cursor, until Meta names no next one. Its `next` address itself is not followed."""
        url = self._graph.url(line.waba_id, "message_templates")
        query = {"fields": _FIELDS, "limit": str(PAGE)}
        for _ in range(_MAX_PAGES):
            data = self._graph.read(line.access_token, url, query)
            items = data.get("data")
            if not isinstance(items, list):
                raise SendError("unreachable", "a page of templates without data", retry=True)
            yield items
            paging = data.get("paging")
            if not isinstance(paging, Mapping) or not paging.get("next"):
                return
            query["after"] = _cursor(paging, query.get("after", ""))
        raise SendError("unreachable", f"more than {_MAX_PAGES} pages of templates")


def _cursor(paging: Mapping[str, Any], previous: str) -> str:
    cursors = paging.get("cursors")
    after = text(cursors.get("after")) if isinstance(cursors, Mapping) else ""
    if not after or after == previous:
        raise SendError("unreachable", "the pages of templates do not advance", retry=True)
    return after


def _template(item: Any) -> RemoteTemplate:
    data: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
    listed = data.get("components")
    components = tuple(c for c in listed if isinstance(c, Mapping)) if isinstance(listed, list) else ()
    quality = data.get("quality_score")
    reason = text(data.get("rejected_reason"))
    return RemoteTemplate(
        provider_id=as_id(data.get("id")),
        name=text(data.get("name")),
        language=text(data.get("language")),
        status=text(data.get("status")).upper(),
        category=text(data.get("category")).upper(),
        parameter_format=text(data.get("parameter_format")).upper() or "POSITIONAL",
        body=next((text(c.get("text")) for c in components if text(c.get("type")).upper() == "BODY"), ""),
        components=components,
        rejected_reason="" if reason == "NONE" else reason,
        quality=text(quality.get("score")).upper() if isinstance(quality, Mapping) else "",
        correct_category=text(data.get("correct_category")).upper(),
    )
