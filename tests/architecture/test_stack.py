"""What is not ours is pinned, and nothing comes from elsewhere."""

from __future__ import annotations

import hashlib
import re

from tests.architecture.code import ROOT, own_static, relative, report, templates

ROW = re.compile(r"^\| `(?P<file>[^`]+)` \|.*\| `(?P<sha>[0-9a-f]{64})` \|$", re.M)
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.I)
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml")


def outside(text: str) -> list[str]:
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    return ADDRESS.findall(text)


def test_vendored_files_are_the_ones_that_were_reviewed() -> None:
    folder = ROOT / "static" / "vendor"
    written = {match["file"]: match["sha"] for match in ROW.finditer((folder / "README.md").read_text())}
    code = [path for path in folder.iterdir() if path.suffix not in (".LICENSE", ".md")]
    assert written == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in code}
    licences = {path.name for path in folder.glob("*.LICENSE")}
    assert all(f"`{name}`" in (folder / "README.md").read_text() for name in licences)
    assert len(licences) == len(code), "each with its licence"


def test_every_requirement_is_pinned_with_its_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        joined = (ROOT / name).read_text().replace("\\\n", " ")
        lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        loose = [line[:60] for line in lines if not re.match(r"^[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
        assert lines and not loose, report(loose, f"{name}: ./dev lock renews it")


def test_what_is_asked_for_is_what_is_locked() -> None:
    for name in ("requirements", "requirements-dev"):
        asked = re.findall(r"^([A-Za-z0-9_.-]+)", (ROOT / f"{name}.in").read_text(), re.M)
        locked = {
            _plain(each) for each in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / f"{name}.txt").read_text(), re.M)
        }
        missing = [each for each in asked if not each.startswith("-") and _plain(each) not in locked]
        assert not missing, f"{name}.txt lacks {missing}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_nothing_is_loaded_from_elsewhere() -> None:
    texts = {f"templates/{name}": source for name, source in templates().items()}
    texts |= {relative(path): path.read_text() for path in own_static()}
    found = [f"{name}: {address}" for name, text in texts.items() for address in outside(text)]
    assert not found, report(found, "Everything is served by the portal itself")


def test_the_rule_bites() -> None:
    assert outside('<script src="https://cdn.example.com/x.js">') and outside("url(//fonts.example.com/a)")
    assert not outside('<svg xmlns="http://www.w3.org/2000/svg">')
