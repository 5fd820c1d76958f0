"""`./dev bench` runs every benchmark, `./dev bench NAME [OPTIONS]` one, `./dev bench --list` names them."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHMARKS = {
    "dispatch": "messages per second of the sending agent, against bare HTTP requests to the same fake Graph API",
    "documents": "milliseconds of a one-page statement, against typst's bare table, and memory over 1,000 of them",
    "imports": "rows per second of a portfolio file, checked and written, against csv.reader and executemany",
    "webhooks": "signed posts per second, on the disk before the answer, against a bare Flask route and pywa's server",
}


def main(arguments: list[str]) -> int:
    if arguments == ["--list"]:
        for name, title in BENCHMARKS.items():
            print(f"{name:<12}{title}")
        return 0
    if arguments and arguments[0] in BENCHMARKS:
        return _run(arguments[0], arguments[1:])
    if arguments:
        print(f"Usage: ./dev bench [--list | NAME [--help]]\nNames: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 0 if arguments[0] in ("-h", "--help") else 2
    return max(_run(name, []) for name in BENCHMARKS)


def _run(name: str, arguments: list[str]) -> int:
    failed: int = import_module(f"bench.{name}").main(arguments)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
