"""A chat starter as an admin reads it: Meta's words in Portuguese, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal import clock
from portal.chat_starters import queries
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.draft import Button, Draft
from portal.chat_starters.rules.wildcards import (
    FIELD_LABELS,
    FIXED,
    UNSUPPORTED,
    Field,
    clean,
    filled,
    is_bound,
    preview,
    wildcard_count,
)
from portal.chat_starters.service.common import EXPLAINED, mark, reason_of
from portal.chat_starters.service.submit import why_not_editable

STATUS: Mapping[StarterStatus, tuple[str, str, str]] = {
    StarterStatus.DRAFT: ("Rascunho", "info", "Ainda não foi enviado para aprovação."),
    StarterStatus.APPROVED: ("Aprovada", "success", "Já é possível utilizá-la para iniciar conversas."),
    StarterStatus.PENDING: ("Pendente", "warning", "A mensagem ainda está em análise na Meta."),
    StarterStatus.REJECTED: (
        "Rejeitada",
        "danger",
        "A mensagem não foi aprovada. Você pode alterar o texto e enviar novamente para avaliação ou iniciar uma nova.",
    ),
    StarterStatus.IN_APPEAL: ("Em recurso", "warning", "A Meta está avaliando de novo a decisão sobre este modelo."),
    StarterStatus.PAUSED: (
        "Pausada",
        "warning",
        (
            "A Meta pausou este modelo por baixa qualidade. Nada sai com ele até a pausa acabar: a primeira dura 3 horas, "
            "a segunda, 6, e na terceira ele é desativado."
        ),
    ),
    StarterStatus.DISABLED: (
        "Desativada",
        "danger",
        "A Meta desativou este modelo por baixa qualidade. Ele não pode mais ser usado: crie outro.",
    ),
    StarterStatus.ARCHIVED: (
        "Arquivada",
        "neutral",
        "A Meta arquiva o que fica 12 meses sem uso. Para usar o modelo, desarquive-o no Gerenciador do WhatsApp.",
    ),
    StarterStatus.DELETED: ("Excluída", "neutral", "O modelo não existe mais na conta da Meta."),
    StarterStatus.OTHER: ("Indisponível", "neutral", "A Meta não deixa enviar este modelo agora."),
}
_UNSUPPORTED = "Não suportado nesta versão"
_REMOTE = {
    "LIMIT_EXCEEDED": ("Limite atingido", "danger", "A conta da Meta atingiu o limite de modelos."),
    "PENDING_DELETION": ("Excluída", "neutral", "O modelo está sendo excluído na Meta."),
}
_REJECTIONS = {
    "ABUSIVE_CONTENT": "A Meta considerou o conteúdo abusivo ou ameaçador.",
    "CATEGORY_NOT_AVAILABLE": "A categoria não está disponível para esta conta.",
    "INCORRECT_CATEGORY": "A categoria não combina com o conteúdo.",
    "INVALID_FORMAT": "O formato do texto ou dos coringas não foi aceito.",
    "PROMOTIONAL": "O conteúdo é promocional para a categoria escolhida.",
    "SCAM": "A Meta considerou o conteúdo enganoso.",
    "TAG_CONTENT_MISMATCH": "O conteúdo não combina com a categoria ou com o idioma.",
}
CATEGORIES: Mapping[str, str] = {StarterCategory.MARKETING: "Marketing", StarterCategory.UTILITY: "Utilidade"}
QUALITIES: Mapping[str, tuple[str, str]] = {
    "GREEN": ("Alta", "success"),
    "YELLOW": ("Média", "warning"),
    "RED": ("Baixa", "danger"),
}
UNKNOWN_QUALITY = ("Sem avaliação", "neutral")

BINDABLE = frozenset({StarterStatus.APPROVED, StarterStatus.PAUSED})


@dataclass(frozen=True)
class Status:
    text: str
    tone: str
    meaning: str


@dataclass(frozen=True)
class Phone:
    """A message as the person's phone shows it."""

    text: str
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Told:
    """An explanation in whoever's own words, under a title of ours."""

    title: str
    text: str


@dataclass(frozen=True)
class StarterView:
    """All that the pages say of a starter. `why_not_edit` and `why_not_delete` are empty when it can be done; `lost`:
    its wildcards were associated once, with another text."""

    id: int
    name: str
    language: str
    category: str
    category_note: str
    announced: str
    status: Status
    told: Told | None
    quality: tuple[str, str]
    phone: Phone
    wildcards: int
    associations: list[tuple[str, str]]
    bound: bool
    lost: bool
    is_draft: bool
    is_approved: bool
    is_deleted: bool
    can_bind: bool
    why_not_edit: str
    why_not_delete: str
    mark: str
    updated_at: datetime


def views(account_id: int, starters: Sequence[ChatStarter]) -> list[StarterView]:
    """Starters for a page, their history asked once for all."""
    once = queries.once_bound(account_id, starters)
    return [view(starter, lost=starter.id in once) for starter in starters]


def view(starter: ChatStarter, *, lost: bool = False) -> StarterView:
    """A starter for a page; `lost` when it was associated at some time."""
    state, count = starter.status, wildcard_count(starter.body)
    bound = is_bound(starter.body, starter.bindings)
    return StarterView(
        id=starter.id,
        name=starter.name,
        language=starter.language,
        category=_category(starter),
        category_note=_category_note(starter),
        announced=_announced(starter),
        status=_status(starter),
        told=_told(starter),
        quality=QUALITIES.get(starter.quality, UNKNOWN_QUALITY),
        phone=phone_of(starter),
        wildcards=count,
        associations=associations(starter.bindings, count),
        bound=bound,
        lost=lost and count > 0 and not starter.bindings,
        is_draft=state is StarterStatus.DRAFT,
        is_approved=state is StarterStatus.APPROVED,
        is_deleted=state is StarterStatus.DELETED,
        can_bind=state in BINDABLE and count > 0,
        why_not_edit=why_not_editable(starter, clock.now()),
        why_not_delete=_why_not_delete(starter),
        mark=mark(starter),
        updated_at=starter.updated_at,
    )


