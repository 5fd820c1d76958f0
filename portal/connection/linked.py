"""Which connections can send now: one that is linked by a QR code only while its phone is linked, and the right one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from portal import gateways
from portal.connection.models import Connection, ConnectionKind, LinkState
from portal.connection.rules import link as rules
from portal.extensions import db

_REASONS = {
    LinkState.RESTORABLE: "A sessão do celular caiu e pode ser restaurada.",
    LinkState.SUSPENDED: "A assinatura da instância venceu no painel do provedor.",
    LinkState.RESTRICTED: "O WhatsApp restringiu os envios deste número.",
    LinkState.WAITING: "O QR Code ainda não foi lido com o celular da empresa.",
    LinkState.PASSKEY: "O celular pede uma chave de acesso, que só o painel do provedor aceita.",
}
_GOES_ON = "Conecte-o na aba Configurações: o que espera sai sozinho depois."


def by_qr(kind: ConnectionKind) -> bool:
    """Whether the phone of a kind of connection is linked by reading a QR code."""
    try:
        return gateways.get(kind.value).capabilities.linked_by_qr
    except KeyError:  # a kind that this installation does not have
        return False


def can_choose_interactive(kind: ConnectionKind) -> bool:
    """Whether buttons and lists are up to the company: the provider has them and promises nothing."""
    try:
        return gateways.get(kind.value).capabilities.interactive_optional
    except KeyError:
        return False


def can_interact(connection: Connection) -> bool:
    """Whether choices go out by a number as buttons and lists; as numbered text where not."""
    if can_choose_interactive(connection.kind):
        return connection.interactive_enabled
    return gateways.get(connection.kind.value).capabilities.interactive


def kinds() -> list[ConnectionKind]:
    return [kind for kind in ConnectionKind if by_qr(kind)]


def is_wrong_number(connection: Connection) -> bool:
    """Whether another phone was linked than the one that is expected. The two are compared as written: `service.link`
    stores the linked number in the spelling of the expected one when they are one line."""
    expected, found = connection.display_phone, connection.connected_phone
    return by_qr(connection.kind) and bool(expected and found) and expected != found


def is_fit(connection: Connection) -> bool:
    """Whether its link lets it send."""
    if not by_qr(connection.kind):
        return True
    return connection.link_state is LinkState.CONNECTED and not is_wrong_number(connection)


def fit_rows() -> sa.ColumnElement[bool]:
    """The same as a condition of a query. A number that was removed holds nothing back: nothing would ever let it go."""
    number = sa.or_(
        Connection.display_phone == "",
        Connection.connected_phone == "",
        Connection.display_phone == Connection.connected_phone,
    )
    linked = sa.and_(Connection.link_state == LinkState.CONNECTED, number)
    return sa.or_(Connection.kind.not_in(kinds()), linked, Connection.archived_at.is_not(None))


def why_unfit(connection: Connection) -> str:
    """In Portuguese why its link does not let it send and what to do; "" when it does, or when it was removed."""
    if is_fit(connection) or connection.archived_at is not None:
        return ""
    if is_wrong_number(connection):
        return (
            "O celular conectado não é o do número esperado. Confirme o número na aba Configurações ou conecte o celular "
            "certo: o que espera sai sozinho depois."
        )
    return f"{_REASONS.get(connection.link_state, 'O celular deste número não está conectado.')} {_GOES_ON}"


def state_words(connection: Connection) -> tuple[str, str]:
    """The state of its link as a tag: words and tone."""
    wrong = connection.link_state is LinkState.CONNECTED and is_wrong_number(connection)
    return rules.WRONG_NUMBER if wrong else rules.WORDS[connection.link_state.value]


def days_left(connection: Connection, now: datetime) -> int | None:
    """Days until the QR code should be read again, below 0 when that is past; None while the phone is not linked. `now`
    is the company's local time."""
    linked = connection.link_state in (LinkState.CONNECTED, LinkState.RESTRICTED)
    return rules.days_left(connection.linked_at, now) if linked else None


def all_enabled() -> Sequence[int]:
    """The ids of the connections in use, of every company, that are linked by QR code and have their credentials."""
    return db.session.scalars(
        sa.select(Connection.id)
        .where(Connection.enabled, Connection.kind.in_(kinds()), Connection.phone_number_id != "")
        .order_by(Connection.id)
    ).all()
