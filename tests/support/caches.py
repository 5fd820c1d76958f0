"""What each test's application would work out anew, though it is the same for all: kept for the test process."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Compiled templates. A key is a name and a path, and the checksum of the source must fit."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


Builder = Callable[..., tuple[str, str]]


class RememberedRule(Rule):
    """A rule whose URL builder, which depends on nothing but these values, is compiled once."""

    _builders: dict[Any, Builder] = {}  # noqa: RUF012

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        key = (self.rule, append_unknown, tuple(self._trace), repr(self.defaults))
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


TEMPLATES = Templates()


class Statements:
    """Compiled SQL. Its cache belongs to a dialect, so the engines of all tests share one that has met the server."""

    def __init__(self, engine: Engine) -> None:
        self._dialect = engine.dialect
        self._compiled: Any = LRUCache(1000)

    def lend(self, engine: Engine) -> None:
        engine.dialect = self._dialect
        engine.update_execution_options(compiled_cache=self._compiled)


def share() -> None:
    """Have every application of this process use them."""
    Flask.url_rule_class = RememberedRule
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": TEMPLATES}
