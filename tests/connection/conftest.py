"""A company on the official API, with a fake Graph API that knows its number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.accounts.models import User
from portal.connection.models import ConnectionKind
from portal.extensions import db
from tests.connection.official import CREDENTIALS, TOKEN, page_of
from tests.fakes.graph_api import GraphApi
from tests.support.browser import Browser
from tests.support.connections import use_only
from tests.support.people import Company


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    with GraphApi() as fake:
        fake.add_number(CREDENTIALS["phone_number_id"], CREDENTIALS["waba_id"], TOKEN)
        yield fake


@pytest.fixture
def database(database: dict[str, str], graph: GraphApi) -> dict[str, str]:
    return {**database, "GRAPH_API_URL": graph.url}


@pytest.fixture
def page_url(app: Flask, company: Company) -> str:
    """The address of the company's simulator, its only number at the beginning."""
    return page_of(app, company)


@pytest.fixture
def official(app: Flask, company: Company, admin: Browser) -> Browser:
    """An admin whose company has just begun to talk by the official API and by nothing else."""
    with app.app_context():
        use_only(db.session.get_one(User, company.admin.id), ConnectionKind.CLOUD_API)
    return admin


@pytest.fixture
def number(app: Flask, company: Company, official: Browser) -> str:
    """The address of the company's number of the official API."""
    return page_of(app, company)


@pytest.fixture
def connected(official: Browser, number: str) -> Browser:
    version = official.get(number).form_data("#credenciais form")["version"]
    assert official.post(f"{number}/credenciais", version=version, **CREDENTIALS).status == 303
    return official
