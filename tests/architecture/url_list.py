"""The list of addresses that `routes.txt` holds. To renew it, after a look at what changed:

.venv/bin/python -m tests.architecture.url_list
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from portal import create_app

FILE = Path(__file__).with_name("routes.txt")
RENEW = "If that is meant: .venv/bin/python -m tests.architecture.url_list, and read the diff."


def routes(app: Flask) -> Iterator[tuple[str, Any, Any]]:
    """Method, rule and view function of every address of ours; static files aside."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule, app.view_functions[rule.endpoint]


def listed(app: Flask) -> str:
    lines = (f"{rule.rule} {method} {getattr(view, 'guard', 'UNGUARDED')}" for method, rule, view in routes(app))
    return "\n".join(sorted(lines)) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(listed(create_app({}, Path(folder))))


if __name__ == "__main__":
    main()
