from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField, StringField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.portfolio.rules.phones import PhoneError, parse
from portal.web.forms import Form


class PairingForm(Form):
    phone = StringField("Número do celular")

    def validate_phone(self, field: StringField) -> None:
        try:
            field.data = parse(field.data or "").e164
        except PhoneError as error:
            raise ValidationError(str(error)) from error


class WatchersForm(Form):
    people = SelectMultipleField(
        "Quem recebe os lembretes", coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )

    def __init__(self, choices: list[tuple[int, str]], **values: Any) -> None:
        super().__init__(**values)
        self.people.choices = choices
