"""A person's session without the login form, which costs a password hash and three pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from portal.accounts.models import User
from portal.accounts.service.login import open_session
from portal.extensions import db
from tests.support.people import Person


@dataclass(frozen=True)
class Opened:
    session: dict[str, Any]
    csrf_token: str


def open_session_of(app: Flask, person: Person, user_agent: str) -> Opened:
    """What the login form leaves: a session row, and the content of the cookie that names it."""
    with app.test_request_context():
        token = open_session(db.session.get_one(User, person.id), "127.0.0.1", user_agent)
        db.session.commit()
        session["token"] = token
        csrf_token = generate_csrf()
        return Opened(dict(session), csrf_token)