def phone_of(starter: ChatStarter, values: Mapping[Field, str] | None = None, bindings: Sequence[str] = ()) -> Phone:
    """A starter with what fills its wildcards, examples without `values`; `bindings` instead of its own, if given.

    Before there is anything to associate, Meta's samples stand for them.
    """
    chosen = bindings or starter.bindings
    waits = not chosen and starter.status not in BINDABLE
    text = filled(starter.body, starter.samples) if waits else preview(starter.body, chosen, values)
    buttons = tuple(Button.from_json(each) for each in starter.buttons)
    return Phone(text, starter.header, starter.footer, buttons)


def phone_of_draft(draft: Draft) -> Phone:
    """What is being written, with its own samples where there are any."""
    samples = [sample or f"{{{{{n}}}}}" for n, sample in enumerate(draft.samples, start=1)]
    return Phone(filled(draft.body, samples), draft.header, draft.footer, draft.buttons)


def associations(bindings: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Each wildcard with the words for what fills it, "" while nothing does."""
    chosen = [*(binding_words(name) for name in bindings), *[""] * count]
    return [(f"{{{{{number}}}}}", chosen[number - 1]) for number in range(1, count + 1)]


def binding_words(name: str) -> str:
    """What fills a wildcard, in words; "" for what is not known."""
    if name.startswith(FIXED):
        return f"“{clean(name.removeprefix(FIXED))}”"
    return {field.value: label for field, label in FIELD_LABELS.items()}.get(name, "")


def status_words(status: str, remote_status: str = "") -> str:
    """A state as people call it."""
    if remote_status.startswith(queries.UNSUPPORTED_MARK):
        return _UNSUPPORTED
    return STATUS[StarterStatus(status)][0] if status in set(StarterStatus) else status


def why_not_sendable(starter: ChatStarter) -> str:
    """Why nothing leaves with a starter now, and what happens next, for whoever waits for it; "" when it is approved."""
    name, state = starter.name, starter.status
    if state is StarterStatus.APPROVED:
        return ""
    if state is StarterStatus.PAUSED:
        return f"A Meta pausou o modelo {name} por baixa qualidade. O envio continua sozinho quando a pausa acabar."
    if state in (StarterStatus.PENDING, StarterStatus.IN_APPEAL):
        return f"O modelo {name} está em análise na Meta. O envio continua sozinho quando ela o aprovar."
    if state is StarterStatus.REJECTED:
        reason = _REJECTIONS.get(reason_of(starter), "")
        return f"A Meta rejeitou o modelo {name}. {reason} Corrija o texto na aba Modelo de início de chat.".replace(
            "  ", " "
        )
    words = STATUS[state][0].lower() if state is not StarterStatus.OTHER else "indisponível"
    return f"O modelo {name} está com a situação “{words}” e não pode ser enviado. Cancele o envio e use outro modelo."


def reason_words(reason: str) -> str:
    """Why Meta rejected it or why it is not supported, in words; "" when there is no reason."""
    return _REJECTIONS.get(reason) or UNSUPPORTED.get(reason) or reason


def _category(starter: ChatStarter) -> str:
    """Another category than the two is stored as unsupported, and only Meta's authentication is such a one."""
    unsupported = starter.remote_status == f"{queries.UNSUPPORTED_MARK}category"
    return "Autenticação" if unsupported else CATEGORIES[starter.category]


def _category_note(starter: ChatStarter) -> str:
    asked = starter.requested_category
    if asked not in CATEGORIES or asked == starter.category.value or starter.status is StarterStatus.DRAFT:
        return ""
    verb = "aprovada" if starter.status in BINDABLE else "recebida"
    return f"Pedida como {CATEGORIES[asked]}, {verb} como {CATEGORIES[starter.category]}."


def _announced(starter: ChatStarter) -> str:
    word = CATEGORIES.get(starter.correct_category.lower(), starter.correct_category)
    return f"A Meta anunciou que vai mudar a categoria para {word}." if word else ""


def _status(starter: ChatStarter) -> Status:
    word = starter.remote_status
    if word.startswith(queries.UNSUPPORTED_MARK):
        return Status(_UNSUPPORTED, "neutral", UNSUPPORTED.get(word.removeprefix(queries.UNSUPPORTED_MARK), ""))
    if word in _REMOTE:
        return Status(*_REMOTE[word])
    text, tone, meaning = STATUS[starter.status]
    reason = _REJECTIONS.get(reason_of(starter), "") if starter.status is StarterStatus.REJECTED else ""
    return Status(text, tone, f"{reason} {meaning}".strip())


def _told(starter: ChatStarter) -> Told | None:
    if not starter.told:
        return None
    metas = EXPLAINED in starter.heard
    return Told("A Meta explicou:" if metas else "A última tentativa não deu certo:", starter.told)


def _why_not_delete(starter: ChatStarter) -> str:
    if starter.status is StarterStatus.DELETED:
        return "O modelo já foi excluído."
    return "A Meta não deixa excluir um modelo desativado." if starter.status is StarterStatus.DISABLED else ""
