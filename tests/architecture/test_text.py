"""The product is finished where it is: no notes to self, no machine of a developer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.code import ROOT, own_static, relative, report

UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|HACK)\b|in a real system|for now\b|not implemented|(raise|return) NotImplemented|placeholder text|lorem ipsum"
    r"|except[^\n:]*:\s*\n?\s*pass\b|\bbreakpoint\(\)|\bpdb\b|console\.log|\bdebugger\b",
)
MACHINE = re.compile(r"/(work|home|root|Users|tmp)/\w|[A-Z]:\\\\Users")


def texts() -> dict[str, str]:
    code = [path for folder in ("portal", "templates") for path in (ROOT / folder).rglob("*") if path.is_file()]
    scripts: list[Path] = [ROOT / "wsgi.py", ROOT / "dev", *(ROOT / "migrations").rglob("*.py"), *own_static()]
    wanted = [p for p in [*code, *scripts] if "__pycache__" not in p.parts and p.suffix != ".ttf"]
    return {relative(p): p.read_text() for p in wanted}


def breaks(name: str, text: str) -> list[str]:
    found = [*UNFINISHED.finditer(text), *MACHINE.finditer(text)]
    return [f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}" for match in found]


def test_nothing_is_unfinished_and_nothing_names_a_machine() -> None:
    found = [line for name, text in texts().items() for line in breaks(name, text)]
    assert not found, report(found, "Not in the product")


@pytest.mark.parametrize(
    "text", ["# TODO: x", "x = 1  # FIXME", "# in a real system", "p = '/home/ana/x'", "try:\n  f()\nexcept E:\n  pass"]
)
def test_the_rule_bites(text: str) -> None:
    assert breaks("x.py", text)


def test_portuguese_is_not_mistaken() -> None:
    assert not breaks("x.html", "Todo mundo; todos os credores; método; /devedores/importar")
