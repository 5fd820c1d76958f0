from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField, SelectChoice, StringField, TextAreaField

from portal.gateways.media_rules import LARGEST
from portal.inbox.attachments import Attachment, NotSendable, look_at
from portal.inbox.rules.start import OPT_OUT_WORDS, OptOut
from portal.inbox.service.reply import MAX_REPLY
from portal.portfolio.rules import phones
from portal.portfolio.rules.tax_ids import TaxIdError, normalise
from portal.web.forms import Form, ValidationError, at_most, needed

TOKEN_LENGTH = 64


class ReplyForm(Form):
    """Words, files, or both. `attachments` are the files as they would go out, once the form is valid; `largest` is the
    most bytes that the connection takes of one."""

    text = TextAreaField("Mensagem", [at_most(MAX_REPLY)])
    files = MultipleFileField("Anexar arquivos")
    client_token = HiddenField("", [at_most(TOKEN_LENGTH)])

    attachments: Sequence[Attachment] = ()
    largest = LARGEST

    def validate_text(self, field: TextAreaField) -> None:
        if not field.data and not self.files.data:
            raise ValidationError("Informe a mensagem.")

    def validate_files(self, field: MultipleFileField) -> None:
        given: list[tuple[str, BinaryIO]] = [(file.filename or "", file.stream) for file in field.data or ()]
        try:
            self.attachments = look_at(given, self.largest)
        except NotSendable as problem:
            raise ValidationError(str(problem)) from problem

    @property
    def problems(self) -> str:
        return " ".join([*self.text.errors, *self.files.errors, *self.client_token.errors])


class DebtorForm(Form):
    tax_id = StringField("CPF ou CNPJ do devedor", [needed("o CPF ou CNPJ do devedor")])

    def validate_tax_id(self, field: StringField) -> None:
        try:
            field.data = normalise(field.data)
        except TaxIdError as error:
            raise ValidationError(str(error)) from error


REASONS = [SelectChoice(reason.value, words) for reason, words in OPT_OUT_WORDS.items()]


class OptOutForm(Form):
    phone = StringField("Telefone", [needed("o telefone")], description="Com DDD, como em (11) 91234-5678.")
    reason = RadioField("Motivo", choices=REASONS, default=OptOut.ASKED)

    def validate_phone(self, field: StringField) -> None:
        try:
            field.data = phones.parse(field.data).e164
        except phones.PhoneError as error:
            raise ValidationError(str(error)) from error
