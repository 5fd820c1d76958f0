"""A job process to be started, watched and killed by a test:

    python -m tests.support.job_process NAME [--at ISO] [--times N] [--die before|after]

`--at` freezes its clock; `--die` kills it (SIGKILL, no clean-up) just before or just after the first request to the
provider. It prints each run's result on a line.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import datetime
from typing import Any

from portal import clock, create_app, gateways
from portal.gateways.cloud_api import CloudApi
from portal.jobs.runs import run_once


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--at")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--die", choices=("before", "after"))
    options = parser.parse_args()
    app = create_app()
    if options.at:
        moment = datetime.fromisoformat(options.at)
        clock.use(lambda: moment)
    if options.die:
        _arm(options.die)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in range(options.times):
        ok, result = run_once(app, options.name)
        sys.stdout.write(f"{'ok' if ok else 'failed'}: {result}\n")
        sys.stdout.flush()


def _arm(when: str) -> None:
    gateway = gateways.get("cloud_api")
    assert isinstance(gateway, CloudApi)
    send = gateway.send

    def deadly(*arguments: Any) -> Any:
        if when == "after":
            send(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    gateway.send = deadly  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
