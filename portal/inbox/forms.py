from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField

from portal.inbox.service.reply import MAX_REPLY
from portal.portfolio.rules.tax_ids import TaxIdError, normalise
from portal.web.forms import Form, ValidationError, at_most, needed

TOKEN_LENGTH = 64


class ReplyForm(Form):
    text = TextAreaField("Mensagem", [needed("a mensagem"), at_most(MAX_REPLY)])
    client_token = HiddenField("", [at_most(TOKEN_LENGTH)])


class DebtorForm(Form):
    tax_id = StringField("CPF ou CNPJ do devedor", [needed("o CPF ou CNPJ do devedor")])

    def validate_tax_id(self, field: StringField) -> None:
        try:
            field.data = normalise(field.data)
        except TaxIdError as error:
            raise ValidationError(str(error)) from error
