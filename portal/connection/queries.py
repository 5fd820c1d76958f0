from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from portal import clock, jobs
from portal.accounts.models import Account
from portal.connection.models import (
    UNOFFICIAL,
    Connection,
    ConnectionKind,
    DailyUsage,
    OwnHoliday,
    Schedule,
    ScheduleKind,
)
from portal.connection.rules.hours import ALWAYS, Holidays, Hours, to_json, week_of
from portal.connection.rules.presets import DEFAULT_WEEK
from portal.extensions import db

NAMES = {
    ConnectionKind.SIMULATOR: "Simulador",
    ConnectionKind.CLOUD_API: "API oficial",
    ConnectionKind.PLUGMESSAGE: "PlugMessage",
    ConnectionKind.EVOLUTION: "Evolution API",
}


REMOVED = " (removido)"


def title_of(connection: Connection) -> str:
    """What a number is called: its own name, else that of its API."""
    return (connection.name or NAMES[connection.kind]) + (REMOVED if connection.archived_at else "")


def current(account_id: int) -> Connection | None:
    """The number by which a company starts to talk unless another is chosen: its primary one."""
    return db.session.scalar(sa.select(Connection).where(Connection.account_id == account_id, Connection.primary))


def connection_in(account_id: int, connection_id: int) -> Connection | None:
    """A number of a company, None for one that is not there or was removed."""
    return db.session.scalar(
        sa.select(Connection).where(
            Connection.account_id == account_id, Connection.id == connection_id, Connection.archived_at.is_(None)
        )
    )


def connections_of(account_id: int) -> list[Connection]:
    """Every number that a company has: the primary one, then those that are on, then the others."""
    return [connection for connection in with_removed(account_id) if connection.archived_at is None]


def with_removed(account_id: int) -> Sequence[Connection]:
    """The same with those that it had: their conversations are still read."""
    return db.session.scalars(
        sa.select(Connection)
        .where(Connection.account_id == account_id)
        .order_by(Connection.primary.desc(), Connection.enabled.desc(), Connection.id)
    ).all()


def enabled(account_id: int) -> list[Connection]:
    """The numbers by which a company talks now, the primary one first."""
    return [connection for connection in connections_of(account_id) if connection.enabled]


def names(account_id: int) -> dict[int, str]:
    """What each number is called, by id; {} while a company talks by one alone and needs no name for it."""
    return names_of(with_removed(account_id))


def names_of(numbers: Sequence[Connection]) -> dict[int, str]:
    """The same of all the numbers that a company has and had."""
    several = sum(each.enabled or each.archived_at is not None for each in numbers) > 1
    return {each.id: title_of(each) for each in numbers} if several else {}


def watched() -> Sequence[int]:
    """The numbers of the official API that are on and have what it takes to ask for their health."""
    return db.session.scalars(
        sa.select(Connection.id)
        .where(Connection.enabled, Connection.kind == ConnectionKind.CLOUD_API)
        .where(Connection.phone_number_id != "", Connection.access_token != "")
        .order_by(Connection.id)
    ).all()


def locked(connection_id: int) -> Connection:
    """The connection's row, locked until the transaction ends and fresh.

    The webhooks, the sending agent and whoever decides about its messages take turns with it, and take it before any
    conversation or message. The lock is the one that lets others refer to the row: an operator's answer, which holds
    its conversation, must not wait here for a webhook that waits for that conversation.
    """
    return db.session.get_one(Connection, connection_id, with_for_update={"key_share": True}, populate_existing=True)


def locked_numbers(connection: Connection, ids: Collection[str]) -> dict[str, Connection]:
    """The numbers that a webhook body of a connection is about, by the provider's id, locked: the connection's own,
    under "" too, and others of the company. One app of Meta's posts the messages of all its numbers to one address."""
    others = set(ids) - {"", connection.phone_number_id}
    found = {connection.id, *(_ids_of(connection, others) if others else ())}
    rows = [locked(connection_id) for connection_id in sorted(found)]  # who takes two takes them in order
    return {row.phone_number_id: row for row in rows} | {"": connection, connection.phone_number_id: connection}


def _ids_of(connection: Connection, numbers: Collection[str]) -> Sequence[int]:
    return db.session.scalars(
        sa.select(Connection.id).where(
            Connection.account_id == connection.account_id,
            Connection.kind == connection.kind,
            Connection.phone_number_id.in_(numbers),
            Connection.archived_at.is_(None),
        )
    ).all()


