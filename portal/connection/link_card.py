"""What the card of a number that is linked by a QR code says, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.connection import linked, queries
from portal.connection.models import Connection, ConnectionKind, LinkState
from portal.connection.rules import link as rules
from portal.connection.service import codes

LEADS: Mapping[LinkState, str] = {
    LinkState.CONNECTED: "O celular está conectado e as mensagens saem por ele.",
    LinkState.DISCONNECTED: "O celular não está conectado. Enquanto isso nenhuma mensagem sai: elas esperam na fila.",
    LinkState.WAITING: "Falta ler o QR Code, ou digitar o código, com o celular da empresa.",
    LinkState.PASSKEY: "Este aparelho exige chave de acesso para ser conectado, e o portal não pode respondê-la.",
    LinkState.RESTORABLE: "A sessão do celular caiu, mas pode voltar sem uma nova leitura do QR Code.",
    LinkState.SUSPENDED: "A assinatura da instância venceu. Renove-a no painel do provedor; os envios esperam até lá.",
    LinkState.RESTRICTED: "O WhatsApp restringiu temporariamente os envios deste número. Espere a restrição acabar.",
    LinkState.UNKNOWN: "Nenhum celular foi conectado a este número até agora.",
}


@dataclass(frozen=True)
class LinkCard:
    """`due` and `left` are None while no phone is linked; `asks` polls for the next code; `root` is the card's id. A code
    is shown before it `has_picture`: the provider is being asked."""

    root: str
    title: str
    state: str
    tone: str
    lead: str
    provider: str
    button: str
    is_linked: bool
    is_wrong: bool
    due: date | None
    left: int | None
    left_words: str
    shows_code: bool
    has_picture: bool
    was_shown: bool
    typed: str
    asks: bool


def _connect_words(kind: ConnectionKind, provider: str) -> str:
    return f"Conectar-se {'à' if kind is ConnectionKind.EVOLUTION else 'ao'} {provider}"


def _button(connection: Connection, *, linked: bool) -> str:
    if linked:
        return "Ler o QR Code de novo"
    if connection.link_state is LinkState.RESTORABLE:
        return "Restaurar a conexão"
    return _connect_words(connection.kind, queries.NAMES[connection.kind])


def card_of(connection: Connection, now: datetime) -> LinkCard:
    """The card of a number at a moment of the company's local time."""
    state, tone = linked.state_words(connection)
    left = linked.days_left(connection, now)
    waiting = connection.link_state is LinkState.WAITING
    shows, typed = codes.shows_code(connection), codes.typed_code(connection)
    provider = queries.NAMES[connection.kind]
    due = rules.due_on(connection.linked_at, now.tzinfo) if connection.linked_at and left is not None else None
    return LinkCard(
        root=f"link-{connection.id}",
        title=connection.name or connection.display_phone or provider,
        state=state,
        tone=tone,
        lead=LEADS[connection.link_state],
        provider=provider,
        button=_button(connection, linked=left is not None),
        is_linked=left is not None,
        is_wrong=linked.is_wrong_number(connection) and connection.link_state is LinkState.CONNECTED,
        due=due,
        left=left,
        left_words=rules.days_words(left) if left is not None else "",
        shows_code=shows,
        has_picture=shows and bool(connection.shown_code),
        was_shown=waiting and not shows and not typed,
        typed=typed,
        asks=shows or bool(typed),
    )
