from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import StopValidation

from portal.menu.rules import MAX_INACTIVITY, check_label
from portal.web.forms import Form, ValidationError


class SwitchesForm(Form):
    interactive_menu = BooleanField("Menu Interativo")
    assistant_enabled = BooleanField("Assistente Virtual")
    seen_interactive = HiddenField()
    seen_assistant = HiddenField()
    confirmed = HiddenField()


class OptionForm(Form):
    label = StringField("Descrição")
    active = BooleanField("Ativo")
    version = IntegerField()

    def __init__(self, others: Iterable[str], **values: Any) -> None:
        super().__init__(**values)
        self.others = tuple(others)

    def validate_label(self, field: StringField) -> None:
        if errors := check_label(field.data or "", self.others):
            raise ValidationError(" ".join(errors))


class InactivityForm(Form):
    minutes = IntegerField("Encerrar por inatividade depois de")
    seen = HiddenField()

    def validate_minutes(self, field: IntegerField) -> None:
        if field.process_errors or field.data is None or not 0 <= field.data <= MAX_INACTIVITY:
            field.errors = []
            raise StopValidation("Use um número inteiro de minutos, entre 0 e 1.440. Com 0, nunca.")
