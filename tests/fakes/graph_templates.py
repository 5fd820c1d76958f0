"""Meta's desk for templates: what it refuses at once, what it decides later, its quotas and its memory of names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.graph_rules import Refused
from tests.fakes.graph_state import TemplateRow

EDIT_DAY, EDIT_MONTH, EDITS_A_MONTH = timedelta(hours=24), timedelta(days=30), 10
CREATIONS_AN_HOUR = 100
NAME_COOLS_FOR = timedelta(days=30)
PAUSES = (timedelta(hours=3), timedelta(hours=6))

_WILDCARD = re.compile(r"\{\{(\d+)\}\}")


class TemplateDesk:
    """The rules of creation, edition and deletion (facts §3 and behaviours 18 to 21). `limit` is of the WABA."""

    def __init__(self, rows: list[TemplateRow], now: Callable[[], datetime], serial: itertools.count[int]) -> None:
        self.rows, self.now, self._serial = rows, now, serial
        self.limit = 250
        self.granted: dict[str, str] = {}
        """The category that is granted, by name, when it is not the one asked for."""
        self._cooling: dict[tuple[str, str, str], datetime] = {}
        self._created: list[datetime] = []

    def create(self, waba_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Synchronous refusals, else a template in review."""
        name, language = str(data.get("name", "")), str(data.get("language", ""))
        category = str(data.get("category", "")).upper()
        self._check_room(waba_id)
        if not re.fullmatch(r"[a-z0-9_]{1,512}", name) or category not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
            raise _refused(0, "Parâmetro inválido", "O nome ou a categoria do modelo não é válida.")
        self._check_name(waba_id, name, language, category)
        components = _checked(data.get("components"))
        row = TemplateRow(
            provider_id=str(1_589_000_000_000 + next(self._serial)),
            waba_id=waba_id,
            name=name,
            language=language,
            status="PENDING",
            category=self.granted.get(name, category),
            body="",
            parameters=0,
        )
        _put(row, components)
        self.rows.append(row)
        self._created.append(self.now())
        return {"id": row.provider_id, "status": row.status, "category": row.category}

    def edit(self, row: TemplateRow, data: dict[str, Any]) -> dict[str, Any]:
        """Replace the components; back to review."""
        if row.status not in ("APPROVED", "REJECTED", "PAUSED"):
            raise _refused(2388039, "Não é possível editar", "O modelo não pode ser editado neste status.")
        category = str(data.get("category", row.category)).upper()
        if row.status == "APPROVED":
            if category != row.category:
                raise _refused(0, "Categoria", "A categoria de um modelo aprovado não pode ser alterada.")
            self._check_quota(row)
        _put(row, _checked(data.get("components")))
        row.edits.append(self.now())
        row.category, row.status, row.rejected_reason = category, "PENDING", "NONE"
        return {"success": True}

    def delete(self, waba_id: str, name: str, provider_id: str) -> dict[str, Any]:
        """One language by id and name, every language by name alone."""
        found = [r for r in self.rows if r.waba_id == waba_id and r.name == name and provider_id in ("", r.provider_id)]
        if not found:
            raise Refused(100, "Template not found", subcode=33)
        if any(row.status == "DISABLED" for row in found):
            raise _refused(0, "Não é possível excluir", "Um modelo desativado não pode ser excluído.")
        for row in found:
            if row.status == "APPROVED":
                self._cooling[waba_id, row.name, row.language] = self.now() + NAME_COOLS_FOR
            self.rows.remove(row)
        return {"success": True}

    # What Meta decides later

    def approve(self, row: TemplateRow) -> None:
        row.status, row.rejected_reason = "APPROVED", "NONE"

    def reject(self, row: TemplateRow, reason: str = "INVALID_FORMAT") -> None:
        row.status, row.rejected_reason = "REJECTED", reason

    def pause(self, row: TemplateRow) -> str:
        """Three hours, then six, the third time for good. Returns the title of the event."""
        row.pauses += 1
        if row.pauses > len(PAUSES):
            row.status = "DISABLED"
            return "DISABLED"
        row.status, row.paused_until = "PAUSED", self.now() + PAUSES[row.pauses - 1]
        return ("FIRST_PAUSE", "SECOND_PAUSE")[row.pauses - 1]

    def pass_time(self) -> None:
        """Unpause what has waited long enough."""
        for row in self.rows:
            if row.status == "PAUSED" and row.paused_until is not None and row.paused_until <= self.now():
                row.status = "APPROVED"

    def _check_room(self, waba_id: str) -> None:
        recent = [at for at in self._created if at > self.now() - timedelta(hours=1)]
        if len(recent) >= CREATIONS_AN_HOUR:
            raise Refused(80008, "There have been too many calls to this WhatsApp Business account.")
        if sum(row.waba_id == waba_id for row in self.rows) >= self.limit:
            raise _refused(2388019, "Limite de modelos", "A conta atingiu o limite de modelos de mensagem.")

    def _check_name(self, waba_id: str, name: str, language: str, category: str) -> None:
        same = [row for row in self.rows if row.waba_id == waba_id and row.name == name]
        if any(row.language == language for row in same):
            raise _refused(2388024, "Conteúdo já existe", "Já existe conteúdo deste modelo neste idioma.")
        if self._cooling.get((waba_id, name, language), self.now()) > self.now():
            text = "O conteúdo deste modelo está sendo excluído. Tente novamente em 4 semanas."
            raise _refused(2388023, "Idioma em exclusão", text)
        if same and same[0].category != category:
            text = f"The category {category} doesn't match the one that's already associated with this template."
            raise _refused(0, "Categoria", text)

    def _check_quota(self, row: TemplateRow) -> None:
        recent = [at for at in row.edits if at > self.now() - EDIT_MONTH]
        if any(at > self.now() - EDIT_DAY for at in recent) or len(recent) >= EDITS_A_MONTH:
            text = "Um modelo aprovado pode ser editado uma vez a cada 24 horas e 10 vezes a cada 30 dias."
            raise _refused(2388039, "Limite de edições", text)


