from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, IntegerField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Regexp, ValidationError

from portal.accounts import passwords
from portal.accounts.models import Account, Role, User
from portal.accounts.service import company
from portal.web.forms import Form, at_most, chosen, needed

ROLES = (SelectChoice(Role.ADMIN.value, "ADM"), SelectChoice(Role.OPERATOR.value, "Operador"))
_EMAIL = r"^[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+\.[^@\s<>\"(),:;]+$"


def one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


class LoginForm(Form):
    email = EmailField("E-mail", [needed("seu e-mail"), at_most(254)])
    password = PasswordField("Senha", [needed("sua senha"), at_most(128)])


class PersonForm(Form):
    """A person of the company. `sure` is asked for only when admins are about to shut themselves out."""

    name = StringField("Nome", [needed("o nome da pessoa"), at_most(120)], filters=[one_line])
    email = EmailField(
        "E-mail",
        [
            needed("o e-mail da pessoa"),
            at_most(254),
            Regexp(_EMAIL, message="Informe um e-mail completo, como nome@empresa.com.br."),
        ],
        description="É com ele que a pessoa entra no portal.",
    )
    role = RadioField(
        "Papel",
        [chosen("o papel da pessoa"), AnyOf([each.value for each in ROLES], message="Escolha ADM ou Operador.")],
        choices=list(ROLES),
        validate_choice=False,
        description="O ADM configura o portal, faz envios e cuida dos usuários; o operador atende as conversas.",
    )


class EditPersonForm(PersonForm):
    active = BooleanField("Ativo", description="Sem esta marca, a pessoa sai do portal na hora e não entra mais.")
    sure = BooleanField("Sim, quero deixar de administrar o portal")

    def shuts_out(self, user: User, actor: User) -> bool:
        """Whether an admin is about to take this portal away from themselves without having said so."""
        loses = not self.active.data or self.role.data != Role.ADMIN.value
        if user.id != actor.id or not loses or self.sure.data:
            return False
        what = "desativar o seu próprio usuário" if not self.active.data else "deixar de ser ADM"
        self.sure.errors = [f"Você está prestes a {what}. Se é isso mesmo, marque a confirmação e salve de novo."]
        return True


class PasswordForm(Form):
    """A person's own new password."""

    current = PasswordField("Senha atual", [needed("a sua senha atual"), at_most(passwords.MAX_LENGTH)])
    new = PasswordField(
        "Nova senha",
        [needed("a nova senha")],
        description=f"Pelo menos {passwords.MIN_LENGTH} caracteres. Uma frase comprida é melhor que símbolos.",
    )
    again = PasswordField("Repita a nova senha", [needed("a nova senha outra vez")])

    def fits(self, user: User) -> bool:
        """Whether the current password is right and the new one will do; says beside the field what is wrong."""
        if not passwords.matches(user.password_hash, self.current.data or ""):
            self.current.errors = ["A senha atual não confere. Digite a senha com que você entrou."]
        elif problem := passwords.problem(self.new.data or "", user.name, user.email):
            self.new.errors = [problem]
        elif self.new.data != self.again.data:
            self.again.errors = ["As duas senhas são diferentes. Digite a nova senha outra vez."]
        return not self.errors


class AvailabilityForm(Form):
    available = BooleanField("Operador Disponível")


class CompanyForm(Form):
    """What the company's documents say of it."""

    name = StringField("Nome da empresa", [needed("o nome da empresa"), at_most(120)], filters=[one_line])
    tax_id = StringField("CNPJ ou CPF", filters=[one_line])
    address = StringField(
        "Endereço",
        [at_most(200)],
        filters=[one_line],
        description="Logradouro, número, complemento, bairro, cidade/UF e CEP.",
    )
    phone = StringField("Telefone", filters=[one_line], description="Com DDD.")
    version = IntegerField()

    def validate_tax_id(self, field: StringField) -> None:
        _readable("tax_id", field.data)

    def validate_phone(self, field: StringField) -> None:
        _readable("phone", field.data)

    @property
    def facts(self) -> dict[str, str]:
        """What the form says, by column."""
        return {name: company.read(name, self[name].data or "") for name in company.FIELDS}


def company_form(account: Account) -> CompanyForm:
    """The form with what is saved, or with what was sent."""
    return CompanyForm(data={name: company.show(name, getattr(account, name)) for name in company.FIELDS})


def _readable(field: str, text: str | None) -> None:
    try:
        company.read(field, text or "")
    except ValueError as error:
        raise ValidationError(str(error)) from error
