from __future__ import annotations

from pathlib import Path

from flask import Flask

from portal.gateways import simulator_files


def init_app(app: Flask) -> None:
    simulator_files.use(Path(app.config["FILE_ROOT"]) / "simulated")
