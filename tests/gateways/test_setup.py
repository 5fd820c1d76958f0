"""What has to be true before the official API works, asked of the fake Graph API."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal.gateways.base import Line, SendError
from portal.gateways.cloud_api import CloudApi
from tests.fakes.graph_api import GraphApi


def test_a_token_looks_at_itself(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    found = cloud_api.setup.token(line)
    assert (found.valid, found.app_id, found.expires_at, found.missing) == (True, "900100", None, ())
    number = graph.numbers["1065"]
    number.scopes, number.expires_at = ("whatsapp_business_messaging",), 1_800_000_000
    found = cloud_api.setup.token(line)
    assert found.missing == ("whatsapp_business_management",)
    assert found.expires_at == datetime(2027, 1, 15, 8, tzinfo=UTC)
    with pytest.raises(SendError) as error:
        cloud_api.setup.token(replace(line, access_token="expired"))
    assert (error.value.code, error.value.stop) == ("190", True)


def test_a_token_is_in_no_log(cloud_api: CloudApi, line: Line, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        cloud_api.setup.token(line)
    assert "debug_token" in caplog.text
    assert line.access_token not in caplog.text


def test_the_secret_is_tried_without_being_sent(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    graph.numbers["1065"].app_secret = line.app_secret
    assert cloud_api.setup.secret_fits(line)
    assert not cloud_api.setup.secret_fits(replace(line, app_secret="of another app"))
    graph.next("refuse", edge="node", code=190, status=401)
    with pytest.raises(SendError):
        cloud_api.setup.secret_fits(line)


def test_the_account_and_its_numbers(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    graph.add_number("1066", "2020", "token-1", display_phone_number="+55 11 3000-2000")
    graph.add_number("1077", "3030", "token-3")
    assert cloud_api.setup.account_name(line) == "Cedrus"
    assert cloud_api.setup.numbers(line) == {"1065": "+55 11 3000-1000", "1066": "+55 11 3000-2000"}
    with pytest.raises(SendError) as error:
        cloud_api.setup.numbers(replace(line, waba_id="3030"))
    assert error.value.code == "100/33"


def test_subscribing(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    graph.numbers["1065"].subscribed = False
    assert cloud_api.setup.subscribers(line) == ()
    cloud_api.setup.subscribe(line)
    assert cloud_api.setup.subscribers(line) == ("900100",)


def test_how_a_number_fares(graph: GraphApi, cloud_api: CloudApi, line: Line) -> None:
    assert (cloud_api.check(line).can_send, cloud_api.check(line).problems) == ("AVAILABLE", ())
    number = graph.numbers["1065"]
    number.can_send, number.problem, number.name_status = "BLOCKED", "Account in violation.", "DECLINED"
    info = cloud_api.check(line)
    assert (info.can_send, info.problems, info.name_status) == (
        "BLOCKED",
        ("Account in violation. Fix it.",),
        "DECLINED",
    )


@pytest.mark.parametrize("mode", ["html_502", "drop", "truncated_json", "oversized"])
def test_no_answer_is_a_plain_error(graph: GraphApi, cloud_api: CloudApi, line: Line, mode: str) -> None:
    for edge in ("debug_token", "phone_numbers", "subscribed_apps"):
        graph.always(mode, edge=edge)
    for ask in (cloud_api.setup.token, cloud_api.setup.numbers, cloud_api.setup.subscribers):
        with pytest.raises(SendError) as error:
            ask(line)
        assert error.value.retry
