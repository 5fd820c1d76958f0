from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from portal.portfolio.forms.fields import ReadField
from portal.portfolio.rules.amounts import parse_amount
from portal.portfolio.rules.charges import ZERO
from portal.portfolio.rules.dates import parse_date
from portal.portfolio.rules.instalments import MODES, MOST, Mode, months_after
from portal.portfolio.rules.percents import parse_percent
from portal.portfolio.service.agreement_figures import Offer
from portal.web.forms import Form, ValidationError

_NOTHING = frozenset("0.,")


def _amount(text: str) -> Decimal:
    return ZERO if set(text) <= _NOTHING else parse_amount(text[:40])


def _percent(label: str, **options: Any) -> ReadField:
    return ReadField(label, parse_percent, empty=ZERO, **options)


def _money(label: str, **options: Any) -> ReadField:
    return ReadField(label, _amount, empty=ZERO, **options)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise ValueError(f"Informe um número de 1 a {MOST}.")
    return int(text)


def _one_of(choices: Callable[[], list[Any]], refusal: str) -> Callable[[Any, Any], None]:
    def check(form: Any, field: Any) -> None:
        if field.data not in choices():
            raise ValidationError(refusal)

    return check


class AgreementForm(Form):
    """What is negotiated. Read from the address by the calculation and from hidden fields when it is saved."""

    class Meta(Form.Meta):
        csrf = False  # a GET form; the POST is checked for the whole portal

    titulo = SelectMultipleField("Títulos", choices=[], validate_choice=False)
    desconto = _percent("Desconto sobre os encargos", description="Sobre multa, juros e honorários.")
    desconto_reais = _money(
        "ou desconto em reais", description="Primeiro sobre os encargos; o que passar deles sai do valor original."
    )
    entrada = _money("Entrada")
    entrada_porcentagem = _percent("ou entrada em porcentagem", description="Do total com desconto.")
    parcelas = ReadField("Número de parcelas", _count, missing="Informe o número de parcelas.")
    primeiro_vencimento = ReadField(
        "Primeiro vencimento",
        parse_date,
        missing="Informe o primeiro vencimento.",
        description="As outras parcelas vencem no mesmo dia dos meses seguintes.",
    )
    forma = SelectField(
        "Forma de parcelamento",
        [_one_of(lambda: [mode.value for mode in MODES], "Escolha a forma da lista.")],
        choices=[SelectChoice(mode.value, label) for mode, label in MODES.items()],
        validate_choice=False,
    )
    taxa = _percent("Juros do parcelamento ao mês", description="Só para juros simples e tabela Price.")
    minimo = _money("Parcela mínima", description="Em branco, sem mínimo.")
    validade = ReadField(
        "Proposta válida até",
        parse_date,
        missing="Informe até quando a proposta vale.",
        description="Os valores são os de hoje. Com entrada, ela vence neste dia.",
    )

    @property
    def offer(self) -> Offer:
        """What a valid form says."""
        return Offer(
            title_ids=tuple(int(each) for each in self.titulo.data if _is_id(each)),
            count=self.parcelas.value,
            first_due=self.primeiro_vencimento.value,
            valid_until=self.validade.value,
            discount_percent=self.desconto.value,
            discount=self.desconto_reais.value,
            entry=self.entrada.value,
            entry_percent=self.entrada_porcentagem.value,
            mode=Mode(self.forma.data),
            percent=self.taxa.value,
            minimum=self.minimo.value,
        )

    @property
    def sent(self) -> dict[str, Any]:
        """What was asked for, as it goes into hidden fields; empty ones are left out."""
        return {name: self[name].data for name in FIELDS if self[name].data}

    def refuse(self, field: str, message: str) -> None:
        """Say what cannot be agreed beside the field that it is about, or above all of them."""
        name = OF_OFFER.get(field)
        if name:
            self[name].errors = [message]
        else:
            self.form_errors.append(message)


class SaveAgreementForm(AgreementForm):
    seal = HiddenField("", [Length(max=64)])
    form_token = HiddenField("", [Length(16, 50, message="Calcule de novo antes de salvar.")])


class PaymentForm(Form):
    """A payment of an agreement; the choices are its unpaid instalments."""

    parcela = SelectField("Parcela", coerce=str, choices=[], validate_choice=False)
    pago_em = ReadField("Data do pagamento", parse_date, missing="Informe a data do pagamento.")
    seen = HiddenField()

    def offer_parcels(self, parcels: Iterable[tuple[int, str]]) -> None:
        """Fill the list: numbers and what they are called."""
        self.parcela.choices = [SelectChoice(str(number), label) for number, label in parcels]

    @property
    def number(self) -> int:
        """The instalment's; -1, which none has, for what is no number."""
        text = self.parcela.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


FIELDS = (
    *("titulo", "desconto", "desconto_reais", "entrada", "entrada_porcentagem", "parcelas"),
    *("primeiro_vencimento", "forma", "taxa", "minimo", "validade"),
)

OF_OFFER = {
    "titles": "titulo",
    "discount_percent": "desconto",
    "discount": "desconto_reais",
    "entry": "entrada",
    "entry_percent": "entrada_porcentagem",
    "count": "parcelas",
    "first_due": "primeiro_vencimento",
    "percent": "taxa",
    "valid_until": "validade",
}
"""The form's field for each part of an Offer."""


def starting_values(title_ids: list[int], discount: Decimal, today: date) -> dict[str, Any]:
    """A new agreement to begin with: every title, the creditor's discount, one payment a month from now."""
    return {
        "titulo": [str(each) for each in title_ids],
        "desconto": f"{discount:.2f}".replace(".", ",") if discount else "",
        "parcelas": "1",
        "primeiro_vencimento": months_after(today, 1).isoformat(),
        "forma": Mode.NO_INTEREST.value,
        "validade": today.isoformat(),
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11
