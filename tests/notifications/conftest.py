from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import config
from portal.notifications.service import mail
from tests.fakes.smtp_server import SmtpServer

SENDER = "Portal da Cobrança <avisos@cobranca.example>"


@pytest.fixture
def post(app: Flask, tmp_path) -> Iterator[SmtpServer]:  # type: ignore[no-untyped-def]
    """The installation hands its e-mails in at a real server."""
    with SmtpServer() as server:
        loaded = config.load({"PORTAL_SMTP_URL": server.url, "PORTAL_MAIL_FROM": SENDER}, tmp_path / "mail")
        mail.use(mail.Office(loaded["MAIL_SERVER"], loaded["MAIL_FROM"], "https://portal.example"))
        yield server
        mail.use(mail.Office(None))
