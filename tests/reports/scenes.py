"""Rows that the start page reads, put into the database as the jobs and the webhooks would leave them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from flask import Flask

from portal import clock, jobs
from portal.accounts.models import Account
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.connection import queries as connections
from portal.connection import usage
from portal.connection.models import Connection
from portal.dispatch.models import Dispatch, DispatchRecipient, DispatchStatus, RecipientState
from portal.extensions import db
from portal.inbox.models import Author, Contact, Conversation, ConversationStatus, Direction, Lane, Message
from portal.inbox.rules.ledger import State
from portal.jobs.models import JobState
from portal.portfolio.models import Debtor
from portal.webhooks.models import WebhookEvent, WebhookState
from tests.support.people import Company

_numbers = count(1)


def connection_of(company: Company) -> Connection:
    found = connections.current(company.id)
    assert found
    return found


def use(app: Flask, company: Company, starts: int) -> None:
    with app.app_context():
        usage.reserve(connection_of(company), clock.today(db.session.get_one(Account, company.id).timezone), starts)
        db.session.commit()


def conversation(
    app: Flask, company: Company, name: str, *, waiting_since: datetime | None = None, assigned_to: int | None = None
) -> int:
    n, now = next(_numbers), clock.now()
    with app.app_context():
        contact = Contact(
            account_id=company.id,
            match_key=f"5511900{n:06d}",
            wa_id=f"5511900{n:06d}",
            e164=f"+5511900{n:06d}",
            profile_name=name,
            created_at=now,
        )
        db.session.add(contact)
        db.session.flush()
        made = Conversation(
            account_id=company.id,
            connection_id=connection_of(company).id,
            contact_id=contact.id,
            status=ConversationStatus.OPEN,
            last_message_at=now,
            opened_at=now,
            waiting_since=waiting_since,
            assigned_user_id=assigned_to,
        )
        db.session.add(made)
        db.session.commit()
        return made.id


def reply(app: Flask, company: Company, conversation_id: int, state: State, text: str, *, age: timedelta) -> None:
    with app.app_context():
        db.session.add(
            Message(
                account_id=company.id,
                conversation_id=conversation_id,
                connection_id=connection_of(company).id,
                direction=Direction.OUT,
                author=Author.OPERATOR,
                kind="text",
                text=text,
                state=state,
                lane=Lane.REPLY,
                created_at=clock.now() - age,
            )
        )
        db.session.commit()


def dispatch(app: Flask, company: Company, name: str, *, done: int, total: int, status: DispatchStatus) -> int:
    now = clock.now()
    with app.app_context():
        connection = connection_of(company)
        starter = ChatStarter(
            account_id=company.id,
            connection_id=connection.id,
            name=name,
            category=StarterCategory.UTILITY,
            body="Oi",
            status=StarterStatus.APPROVED,
            created_at=now,
            updated_at=now,
        )
        db.session.add(starter)
        db.session.flush()
        made = Dispatch(
            account_id=company.id,
            connection_id=connection.id,
            starter_id=starter.id,
            filters={},
            status=status,
            form_token=f"token-{next(_numbers)}",
            created_at=now,
        )
        db.session.add(made)
        db.session.flush()
        for place in range(total):
            _recipient(company, made.id, RecipientState.SKIPPED if place < done else RecipientState.PLANNED)
        db.session.commit()
        return made.id


def _recipient(company: Company, dispatch_id: int, state: RecipientState) -> None:
    n = next(_numbers)
    debtor = debtor_row(company)
    db.session.add(debtor)
    db.session.flush()
    db.session.add(
        DispatchRecipient(
            account_id=company.id,
            dispatch_id=dispatch_id,
            debtor_id=debtor.id,
            name="x",
            e164=f"+{n}",
            match_key=str(n),
            body="Oi",
            state=state,
        )
    )


def debtor_row(company: Company) -> Debtor:
    n, now = next(_numbers), clock.now()
    return Debtor(
        account_id=company.id,
        name=f"Devedor {n}",
        search_name=f"devedor {n}",
        tax_id=f"{n:011d}",
        created_at=now,
        updated_at=now,
    )


def failed_body(app: Flask, company: Company) -> None:
    with app.app_context():
        db.session.add(
            WebhookEvent(
                account_id=company.id,
                connection_id=connection_of(company).id,
                body=b"{}",
                body_hash=str(next(_numbers)),
                state=WebhookState.FAILED,
                received_at=clock.now(),
            )
        )
        db.session.commit()


def jobs_ran(app: Flask, ago: timedelta = timedelta(seconds=12), *, failed: str = "") -> None:
    with app.app_context():
        for name in jobs.registry:
            ok = name != failed
            result = "" if ok else "IntegrityError: segredo de outra empresa"
            db.session.merge(JobState(job=name, ran_at=clock.now() - ago, ok=ok, result=result))
        db.session.commit()
