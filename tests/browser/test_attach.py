"""An operator attaches files: chosen, dropped and pasted, seen before they go and as they went."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.steps import is_marked, mark, tab_to
from tests.browser.test_files import picture, sound
from tests.inbox.incoming import PDF, PROGRAM
from tests.inbox.talk import ask_for_operator
from tests.support.people import Company, set_available

_GIVE = """
([type, selector, name, mime, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: mime }));
  const target = document.querySelector(selector);
  const init = { bubbles: true, cancelable: true };
  if (type === "paste") return target.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData: data }));
  target.dispatchEvent(new DragEvent("dragover", { ...init, dataTransfer: data }));
  if (type === "drop") target.dispatchEvent(new DragEvent("drop", { ...init, dataTransfer: data }));
}
"""

_OTHER_COMPOSER = """
(url) => {
  document.querySelector("#composer").classList.add("stale");
  return htmx.ajax("GET", url, { target: "#composer", swap: "outerHTML" });
}
"""

_BIG_PICTURE = """
async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2200, 1600];
  const paper = canvas.getContext("2d");
  const image = paper.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < image.data.length; at += 65536) crypto.getRandomValues(image.data.subarray(at, at + 65536));
  for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
  paper.putImageData(image, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "grande.png", { type: "image/png" }));
  document.querySelector("#thread").dispatchEvent(
    new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
  return blob.size;
}
"""


@pytest.fixture
def mine(app: Flask, company: Company) -> int:
    """A conversation that was given to the operator."""
    set_available(app, company.operator)
    return ask_for_operator(app, company)


def give(page: Page, how: str, name: str, mime: str, content: bytes, selector: str = "#thread") -> None:
    """Drag a file over the page, drop it there, or paste it."""
    page.evaluate(_GIVE, [how, selector, name, mime, base64.b64encode(content).decode()])


def test_files_are_seen_before_they_go_and_as_they_went(
    company: Company, mine: int, window: OpenWindow, tmp_path: Path
) -> None:
    for name, content in (("foto.png", picture()), ("voz.wav", sound()), ("boleto.pdf", PDF)):
        (tmp_path / name).write_bytes(content)
    watched = window(company.operator)
    page = watched.open(f"/conversas/{mine}")
    mark(page)
    rows, reply = page.locator("#attachments li"), page.get_by_label("Mensagem para Maria")
    clip = page.get_by_role("button", name="Anexar arquivo")
    page.on("filechooser", lambda chooser: chooser.set_files([tmp_path / "foto.png", tmp_path / "voz.wav"]))
    tab_to(page, clip)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("canvas")).to_be_visible()
    expect(reply).to_be_focused()
    give(page, "dragover", "boleto.pdf", "application/pdf", PDF)
    expect(page.locator(".inbox-thread.dropping")).to_have_count(1)
    give(page, "drop", "boleto.pdf", "application/pdf", PDF)
    give(page, "paste", "image.png", "image/png", picture(), "#reply-text")
    expect(rows).to_have_count(4)
    expect(rows.last).to_contain_text("imagem.png")
    watched.check_everywhere()
    page.evaluate(_OTHER_COMPOSER, f"/conversas/{mine}/resposta?estado=janela")
    expect(page.locator("#composer.stale")).to_have_count(0)
    expect(rows).to_have_count(4)
    assert page.locator("#reply-files").evaluate("(field) => field.files.length") == 4
    reply.fill("Segue tudo")
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_contain_text("O WhatsApp não aceita arquivos como “voz.wav”")
    expect(rows).to_have_count(4)
    expect(reply).to_have_value("Segue tudo")
    page.get_by_role("button", name="Remover voz.wav").click()
    expect(rows).to_have_count(3)
    reply.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#thread .bubble.out img")).to_have_count(2)
    expect(page.locator("#thread .bubble.out img").first).to_have_js_property("naturalWidth", 200)
    expect(page.locator("#thread .attachment a")).to_contain_text("boleto.pdf")
    expect(page.locator(".bubble.out", has_text="Segue tudo").locator("img")).to_be_visible()
    expect(rows).to_have_count(0)
    expect(reply).to_have_value("")
    expect(page.locator("#refusal p")).to_have_count(0)
    expect(page.locator(".bubble.out .ticks").last).to_have_attribute("title", "Entregue")
    assert is_marked(page)
    watched.check_everywhere()


def test_a_picture_that_is_too_large_is_made_smaller_and_it_is_said(
    company: Company, mine: int, window: OpenWindow
) -> None:
    page = window(company.operator).open(f"/conversas/{mine}")
    size = page.evaluate(_BIG_PICTURE)
    assert size > 5 * 1024 * 1024
    row = page.locator("#attachments li")
    expect(row).to_contain_text("grande.jpg")
    expect(row).to_contain_text("Reduzida: tinha")
    page.get_by_role("button", name="Enviar", exact=True).click()
    expect(page.locator("#thread .bubble.out img")).to_be_visible()
    expect(page.locator("#thread .bubble.out img")).to_have_js_property("naturalWidth", 2200)


def test_a_slow_sending_shows_how_far_it_is_and_can_be_stopped(
    company: Company, mine: int, window: OpenWindow, tmp_path: Path
) -> None:
    watched = window(company.operator)
    watched.allowed.append("htmx:")
    page = watched.open(f"/conversas/{mine}")
    (tmp_path / "laudo.pdf").write_bytes(PDF + bytes(2 << 20))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.locator("#reply-files").set_input_files(tmp_path / "laudo.pdf")
    expect(page.locator("#attachments li")).to_have_count(1)
    page.get_by_role("button", name="Enviar", exact=True).click()
    progress = page.get_by_role("progressbar", name="Envio dos arquivos")
    expect(progress).to_be_visible()
    expect(progress).not_to_have_js_property("value", 0)
    watched.check()
    page.get_by_role("button", name="Cancelar envio").click()
    expect(progress).to_be_hidden()
    expect(page.locator("#attachments li")).to_have_count(1)
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.get_by_role("button", name="Enviar", exact=True).click()
    expect(page.locator("#thread .attachment a")).to_contain_text("laudo.pdf")
    expect(page.locator("#thread .attachment a")).to_have_count(1)


def test_without_scripts_a_file_goes_by_the_form(
    company: Company, mine: int, window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / "foto.png").write_bytes(picture())
    (tmp_path / "foto.jpg").write_bytes(PROGRAM)
    watched = window(company.operator, script=False)
    page = watched.open(f"/conversas/{mine}")
    page.get_by_label("Mensagem para Maria").fill("Segue")
    page.get_by_label("Anexar arquivos").set_input_files([tmp_path / "foto.png", tmp_path / "foto.jpg"])
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_text("“foto.jpg” é um programa")).to_be_visible()
    expect(page.get_by_label("Mensagem para Maria")).to_have_value("Segue")
    page.get_by_label("Anexar arquivos").set_input_files([tmp_path / "foto.png"])
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator("#thread .bubble.out img")).to_be_visible()
