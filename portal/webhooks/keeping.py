"""Bodies on the disk before they are answered, as many to a commit as there are waiting.

A commit costs a write to the disk, whether of one body or of twenty. So of the threads that hold a body one commits for
all, and while it does, the next ones gather. Nobody waits for company: a body that is alone is committed at once.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from portal import clock, gateways
from portal.gateways.base import Line
from portal.sqlite import LedgerConnection
from portal.webhooks.models import WebhookEvent, WebhookState

MOST = 100
"""Bodies in one commit: who writes after us must not wait long."""

UNWELL = (OperationalError, TimeoutError)
"""The database refuses, is gone, or has no connection or lock free: nothing is a body's fault."""

Row = dict[str, Any]


def row_of(kind: str, account_id: int, line: Line, body: bytes) -> Row:
    """The `webhook_event` of an authentic body that has just come over a line, as it may be kept."""
    body = gateways.get(kind).cleaned(line, body)
    return {
        "account_id": account_id,
        "connection_id": line.connection_id,
        "body": body,
        "body_hash": hashlib.sha256(body).hexdigest(),
        "state": WebhookState.RECEIVED,
        "attempts": 0,
        "unknown_items": 0,
        "broken_items": 0,
        "error": "",
        "received_at": clock.now(),
    }


class _Waiting:
    """A body whose thread waits to be called: because it is settled, or because it is its turn to lead."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.settled = False
        self.error: BaseException | None = None
        self._called = threading.Lock()
        self._called.acquire()

    def wait(self) -> None:
        self._called.acquire()

    def call(self) -> None:
        self._called.release()

    def settle(self, error: BaseException | None = None) -> None:
        self.error, self.settled = error, True
        self.call()


class Keeper:
    """The one of a database in this process. It has no thread, and no connection while nobody waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        driver = engine.dialect.loaded_dbapi
        self._unwell = (driver.OperationalError, driver.InterfaceError)
        self._insert = _Insert(engine.dialect)
        self._guard = threading.Lock()
        self._queue: list[_Waiting] = []
        self._led = False
        self._connection: PoolProxiedConnection | None = None  # the leader's, handed on with the lead

    def keep(self, row: Row) -> None:
        """Insert a `webhook_event` durably; one that is there already is left alone. Raises what the database raises."""
        mine = _Waiting(row)
        with self._guard:
            self._queue.append(mine)
            leads, self._led = not self._led, True
        if not leads:
            mine.wait()  # no longer than the one that leads may wait for the database
        if not mine.settled:
            self._lead()
        if mine.error is not None:
            raise mine.error

    def _lead(self) -> None:
        """Settle what has gathered, this thread's own body among it, and hand over."""
        batch = self._take(MOST)
        try:
            self._settle(batch)
        except UNWELL as error:  # who came meanwhile has waited for the same database, and need not do so again
            _fail([*batch, *self._take()], error)
        except BaseException as error:
            _fail(batch, error)
        finally:
            self._hand_over()

    def _take(self, most: int | None = None) -> list[_Waiting]:
        with self._guard:
            taken, self._queue[:most] = self._queue[:most], []
        return taken

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        """A body that cannot be kept costs the others nothing: each is then tried alone."""
        try:
            self._commit(batch)
        except UNWELL:
            raise
        except Exception as error:
            if len(batch) == 1:
                batch[0].settle(error)
                return
            for each in batch:
                self._settle([each])
        else:
            for each in batch:
                each.settle()

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        """In the order of their hashes: two processes with the same bodies must not wait for each other. Spoken to the
        driver itself: SQLAlchemy's own way to it costs a post as much as all the rest."""
        rows = sorted((each.row for each in batch), key=lambda row: str(row["body_hash"]))
        values = [value for row in rows for value in self._insert.values(row)]
        try:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            if isinstance(self._connection.driver_connection, LedgerConnection):
                self._connection.driver_connection.begin(read_only=False)
            self._connection.cursor().execute(self._insert.sql(len(rows)), values)
            self._connection.commit()
        except BaseException as error:
            self._drop()
            if isinstance(error, self._unwell):
                raise OperationalError("INSERT INTO webhook_event", None, error) from error
            raise

    def _hand_over(self) -> None:
        with self._guard:
            self._led = bool(self._queue)
            if self._led:
                self._queue[0].call()
                return
            spare, self._connection = self._connection, None
        if spare is not None:
            spare.close()

    def _drop(self) -> None:
        """Whatever state the connection is in, the next body gets another."""
        broken, self._connection = self._connection, None
        if broken is not None:
            broken.invalidate()
            broken.close()


class _Insert:
    """One statement for all bodies of a commit, and its values, as the driver takes them."""

    def __init__(self, dialect: Dialect) -> None:
        on_postgresql = dialect.name == "postgresql"
        self._insert = (postgresql if on_postgresql else sqlite).insert(WebhookEvent).on_conflict_do_nothing()
        self._positional = type(dialect)(paramstyle="format" if on_postgresql else "qmark")  # type: ignore[call-arg]
        columns = [column for column in WebhookEvent.__table__.c if column.name not in ("id", "applied_at")]
        self._processors = [(each.name, each.type.dialect_impl(dialect).bind_processor(dialect)) for each in columns]
        self._sql: dict[int, str] = {}

    def sql(self, count: int) -> str:
        if count not in self._sql:
            rows = [dict.fromkeys(name for name, _ in self._processors)] * count
            self._sql[count] = str(self._insert.values(rows).compile(dialect=self._positional))
        return self._sql[count]

    def values(self, row: Row) -> list[Any]:
        return [process(row[name]) if process else row[name] for name, process in self._processors]


def _fail(batch: Iterable[_Waiting], error: BaseException) -> None:
    for each in batch:
        if not each.settled:
            each.settle(error)
