from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from portal.dispatch.filters import Filter
from portal.portfolio.rules.amounts import AmountError, parse_amount
from portal.web.forms import Form, ValidationError, at_most, chosen

MAX_DAYS = 36_500
_ZERO = frozenset("0.,")


def _id(value: str | int | None) -> int | None:
    return int(value) if value else None


class Choice(SelectField):  # type: ignore[misc]
    """A list of rows by id; "" is none of them."""

    def __init__(self, label: str, validators: Any, refusal: str, **options: Any) -> None:
        super().__init__(label, validators, coerce=_id, choices=[], **options)
        self._refusal = refusal

    def process_formdata(self, values: list[str]) -> None:
        try:
            super().process_formdata(values)
        except ValueError:
            raise ValueError(self._refusal) from None

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError(self._refusal) from None


class Days(StringField):  # type: ignore[misc]
    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, [], **options)

    def process_formdata(self, values: list[str]) -> None:
        text = (values or [""])[0].strip()
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.isdigit()):
            raise ValueError("Use um número inteiro de dias, como 30.")
        if len(text) > 9 or int(text) > MAX_DAYS:
            raise ValueError(f"Use um número entre 0 e {MAX_DAYS}.")
        self.data = int(text)

    def _value(self) -> str:
        return _typed(self) or ("" if self.data is None else str(self.data))


class Amount(StringField):  # type: ignore[misc]
    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, [], **options)

    def process_formdata(self, values: list[str]) -> None:
        text = (values or [""])[0].strip()
        self.data = None
        if not text:
            return
        try:
            self.data = Decimal(0) if set(text) <= _ZERO else parse_amount(text[:40])
        except AmountError as error:
            raise ValueError(str(error)) from None

    def _value(self) -> str:
        return _typed(self) or ("" if self.data is None else f"{self.data:.2f}".replace(".", ","))


def _typed(field: StringField) -> str:
    """What the person wrote, to be shown again beside its error."""
    return str(field.raw_data[0]) if field.raw_data else ""


class FilterForm(Form):
    """Whom a dispatch is for. Read from the query string by the preview and from hidden fields by the start."""

    class Meta(Form.Meta):
        csrf = False  # a GET form; the POST is checked for the whole portal

    numero = Choice("Número", [], "Escolha um número da lista.")
    modelo = Choice("Modelo de início de chat", [chosen("um modelo aprovado")], "Escolha um modelo aprovado da lista.")
    credor = Choice("Credor", [], "Escolha um credor da lista.")
    atraso_de = Days("Dias de atraso, de")
    atraso_ate = Days("até")
    valor_de = Amount("Valor em aberto, de")
    valor_ate = Amount("até")
    cidade = StringField("Cidade", [at_most(80)])

    def offer(self, numbers: Sequence[Any], starters: Sequence[Any], creditors: Sequence[Any]) -> None:
        """Fill the lists: pairs of id and name."""
        self.numero.choices = list(numbers) or [("", "")]
        self.modelo.choices = [("", "Escolha um modelo"), *starters]
        self.credor.choices = [("", "Todos os credores"), *creditors]

    def validate_modelo(self, field: Choice) -> None:
        if field.data is None:
            raise ValidationError("Escolha um modelo aprovado.")

    def validate_atraso_ate(self, field: Days) -> None:
        _check_order(self.atraso_de, field)

    def validate_valor_ate(self, field: Amount) -> None:
        _check_order(self.valor_de, field)

    def filter(self) -> Filter:
        return Filter(
            creditor_id=self.credor.data,
            overdue_from=self.atraso_de.data,
            overdue_to=self.atraso_ate.data,
            amount_from=self.valor_de.data,
            amount_to=self.valor_ate.data,
            city=self.cidade.data or "",
        )

    def sent(self) -> dict[str, str]:
        """What was asked for, as it goes into an address or hidden fields; empty fields are left out."""
        texts = {name: self[name]._value() for name in ("atraso_de", "atraso_ate", "valor_de", "valor_ate", "cidade")}
        ids = {"numero": self.numero.data or "", "modelo": self.modelo.data or "", "credor": self.credor.data or ""}
        return {name: str(value) for name, value in {**ids, **texts}.items() if value != ""}


def _check_order(low: Any, high: Any) -> None:
    if low.data is not None and high.data is not None and low.data > high.data:
        raise ValidationError("O fim do intervalo é menor que o começo.")


class StartForm(FilterForm):
    form_token = HiddenField("", [Length(16, 50, message="Confira os dados e clique em Iniciar envio de novo.")])
