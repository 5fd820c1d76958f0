"""Templates over REST and by webhook, against the strict fake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from portal.gateways import cloud_api_webhooks
from portal.gateways.base import Broken, Line, SendError, TemplateFact, TemplateUpdate, Uncertain
from portal.gateways.cloud_api import CloudApi
from portal.gateways.cloud_api_templates import RemoteTemplate
from tests.fakes.graph_api import GraphApi

WABA = "2020"
BODY = "Olá {{1}}, aqui é da {{2}}. Podemos falar agora?"
COMPONENTS = [
    {"type": "BODY", "text": BODY, "example": {"body_text": [["Maria", "Escola Azul"]]}},
    {"type": "FOOTER", "text": "Responda SAIR para não receber"},
]


def only(items: tuple[tuple[str, object], ...]) -> object:
    ((_, item),) = items
    return item


def found(cloud_api: CloudApi, line: Line) -> RemoteTemplate:
    (template,) = cloud_api.templates.all(line)
    return template


def test_create_submits_and_tells_the_category_granted(cloud_api: CloudApi, graph: GraphApi, line: Line) -> None:
    graph.desk.granted["contato"] = "MARKETING"
    answer = cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    assert (answer.status, answer.category) == ("PENDING", "MARKETING")
    template = found(cloud_api, line)
    assert (template.provider_id, template.body, template.status) == (answer.provider_id, BODY, "PENDING")
    assert [part["type"] for part in template.components] == ["BODY", "FOOTER"]


def test_a_refusal_carries_metas_own_words(cloud_api: CloudApi, line: Line) -> None:
    cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    with pytest.raises(SendError) as refused:
        cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    assert refused.value.told == "Conteúdo já existe: Já existe conteúdo deste modelo neste idioma."
    assert not refused.value.retry


@pytest.mark.parametrize("mode", ["accept_then_drop", "accept_then_502", "truncated_json", "oversized", "html_502"])
def test_a_lost_answer_leaves_a_creation_uncertain(cloud_api: CloudApi, graph: GraphApi, line: Line, mode: str) -> None:
    graph.next(mode, edge="message_templates")
    with pytest.raises(Uncertain):
        cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)


def test_edit_replaces_and_goes_back_to_review(cloud_api: CloudApi, graph: GraphApi, line: Line) -> None:
    answer = cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    with pytest.raises(SendError, match="Invalid parameter"):
        cloud_api.templates.edit(line, answer.provider_id, "", COMPONENTS)
    row = graph.templates[0]
    graph.desk.reject(row)
    longer = [{**COMPONENTS[0], "text": "Bom dia " + BODY}]
    cloud_api.templates.edit(line, answer.provider_id, "marketing", longer)
    template = found(cloud_api, line)
    assert (template.status, template.category, template.body) == ("PENDING", "MARKETING", "Bom dia " + BODY)


def test_edits_of_an_approved_one_are_rationed(cloud_api: CloudApi, graph: GraphApi, line: Line) -> None:
    answer = cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    row = graph.templates[0]
    graph.desk.approve(row)
    with pytest.raises(SendError):
        cloud_api.templates.edit(line, answer.provider_id, "marketing", COMPONENTS)
    cloud_api.templates.edit(line, answer.provider_id, "", COMPONENTS)
    graph.desk.approve(row)
    with pytest.raises(SendError) as refused:
        cloud_api.templates.edit(line, answer.provider_id, "", COMPONENTS)
    assert "uma vez a cada 24 horas" in refused.value.told


def test_the_name_of_a_deleted_approved_one_cools_down(cloud_api: CloudApi, graph: GraphApi, line: Line) -> None:
    answer = cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    graph.desk.approve(graph.templates[0])
    cloud_api.templates.delete(line, "contato", answer.provider_id)
    assert cloud_api.templates.all(line) == []
    with pytest.raises(SendError) as refused:
        cloud_api.templates.create(line, "contato", "pt_BR", "utility", COMPONENTS)
    assert "4 semanas" in refused.value.told


def test_the_fake_pauses_three_hours_then_six_then_for_good() -> None:
    now = [datetime(2026, 11, 22, 12, tzinfo=UTC)]
    with GraphApi(lambda: now[0]) as graph:
        row = graph.add_template(WABA, "contato", BODY)
        assert graph.desk.pause(row) == "FIRST_PAUSE"
        now[0] += timedelta(hours=3)
        graph.desk.pass_time()
        assert row.status == "APPROVED"
        assert graph.desk.pause(row) == "SECOND_PAUSE"
        now[0] += timedelta(hours=3)
        graph.desk.pass_time()
        assert row.status == "PAUSED"
        assert graph.desk.pause(row) == "DISABLED"


def test_webhooks_about_templates_are_read(graph: GraphApi) -> None:
    row = graph.add_template(WABA, "contato", BODY)
    graph.desk.reject(row)
    info = {"reason": "Falta texto.", "recommendation": "Escreva mais."}
    update = only(cloud_api_webhooks.parse(graph.template_status(row, rejection_info=info)).items)
    assert isinstance(update, TemplateUpdate)
    assert (update.provider_id, update.name, update.language) == (row.provider_id, "contato", "pt_BR")
    assert (update.fact, update.value, update.reason) == (TemplateFact.STATUS, "REJECTED", "INVALID_FORMAT")
    assert (update.waba_id, update.told) == (WABA, "Falta texto. Escreva mais.")

    row.category, row.quality = "MARKETING", "RED"
    category = only(cloud_api_webhooks.parse(graph.template_category(row, previous_category="UTILITY")).items)
    quality = only(cloud_api_webhooks.parse(graph.template_quality(row)).items)
    components = only(cloud_api_webhooks.parse(graph.template_components(row)).items)
    assert [(u.fact, u.value) for u in (category, quality, components)] == [  # type: ignore[attr-defined]
        (TemplateFact.CATEGORY, "MARKETING"),
        (TemplateFact.QUALITY, "RED"),
        (TemplateFact.COMPONENTS, ""),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {"id": WABA, "time": 1758400000, "changes": [{"field": "message_template_status_update", "value": None}]},
        {"id": WABA, "time": "1758400000", "changes": [{"field": "message_template_status_update", "value": {}}]},
        {"id": WABA, "changes": [{"field": "template_category_update", "value": {"message_template_id": 1}}]},
    ],
)
def test_an_unreadable_change_harms_nothing_else(entry: dict[str, object]) -> None:

    assert isinstance(only(cloud_api_webhooks.parse(json.dumps({"entry": [entry]}).encode()).items), Broken)
