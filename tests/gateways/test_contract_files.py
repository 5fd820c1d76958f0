"""What every gateway promises about files, said once and held against each of them with each kind."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from portal.gateways import http
from portal.gateways.base import Gateway, Line, Recipient, SendError, Uncertain
from portal.gateways.cloud_api import CloudApi
from portal.gateways.evolution import Evolution
from portal.gateways.media_rules import SENDABLE, kind_for, limit_for, problem
from portal.gateways.messages import Audio, Document, Image, Video
from portal.gateways.plugmessage import PlugMessage
from portal.gateways.registry import explain
from tests.fakes import media_types
from tests.fakes.evolution_api import EvolutionApi
from tests.fakes.graph_api import GraphApi
from tests.fakes.plug_api import PlugApi
from tests.gateways.conftest import Station
from tests.gateways.shapes import BYTES, FILES, MARIA, put_files

KINDS = pytest.mark.parametrize("kind", FILES)
NOT_TAKEN = ("drop", "reset", "html_502", "html_429", "redirect")
SETTLES_NOTHING = (
    *NOT_TAKEN,
    "accept_then_drop",
    "accept_then_502",
    "truncated_json",
    "truncated_body",
    "oversized",
    "no_id",
)


@KINDS
def test_the_very_bytes_go_out(station: Station, line: Line, to: Recipient, kind: str) -> None:
    assert station.gateway.send(line, to, FILES[kind], "a1").provider_id
    assert (station.taken(), station.last_file()) == (1, BYTES[kind])


@KINDS
@pytest.mark.parametrize("mode", SETTLES_NOTHING)
def test_an_answer_that_settles_nothing_is_uncertain(
    station: Station, line: Line, to: Recipient, kind: str, mode: str
) -> None:
    station.answer_next(mode)
    with pytest.raises(Uncertain):
        station.gateway.send(line, to, FILES[kind], "a1")
    assert station.taken() == (0 if mode in NOT_TAKEN else 1)


@KINDS
def test_silence_and_slowness_are_uncertain(
    station: Station, line: Line, to: Recipient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    station.answer_next("hold")
    with pytest.raises(Uncertain):
        station.gateway.send(line, to, FILES[kind], "a1")
    station.release()
    monkeypatch.setattr(http, "READ_SECONDS", 15.0)
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.1)
    station.answer_next("slow", seconds=0.3)
    with pytest.raises(Uncertain, match="took longer"):
        station.gateway.send(line, to, FILES[kind], "a2")
    assert station.taken() == 2


@KINDS
def test_refusals_are_surely_not_sent(station: Station, line: Line, to: Recipient, kind: str) -> None:
    station.limit_next()
    with pytest.raises(SendError) as error:
        station.gateway.send(line, to, FILES[kind], "a1")
    assert (error.value.retry, error.value.stop) == (True, False)
    station.refuse_next()
    with pytest.raises(SendError) as error:
        station.gateway.send(line, to, FILES[kind], "a2")
    assert (error.value.retry, error.value.stop, station.taken()) == (False, False, 0)


@KINDS
def test_a_refused_connection_has_sent_nothing(station: Station, line: Line, to: Recipient, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with pytest.raises(SendError) as error:
        station.elsewhere(f"http://127.0.0.1:{closed}").send(line, to, FILES[kind], "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("unreachable", True, False)


@KINDS
@pytest.mark.parametrize("path", ["absent.pdf", "../secret.pdf", "/etc/hostname", "", "empty"])
def test_only_files_of_the_store_go_out(
    gateway: Gateway, line: Line, to: Recipient, tmp_path: Path, kind: str, path: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path.parent / "secret.pdf").write_bytes(b"%PDF")
    with pytest.raises(SendError) as error:
        gateway.send(line, to, replace(FILES[kind], path=path), "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("file", False, False)
    assert "arquivo" in explain(gateway.kind, "file")


@KINDS
def test_a_file_beyond_the_limit_of_its_kind_is_surely_not_sent(
    gateway: Gateway, line: Line, to: Recipient, tmp_path: Path, kind: str
) -> None:
    content = FILES[kind]
    most = min(SENDABLE[kind].max_bytes, gateway.capabilities.largest_file)
    with (tmp_path / content.path).open("r+b") as file:
        file.truncate(most + 1)  # sparse: no disk is used
    with pytest.raises(SendError) as error:
        gateway.send(line, to, content, "a1")
    assert (error.value.code, error.value.retry, error.value.stop) == ("file_limit", False, False)
    assert "menor" in explain(gateway.kind, "file_limit")


@pytest.mark.parametrize(
    "content",
    [
        Image("foto.jpg", "a.webp", "image/webp"),
        Image("foto.jpg", "a.pdf", "application/pdf"),
        Video("filme.mp4", "a.webm", "video/webm"),
        Audio("voz.ogg", "a.wav", "audio/wav"),
        Audio("voz.ogg", "a.mp4", "video/mp4"),
        Document("termo.pdf", "a.html", "text/html"),
        Document("termo.pdf", "a.exe", ""),
    ],
)
def test_a_type_that_whatsapp_does_not_show_so_is_surely_not_sent(
    gateway: Gateway, line: Line, to: Recipient, content: Image | Video | Audio | Document
) -> None:
    with pytest.raises(SendError) as error:
        gateway.send(line, to, content, "a1")
    assert error.value.code == "file_limit"


def test_the_rules_are_metas() -> None:
    table = {mime_type: kind for kind, rule in SENDABLE.items() for mime_type in rule.types}
    assert table == {mime_type: kind for mime_type, kind in media_types.KINDS.items() if kind != "sticker"}
    for mime_type, kind in table.items():
        most = media_types.LIMITS[kind]
        assert (kind_for(mime_type, most), kind_for(mime_type, most + 1)) == (kind, "document")
        assert (problem(mime_type, 0), problem(mime_type, most), problem(mime_type, most + 1)) == (
            "empty",
            "",
            "too_large",
        )
        assert limit_for(mime_type) == most


@pytest.mark.parametrize("mime_type", ["image/webp", "image/gif", "audio/wav", "application/zip", "", "image/"])
def test_what_whatsapp_does_not_take(mime_type: str) -> None:
    assert (kind_for(mime_type, 10), problem(mime_type, 10), limit_for(mime_type)) == ("document", "type", 0)


def test_a_type_with_parameters_is_its_type() -> None:
    assert (kind_for("audio/ogg; codecs=opus", 10), problem("Audio/OGG;codecs=opus", 10)) == ("audio", "")


def test_how_the_official_api_names_each_kind(
    graph: GraphApi, cloud_api: CloudApi, line: Line, to: Recipient, tmp_path: Path
) -> None:
    put_files(tmp_path)
    for number, content in enumerate(FILES.values()):
        cloud_api.send(line, to, content, f"a{number}")
    sent = [each.payload for each in graph.ledger]
    named = [{**each[each["type"]], "type": each["type"]} for each in sent]
    for each in named:
        del each["id"]
    assert named == [
        {"type": "document", "filename": "Termo de acordo.pdf", "caption": "Seu termo"},
        {"type": "image", "caption": "O recibo"},
        {"type": "video", "caption": "Como pagar"},
        {"type": "audio"},
    ]


def test_how_plugmessage_names_each_kind(
    plug: PlugApi, plugmessage: PlugMessage, line: Line, to: Recipient, tmp_path: Path
) -> None:
    put_files(tmp_path)
    for number, content in enumerate(FILES.values()):
        plugmessage.send(line, to, content, f"a{number}")
    assert [(each.action, each.later_error, sorted(each.payload)) for each in plug.ledger] == [
        ("send-document/pdf", "", ["caption", "document", "fileName", "phone"]),
        ("send-image", "", ["caption", "image", "phone"]),
        ("send-video", "", ["caption", "phone", "video"]),
        ("send-audio", "", ["audio", "phone"]),
    ]
    assert plug.ledger[3].payload["audio"].startswith("data:audio/ogg;base64,")


def test_how_evolution_names_each_kind(
    evolution_server: EvolutionApi, line: Line, to: Recipient, tmp_path: Path
) -> None:
    put_files(tmp_path)
    for number, content in enumerate(FILES.values()):
        Evolution(evolution_server.url, tmp_path).send(line, to, content, f"a{number}")
    shown = [{key: each.payload[key] for key in each.payload if key != "media"} for each in evolution_server.ledger]
    assert shown[0] == {
        "number": MARIA,
        "mediatype": "document",
        "mimetype": "application/pdf",
        "fileName": "Termo de acordo.pdf",
        "caption": "Seu termo",
    }
    assert [each.get("mediatype") for each in shown] == ["document", "image", "video", None]
    assert sorted(shown[3]) == ["audio", "number"]
