"""Static files by the hash of their content: cached for a year, fresh at once after a change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, url_for


def init_app(app: Flask) -> None:
    known: dict[str, tuple[float, str]] = {}

    def asset(path: str) -> str:
        file = Path(app.static_folder or "") / path
        changed = file.stat().st_mtime
        if known.get(path, (0.0, ""))[0] != changed:
            known[path] = (changed, hashlib.sha256(file.read_bytes()).hexdigest()[:12])
        return url_for("static", filename=path, v=known[path][1])

    app.jinja_env.globals["asset"] = asset
