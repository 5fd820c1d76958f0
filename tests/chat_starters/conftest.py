from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock
from tests.chat_starters.steps import PAGE, connect, starters, write
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser
from tests.support.people import Company


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    with GraphApi(now=clock.now) as fake:
        fake.add_number("10650001", "20200001", "token-da-primeira")
        fake.add_number("10650002", "20200002", "token-da-segunda")
        yield fake


@pytest.fixture
def database(database: dict[str, str], graph: GraphApi) -> dict[str, str]:
    return {**database, "GRAPH_API_URL": graph.url}


@pytest.fixture
def official(app: Flask, company: Company) -> int:
    return connect(app, company, "10650001", "20200001", "token-da-primeira")


@pytest.fixture
def starter_id(app: Flask, company: Company, admin: Browser) -> int:
    """A starter of the simulator, approved at once."""
    admin.get(PAGE)
    assert write(admin).status == 303
    return starters(app, company)[0].id