def _put(row: TemplateRow, components: list[dict[str, Any]]) -> None:
    row.components = components
    row.body = next(str(part["text"]) for part in components if str(part["type"]).upper() == "BODY")
    row.parameters = len(set(_WILDCARD.findall(row.body)))


def _checked(components: Any) -> list[dict[str, Any]]:
    parts = [part for part in components if isinstance(part, dict)] if isinstance(components, list) else []
    by_type = {str(part.get("type", "")).upper(): part for part in parts}
    if "BODY" not in by_type or len(by_type) != len(parts):
        raise _refused(2388072, "Corpo", "O modelo precisa de exatamente um corpo.")
    _check_body(by_type["BODY"])
    _check_line(by_type.get("HEADER"), 2388047)
    _check_line(by_type.get("FOOTER"), 2388073)
    _check_buttons(by_type.get("BUTTONS"))
    return parts


def _check_body(part: dict[str, Any]) -> None:
    body = str(part.get("text", ""))
    numbers = [int(n) for n in _WILDCARD.findall(body)]
    words = [w for w in _WILDCARD.sub(" ", body).split() if any(c.isalnum() for c in w)]
    rest = _WILDCARD.sub("", body)
    count = len(set(numbers))
    example = (part.get("example") or {}).get("body_text", [[]])
    checks = (
        (2388040, len(body) > 1024, "O corpo passa de 1024 caracteres."),
        (2388072, not body.strip() or "{{" in rest or "}}" in rest, "O corpo do modelo não é válido."),
        (2388072, sorted(set(numbers)) != list(range(1, count + 1)), "As variáveis não estão em sequência."),
        (0, "\n\n\n" in body or not words, "The message body can't have more than two consecutive newline characters."),
        (2388299, bool(re.search(r"^\W*\{\{|\}\}\W*$", body)), "Variáveis não podem ficar no início ou no fim."),
        (2388293, bool(count) and len(words) < 2 * count + 1, "Há variáveis demais para o tamanho da mensagem."),
        (2388072, count > 0 and (len(example) != 1 or len(example[0]) != count), "Falta exemplo de variável."),
    )
    for subcode, wrong, text in checks:
        if wrong:
            raise _refused(subcode, "Corpo do modelo", text)


def _check_line(part: dict[str, Any] | None, subcode: int) -> None:
    text = str(part.get("text", "")) if part else ""
    if len(text) > 60 or "\n" in text:
        raise _refused(subcode, "Cabeçalho ou rodapé", "O texto passa de 60 caracteres ou tem quebra de linha.")


def _check_buttons(part: dict[str, Any] | None) -> None:
    buttons = part.get("buttons", []) if part else []
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    grouped = [kind for kind, _ in itertools.groupby(kind == "QUICK_REPLY" for kind in kinds)]
    if len(buttons) > 10 or kinds.count("URL") > 2 or len(grouped) > 2:
        raise _refused(0, "Botões", "A quantidade ou a ordem dos botões não é válida.")
    for button in buttons:
        text = str(button.get("text", ""))
        url = str(button.get("url", "https://x.y"))
        if not 1 <= len(text) <= 25 or len(url) > 2000 or not url.startswith("http"):
            raise _refused(2388040, "Botões", "O texto ou o endereço de um botão não é válido.")


def _refused(subcode: int, title: str, text: str) -> Refused:
    return Refused(100, "Invalid parameter", subcode=subcode, user_title=title, user_text=text)
