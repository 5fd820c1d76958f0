"""Who is told of a number that is linked by a QR code: the people the company chose, else the Usuário ADM."""

from __future__ import annotations

import sqlalchemy as sa

from portal.account_settings import queries as account_settings
from portal.accounts.models import Account, User
from portal.audit.service import note
from portal.connection.models import Connection, ReconnectWatcher
from portal.extensions import db
from portal.live.service import emit
from portal.notifications import service as notifications
from portal.notifications.models import Notification

URL = "/whatsapp/configuracoes"


def notify(connection: Connection, key: str, title: str, text: str, tone: str) -> bool:
    """Tell the watchers of a number something, in the caller's transaction. Whether anybody was told: nobody is a second
    time under one key."""
    key = f"reconnect:{key}"
    wanted = {user.id for user in watchers(connection.account_id)}
    told = db.session.scalars(
        sa.select(Notification.user_id).where(Notification.key == key, Notification.user_id.in_(wanted))
    )
    new = wanted - set(told)
    notifications.notify(connection.account_id, sorted(new), key, title, text, page_of(connection), tone)
    return bool(new)


def page_of(connection: Connection) -> str:
    """The path of the card of a connection's link."""
    return f"{URL}/{connection.id}#link-{connection.id}"


def watchers(account_id: int) -> list[User]:
    """Who is reminded: the people the company chose who are still active, else the Usuário ADM."""
    chosen = chosen_watchers(account_id)
    fallback = default_watcher(account_id) if not chosen else None
    return chosen or ([fallback] if fallback else [])


def default_watcher(account_id: int) -> User | None:
    """The Usuário ADM."""
    return account_settings.fallback_user(account_id)


def chosen_watchers(account_id: int) -> list[User]:
    """The active people whom the company chose, none while the default applies."""
    query = (
        sa.select(User)
        .join(ReconnectWatcher, ReconnectWatcher.user_id == User.id)
        .where(ReconnectWatcher.account_id == account_id, User.account_id == account_id, User.active)
    )
    return list(db.session.scalars(query.order_by(User.name, User.id)))


def choose_watchers(user: User, chosen: list[User]) -> None:
    """Choose who is reminded, nobody for the default; commits."""
    account_id = user.account_id
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    before = ", ".join(each.name for each in chosen_watchers(account_id))
    db.session.execute(sa.delete(ReconnectWatcher).where(ReconnectWatcher.account_id == account_id))
    db.session.add_all(ReconnectWatcher(account_id=account_id, user_id=each.id) for each in chosen)
    after = ", ".join(each.name for each in sorted(chosen, key=lambda each: (each.name, each.id)))
    if before != after:
        note(account_id, user.id, "connection.watchers", "connection:watchers", {"names": before}, {"names": after})
        emit(account_id, "connection")
    db.session.commit()
