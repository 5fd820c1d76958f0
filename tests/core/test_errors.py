"""What goes wrong is told as what it is."""

from __future__ import annotations

import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal.web.guards import public


@pytest.mark.parametrize(
    "error",
    [sqlite3.OperationalError("database is locked"), OperationalError("SELECT 1", None, Exception("gone"))],
    ids=["the write lock", "the server"],
)
def test_a_database_that_is_busy_is_no_defect(app: Flask, error: Exception) -> None:
    @app.get("/ocupado")
    @public
    def busy() -> str:
        raise error

    answer = app.test_client().get("/ocupado")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "O sistema está ocupado" in answer.text
