"""Types by content, names, sizes, pauses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.inbox.rules.files import (
    INLINE,
    LIFE,
    REASONS,
    UNKNOWN_TYPE,
    Size,
    accepts,
    is_over,
    next_try,
    reason,
    safe_name,
    type_of,
)

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe1Exif", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00AVI ", UNKNOWN_TYPE),
        (b"OggS\x00", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20ftyp3gp4", "video/3gpp"),
        (b"\x00\x00\x00\x20ftypheic", UNKNOWN_TYPE),
        (b"%PDF-1.4", "application/pdf"),
        (b"PK\x03\x04" + b"x" * 30 + b"word/document.xml", WORD),
        (b"PK\x03\x04" + b"x" * 30 + b"fotos/1.jpg", "application/zip"),
        ("Olá, tudo bem?\r\n".encode(), "text/plain"),
        ("Olá".encode("cp1252"), "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"\x00\x01\x02", UNKNOWN_TYPE),
        (b"", UNKNOWN_TYPE),
        (b"MZ\x90", ""),
        (b"\x7fELF", ""),
        (b"#!/bin/sh", ""),
    ],
)
def test_a_type_is_known_by_content(head: bytes, expected: str) -> None:
    assert type_of(head) == expected


@pytest.mark.parametrize(
    ("kind", "found", "kept"),
    [
        ("image", "image/png", "image/png"),
        ("image", "application/pdf", ""),
        ("image", "text/plain", ""),
        ("sticker", "image/webp", "image/webp"),
        ("sticker", "image/gif", ""),
        ("audio", "audio/ogg", "audio/ogg"),
        ("audio", "video/mp4", "audio/mp4"),
        ("audio", "image/jpeg", ""),
        ("video", "video/mp4", "video/mp4"),
        ("video", "audio/ogg", ""),
        ("document", "image/jpeg", "image/jpeg"),
        ("document", UNKNOWN_TYPE, UNKNOWN_TYPE),
        ("document", "", ""),
        ("novidade", "image/png", "image/png"),
    ],
)
def test_content_must_be_what_the_kind_says(kind: str, found: str, kept: str) -> None:
    assert accepts(kind, found) == kept


@given(st.binary(max_size=64))
def test_any_bytes_have_a_type_and_none_that_runs_is_shown(head: bytes) -> None:
    assert type_of(head) in {*INLINE, UNKNOWN_TYPE, "", "text/plain", "application/zip"}


def test_nothing_that_runs_in_a_browser_is_shown() -> None:
    assert not any(part in each for each in INLINE for part in ("html", "svg", "xml", "text", "javascript", "octet"))


@given(st.text(max_size=300))
def test_a_name_is_safe_whatever_was_sent(given_name: str) -> None:
    name = safe_name(given_name, "document", "application/pdf")
    assert name and len(name) <= 120 and name.isprintable()
    assert not set(name) & set('/\\<>:"|?*') and name not in (".", "..") and not name.startswith(".")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("comprovante.pdf", "comprovante.pdf"),
        ("C:\\Users\\ana\\nota fiscal.pdf", "nota fiscal.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie x.pdf"),
        ("", "documento.pdf"),
        ("...", "documento.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names(sent: str, name: str) -> None:
    assert safe_name(sent, "document", "application/pdf") == name


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KB"), (1_468_007, "1,4 MB")]
)
def test_sizes(count: int, words: str) -> None:
    assert str(Size(count)) == words


def test_pauses_grow_and_end_with_the_file() -> None:
    pauses = [next_try(attempt, NOW) - NOW for attempt in range(1, 12)]
    assert pauses == sorted(pauses) and pauses[0] == timedelta(seconds=15) and pauses[-1] == timedelta(hours=6)
    assert not is_over(NOW, NOW + LIFE - timedelta(seconds=1)) and is_over(NOW, NOW + LIFE)


def test_every_reason_is_told() -> None:
    assert all(reason(code) == words for code, words in REASONS.items())
    assert reason("of the future") == REASONS["refused"]
