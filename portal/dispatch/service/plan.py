"""Before anything is sent: who would be reached, who not and why; then the list is fixed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal import clock, jobs
from portal.accounts.models import Account, User
from portal.audit.service import note
from portal.bot_messages.rules import first_name_of
from portal.chat_starters.models import ChatStarter, StarterStatus
from portal.chat_starters.rules import wildcards as starter_rules
from portal.chat_starters.rules.wildcards import Field
from portal.connection import queries as connections
from portal.connection.models import Connection
from portal.dispatch.filters import Filter
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus
from portal.dispatch.queries import people as queries
from portal.dispatch.queries.people import Person
from portal.dispatch.rules import Reason, Situation, reason_against
from portal.extensions import db
from portal.portfolio.rules.search import search_key


class NotSendable(Exception):
    """The starter is not approved, or a wildcard of it is not associated; the message says so in Portuguese."""


class NobodyToReach(Exception):
    """The filter leaves nobody to whom a chat may be started."""


@dataclass(frozen=True)
class Reached:
    person: Person
    parameters: tuple[str, ...]
    body: str


@dataclass
class Preview:
    """Who would be reached now, and how many are left out for each reason."""

    reached: list[Reached] = field(default_factory=list)
    left_out: list[tuple[Person, Reason]] = field(default_factory=list)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return Counter(reason.value for _, reason in self.left_out).most_common()


def preview(connection: Connection, starter: ChatStarter, chosen: Filter) -> Preview:
    """Who would be reached if the dispatch started now. Raises NotSendable. Reads only."""
    check_sendable(starter)
    if starter.connection_id != connection.id:
        raise NotSendable("Este modelo é de outro número. Escolha um modelo deste.")
    account = db.session.get_one(Account, connection.account_id)
    contacts = queries.contacts_by_key(account.id)
    talking = queries.talking_keys(account.id, connection.id)
    waiting = queries.waiting_keys(account.id, connection.id)
    result, taken = Preview(), set[str]()
    for person in queries.people(account.id, chosen, clock.today(account.timezone)):
        values = starter_rules.parameters(starter.body, starter.bindings, _values(person, account))
        contact = contacts.get(person.match_key)
        situation = Situation(
            category_key=search_key(person.category),
            opt_out=contact.opt_out if contact else None,
            has_mobile=bool(person.e164),
            number_taken=person.match_key in taken,
            talking=person.match_key in talking,
            waiting=person.match_key in waiting,
            last_starter_at=contact.last_starter_at if contact else None,
            values_complete=all(values),
        )
        reason = reason_against(situation, clock.now())
        if reason is not None:
            result.left_out.append((person, reason))
            continue
        taken.add(person.match_key)
        result.reached.append(Reached(person, values, starter_rules.filled(starter.body, values)))
    return result


def numbers(account_id: int) -> dict[int, str]:
    """The numbers that are on, by which a dispatch can go out, by id; {} while there is nothing to choose."""
    several = connections.enabled(account_id)
    return {each.id: connections.title_of(each) for each in several} if len(several) > 1 else {}


def check_sendable(starter: ChatStarter) -> None:
    if starter.status is not StarterStatus.APPROVED:
        raise NotSendable("Este modelo não está aprovado. Escolha um modelo aprovado.")
    if not starter_rules.is_bound(starter.body, starter.bindings):
        raise NotSendable("Associe todos os coringas deste modelo antes de enviar.")


def _values(person: Person, account: Account) -> dict[Field, str]:
    return {
        Field.DEBTOR_FIRST_NAME: first_name_of(person.name),
        Field.DEBTOR_NAME: person.name,
        Field.CREDITOR_NAME: person.creditor,
        Field.COMPANY_NAME: account.name,
        Field.OPERATOR_NAME: account.name,  # nobody in particular starts a batch: the company signs it
    }


def start(connection: Connection, starter: ChatStarter, chosen: Filter, user: User, form_token: str) -> Dispatch:
    """Fix the list of a dispatch and set it going; commits. The same `form_token` again returns the same dispatch.

    Raises NotSendable or NobodyToReach.
    """
    token = f"{user.account_id}:{form_token}"
    again = _started_by(token)
    if again is not None:
        return again
    found = preview(connection, starter, chosen)
    if not found.reached:
        raise NobodyToReach
    dispatch = _new(connection, starter, chosen, user, token)
    db.session.add(dispatch)
    try:
        db.session.flush()
    except IntegrityError:  # the first click of a double click was faster
        db.session.rollback()
        again = _started_by(token)
        if again is None:
            raise
        return again
    _fix(dispatch, found, user)
    db.session.commit()
    jobs.wake("send-batch")
    return dispatch


def _started_by(token: str) -> Dispatch | None:
    return db.session.scalar(sa.select(Dispatch).where(Dispatch.form_token == token))


def _new(connection: Connection, starter: ChatStarter, chosen: Filter, user: User, token: str) -> Dispatch:
    return Dispatch(
        account_id=user.account_id,
        connection_id=connection.id,
        starter_id=starter.id,
        created_by_id=user.id,
        filters=chosen.to_json(),
        status=DispatchStatus.RUNNING,
        form_token=token,
        created_at=clock.now(),
    )


def _fix(dispatch: Dispatch, found: Preview, user: User) -> None:
    db.session.execute(sa.insert(DispatchRecipient), [_row(dispatch, reached) for reached in found.reached])
    counts = {"people": len(found.reached), "left_out": dict(found.reasons)}
    note(user.account_id, user.id, "dispatch.start", f"dispatch:{dispatch.id}", None, counts)


def _row(dispatch: Dispatch, reached: Reached) -> dict[str, object]:
    person = reached.person
    return {
        "account_id": dispatch.account_id,
        "dispatch_id": dispatch.id,
        "debtor_id": person.debtor_id,
        "name": person.name,
        "e164": person.e164,
        "match_key": person.match_key,
        "parameters": list(reached.parameters),
        "body": reached.body,
        "state": "planned",
        "reason": "",
    }
