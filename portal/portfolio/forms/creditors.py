from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, StringField

from portal.portfolio.forms.fields import ReadField, StateField, fits, one_line
from portal.portfolio.forms.search import AddressForm
from portal.portfolio.rules import percents, phones, pix, tax_ids
from portal.portfolio.rules.addresses import format_zip, parse_zip
from portal.portfolio.rules.charges import Terms
from portal.portfolio.rules.emails import parse_email
from portal.web.forms import Form, ValidationError, at_most, needed

START = {"fine_percent": "2,00", "interest_percent": "1,00", "fee_percent": "0,00", "discount_percent": "0,00"}
"""What a new creditor's form begins with: the usual contract."""

PERCENTS = tuple(START)


def _percent(label: str, description: str = "") -> ReadField:
    return ReadField(label, percents.parse_percent, empty=percents.parse_percent(""), description=description)


class TermsForm(AddressForm):
    """The percentages alone, for the example beside the form."""

    fine_percent = _percent("Multa")
    interest_percent = _percent("Juros")
    fee_percent = _percent("Honorários")
    discount_percent = _percent("Desconto")

    @property
    def terms(self) -> Terms:
        return Terms(**{name: self[name].value for name in PERCENTS})


class CreditorForm(Form):
    name = StringField("Nome", [needed("o nome do credor"), fits(120)], filters=[one_line])
    tax_id = ReadField("CPF/CNPJ", tax_ids.normalise)
    address = StringField(
        "Endereço",
        [at_most(200)],
        filters=[one_line],
        description="Logradouro, número, complemento e bairro, como: Rua das Flores, 123, sala 4, Centro.",
    )
    city = StringField("Cidade", [fits(80)], filters=[one_line])
    state = StateField()
    zip_code = ReadField("CEP", parse_zip)
    phone = ReadField("Telefone", lambda text: phones.parse(text).e164, description="Com DDD.")
    email = ReadField("E-mail", parse_email)
    pix_key = ReadField(
        "Chave PIX",
        pix.check_key,
        description="CPF, CNPJ, e-mail, telefone com +55 ou chave aleatória. É com ela que o PIX copia e cola é gerado.",
    )
    consumer = BooleanField(
        "Relação de consumo",
        default=True,
        description="Marque quando o devedor é consumidor, como em escola, clínica, loja ou academia.",
    )
    fine_percent = _percent("Multa", "Cobrada uma única vez sobre o valor original.")
    interest_percent = _percent("Juros de mora ao mês", "Simples, contados por dia de atraso.")
    fee_percent = _percent("Honorários", "Sobre o valor com multa e juros.")
    fee_clause = StringField(
        "Cláusula dos honorários",
        [at_most(200)],
        filters=[one_line],
        description="Onde o contrato prevê os honorários. Obrigatória quando eles são maiores que 0.",
    )
    discount_percent = _percent(
        "Desconto à vista", "Sobre os encargos (multa, juros e honorários), nunca sobre o valor original."
    )
    version = IntegerField()

    def validate_fine_percent(self, field: ReadField) -> None:
        _refuse(field, percents.fine_problem(field.value, consumer=bool(self.consumer.data)))

    def validate_fee_clause(self, field: StringField) -> None:
        _refuse(field, percents.fee_problem(self.fee_percent.value, field.data or ""))

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says, by column."""
        read = {
            name: field.value if isinstance(field, ReadField) else field.data for name, field in self._fields.items()
        }
        return {name: value for name, value in read.items() if name not in ("version", "csrf_token")}


def _refuse(field: Any, problem: str) -> None:
    if problem:
        raise ValidationError(problem)


def shown(creditor: Any) -> dict[str, Any]:
    """A creditor's values as the form's fields write them."""
    values = {name: getattr(creditor, name) for name in CreditorForm().facts}
    values |= {name: f"{values[name]:.2f}".replace(".", ",") for name in PERCENTS}
    values["tax_id"] = tax_ids.formatted(creditor.tax_id) if creditor.tax_id else ""
    values["zip_code"] = format_zip(creditor.zip_code)
    values["phone"] = phones.formatted(creditor.phone) if creditor.phone else ""
    return values
