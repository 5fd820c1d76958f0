from __future__ import annotations

from typing import Any

from wtforms import IntegerField, TextAreaField

from portal.bot_messages.rules import MessageKind, check
from portal.web.forms import Form, ValidationError


class MessageForm(Form):
    text = TextAreaField("Mensagem")
    version = IntegerField()

    def __init__(self, kind: MessageKind, **values: Any) -> None:
        super().__init__(**values)
        self.kind = kind
        self.text.id = f"text-{kind.value}"  # several messages can be open for editing on one page

    def validate_text(self, field: TextAreaField) -> None:
        if errors := check(self.kind, field.data or ""):
            raise ValidationError(" ".join(errors))


class RestoreForm(Form):
    version = IntegerField()
