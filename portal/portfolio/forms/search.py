from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import ValidationError

from portal.config import MAX_UPLOAD
from portal.web.forms import Form


class ImportForm(Form):
    file = FileField(
        "Arquivo da carteira",
        description="CSV exportado do Cedrus ou a mesma planilha em .xlsx, com até 20 MB e 200.000 linhas.",
    )

    content: bytes = b""

    def validate_file(self, field: FileField) -> None:
        if not field.data:
            raise ValidationError("Escolha o arquivo da carteira.")
        self.content = field.data.read(MAX_UPLOAD + 1)
        if len(self.content) > MAX_UPLOAD:
            raise ValidationError("O arquivo passa do limite de 20 MB. Divida-o em partes menores e envie de novo.")


class AddressForm(Form):
    """Read from the address of a page, so it has no CSRF token."""

    class Meta(Form.Meta):
        csrf = False


class SearchForm(AddressForm):
    q = StringField("Buscar devedor")
    credor = SelectField("Credor", coerce=str, validate_choice=False)


class CreditorSearchForm(AddressForm):
    q = StringField("Buscar credor")
    faltam = BooleanField("Só com dados faltando")
