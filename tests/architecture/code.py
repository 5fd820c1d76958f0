"""The product's own text, read as data: modules with their imports, templates, static files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BLUEPRINT_METHODS = ("get", "post", "put", "patch", "delete", "route")


@dataclass(frozen=True)
class Module:
    """A Python file by its path from the root, such as `portal/inbox/service/assign.py`."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def parts(self) -> list[str]:
        return self.path.removesuffix(".py").removesuffix("/__init__").split("/")

    @property
    def package(self) -> str:
        """The feature that the file belongs to; "" for a module at the top of portal/."""
        inside = self.path.split("/")
        return inside[1] if len(inside) > 2 else ""

    @property
    def room(self) -> str:
        """What kind of file it is inside its package: routes, service, rules, …; "" for the package itself."""
        return self.parts[2] if len(self.parts) > 2 else ""

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of everything imported, wherever in the file; `from a import b` is `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        here = self.path.removesuffix(".py").split("/")[: -node.level]
        return ".".join([*here, *([node.module] if node.module else [])])

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of every call whose target is a plain chain of names: `db.session.commit`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node.lineno, dotted(node.func)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression; calls and subscripts inside the chain are written `()`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "()"


def decorators(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [dotted(d.func if isinstance(d, ast.Call) else d) for d in function.decorator_list]


def is_route(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute) and d.func.attr in BLUEPRINT_METHODS
        for d in function.decorator_list
    )


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    first = function.body[0]
    documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    doc = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - doc


def modules(folder: str = "portal") -> list[Module]:
    return [Module(relative(path), path.read_text()) for path in sorted((ROOT / folder).rglob("*.py"))]


def templates() -> dict[str, str]:
    """Every template by the name that Jinja knows it by."""
    folder = ROOT / "templates"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.html"))}


def own_static() -> list[Path]:
    """Static files that are ours: all but the vendored ones."""
    folder = ROOT / "static"
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and folder / "vendor" not in path.parents]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def report(found: list[str], rule: str) -> str:
    """The message of a failed rule: one line for each place."""
    return f"{rule}\n" + "\n".join(found)
