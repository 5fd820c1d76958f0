"""What the Cloud API is asked beside sending: the number, its templates, read receipts; and the table of codes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from portal.gateways import cloud_api_templates as module
from portal.gateways.base import Inbound, Line, Recipient, SendError
from portal.gateways.cloud_api import CloudApi
from portal.gateways.cloud_api_errors import classify, explain
from portal.gateways.cloud_api_webhooks import parse
from portal.gateways.messages import Text
from portal.gateways.simulator import Simulator
from tests.fakes.graph_api import GraphApi
from tests.gateways.shapes import MARIA

DOCUMENTED = """
0 1 2 3 4 10 33 80007 80008 100 104 190 200 299 368 803 130429 130472 130497 131000 131005 131008 131009 131016 131021
131026 131030 131031 131037 131042 131045 131047 131048 131049 131050 131051 131052 131053 131055 131056 131057 131060
131062 131063 131064 132000 132001 132005 132007 132008 132012 132015 132016 132018 132068 132069 133000 133004 133005
133006 133008 133009 133010 133015 133016 134011 134100 134101 134102 135000 137000 139100 139101 139102 139103 141010
"""


@pytest.mark.parametrize("code", DOCUMENTED.split())
def test_every_documented_code_is_explained(code: str) -> None:
    text = explain(code)
    assert code not in re.findall(r"\d+", text)
    assert re.fullmatch(r"[A-ZÁÉÍÓÚ][^.]+(\. [A-ZÁÉÍÓÚ].+)?\.", text)
    error = classify({"code": int(code)})
    assert error.code == code
    assert not (error.retry and error.stop)


def test_the_state_of_the_number(graph: GraphApi, cloud_api: CloudApi, line: Line, tmp_path: Path) -> None:
    info = cloud_api.check(line)
    assert (info.phone_number_id, info.connected, info.quality) == ("1065", True, "GREEN")
    assert (info.display_phone, info.messaging_limit) == ("+55 11 3000-1000", "TIER_2K")
    graph.numbers["1065"].status = "BANNED"
    assert not cloud_api.check(line).connected
    assert Simulator(tmp_path).check(line).connected


@pytest.mark.parametrize("mode", ["html_502", "drop", "truncated_json"])
def test_a_failed_read_is_a_plain_error(graph: GraphApi, cloud_api: CloudApi, line: Line, mode: str) -> None:
    graph.next(mode, edge="node")
    with pytest.raises(SendError) as error:
        cloud_api.check(line)
    assert (error.value.code, error.value.retry) == ("unreachable", True)


def test_a_wrong_token_is_named(cloud_api: CloudApi, line: Line) -> None:
    with pytest.raises(SendError) as error:
        cloud_api.check(replace(line, access_token="expired"))
    assert (error.value.code, error.value.stop) == ("190", True)


def test_templates_of_every_page(
    graph: GraphApi, cloud_api: CloudApi, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    for number in range(5):
        graph.add_template("2020", f"modelo_{number}", "Olá {{1}}.", status="APPROVED" if number else "REJECTED")
    graph.add_template("3030", "de_outra_conta")
    found = cloud_api.templates.all(line)
    assert [template.name for template in found] == [f"modelo_{number}" for number in range(5)]
    assert (found[0].status, found[1].status, found[1].rejected_reason) == ("REJECTED", "APPROVED", "")
    assert (found[0].body, found[0].language, found[0].parameter_format) == ("Olá {{1}}.", "pt_BR", "POSITIONAL")


def test_no_partial_list_of_templates(
    graph: GraphApi, cloud_api: CloudApi, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 1)
    graph.add_template("2020", "um")
    graph.add_template("2020", "dois")
    graph.next("ok", edge="message_templates")
    graph.next("html_502", edge="message_templates")
    with pytest.raises(SendError):
        cloud_api.templates.all(line)


def test_read_receipts(graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, tmp_path: Path) -> None:
    ((_, item),) = parse(graph.inbound("1065", MARIA, "oi")).items
    assert isinstance(item, Inbound)
    provider_id = item.provider_id
    cloud_api.mark_read(line, provider_id, to)
    assert graph.reads == [provider_id]
    Simulator(tmp_path).mark_read(line, provider_id, to)
    with pytest.raises(SendError):
        cloud_api.mark_read(line, "wamid.unheard", to)
    graph.next("drop", edge="reads")
    with pytest.raises(SendError) as error:
        cloud_api.mark_read(line, provider_id, to)
    assert error.value.retry


def test_the_providers_spelling_of_a_number_is_learned(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    accepted = cloud_api.send(line, Recipient(e164="+5531988887777"), Text("oi"), "a1")
    assert accepted.wa_id == "553188887777"


def test_a_business_scoped_id_is_answered_without_wa_id(cloud_api: CloudApi, line: Line) -> None:
    assert cloud_api.send(line, Recipient(bsuid="BR.1349"), Text("oi"), "a1").wa_id == ""
