from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField, ValidationError

from portal.portfolio.rules import phones
from portal.web.forms import Form, at_most, needed

MAX_TEXT = 4096
MAX_NAME = 80
MAX_FILE = 5 * 1024 * 1024


def is_phone(form: Any, field: Any) -> None:
    try:
        phones.parse(field.data)
    except phones.PhoneError as error:
        raise ValidationError(str(error)) from error


def at_most_bytes(form: Any, field: Any) -> None:
    if field.data and len(field.data.stream.read(MAX_FILE + 1)) > MAX_FILE:
        raise ValidationError("Escolha um arquivo de até 5 MB.")
    if field.data:
        field.data.stream.seek(0)


class PhoneForm(Form):
    phone = StringField("Telefone", [needed("o telefone"), at_most(30), is_phone])
    name = StringField("Nome no perfil do WhatsApp", [needed("o nome que aparece no perfil"), at_most(MAX_NAME)])


class WriteForm(Form):
    """What is sent from the phone: words, a file, or both."""

    text = TextAreaField("Mensagem", [at_most(MAX_TEXT)])
    name = HiddenField("", [at_most(MAX_NAME)])
    file = FileField("Anexar arquivo", [at_most_bytes])

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if good and not self.text.data and not self.file.data:
            self.text.errors = ["Informe a mensagem."]
            return False
        return good
