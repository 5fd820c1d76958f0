"""Fields that a rule reads: what was typed stays on screen, `value` is what it means."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.portfolio.rules.addresses import STATES

STATE_CHOICES = [SelectChoice("", "—"), *(SelectChoice(code, f"{code} · {name}") for code, name in STATES.items())]

Read = Callable[[str], Any]


def one_line(value: Any) -> Any:
    """Text on one line, without what cannot be printed."""
    if not isinstance(value, str):
        return value
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


class ReadField(StringField):  # type: ignore[misc]
    """A text that `read` understands; its ValueError is the message. Empty is `empty`, or `missing` is said."""

    def __init__(
        self, label: str, read: Read, *, empty: Any = "", missing: str = "", filters: Sequence[Any] = (), **options: Any
    ) -> None:
        super().__init__(label, filters=[one_line, *filters], **options)
        self.read, self.empty, self.missing = read, empty, missing
        self.value: Any = empty

    def pre_validate(self, form: Any) -> None:
        self.value = self.empty
        try:
            if self.data:
                self.value = self.read(self.data)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if not self.data and self.missing:
            raise ValidationError(self.missing)


class LinesField(TextAreaField):  # type: ignore[misc]
    """One thing a line, at most `most` of them, each read by `read`; `value` has each `key` once, in order."""

    def __init__(self, label: str, read: Read, *, most: int, key: Callable[[Any], Any] = str, **options: Any) -> None:
        super().__init__(label, **options)
        self.read, self.most, self.key = read, most, key
        self.value: list[Any] = []

    def pre_validate(self, form: Any) -> None:
        self.value = []
        lines = [line.strip() for line in (self.data or "").splitlines() if line.strip()]
        if len(lines) > self.most:
            raise ValidationError(f"Use no máximo {self.most} linhas; aqui há {len(lines)}.")
        found: dict[Any, Any] = {}
        wrong: list[str] = []
        for number, line in enumerate(lines, start=1):
            try:
                read = self.read(line)
            except ValueError as error:
                wrong.append(f"Linha {number} ({line[:40]}): {error}")
            else:
                found.setdefault(self.key(read), read)
        if wrong:
            raise ValidationError(" ".join(wrong))
        self.value = list(found.values())


class StateField(SelectField):  # type: ignore[misc]
    def __init__(self, label: str = "UF", **options: Any) -> None:
        super().__init__(label, choices=STATE_CHOICES, default="", validate_choice=False, **options)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in STATES:
            raise ValidationError("Escolha uma UF da lista.")


def fits(characters: int) -> Callable[[Any, Any], None]:
    """At most so many characters, also when it is kept without accents, which can be longer."""

    def check(form: Any, field: Any) -> None:
        text = field.data or ""
        if max(len(text), len(unicodedata.normalize("NFKD", text.casefold()))) > characters:
            raise ValidationError(f"Use no máximo {characters} caracteres.")

    return check
