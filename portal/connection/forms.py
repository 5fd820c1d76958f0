from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, IntegerField, PasswordField, RadioField, SelectChoice, StringField
from wtforms.validators import NumberRange, Regexp, StopValidation

from portal.connection.models import ConnectionKind
from portal.portfolio.rules.phones import PhoneError, formatted, parse
from portal.web.forms import Form, ValidationError, at_most, needed

MAX_DAILY = 100_000
MAX_BATCH = 50

_PRINTABLE = Regexp(r"[\x21-\x7e]*\Z", message="Cole o valor sem espaços nem quebras de linha.")


def _meta_id(thing: str) -> list[Any]:
    digits = Regexp(r"[0-9]{5,32}\Z", message=f"{thing} da Meta tem só números. Copie-o do painel da Meta.")
    return [needed(f"o {thing[2:]}"), digits]


class KindForm(Form):
    kind = RadioField("Qual API a empresa usa", validate_choice=False)

    def __init__(self, kinds: Mapping[ConnectionKind, str], **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [SelectChoice(kind.value, label) for kind, label in kinds.items()]

    def validate_kind(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Escolha uma das opções.")


class CredentialsForm(Form):
    display_phone = StringField("Número", [needed("o número do WhatsApp da empresa")])
    phone_number_id = StringField("ID do número de telefone", _meta_id("O ID do número de telefone"))
    waba_id = StringField("ID da conta do WhatsApp (WABA)", _meta_id("O ID da conta do WhatsApp (WABA)"))
    access_token = PasswordField("Token de acesso", [at_most(1000), _PRINTABLE])
    app_secret = PasswordField("Chave secreta do app", [at_most(200), _PRINTABLE])
    version = IntegerField()

    def __init__(self, *, token_saved: bool, secret_saved: bool, **values: Any) -> None:
        super().__init__(**values)
        self.saved = {"access_token": token_saved, "app_secret": secret_saved}

    def validate_display_phone(self, field: StringField) -> None:
        try:
            phone = parse(field.data)
        except PhoneError as error:
            raise ValidationError(str(error)) from error
        shown = formatted(phone.e164)
        field.data = shown if len(shown) <= 20 else phone.e164

    def validate_access_token(self, field: PasswordField) -> None:
        if not field.data and not self.saved["access_token"]:
            raise ValidationError("Informe o token de acesso.")

    def validate_app_secret(self, field: PasswordField) -> None:
        if not field.data and not self.saved["app_secret"]:
            raise ValidationError("Informe a chave secreta do app.")


class WholeNumber(IntegerField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if not re.fullmatch(r"[0-9]{1,9}", typed):
            self.data = None
            raise ValueError(f"{self.label.text}: use um número inteiro, sem ponto nem vírgula.")
        self.data = int(typed)

    def pre_validate(self, form: Form) -> None:
        if self.process_errors:
            raise StopValidation


class LimitsForm(Form):
    daily_limit = WholeNumber(
        "Máx. Envio por Dia", [NumberRange(0, MAX_DAILY, message="Use um número entre 0 e 100.000 por dia.")]
    )
    batch_size = WholeNumber(
        "Máx. Envio entrada agente", [NumberRange(1, MAX_BATCH, message="Use um número entre 1 e 50 por vez.")]
    )
    seen_daily = HiddenField()
    seen_batch = HiddenField()

    def validate_batch_size(self, field: WholeNumber) -> None:
        if self.daily_limit.data and field.data is not None and field.data > self.daily_limit.data:
            raise ValidationError("Não pode ser maior que o Máx. Envio por Dia.")
