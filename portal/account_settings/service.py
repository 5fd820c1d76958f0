"""What a company has chosen for all its conversations, and who receives them when no operator is available."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal.account_settings.models import AccountSettings
from portal.audit.service import ChangedMeanwhile, note
from portal.extensions import db, insert_if_missing
from portal.live.service import emit


@dataclass(frozen=True)
class Choices:
    """Ids of the company's own rows, None where nothing is chosen."""

    agreement_term_id: int | None = None
    debt_statement_id: int | None = None
    signatory_id: int | None = None
    fallback_user_id: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Choices:
        """From any mapping that has the fields, such as a form's data or an entry of the audit."""
        return cls(**{name: values.get(name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Receiver:
    """Who would get a conversation that leaves the assistant now, and why. No `name`: it would wait in the queue."""

    name: str
    why: str


_answers: list[Callable[[int], Receiver]] = []


def on_ask_receiver(answer: Callable[[int], Receiver]) -> None:
    """Have the feature that assigns conversations say who would receive the next one; the last registration counts."""
    _answers[:] = [answer]


def receiver(account_id: int) -> Receiver:
    """Who would receive a conversation of the company at this moment."""
    return _answers[0](account_id)


def save(account_id: int, user_id: int, choices: Choices, seen_version: int | None = None) -> None:
    """Store the company's choices, which the caller has checked to be its own; commits.

    With `seen_version`, the version that the form showed, raises ChangedMeanwhile when it is no longer that.
    """
    row = _locked(account_id)
    if seen_version is not None and row.version != seen_version:
        db.session.rollback()
        raise ChangedMeanwhile
    before, after = asdict(choices_of(row)), asdict(choices)
    if before == after:
        db.session.rollback()
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    note(account_id, user_id, "account_settings.edit", f"account-settings:{account_id}", before, after)
    emit(account_id, "inbox")
    db.session.commit()


def choices_of(row: AccountSettings) -> Choices:
    """What a company has chosen."""
    return Choices.of({name: getattr(row, name) for name in Choices.__dataclass_fields__})


def _locked(account_id: int) -> AccountSettings:
    """The company's row, made where there is none, locked and fresh."""
    insert_if_missing(AccountSettings, account_id=account_id, version=0)
    return db.session.get_one(AccountSettings, account_id, with_for_update=True, populate_existing=True)
