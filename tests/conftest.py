"""Every test runs on the engine that PORTAL_TEST_ENGINE names (sqlite by default); `./dev test` runs the suite on both."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import clock, create_app, jobs
from portal.extensions import db
from tests.fakes.graph_api import GraphApi
from tests.support import caches, databases
from tests.support.browser import Browser
from tests.support.cloud import Cloud, connect
from tests.support.network import forbid_the_outside
from tests.support.people import Company, make_company

ENGINE = os.environ.get("PORTAL_TEST_ENGINE", "sqlite")

forbid_the_outside()
caches.share()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second engine only what touches a database runs again."""
    if ENGINE == "sqlite":
        return
    kept, rest = [], []
    for item in items:
        (kept if "database" in getattr(item, "fixturenames", ()) else rest).append(item)
    config.hook.pytest_deselected(items=rest)
    items[:] = kept


def pytest_collection_finish() -> None:
    """The collector looks at what has been imported no more, and less often at the many pages that tests parse."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Template]:
    """Migrated databases to copy, made once for each test process."""
    made = databases.template(ENGINE, tmp_path_factory.mktemp("template"))
    yield made
    made.drop()


@pytest.fixture
def installation(
    template: databases.Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[databases.Installation]:
    """A database of the test's own: empty, or with the `company` of this file in it when the test asks for that."""
    made = template.copy(tmp_path, with_company="furnished" in request.fixturenames)
    yield made
    template.discard(made.env)


@pytest.fixture
def database(installation: databases.Installation) -> dict[str, str]:
    """The environment of an installation with a database of its own."""
    return installation.env


@pytest.fixture
def app(template: databases.Template, database: dict[str, str]) -> Iterator[Flask]:
    application = create_app(database)
    with application.app_context():
        template.statements.lend(db.engine)
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
def furnished() -> None:
    """Only `company` asks for it: a test's own fixture of that name finds an empty database."""


@pytest.fixture
def company(app: Flask, furnished: None, installation: databases.Installation) -> Company:
    """A company with an admin (ana) and an operator (otavio), and the simulator as its connection."""
    return installation.company or make_company(app, databases.COMPANY)


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
