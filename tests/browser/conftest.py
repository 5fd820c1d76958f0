"""Chromium against the running product. Every page is watched: no CSP violation, no script error, no failed request, no
word to another host, no dialog of the browser's own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, expect, sync_playwright
from werkzeug.serving import make_server

from portal.extensions import db
from portal.jobs.models import JobRun
from portal.jobs.runner import Runner
from tests.support.browser import Browser as Visitor
from tests.support.people import Company, Person

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 375, "height": 740}

PATIENCE_MS = 30_000
"""A busy machine may be this slow before a test gives up."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def site(app: Flask, company: Company) -> Iterator[str]:
    """The product, serving and with its jobs running."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    runner = Runner(app)
    clock = runner.start_in_background()
    yield f"http://127.0.0.1:{server.server_port}"
    runner.stop()
    clock.join(20)
    assert not clock.is_alive(), "the jobs did not stop"
    app.extensions["broadcaster"].stop()
    server.shutdown()
    server.server_close()
    with app.app_context():
        broken = [(run.job, run.result) for run in db.session.query(JobRun).filter_by(ok=False)]
    assert not broken, broken


@dataclass
class Watched:
    """A person's browser window, and what went wrong in it."""

    page: Page
    site: str
    problems: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: ["status of 4"])

    def watch(self) -> None:
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in self.allowed):
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.problems.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status}: {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def goes_offline(self) -> None:
        """From here on the loss of the network is part of the story."""
        self.allowed += ["ERR_INTERNET_DISCONNECTED", "htmx:"]
        self.page.context.set_offline(True)

    def comes_back(self) -> None:
        self.page.context.set_offline(False)

    def tab(self) -> Watched:
        """Another tab of the same browser, watched as this one; its problems count as this window's."""
        beside = Watched(self.page.context.new_page(), self.site, self.problems, self.allowed)
        beside.watch()
        return beside

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def check(self) -> None:
        """The page as it stands breaks no rule of WCAG A and AA that axe knows, and nothing overflows sideways."""
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        found = Axe().run(self.page, options=options).response["violations"]
        assert not found, [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found]
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{overflow} px wider than the window"

    def check_everywhere(self) -> None:
        """The same, wide and narrow, light and dark; the page stays as it is."""
        was = self.page.viewport_size or WIDE
        for viewport, scheme in ((WIDE, "light"), (NARROW, "light"), (NARROW, "dark"), (WIDE, "dark")):
            self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.check()
        self.page.set_viewport_size(was)
        self.page.emulate_media(color_scheme="light")


OpenWindow = Callable[..., Watched]


@pytest.fixture
def window(app: Flask, chromium: Chromium, site: str) -> Iterator[OpenWindow]:
    """Opens windows; `person` logs in there. At the end none may have had a problem."""
    opened: list[Watched] = []
    contexts: list[BrowserContext] = []

    def open_window(person: Person | None = None, *, viewport=None, scheme="light", script=True) -> Watched:  # type: ignore[no-untyped-def]
        context = chromium.new_context(
            viewport=viewport or WIDE,
            color_scheme=scheme,
            java_script_enabled=script,
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watched = Watched(context.new_page(), site)
        watched.watch()
        opened.append(watched)
        if person is not None:
            log_in(app, watched, person)
        return watched

    yield open_window
    problems = [problem for watched in opened for problem in watched.problems]
    for context in contexts:
        context.close()
    assert not problems, problems


def log_in(app: Flask, watched: Watched, person: Person) -> None:
    """With the cookie of a session: the form is filled in where logging in is the story."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = Visitor(app).log_in(person).client.get_cookie(name)
    assert cookie is not None
    watched.page.context.add_cookies([{"name": name, "value": cookie.value, "url": watched.site}])
