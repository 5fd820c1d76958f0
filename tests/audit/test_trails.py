"""Whatever a service notes has a trail: a history in words, and a place to go."""

from __future__ import annotations

import ast
import re

from flask import Flask

from portal.audit.history import trails
from portal.audit.rules import is_secret, is_subject
from tests.architecture.code import Module, dotted, modules, report

CONNECTED = re.compile(r"^([a-z]+(?:-[a-z]+)*):")


def noted_subjects(module: Module) -> list[tuple[int, str]]:
    """Line and prefix of every text that looks like the subject of a note, in a module that notes changes."""
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and _is_note(node)]
    if not calls:
        return []
    others = {id(each) for node in ast.walk(module.tree) for each in _keys(node)}
    return [
        (node.lineno, found) for node in ast.walk(module.tree) if id(node) not in others and (found := _prefix(node))
    ]


def _keys(node: ast.AST) -> list[ast.AST]:
    """Texts that look like subjects and are keys of notifications."""
    if isinstance(node, ast.Call) and (dotted(node.func) or "").rpartition(".")[2].lstrip("_").startswith("notify"):
        return list(node.args)
    named = isinstance(node, ast.Assign) and [dotted(target) for target in node.targets] == ["key"]
    return [node.value] if named and isinstance(node, ast.Assign) else []


def _is_note(node: ast.Call) -> bool:
    return dotted(node.func) in ("note", "audit.note", "service.note")


def _prefix(node: ast.AST) -> str:
    """ "document" of f"document:{document.id}"; "" of anything else."""
    if not isinstance(node, ast.JoinedStr) or len(node.values) < 2 or not isinstance(node.values[0], ast.Constant):
        return ""
    found = CONNECTED.fullmatch(str(node.values[0].value))
    return found.group(1) if found else ""


def test_every_noted_kind_of_thing_has_a_trail(app: Flask) -> None:
    known = trails()
    found = [
        f'{module.path}:{line}: notes "{prefix}:…", and no wiring registers Trail("{prefix}", …)'
        for module in modules()
        if module.package != "audit"
        for line, prefix in noted_subjects(module)
        if prefix not in known
    ]
    assert not found, report(found, "Every subject of audit.service.note needs a Trail (see portal/audit/history.py)")


def test_every_trail_can_be_read_in_a_list(app: Flask) -> None:
    found = [
        f'Trail("{prefix}"): {problem}'
        for prefix, trail in trails().items()
        for problem, holds in {
            "its kind has no words: give it `kind`": bool(trail.kind),
            "its prefix cannot stand in an address": is_subject(f"{prefix}:1"),
        }.items()
        if not holds
    ]
    assert not found, report(found, "What the page of the history needs of a trail")


def test_no_trail_fails_over_a_thing_that_is_not_there(app: Flask) -> None:
    with app.test_request_context():
        for prefix, trail in trails().items():
            assert trail.name(1, "987654") is None, f'Trail("{prefix}").name must answer None for what is not there'


def test_a_noted_secret_is_at_most_its_end(app: Flask) -> None:
    """The names of noted fields; what a trail tells of a secret is its last four."""
    told = {(prefix, name): label for prefix, trail in trails().items() for name, label in trail.labels.items()}
    found = [f"{key}: {label}" for key, label in told.items() if is_secret(key[1]) and "fim" not in label.casefold()]
    assert not found, report(found, "A label of a secret says that only its end is shown: “… (fim)”")


def test_the_rule_bites() -> None:
    bad = Module("portal/a/service.py", 'def f():\n    note(1, 2, "x", f"inventado:{3}")')
    assert noted_subjects(bad) == [(2, "inventado")]
    assert noted_subjects(Module("portal/a/service.py", 'x = f"inventado:{3}"')) == []
    aside = 'def f():\n    subject = f"inventado:{3}"\n    note(1, 2, "x", subject)'
    assert noted_subjects(Module("portal/a/service.py", aside)) == [(2, "inventado")]
