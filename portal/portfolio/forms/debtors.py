from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, StringField

from portal.portfolio.forms.fields import LinesField, ReadField, StateField, fits, one_line
from portal.portfolio.models import Creditor, Debtor
from portal.portfolio.rules import phones, tax_ids
from portal.portfolio.rules.addresses import format_zip, parse_zip
from portal.portfolio.rules.emails import parse_email
from portal.web.forms import Form, at_most, needed

MOST_PHONES = 10

CODE = "code_"


class DebtorForm(Form):
    """A debtor by hand. `codes_for` are the creditors that may know the debtor by a code."""

    name = StringField("Nome", [needed("o nome do devedor"), fits(150)], filters=[one_line])
    tax_id = ReadField("CPF/CNPJ", tax_ids.normalise, missing="Informe o CPF ou CNPJ do devedor.")
    category = StringField("Categoria", [fits(80)], filters=[one_line])
    phones = LinesField(
        "Telefones",
        phones.parse,
        most=MOST_PHONES,
        key=lambda phone: phone.match_key,
        description="Um por linha, com DDD, até 10. O primeiro é o principal.",
    )
    emails = LinesField("E-mails", parse_email, most=10, description="Um por linha.")
    address = StringField(
        "Endereço",
        [at_most(200)],
        filters=[one_line],
        description="Logradouro, número, complemento e bairro.",
    )
    city = StringField("Cidade", [fits(80)], filters=[one_line])
    state = StateField()
    zip_code = ReadField("CEP", parse_zip)
    seen = HiddenField()

    codes_for: Sequence[Creditor] = ()

    @property
    def codes(self) -> dict[int, str]:
        """What the form says of the creditors' codes, "" for none."""
        return {creditor.id: self[f"{CODE}{creditor.id}"].data or "" for creditor in self.codes_for}

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says, by column, with the phones and codes."""
        plain = {name: self[name].data or "" for name in ("name", "category", "address", "city", "state")}
        read = {name: self[name].value for name in ("tax_id", "zip_code", "emails", "phones")}
        return {**plain, **read, "codes": self.codes}


def debtor_form(debtor: Debtor | None, codes_for: Sequence[Creditor], codes: dict[int, str]) -> DebtorForm:
    """The form of a debtor, with a field for the code of each creditor."""
    fields: dict[str, Any] = {
        f"{CODE}{creditor.id}": StringField(f"Código em {creditor.name}", [at_most(40)], filters=[one_line])
        for creditor in codes_for
    }
    kind = type("DebtorForm", (DebtorForm,), {**fields, "codes_for": tuple(codes_for)})
    values = _shown(debtor) if debtor else {}
    form: DebtorForm = kind(data=values | {f"{CODE}{creditor_id}": code for creditor_id, code in codes.items()})
    return form


def _shown(debtor: Debtor) -> dict[str, Any]:
    values = {name: getattr(debtor, name) for name in ("name", "category", "address", "city", "state")}
    return values | {
        "tax_id": tax_ids.formatted(debtor.tax_id),
        "zip_code": format_zip(debtor.zip_code),
        "emails": "\n".join(debtor.emails),
        "phones": "\n".join(phones.formatted(phone.e164) for phone in debtor.phones),
    }
