from __future__ import annotations

from flask import Flask

from portal.accounts.service.people import on_new_account
from portal.menu.service import set_up
from portal.menu.trails import register_trails


def init_app(app: Flask) -> None:
    on_new_account(set_up)
    register_trails()
