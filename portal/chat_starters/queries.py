from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.wildcards import FIELD_LABELS, UNSUPPORTED, is_bound, preview, wildcard_count
from portal.connection.models import Connection, ConnectionKind
from portal.extensions import db

UNSUPPORTED_MARK = "unsupported:"

_STATUS = {
    StarterStatus.APPROVED: ("Aprovada", "success", "Já é possível utilizá-la para iniciar conversas."),
    StarterStatus.PENDING: ("Pendente", "warning", "A mensagem ainda está em análise na Meta."),
    StarterStatus.REJECTED: ("Rejeitada", "danger", "A mensagem não foi aprovada pela Meta."),
}
_OTHER = {
    "PAUSED": ("Pausada", "warning", "A Meta pausou este modelo por baixa qualidade."),
    "DISABLED": ("Desativada", "danger", "A Meta desativou este modelo."),
    "ARCHIVED": ("Arquivada", "neutral", "O modelo está arquivado na Meta."),
    "PENDING_DELETION": ("Excluída", "neutral", "O modelo está sendo excluído na Meta."),
    "DELETED": ("Excluída", "neutral", "O modelo não existe mais na conta da Meta."),
}
_REJECTIONS = {
    "ABUSIVE_CONTENT": "A Meta considerou o conteúdo abusivo.",
    "CATEGORY_NOT_AVAILABLE": "A categoria não está disponível para esta conta.",
    "INCORRECT_CATEGORY": "A categoria não combina com o conteúdo.",
    "INVALID_FORMAT": "O formato do texto ou dos coringas não foi aceito.",
    "PROMOTIONAL": "O conteúdo é promocional para a categoria escolhida.",
    "SCAM": "A Meta considerou o conteúdo enganoso.",
    "TAG_CONTENT_MISMATCH": "O conteúdo não combina com a categoria ou com o idioma.",
}
_CATEGORIES = {StarterCategory.MARKETING: "Marketing", StarterCategory.UTILITY: "Utilidade"}


@dataclass(frozen=True)
class Status:
    text: str
    tone: str
    meaning: str


@dataclass(frozen=True)
class StarterView:
    """A chat starter as the settings page shows it."""

    id: int
    name: str
    language: str
    category: str
    body: str
    status: Status
    approved: bool
    wildcards: int
    bindings: tuple[str, ...]
    bound: bool
    preview: str

    @property
    def associations(self) -> list[tuple[str, str]]:
        """Each wildcard with the name of its field, "" while it has none."""
        labels = {field.value: label for field, label in FIELD_LABELS.items()}
        chosen = [labels.get(name, "") for name in self.bindings] + [""] * self.wildcards
        return [(f"{{{{{number}}}}}", chosen[number - 1]) for number in range(1, self.wildcards + 1)]


def view(starter: ChatStarter, bindings: Sequence[str] | None = None) -> StarterView:
    """A starter for the page; with `bindings`, as it would be with these."""
    bound_to = starter.bindings if bindings is None else list(bindings)
    return StarterView(
        id=starter.id,
        name=starter.name,
        language=starter.language,
        category=_category(starter),
        body=starter.body,
        status=_status(starter),
        approved=starter.status is StarterStatus.APPROVED,
        wildcards=wildcard_count(starter.body),
        bindings=tuple(bound_to),
        bound=is_bound(starter.body, bound_to),
        preview=preview(starter.body, bound_to),
    )


def _category(starter: ChatStarter) -> str:
    """Another category than the two is stored as unsupported, and only Meta's authentication is such a one."""
    return "Autenticação" if starter.remote_status == f"{UNSUPPORTED_MARK}category" else _CATEGORIES[starter.category]


def _status(starter: ChatStarter) -> Status:
    word = starter.remote_status
    if word.startswith(UNSUPPORTED_MARK):
        return Status("Não suportado nesta versão", "neutral", UNSUPPORTED.get(word.removeprefix(UNSUPPORTED_MARK), ""))
    if starter.status is StarterStatus.OTHER:
        return Status(*_OTHER.get(word, ("Indisponível", "neutral", "A Meta não deixa enviar este modelo agora.")))
    text, tone, meaning = _STATUS[starter.status]
    reason = _REJECTIONS.get(word.partition(":")[2], "") if starter.status is StarterStatus.REJECTED else ""
    return Status(text, tone, reason or meaning)


FIELDS = [(field.value, label) for field, label in FIELD_LABELS.items()]


def starters_of(connection_id: int) -> Sequence[ChatStarter]:
    return db.session.scalars(
        sa.select(ChatStarter).where(ChatStarter.connection_id == connection_id).order_by(ChatStarter.name)
    ).all()


def approved(connection_id: int) -> Sequence[ChatStarter]:
    """What may be sent: only what the provider approved."""
    return [starter for starter in starters_of(connection_id) if starter.status is StarterStatus.APPROVED]


def starter_in(account_id: int, starter_id: int) -> ChatStarter | None:
    return db.session.scalar(
        sa.select(ChatStarter).where(ChatStarter.account_id == account_id, ChatStarter.id == starter_id)
    )


def syncable(now: datetime) -> Sequence[int]:
    """The connections whose templates can be read: the official API, in use, with credentials, not resting from a
    limit of Meta's."""
    return db.session.scalars(
        sa.select(Connection.id)
        .where(Connection.enabled, Connection.kind == ConnectionKind.CLOUD_API)
        .where(Connection.waba_id != "", Connection.access_token != "")
        .where(sa.or_(Connection.templates_not_before.is_(None), Connection.templates_not_before <= now))
        .order_by(Connection.id)
    ).all()
