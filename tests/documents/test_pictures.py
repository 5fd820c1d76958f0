"""What the pages look like: compared with pictures that a person has looked at (`references` renews them)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.documents.render import pictures
from tests.documents.references import FOLDER, SHEETS, difference, pages
from tests.documents.sheets import statement

TOLERANCE = 0.0002
"""A quarter of what one missing word of the title changes; a single figure is for the tests that read the text."""


@pytest.mark.parametrize("name", SHEETS)
def test_the_pages_look_as_they_did(name: str) -> None:
    drawn = dict(pages(name, SHEETS[name]()))
    assert set(drawn) == set(FOLDER.glob(f"{name}-*.png"))
    changed = {path.name: round(difference(path.read_bytes(), picture), 5) for path, picture in drawn.items()}
    assert max(changed.values()) <= TOLERANCE, changed


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Outro texto."},
        {"letterhead": ()},
        {"number": "2026/000124", "issued_at": ""},
        {"title": "Demonstrativo"},
    ],
)
def test_the_comparison_sees_a_change(change: dict[str, str]) -> None:
    reference = (FOLDER / "statement-1.png").read_bytes()
    assert difference(reference, pictures(replace(statement(), **change))[0]) > TOLERANCE
