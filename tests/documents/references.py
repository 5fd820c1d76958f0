"""The reference pictures. After a change of the layout that was meant, and looked at, renew them with

.venv/bin/python -m tests.documents.references
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from portal.documents.render import Sheet, pictures
from tests.documents.sheets import statement, term

FOLDER = Path(__file__).parent / "pictures"
SHEETS = {"statement": statement, "term": term}

VISIBLE = 48
"""Of 255: a smaller difference of a pixel is the rounding of an edge."""


def pages(name: str, sheet: Sheet) -> Iterator[tuple[Path, bytes]]:
    """Each page of a sheet, and the file that it is compared with."""
    for number, picture in enumerate(pictures(sheet), start=1):
        yield FOLDER / f"{name}-{number}.png", picture


def difference(first: bytes, second: bytes) -> float:
    """The share of the pixels that visibly differ: 0 to 1, and 1 for pages of different sizes."""
    images = [Image.open(BytesIO(each)).convert("L") for each in (first, second)]
    if images[0].size != images[1].size:
        return 1.0
    counts = ImageChops.difference(*images).histogram()
    return sum(counts[VISIBLE:]) / sum(counts)


def renew() -> None:
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, make in SHEETS.items():
        for path, picture in pages(name, make()):
            Image.open(BytesIO(picture)).convert("L").quantize(16).save(path, optimize=True)


if __name__ == "__main__":
    renew()