def was_removed(connection: Connection, phone_number_id: str) -> bool:
    """Whether the provider's id is that of a number that the company removed."""
    mine = (Connection.account_id == connection.account_id, Connection.kind == connection.kind)
    found = sa.select(Connection.id).where(
        *mine, Connection.phone_number_id == phone_number_id, Connection.archived_at.is_not(None)
    )
    return db.session.scalar(found.limit(1)) is not None


def has_history(connection_id: int) -> bool:
    """Whether anything but its own counters refers to a number: conversations, templates, dispatches, bodies."""
    for table in db.metadata.sorted_tables:
        if table is DailyUsage.__table__:
            continue
        for key in table.foreign_keys:
            if key.column is not Connection.__table__.c.id:
                continue
            if db.session.scalar(sa.select(sa.literal(1)).where(key.parent == connection_id).limit(1)):
                return True
    return False


def by_webhook_key(kind: str, key: str) -> Connection | None:
    """The connection that a webhook address belongs to; the key alone names it, no account is known yet."""
    return db.session.scalar(
        sa.select(Connection).where(
            Connection.webhook_key == key, Connection.kind == ConnectionKind(kind), Connection.archived_at.is_(None)
        )
    )


def unsigned_keys() -> frozenset[str]:
    """The keys of every webhook address of the unofficial API, of every company."""
    keys = sa.select(Connection.webhook_key).where(Connection.kind.in_(UNOFFICIAL), Connection.archived_at.is_(None))
    return frozenset(db.session.scalars(keys))


def used_on(connection_id: int, day: date) -> int:
    """How much of the daily limit is spent on a day."""
    return (
        db.session.scalar(
            sa.select(DailyUsage.used).where(DailyUsage.connection_id == connection_id, DailyUsage.day == day)
        )
        or 0
    )


def used_by(account_id: int, day: date) -> dict[int, int]:
    """How much of each number's daily limit is spent on a day; those that spent nothing may be absent."""
    rows = db.session.execute(
        sa.select(DailyUsage.connection_id, DailyUsage.used).where(
            DailyUsage.account_id == account_id, DailyUsage.day == day
        )
    )
    return {row.connection_id: row.used for row in rows}


def batch_seconds() -> int:
    """Seconds between two batches of the sending agent; 0 in an installation without it."""
    job = jobs.registry.get("send-batch")
    return int(job.every) if job else 0


def schedule_of(account_id: int, kind: ScheduleKind) -> Schedule:
    """A company's schedule; while it has saved none an unsaved default, whose version is 0.

    Conversations are started Monday to Friday from 9 to 18, not on national holidays; operators answer always.
    """
    saved = db.session.scalar(sa.select(Schedule).where(Schedule.account_id == account_id, Schedule.kind == kind))
    if saved is not None:
        return saved
    sending = kind is ScheduleKind.SENDING
    return Schedule(
        account_id=account_id,
        kind=kind,
        hours=to_json(DEFAULT_WEEK if sending else ALWAYS.week),
        national_holidays=sending,
        state="",
        own_holidays=sending,
        version=0,
    )


def hours_of(account_id: int, kind: ScheduleKind) -> Hours:
    """The hours of a company's schedule, as a rule needs them."""
    schedule = schedule_of(account_id, kind)
    own = {row.day: row.name for row in own_holidays(account_id)} if schedule.own_holidays else {}
    return Hours(week_of(schedule.hours), Holidays(schedule.national_holidays, schedule.state, own))


def is_open(account_id: int, kind: ScheduleKind, at: datetime) -> bool:
    """Whether a moment is within a company's hours. What answers a person is never asked this about `SENDING`."""
    return hours_of(account_id, kind).is_open(_local(account_id, at))


def next_opening(account_id: int, kind: ScheduleKind, at: datetime) -> datetime | None:
    """The first moment within the hours, in the company's zone: `at` itself while open, None when it never opens."""
    return hours_of(account_id, kind).next_opening(_local(account_id, at))


def own_holidays(account_id: int, since: date | None = None) -> Sequence[OwnHoliday]:
    """The company's own days off, in their order; those that are past too without `since`."""
    query = sa.select(OwnHoliday).where(OwnHoliday.account_id == account_id).order_by(OwnHoliday.day)
    return db.session.scalars(query.where(OwnHoliday.day >= since) if since else query).all()


def own_holiday_in(account_id: int, holiday_id: int) -> OwnHoliday | None:
    return db.session.scalar(
        sa.select(OwnHoliday).where(OwnHoliday.account_id == account_id, OwnHoliday.id == holiday_id)
    )


def _local(account_id: int, at: datetime) -> datetime:
    return clock.local(at, db.session.get_one(Account, account_id).timezone)
