"""A photo from the phone appears in the operator's thread by itself; the bell rings by itself."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from pathlib import Path

from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, write
from tests.inbox.talk import MARIA
from tests.notifications.steps import tell
from tests.support.people import Company

AT_THE_END = """
() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector("#thread");
  return scrollTop > 0 && scrollHeight - scrollTop - clientHeight < 5;
}
"""

PHONE = f"/simulador/{MARIA}?nome=Maria"


def picture() -> bytes:
    """A PNG of 200 by 120 points in one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x2a\x7f\x62" * 200 for _ in range(120))
    head = struct.pack(">IIBBBBB", 200, 120, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sound() -> bytes:
    """Half a second of a tone, as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 3))) for n in range(4000)))
    return file.getvalue()


def test_files_reach_the_thread_and_can_be_seen_and_heard(
    app: Flask, company: Company, window: OpenWindow, tmp_path: Path
) -> None:
    write(app, company, "oi")
    watched = window(company.admin)
    desk = watched.open("/conversas?aba=todas")
    desk.get_by_role("link", name="Maria").click()
    mark(desk)
    phone = window(company.admin).open(PHONE)
    for name, content, shown in (("foto.png", picture(), "[imagem]"), ("voz.wav", sound(), "[áudio]")):
        (tmp_path / name).write_bytes(content)
        if not phone.get_by_label("Imagem, áudio").is_visible():
            phone.locator("summary", has_text="Anexar um arquivo").click()
        phone.get_by_label("Imagem, áudio").set_input_files(tmp_path / name)
        phone.get_by_role("button", name="Enviar").click()
        expect(phone.locator(".bubble.out").last).to_contain_text(shown)
    image = desk.locator("#thread img")
    expect(image).to_be_visible()
    desk.wait_for_function("document.querySelector('#thread img').naturalWidth === 200")
    player = desk.locator("#thread audio")
    expect(player).to_be_visible()
    player.evaluate("(audio) => { audio.muted = true; return audio.play(); }")
    desk.wait_for_function("document.querySelector('#thread audio').duration > 0.4")
    assert is_marked(desk)
    watched.check_everywhere()
    desk.set_viewport_size({"width": 1280, "height": 420})
    desk.wait_for_function(AT_THE_END)
    desk.reload()
    desk.wait_for_function("document.querySelector('#thread img').naturalWidth === 200")
    desk.wait_for_function(AT_THE_END)


def test_the_bell_rings_without_a_reload(app: Flask, company: Company, window: OpenWindow) -> None:
    watched = window(company.admin)
    page = watched.open("/conversas")
    mark(page)
    tell(app, company, "a:1", title="Algo parou")
    expect(page.locator("#bell")).to_contain_text("1 não lida")
    watched.check_everywhere()
    assert is_marked(page)
    page.locator("#bell").click()
    expect(page.get_by_role("heading", name="Notificações", level=1)).to_be_visible()
    watched.check_everywhere()
    page.get_by_role("button", name="Marcar todas como lidas").click()
    expect(page.locator("#bell .unread")).to_have_count(0)
    expect(page.get_by_role("button", name="Marcar todas como lidas")).to_have_count(0)
