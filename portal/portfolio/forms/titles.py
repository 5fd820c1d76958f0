from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from portal.portfolio.forms.fields import ReadField, fits, one_line
from portal.portfolio.models import Title, TitleStatus
from portal.portfolio.rules import amounts, boleto, dates
from portal.web.forms import Form, ValidationError, at_most, needed

BY_HAND = (TitleStatus.OPEN, TitleStatus.PAID, TitleStatus.CANCELLED, TitleStatus.SUSPENDED)
"""What a person may set; a title becomes "negociado" through an agreement alone."""


class TitleForm(Form):
    """A title by hand. `sure` is asked for only when the boleto says something else than the title."""

    creditor = StringField(
        "Credor",
        [needed("o credor do título"), fits(120)],
        filters=[one_line],
        description="Escolha um da lista ou escreva o nome; se ele ainda não existir, é criado.",
    )
    number = StringField("Número do título", [at_most(40)], filters=[one_line])
    due_date = ReadField("Vencimento", dates.parse_date, empty=None, missing="Informe o vencimento do título.")
    amount = ReadField("Valor original", amounts.parse_amount, empty=None, missing="Informe o valor do título.")
    status = SelectField(
        "Situação",
        choices=[SelectChoice(each.value, each.value.capitalize()) for each in BY_HAND],
        validate_choice=False,
    )
    boleto_line = StringField("Linha digitável", filters=[one_line], description="47 ou 48 números, se houver boleto.")
    sure = BooleanField("Salvar mesmo assim")
    seen = HiddenField()

    def __init__(self, today: date, **values: Any) -> None:
        super().__init__(**values)
        self.today = today
        self.boleto: boleto.Boleto | None = None

    def validate_status(self, field: SelectField) -> None:
        if field.data not in [each.value for each in BY_HAND]:
            raise ValidationError("Escolha uma situação da lista.")

    def validate_boleto_line(self, field: StringField) -> None:
        if not field.data:
            return
        try:
            self.boleto = boleto.parse_line(field.data, self.today)
        except boleto.BoletoError as error:
            raise ValidationError(str(error)) from error

    def validate_sure(self, field: BooleanField) -> None:
        """The linha digitável must be told apart from a slip: another amount or due date is confirmed."""
        differences = self._differences()
        if differences and not field.data:
            raise ValidationError(
                f"Na linha digitável, {' e '.join(differences)}. Corrija, ou marque para salvar assim mesmo."
            )

    def _differences(self) -> list[str]:
        found, amount, due = self.boleto, self.amount.value, self.due_date.value
        differences = []
        if found and found.amount and amount and found.amount != amount:
            differences.append(f"o valor é {amounts.format_brl(found.amount)}")
        if found and found.due and due and found.due != due:
            differences.append(f"o vencimento é {found.due:%d/%m/%Y}")
        return differences

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says, by column; the creditor is still a name."""
        return {
            "number": self.number.data or "",
            "due_date": self.due_date.value,
            "amount": self.amount.value,
            "status": TitleStatus(self.status.data),
            "boleto_line": self.boleto.line if self.boleto else "",
        }


def shown(title: Title) -> dict[str, Any]:
    """A title's values as the form's fields write them."""
    return {
        "creditor": title.creditor.name,
        "number": title.number,
        "due_date": f"{title.due_date:%d/%m/%Y}",
        "amount": amounts.format_brl(title.amount).removeprefix("R$").strip(),
        "status": title.status.value,
        "boleto_line": boleto.formatted(title.boleto_line) if title.boleto_line else "",
    }
