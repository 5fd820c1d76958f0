"""As what a file goes out, by its content and size, and why one does not."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.gateways import media_rules
from portal.inbox.attachments import MAX_CAPTION, MAX_FILES, NotSendable, attachment, goes_before, limits, look_at
from tests.inbox.incoming import HTML, JPEG, MP4, OGG, PDF, PROGRAM, WEBP
from tests.inbox.outgoing import HEIC, OPUS, PNG, SVG, WORD

OFFICE = "application/vnd.openxmlformats-officedocument"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600
ZIP = b"PK\x03\x04" + b"x" * 30 + b"fotos/1.jpg"
BARE_OFFICE = b"PK\x03\x04" + b"x" * 26 + b"[Content_Types].xml" + b"x" * 9000
MOV = b"\x00\x00\x00\x14ftypqt  " + b"filme" * 300
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("name", "content", "kind", "mime_type", "shown"),
    [
        ("foto.jpg", JPEG, "image", "image/jpeg", "foto.jpg"),
        ("foto.JPEG", JPEG, "image", "image/jpeg", "foto.JPEG"),
        ("foto.png", JPEG, "image", "image/jpeg", "foto.png.jpg"),
        ("foto", PNG, "image", "image/png", "foto.png"),
        ("", PNG, "image", "image/png", "imagem.png"),
        ("filme.mp4", MP4, "video", "video/mp4", "filme.mp4"),
        ("voz.opus", OPUS, "audio", "audio/ogg", "voz.opus"),
        ("boleto.pdf", PDF, "document", "application/pdf", "boleto.pdf"),
        ("boleto.txt", PDF, "document", "application/pdf", "boleto.txt.pdf"),
        ("página.html", HTML, "document", "text/plain", "página.html"),
        ("logo.svg", SVG, "document", "text/plain", "logo.svg"),
        ("lista.csv", b"nome;valor\r\n", "document", "text/plain", "lista.csv"),
        ("contrato.docx", WORD, "document", f"{OFFICE}.wordprocessingml.document", "contrato.docx"),
        ("planilha.xlsx", BARE_OFFICE, "document", f"{OFFICE}.spreadsheetml.sheet", "planilha.xlsx"),
        ("antigo.doc", OLE, "document", "application/msword", "antigo.doc"),
        ("antigo.XLS", OLE, "document", "application/vnd.ms-excel", "antigo.XLS"),
    ],
)
def test_the_content_says_as_what_a_file_goes(name: str, content: bytes, kind: str, mime_type: str, shown: str) -> None:
    found = attachment(name, io.BytesIO(content))
    assert (found.kind, found.mime_type, found.filename, found.size) == (kind, mime_type, shown, len(content))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("foto.jpg", PROGRAM, "é um programa"),
        ("roda.sh", b"#!/bin/sh\n", "é um programa"),
        ("roda.bat", b"@echo off\r\n", "é um programa"),
        ("boleto.pdf.exe", PDF, "é um programa"),
        ("instala.msi", OLE, "é um programa"),
        ("app.apk", ZIP, "é um programa"),
        ("vazio.txt", b"", "está vazio"),
        ("foto.heic", HEIC, "não aceita arquivos como"),
        ("figura.webp", WEBP, "não aceita arquivos como"),
        ("fotos.zip", ZIP, "não aceita arquivos como"),
        ("filme.mov", MOV, "não aceita arquivos como"),
        ("musica.ogg", OGG, "não aceita arquivos como"),
        ("dados.xyz", b"\x00\x01\x02", "não aceita arquivos como"),
        ("nada.ole", OLE, "não aceita arquivos como"),
        ("foto.jpg", JPEG + bytes(5 * MEGABYTE), "Envie imagens de até 5 MB"),
        ("filme.mp4", MP4 + bytes(16 * MEGABYTE), "Envie vídeos de até 16 MB"),
        ("voz.ogg", OPUS + bytes(16 * MEGABYTE), "Envie áudios de até 16 MB"),
        ("laudo.pdf", PDF + bytes(100 * MEGABYTE), "Envie documentos de até 100 MB"),
    ],
)
def test_what_cannot_go_says_why(name: str, content: bytes, told: str) -> None:
    with pytest.raises(NotSendable, match=told) as refused:
        attachment(name, io.BytesIO(content))
    assert f"“{name}”" in str(refused.value)


def test_a_document_may_be_as_large_as_whatsapp_says() -> None:
    exact = PDF + bytes(100 * MEGABYTE - len(PDF))
    assert attachment("laudo.pdf", io.BytesIO(exact)).size == 100 * MEGABYTE


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(NotSendable, match=r"“a\.exe” é um programa.*“b\.txt” está vazio"):
        look_at([("a.exe", io.BytesIO(PROGRAM)), ("foto.png", io.BytesIO(PNG)), ("b.txt", io.BytesIO(b""))])
    with pytest.raises(NotSendable, match="no máximo 10 arquivos"):
        look_at([("foto.png", io.BytesIO(PNG))] * (MAX_FILES + 1))


def test_all_of_them_together_have_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.inbox.attachments.MAX_TOTAL", len(PNG) * 2)
    assert len(look_at([("a.png", io.BytesIO(PNG)), ("b.png", io.BytesIO(PNG))])) == 2
    with pytest.raises(NotSendable, match="ao todo"):
        look_at([(f"{each}.png", io.BytesIO(PNG)) for each in "abc"])


@given(st.text(max_size=60), st.binary(min_size=1, max_size=200))
def test_whatever_goes_is_what_the_gateways_take(name: str, content: bytes) -> None:
    try:
        found = attachment(name, io.BytesIO(content))
    except NotSendable as refused:
        assert str(refused).startswith(("“", "O WhatsApp"))
        return
    assert media_rules.problem(found.mime_type, found.size) == ""
    assert found.kind == media_rules.kind_for(found.mime_type, found.size)
    assert found.filename and found.filename.isprintable() and "." in found.filename


@pytest.mark.parametrize(
    ("text", "content", "before"),
    [("", OPUS, False), ("Ouça", OPUS, True), ("Veja", PNG, False), ("a" * MAX_CAPTION, PNG, False),
     ("a" * (MAX_CAPTION + 1), PNG, True)],
)  # fmt: skip
def test_a_caption_that_whatsapp_does_not_show_goes_before(text: str, content: bytes, before: bool) -> None:
    assert goes_before(text, attachment("x", io.BytesIO(content))) is before


def test_the_browser_is_told_the_same_limits() -> None:
    told = limits(25_000_000)
    assert told["types"]["image/png"] == media_rules.SENDABLE["image"].max_bytes
    assert told["types"]["application/pdf"] == told["largest"] == 25_000_000
    assert set(told["types"]) == set().union(*(each.types for each in media_rules.SENDABLE.values()))


def test_a_connection_may_take_less() -> None:
    with pytest.raises(NotSendable, match="Envie documentos de até 23 MB"):
        attachment("laudo.pdf", io.BytesIO(PDF + bytes(25_000_000)), 25_000_000)
