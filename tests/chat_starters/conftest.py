from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.accounts.models import User
from portal.connection import service
from portal.connection.models import ConnectionKind
from portal.extensions import db
from tests.fakes.graph_api import GraphApi
from tests.support.people import Company


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    with GraphApi() as fake:
        fake.add_number("10650001", "20200001", "token-da-primeira")
        fake.add_number("10650002", "20200002", "token-da-segunda")
        yield fake


@pytest.fixture
def database(database: dict[str, str], graph: GraphApi) -> dict[str, str]:
    return {**database, "GRAPH_API_URL": graph.url}


def connect(app: Flask, company: Company, number: str, waba: str, token: str) -> int:
    """Put a company on the official API."""
    with app.app_context():
        user = db.session.get_one(User, company.admin.id)
        connection = service.choose_kind(user, ConnectionKind.CLOUD_API)
        given = service.Credentials("(11) 3000-1000", number, waba, token, "segredo-do-app")
        service.save_credentials(connection, user, connection.version, given)
        return connection.id


@pytest.fixture
def official(app: Flask, company: Company) -> int:
    return connect(app, company, "10650001", "20200001", "token-da-primeira")
