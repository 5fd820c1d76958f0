"""What people do in a browser, and what they would notice."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from portal.connection import queries as connections
from portal.simulator import service as phone
from tests.inbox.talk import MARIA
from tests.support.people import Company

_RING = """
() => {
  const style = getComputedStyle(document.activeElement);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
    && !/transparent|, 0\\)$/.test(style.outlineColor);
  return style.boxShadow !== "none" || outlined;
}
"""


def write(app: Flask, company: Company, text: str, wa_id: str = MARIA, name: str = "Maria") -> None:
    """A message from the debtor's phone; the running jobs do the rest."""
    with app.app_context():
        connection = connections.current(company.id)
        assert connection is not None
        phone.write(connection, wa_id, name, text)


def mark(page: Page) -> None:
    """Put a sign on this very document, to see later that it has not been loaded anew."""
    page.evaluate("document.documentElement.dataset.sign = 'here'")


def is_marked(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.sign === 'here'"))


def toast(page: Page, text: str) -> None:
    expect(page.locator("#toasts .toast").filter(has_text=text)).to_be_visible()


def tab_to(page: Page, target: Locator, limit: int = 60, key: str = "Tab") -> None:
    """Move the focus with the keyboard alone until it is on the target, and see that it can be seen there."""
    for _ in range(limit):
        page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            assert page.evaluate(_RING), "the focus cannot be seen"
            return
    raise AssertionError(f"{target} cannot be reached by the keyboard")


def watch_shifts(page: Page) -> None:
    """From here on, add up how far things on this page jump without anybody having touched it."""
    page.evaluate(_WATCH_SHIFTS)


def shifted(page: Page) -> float:
    """The sum of the layout shifts since `watch_shifts`."""
    return float(page.evaluate("window.shifted"))


_WATCH_SHIFTS = """
() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift" });
}
"""
