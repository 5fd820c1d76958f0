"""Files of at most 300 lines, functions of at most 40, routes of at most 20; a test that tells a story, 60."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.code import ROOT, Module, is_route, length, modules, own_static, relative, report

FILE = 300
FUNCTION = 40
ROUTE = 20
STORY = 60

SIZED = (".py", ".html", ".js", ".css")


def _files() -> list[Path]:
    written = [path for folder in ("portal", "templates", "tests") for path in sorted((ROOT / folder).rglob("*"))]
    return [path for path in [*written, *own_static()] if path.suffix in SIZED]


def too_long(module: Module) -> list[str]:
    found = []
    for function in module.functions():
        story = module.path.startswith("tests/") and function.name.startswith("test_")
        limit = ROUTE if is_route(function) else STORY if story else FUNCTION
        if length(function) > limit:
            found.append(f"{module.path}:{function.lineno}: {function.name}: {length(function)} lines, {limit} allowed")
    return found


def test_no_file_is_too_long() -> None:
    sizes = {relative(path): len(path.read_text().splitlines()) for path in _files()}
    found = [f"{path}: {lines} lines" for path, lines in sizes.items() if lines > FILE]
    assert not found, report(found, f"A file of more than {FILE} lines becomes a package, split by noun")


def test_no_function_is_too_long() -> None:
    found = [line for folder in ("portal", "tests") for module in modules(folder) for line in too_long(module)]
    assert not found, report(found, "Functions do one thing")


def test_the_rule_bites() -> None:
    body = "    x = 1\n" * FUNCTION
    assert too_long(Module("portal/a/b.py", f"def f():\n{body}"))
    route = "    x = 1\n" * ROUTE
    assert too_long(Module("portal/a/routes.py", f"@blueprint.get('/')\n@public\ndef f():\n{route}"))
    assert not too_long(Module("portal/a/b.py", f"def f():\n{route}"))
