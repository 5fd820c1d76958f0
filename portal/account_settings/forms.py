from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, SelectChoice, SelectField

from portal.web.forms import Form, ValidationError

NONE = "Nenhum"


def _id(value: str | int | None) -> int | None:
    return int(value) if value else None


class Choice(SelectField):  # type: ignore[misc]
    """A list of rows by id; "" is none of them."""

    def __init__(self, label: str, refusal: str, **options: Any) -> None:
        super().__init__(label, coerce=_id, choices=[], **options)
        self._refusal = refusal

    def offer(self, options: Sequence[tuple[int, str]], empty: str) -> None:
        """What can be chosen, after "none of them" in the words of `empty`."""
        self.choices = [SelectChoice("", empty), *(SelectChoice(value, label) for value, label in options)]

    def process_formdata(self, values: list[str]) -> None:
        try:
            super().process_formdata(values)
        except ValueError:
            raise ValueError(self._refusal) from None

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in [choice.value for choice in self.choices]:
            raise ValidationError(self._refusal)


class DocumentsForm(Form):
    """The two documents that a company chooses for itself and for each creditor."""

    agreement_term_id = Choice("Termo de acordo", "Escolha um termo de acordo ativo da lista.")
    debt_statement_id = Choice(
        "Demonstrativo de débito", "Escolha um demonstrativo de débito ativo do tipo “Título Original”."
    )
    version = HiddenField()

    def offer(self, options: Mapping[str, Sequence[tuple[int, str]]], empty: str = NONE) -> None:
        """What can be chosen in each field."""
        for name, found in options.items():
            self[name].offer(found, empty)

    @property
    def seen_version(self) -> int:
        """The version that the person saw; one that never was for what is no number."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class AccountSettingsForm(DocumentsForm):
    signatory_id = Choice("Usuário", "Escolha um usuário ativo da lista.")
    fallback_user_id = Choice("Usuário ADM", "Escolha um administrador ativo da lista.")

    def warn(self, warnings: Mapping[str, str]) -> None:
        """Show what is wrong with the stored choices beside their fields."""
        for name, text in warnings.items():
            self[name].errors = [text]
