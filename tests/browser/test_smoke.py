from __future__ import annotations

import pytest

from tests.browser.conftest import NARROW, WIDE, OpenWindow
from tests.support.people import Company

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/conversas",
    "/envios",
    "/envios/novo",
    "/devedores",
    "/devedores/importar",
    "/usuarios",
    "/minha-conta",
    "/whatsapp/mensagens",
    "/whatsapp/configuracoes",
    "/whatsapp/menu",
    "/whatsapp/modelos",
    "/simulador",
)


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_every_page_is_accessible_and_fits(window: OpenWindow, company: Company, viewport: dict, scheme: str) -> None:  # type: ignore[type-arg]
    watched = window(company.admin, viewport=viewport, scheme=scheme)
    for path in PAGES:
        page = watched.open(path)
        assert page.locator("h1").count() == 1
        watched.check()
