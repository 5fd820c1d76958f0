"""Imports go one way, and every room of a package keeps to what it is for (see the plan in the README's terms)."""

from __future__ import annotations

import sys

import pytest

from tests.architecture.code import Module, decorators, length, modules, report

ORDER = (
    "web",
    "gateways",
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
    "demo",
)
"""A package imports only those before it."""

FREE = ("config", "extensions", "clock", "sqlite", "vault")
"""Modules at the top of portal/ that everybody may import; they import no package."""

TOP = ("", "cli", "serve", "demo")
"""Where the parts meet: these may import anything."""

PURE = ("stdnum", "phonenumbers", "babel", "holidays")
"""What a rule may import besides the standard library and other rules."""

VOCABULARY = "portal.gateways.messages"
"""What can be said on WhatsApp: plain dataclasses, which rules speak in."""

FLASK_IN_SERVICE = {
    "portal/inbox/service/sender.py": "its threads need the app to open a context of their own: flask.current_app"
}

COMMITS = {
    "portal/rekey.py": "the secrets of all packages at once belong to none of them",
    "portal/jobs/runs.py": "the log of runs is the clock's own record, written around the work of any service",
}
"""Files that commit though no service, each with its reason."""

WRITES = ("add", "add_all", "delete", "merge", "commit", "flush", "bulk_save_objects")


def layer_breaks(module: Module) -> list[str]:
    found = []
    for line, name in module.imports():
        target = name.split(".")[1] if name.startswith("portal.") else ""
        if not target or target in FREE:
            continue
        if not _may_import(module, target):
            found.append(f"{module.path}:{line}: imports {name}")
    return found


def _may_import(module: Module, target: str) -> bool:
    if module.package == "":
        return module.parts[-1] in ("portal", *TOP)
    if target not in ORDER:
        return False
    return ORDER.index(target) <= ORDER.index(module.package)


def room_breaks(module: Module) -> list[str]:
    checks = {"routes": _routes, "service": _service, "rules": _rules, "queries": _queries, "jobs": _jobs}
    chosen = checks.get(module.room)
    if module.package == "jobs":
        chosen = None if module.room != "jobs" else _jobs
    return [*(chosen(module) if chosen else []), *_commits(module)]


def _routes(module: Module) -> list[str]:
    """HTTP only: no session, no sending."""
    found = [f"{module.path}:{line}: imports db" for line, name in module.imports() if name == "portal.extensions.db"]
    return found + [
        f"{module.path}:{line}: calls {name}"
        for line, name in module.calls()
        if ("session." in name and name.startswith("db.")) or name.endswith(".send")
    ]


def _service(module: Module) -> list[str]:
    """Verbs that a job or a command may call as well as a page."""
    if module.path in FLASK_IN_SERVICE:
        return []
    return [
        f"{module.path}:{line}: imports {name}"
        for line, name in module.imports()
        if name.split(".")[0] in ("flask", "wtforms", "flask_wtf", "flask_htmx", "jinja2")
    ]


def _rules(module: Module) -> list[str]:
    """Pure decisions: everything comes in as an argument."""
    return [f"{module.path}:{line}: imports {name}" for line, name in module.imports() if not _is_pure(name)]


def _is_pure(name: str) -> bool:
    parts = name.split(".")
    if parts[0] == "portal":
        return "rules" in parts[2:4] or name.startswith(VOCABULARY)
    return parts[0] in PURE or (
        parts[0] in sys.stdlib_module_names and parts[0] not in ("sqlite3", "random", "secrets")
    )


def _queries(module: Module) -> list[str]:
    """Reads only."""
    return [
        f"{module.path}:{line}: calls {name}"
        for line, name in module.calls()
        if name in [f"db.session.{verb}" for verb in WRITES]
        or name in ("sa.insert", "sa.update", "sa.delete", "insert_if_missing")
    ]


def _jobs(module: Module) -> list[str]:
    """Wrappers of a service's verb."""
    return [
        f"{module.path}:{each.lineno}: {each.name} has more than 5 lines"
        for each in module.functions()
        if length(each) - 1 > 5
    ] + [
        f"{module.path}:{each.lineno}: {each.name} is no job"
        for each in module.functions()
        if "job" not in decorators(each) and not each.name.startswith("_")
    ]


def _commits(module: Module) -> list[str]:
    allowed = module.room == "service" or module.package == "demo" or module.path in COMMITS
    if allowed or module.path == "portal/cli.py":
        return []
    return [f"{module.path}:{n}: commits" for n, name in module.calls() if name.endswith("session.commit")]


def test_a_package_imports_only_those_above_it() -> None:
    found = [line for module in modules() for line in layer_breaks(module)]
    assert not found, report(found, f"A package imports only those before it in {ORDER}")


def test_every_package_has_its_place_in_the_order() -> None:
    packages = {module.package for module in modules()} - {""}
    assert packages <= set(ORDER), f"give {packages - set(ORDER)} a place in ORDER"


def test_every_room_keeps_to_what_it_is_for() -> None:
    found = [line for module in modules() for line in room_breaks(module)]
    assert not found, report(found, "A room of a package does what another room is for")


def test_the_exceptions_still_exist_and_are_still_needed() -> None:
    known = {module.path: module for module in modules()}
    for path in FLASK_IN_SERVICE:
        names = [name for _, name in known[path].imports() if name.startswith("flask")]
        assert names == ["flask.current_app"], f"{path} is excepted for flask.current_app alone"
    for path in COMMITS:
        assert any(name.endswith("session.commit") for _, name in known[path].calls()), path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("portal/inbox/queries.py", "from portal.assistant import service"),
        ("portal/inbox/queries.py", "from portal import dispatch"),
        ("portal/web/nav.py", "def f():\n    import portal.accounts.models"),
        ("portal/clock.py", "from portal.accounts import queries"),
        ("portal/webhooks/service.py", "from ..demo import people"),
        ("portal/inbox/service/a.py", "from portal.serve import main"),
    ],
)
def test_the_layer_rule_bites(path: str, text: str) -> None:
    assert layer_breaks(Module(path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("portal/inbox/routes/a.py", "from portal.extensions import db"),
        ("portal/inbox/routes.py", "db.session.add(x)"),
        ("portal/inbox/routes.py", "gateways.get(kind).send(line)"),
        ("portal/inbox/service.py", "from flask import g"),
        ("portal/inbox/service/a.py", "import wtforms"),
        ("portal/inbox/rules.py", "from portal.extensions import db"),
        ("portal/inbox/rules/a.py", "import sqlalchemy as sa"),
        ("portal/inbox/rules/a.py", "import random"),
        ("portal/inbox/queries.py", "db.session.add(x)"),
        ("portal/inbox/queries/a.py", "q = sa.update(X)"),
        ("portal/inbox/view.py", "db.session.commit()"),
        ("portal/inbox/jobs.py", "@job('a', 'b', 1)\ndef f():\n" + "    x = 1\n" * 6),
    ],
)
def test_the_room_rule_bites(path: str, text: str) -> None:
    assert room_breaks(Module(path, text))
