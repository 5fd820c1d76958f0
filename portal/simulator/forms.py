from __future__ import annotations

from typing import Any

from wtforms import HiddenField, StringField, TextAreaField, ValidationError

from portal.portfolio.rules import phones
from portal.web.forms import Form, at_most, needed

MAX_TEXT = 4096
MAX_NAME = 80


def is_phone(form: Any, field: Any) -> None:
    try:
        phones.parse(field.data)
    except phones.PhoneError as error:
        raise ValidationError(str(error)) from error


class PhoneForm(Form):
    phone = StringField("Telefone", [needed("o telefone"), at_most(30), is_phone])
    name = StringField("Nome no perfil do WhatsApp", [needed("o nome que aparece no perfil"), at_most(MAX_NAME)])


class WriteForm(Form):
    text = TextAreaField("Mensagem", [needed("a mensagem"), at_most(MAX_TEXT)])
    name = HiddenField("", [at_most(MAX_NAME)])
