"""What an admin needs to know now, gathered from every part of the portal. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal import clock, jobs
from portal.accounts.models import Account
from portal.connection import queries as connections
from portal.connection.states import State, state_of
from portal.gateways import registry
from portal.inbox import queries as inbox
from portal.inbox.models import Conversation
from portal.inbox.queries import Waiting
from portal.jobs.models import JobState
from portal.jobs.runs import states
from portal.reports import queries
from portal.reports.queries import Beginning, Receiving, Running, Stuck
from portal.reports.rules import REPLY_STUCK, are_silent, elapsed, is_late
from portal.webhooks import queries as webhooks

UNCERTAIN_COUNTED = 50
UNCERTAIN_SHOWN = 5


@dataclass(frozen=True)
class Uncertain:
    """A message of which nobody knows whether it went out: a person has to decide."""

    conversation: Conversation
    text: str
    created_at: datetime


@dataclass(frozen=True)
class JobLine:
    """The last run of a job. `ago` is empty for one that never ran."""

    title: str
    ago: str
    ok: bool
    late: bool

    @property
    def in_order(self) -> bool:
        return bool(self.ago) and self.ok and not self.late


@dataclass(frozen=True)
class Clock:
    """The jobs as a whole; `silent_for` says how long nothing has run, "" when nothing ever did."""

    lines: list[JobLine]
    silent: bool
    silent_for: str


@dataclass(frozen=True)
class Number:
    """A number that is on: how it is doing, and how much of its daily limit is used."""

    name: str
    phone: str
    state: State
    stopped_because: str
    used_today: int
    daily_limit: int


@dataclass(frozen=True)
class Now:
    numbers: list[Number]
    stopped: list[Number]
    waiting: Waiting
    waiting_for: str
    uncertain: list[Uncertain]
    uncertain_count: int
    stuck: Stuck
    stuck_for: str
    failed_bodies: int
    dispatches: list[Running]
    receiving: Receiving
    clock: Clock
    beginning: Beginning

    @property
    def limit_reached(self) -> bool:
        return any(number.used_today >= number.daily_limit for number in self.numbers)

    @property
    def has_pending(self) -> bool:
        return bool(self.uncertain_count or self.stuck.count or self.failed_bodies)


def now(account: Account) -> Now:
    """The state of a company at this moment, in at most 11 queries however much there is."""
    moment = clock.now()
    numbers = _numbers(account, moment)
    waiting = inbox.waiting(account.id)
    stuck = queries.stuck_replies(account.id, moment - REPLY_STUCK)
    uncertain, uncertain_count = _uncertain(account.id)
    return Now(
        numbers=numbers,
        stopped=[number for number in numbers if number.stopped_because],
        waiting=waiting,
        waiting_for=elapsed(waiting.since, moment) if waiting.since else "",
        uncertain=uncertain,
        uncertain_count=uncertain_count,
        stuck=stuck,
        stuck_for=elapsed(stuck.since, moment) if stuck.since else "",
        failed_bodies=webhooks.failed_count(account.id),
        dispatches=queries.running_dispatches(account.id),
        receiving=queries.receiving(account.id),
        clock=_clock(states(), moment),
        beginning=queries.beginning(account.id),
    )


def _numbers(account: Account, moment: datetime) -> list[Number]:
    local = clock.local(moment, account.timezone)
    used = connections.used_by(account.id, local.date())
    return [
        Number(
            name=connections.title_of(each),
            phone=each.display_phone,
            state=state_of(each, local),
            stopped_because=registry.explain(each.kind.value, each.stopped_code),
            used_today=used.get(each.id, 0),
            daily_limit=each.daily_limit,
        )
        for each in connections.enabled(account.id)
    ]


def _uncertain(account_id: int) -> tuple[list[Uncertain], int]:
    messages = inbox.uncertain(account_id, UNCERTAIN_COUNTED)
    if not messages:
        return [], 0
    shown = messages[:UNCERTAIN_SHOWN]
    found = queries.conversations_by_id(account_id, [message.conversation_id for message in shown])
    lines = [Uncertain(found[message.conversation_id], message.text, message.created_at) for message in shown]
    return lines, len(messages)


def _clock(found: Mapping[str, JobState], moment: datetime) -> Clock:
    last = max((state.ran_at for state in found.values()), default=None)
    silent = are_silent(last, moment)
    return Clock(
        lines=[_line(job, found.get(name), moment) for name, job in jobs.registry.items()],
        silent=silent,
        silent_for=elapsed(last, moment) if last else "",
    )


def _line(job: jobs.Job, state: JobState | None, moment: datetime) -> JobLine:
    """Results stay out: a job works for every company, and its words may tell of another one."""
    if state is None:
        return JobLine(job.title, "", ok=True, late=False)
    ago = elapsed(state.ran_at, moment)
    return JobLine(job.title, ago, ok=state.ok, late=is_late(state.ran_at, job.every, moment))
