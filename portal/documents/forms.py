from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, IntegerField, StringField, TextAreaField

from portal.documents.rules.wildcards import check, tidy
from portal.web.forms import Form, ValidationError, at_most, needed

NAME_LIMIT = 80


class DocumentForm(Form):
    """`kind` is the kind whose wildcards the text may use; `others` are the names that are taken."""

    name = StringField("Nome do documento", [needed("o nome do documento"), at_most(NAME_LIMIT)])
    body = TextAreaField("Texto", [needed("o texto do documento")])
    version = IntegerField()

    def __init__(self, kind: str, others: Iterable[str] = (), **values: Any) -> None:
        super().__init__(**values)
        self.kind = kind
        self.others = {other.casefold() for other in others}

    def validate_name(self, field: StringField) -> None:
        if field.data.casefold() in self.others:
            raise ValidationError("Já existe um documento com este nome. Escolha outro nome.")

    def validate_body(self, field: TextAreaField) -> None:
        field.data = tidy(field.data)
        if errors := check(self.kind, field.data):
            raise ValidationError(" ".join(errors))


class VersionForm(Form):
    """A button that acts on what was seen."""

    version = IntegerField()


class PreviewForm(Form):
    """Besides the text of a DocumentForm: whom to show it with. `documento` is empty for a new one."""

    documento = HiddenField()
    kind = HiddenField()
    body = TextAreaField()
    busca = StringField("Ver com o devedor")
    devedor = HiddenField()
