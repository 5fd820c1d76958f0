"""The portal with which a debt-collection company runs its WhatsApp. `create_app` is where the parts meet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module, util
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from portal import cli, config, gateways, vault
from portal.extensions import csrf, db, htmx, migrate, watch_transactions
from portal.gateways import registry
from portal.live.service import init_session

ROOT = Path(__file__).resolve().parent.parent

WEB = ("ids", "assets", "errors", "filters", "headers", "health", "markup", "nav")

FEATURES = (
    "jobs",
    "live",
    "audit",
    "accounts",
    "notifications",
    "portfolio",
    "documents",
    "account_settings",
    "creditor_settings",
    "bot_messages",
    "connection",
    "menu",
    "chat_starters",
    "inbox",
    "assistant",
    "dispatch",
    "webhooks",
    "simulator",
    "reports",
)


def create_app(env: Mapping[str, str] | None = None, instance: Path | None = None) -> Flask:
    """A portal for an environment. Raises config.ConfigError, with the cure, when the environment cannot run one."""
    folder = instance or Path((env or os.environ).get("PORTAL_INSTANCE", ROOT / "instance"))
    app = Flask(
        __name__,
        instance_path=str(folder.resolve()),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(config.load(os.environ if env is None else env, folder.resolve()))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    _init_extensions(app)
    for name in WEB:
        import_module(f"portal.web.{name}").init_app(app)
    for name in FEATURES:
        _add_feature(app, name)
    cli.init_app(app)
    return app


def _init_extensions(app: Flask) -> None:
    vault.configure(app.config["ENCRYPTION_KEYS"])
    gateways.use(registry.build(app.config))
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    htmx.init_app(app)
    with app.app_context():
        watch_transactions(db.engine)
    init_session()


def _add_feature(app: Flask, name: str) -> None:
    """Wire the rooms that a feature has: tables, jobs, defaults of a new company, hooks, routes."""
    rooms = {room: _room(name, room) for room in ("models", "jobs", "wiring", "routes")}
    if rooms["wiring"]:
        rooms["wiring"].init_app(app)
    if rooms["routes"]:
        for blueprint in getattr(rooms["routes"], "blueprints", None) or (rooms["routes"].blueprint,):
            app.register_blueprint(blueprint)


def _room(feature: str, room: str) -> Any:
    module = f"portal.{feature}.{room}"
    return import_module(module) if util.find_spec(module) else None
