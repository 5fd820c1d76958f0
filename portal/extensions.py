"""The one instance of each Flask extension, and the column types that every table shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_htmx import HTMX
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from portal.sqlite import LedgerConnection

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. SQLite keeps no zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UTCDateTime(), dict[str, Any]: sa.JSON(), list[Any]: sa.JSON()},
    )


def text_enum(cls: type[Enum]) -> sa.Enum:
    """A string column that holds an enum's values, the same on both engines."""
    return sa.Enum(cls, native_enum=False, length=32, values_callable=lambda e: [member.value for member in e])


class OfAccount:
    """Mixin of every table of a company: nothing of a company is without its `account_id`."""

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model
migrate = Migrate()
csrf = CSRFProtect()
htmx = HTMX()


def insert_if_missing(table: type[Any], **values: Any) -> None:
    """Insert a row unless one with its key is there, in the caller's transaction; of two at once, one wins quietly."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(dialect.insert(table).values(**values).on_conflict_do_nothing())


_read_only: ContextVar[bool] = ContextVar("read_only", default=False)


@contextmanager
def transactions(*, read_only: bool) -> Iterator[None]:
    """Within the block, new transactions are read-only or not. A GET never writes, and the database enforces it."""
    token = _read_only.set(read_only)
    try:
        yield
    finally:
        _read_only.reset(token)


def start_reading() -> None:
    _read_only.set(True)


def start_writing() -> None:
    _read_only.set(False)


def watch_transactions(engine: Engine) -> None:
    """Begin every transaction of the engine in the mode that the calling code asked for.

    What only reads sees one moment of the database, as on SQLite: a page and its place in the stream of events agree.
    """
    on_sqlite = engine.dialect.name == "sqlite"

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = _read_only.get()
        if on_sqlite:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, LedgerConnection)
            raw.begin(read_only=read_only)
        elif read_only:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
