"""Every test runs on the engine that PORTAL_TEST_ENGINE names (sqlite by default); `./dev test` runs the suite on both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import clock, create_app, jobs
from portal.extensions import db
from tests.fakes.graph_api import GraphApi
from tests.support import databases
from tests.support.browser import Browser
from tests.support.cloud import Cloud, connect
from tests.support.network import forbid_the_outside
from tests.support.people import Company, make_company

ENGINE = os.environ.get("PORTAL_TEST_ENGINE", "sqlite")

forbid_the_outside()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second engine only what touches a database runs again."""
    if ENGINE == "sqlite":
        return
    kept = [item for item in items if "database" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Template]:
    """A migrated, empty database, made once for each test process."""
    made = databases.template(ENGINE, tmp_path_factory.mktemp("template"))
    yield made
    made.drop()


@pytest.fixture
def database(template: databases.Template, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation with an empty database of its own."""
    env = template.copy(tmp_path)
    yield env
    template.discard(env)


@pytest.fixture
def app(database: dict[str, str]) -> Iterator[Flask]:
    application = create_app(database)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    yield application
    clock.use(None)
    application.extensions["broadcaster"].stop()
    jobs.forget_wakers()
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def company(app: Flask) -> Company:
    """A company with an admin (ana) and an operator (otavio), and the simulator as its connection."""
    return make_company(app, "Cobrança Modelo")


@pytest.fixture
def other(app: Flask) -> Company:
    """Another company, whose people are strangers to the first."""
    return make_company(app, "Recupera Outra")


@pytest.fixture
def admin(app: Flask, company: Company) -> Browser:
    return Browser(app).log_in(company.admin)


@pytest.fixture
def operator(app: Flask, company: Company) -> Browser:
    return Browser(app).log_in(company.operator)


@pytest.fixture
def stranger(app: Flask, other: Company) -> Browser:
    """An admin of the other company."""
    return Browser(app).log_in(other.admin)


@pytest.fixture
def graph() -> Iterator[GraphApi]:
    """Meta, as a local server."""
    with GraphApi(now=clock.now) as fake:
        yield fake


@pytest.fixture
def cloud(app: Flask, company: Company, graph: GraphApi) -> Cloud:
    """The company is on the official API."""
    return connect(app, company, graph)
