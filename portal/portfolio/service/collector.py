"""Python's search for cyclic garbage, kept away from what an import does not touch."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def passing_over_the_program() -> Iterator[None]:
    """Within the block, the collector looks only at what was made since its beginning.

    Rows by the thousand make it walk through every object of the process dozens of times, a third of an import's time,
    though none of them is part of a cycle.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
