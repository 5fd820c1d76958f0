"""A company on the official API, with a fake Graph API that knows its number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connection.official import CREDENTIALS, PAGE, TOKEN
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    with GraphApi() as fake:
        fake.add_number(CREDENTIALS["phone_number_id"], CREDENTIALS["waba_id"], TOKEN)
        yield fake


@pytest.fixture
def database(database: dict[str, str], graph: GraphApi) -> dict[str, str]:
    return {**database, "GRAPH_API_URL": graph.url}


@pytest.fixture
def official(admin: Browser) -> Browser:
    """An admin whose company has just chosen the official API."""
    admin.get(PAGE)
    assert admin.post(f"{PAGE}/api", kind="cloud_api").location == PAGE
    return admin


@pytest.fixture
def connected(official: Browser) -> Browser:
    version = official.get(PAGE).form_data("#credenciais form")["version"]
    assert official.post(f"{PAGE}/credenciais", version=version, **CREDENTIALS).status == 303
    return official
