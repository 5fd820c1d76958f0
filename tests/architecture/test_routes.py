"""Every address is guarded, spelled alike, and known: a new one is a line in routes.txt that somebody reviews."""

from __future__ import annotations

import difflib
import re

import pytest
from flask import Flask

from tests.architecture.code import Module, decorators, is_route, modules, report
from tests.architecture.url_list import FILE, RENEW, listed, routes

GUARDS = ("public", "signed_in", "admin_only")

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.(csv|pdf|json|xlsx))?|<[^<>]+>(\.csv|\.pdf)?")
ARGUMENT = re.compile(r"<(?:(?P<converter>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")

UNTYPED = {
    "kind": "the name of an automatic message, from a closed list",
    "wa_id": "a phone number",
    "ref": "the head of a session's hash",
    "key": "the secret part of a webhook's address",
    "schedule": "the sending or the service hours, from a closed list",
    "subject": "a thing of the audit, such as document:12",
}
"""Arguments that are no row's number."""


def guard_breaks(module: Module) -> list[str]:
    """A route has its guard right under its own decorator, and no second one."""
    found = []
    for function in module.functions():
        if not is_route(function):
            continue
        marks = [index for index, name in enumerate(decorators(function)) if name.split(".")[-1] in GUARDS]
        last_route = max(i for i, name in enumerate(decorators(function)) if "." in name)
        if marks != [last_route + 1]:
            found.append(f"{module.path}:{function.lineno}: {function.name}: {decorators(function)}")
    return found


def spelling_breaks(rule: str) -> list[str]:
    found = []
    if rule != "/" and rule.endswith("/"):
        found.append(f"{rule}: ends with a slash")
    found += [
        f"{rule}: {part!r} is not kebab-case"
        for part in rule.strip("/").split("/")
        if part and not SEGMENT.fullmatch(part)
    ]
    for match in ARGUMENT.finditer(rule):
        name, converter = match["name"], match["converter"]
        if name not in UNTYPED and (converter != "int" or not name.endswith("_id")):
            found.append(f"{rule}: <{name}> is no <int:…_id>; or say in UNTYPED what it is")
    return found


def test_every_route_has_exactly_one_guard(app: Flask) -> None:
    unmarked = [
        f"{method} {rule.rule}" for method, rule, view in routes(app) if getattr(view, "guard", None) not in GUARDS
    ]
    assert not unmarked, report(unmarked, f"Put one of {GUARDS} directly under the route decorator")
    found = [line for module in modules() for line in guard_breaks(module)]
    assert not found, report(found, f"Exactly one of {GUARDS}, directly under the route decorator")


def test_addresses_are_spelled_alike(app: Flask) -> None:
    found = [line for _, rule, _ in routes(app) for line in spelling_breaks(rule.rule)]
    assert not found, report(found, "Portuguese kebab-case nouns, no slash at the end, numbers as <int:…_id>")


def test_an_address_either_reads_or_writes(app: Flask) -> None:
    """GET reads (another test proves it); POST changes state; nothing else, for forms know nothing else."""
    found = [f"{method} {rule.rule}" for method, rule, _ in routes(app) if method not in ("GET", "POST")]
    both = [rule.rule for _, rule, _ in routes(app) if {"GET", "POST"} <= rule.methods]
    assert not found + both, report(found + both, "One view answers GET, another one POST")


def test_the_list_of_addresses_is_reviewed(app: Flask) -> None:
    kept = FILE.read_text().splitlines()
    diff = list(difflib.unified_diff(kept, listed(app).splitlines(), "routes.txt", "url map", lineterm="", n=0))
    assert not diff, report(diff, f"The addresses changed. {RENEW}")


@pytest.mark.parametrize("rule", ["/a/", "/aB", "/a_b", "/a/<x>", "/a/<int:x>", "/a/<string:x_id>"])
def test_the_spelling_rule_bites(rule: str) -> None:
    assert spelling_breaks(rule)


@pytest.mark.parametrize(
    "marks", ["@blueprint.get('/')", "@public\n@blueprint.get('/')", "@blueprint.get('/')\n@admin_only\n@signed_in"]
)
def test_the_guard_rule_bites(marks: str) -> None:
    assert guard_breaks(Module("portal/a/routes.py", f"{marks}\ndef f():\n    pass\n"))
    assert not guard_breaks(Module("portal/a/routes.py", "@blueprint.get('/')\n@public\ndef f():\n    pass\n"))
