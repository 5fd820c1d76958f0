from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from portal.chat_starters.models import StarterCategory
from portal.chat_starters.rules.wildcards import NAME_LIMIT, numbering_errors, remote_name
from portal.web.forms import Form, ValidationError, at_most, needed

# The seed's explanations.
_MARKETING = (
    "Marketing: promoções ou ofertas, atualizações informativas ou convites que incentivam uma resposta ou ação "
    "do cliente."
)
_UTILITY = (
    "Utilidade: facilita uma transação ou solicitação específica e acordada de antemão, ou informa o cliente sobre "
    "uma transação em andamento, como confirmações, atualizações e notificações pós-compra."
)
CATEGORIES = [
    SelectChoice(StarterCategory.MARKETING.value, _MARKETING),
    SelectChoice(StarterCategory.UTILITY.value, _UTILITY),
]


class StarterForm(Form):
    name = StringField("Nome do modelo", [needed("o nome do modelo"), at_most(NAME_LIMIT)])
    category = RadioField("Categoria", choices=CATEGORIES, validate_choice=False)
    body = TextAreaField("Mensagem", [needed("a mensagem")])

    @property
    def remote_name(self) -> str:
        return remote_name(self.name.data)

    def validate_name(self, field: StringField) -> None:
        if not remote_name(field.data):
            raise ValidationError("Use letras ou números no nome do modelo.")

    def validate_category(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in CATEGORIES}:
            raise ValidationError("Escolha uma das categorias.")

    def validate_body(self, field: TextAreaField) -> None:
        field.data = field.data.replace("\r\n", "\n").replace("\r", "\n")
        if errors := numbering_errors(field.data):
            raise ValidationError(" ".join(errors))


class BindingsForm(Form):
    seen = HiddenField()

    @property
    def selects(self) -> list[SelectField]:
        return [field for field in self if isinstance(field, SelectField)]

    @property
    def chosen(self) -> list[str]:
        return [field.data or "" for field in self.selects]


def bindings_form(
    starter_id: int, fields: Sequence[tuple[str, str]], bindings: Sequence[str], count: int, **options: Any
) -> BindingsForm:
    """A form with one select for each of the `count` wildcards, named field_1, field_2…"""
    names = [f"field_{number}" for number in range(1, count + 1)]
    selects = {name: _select(number, fields) for number, name in enumerate(names, start=1)}
    form: BindingsForm = type("Bindings", (BindingsForm,), selects)(
        data=dict(zip(names, bindings, strict=False)), **options
    )
    for name in names:
        form[name].id = f"starter-{starter_id}-{name}"  # several starters can be open on one page
    return form


def _select(number: int, fields: Sequence[tuple[str, str]]) -> Any:
    choices = [SelectChoice("", "Escolha o campo"), *(SelectChoice(value, label) for value, label in fields)]
    label = f"Coringa {{{{{number}}}}}"
    return SelectField(label, [_known(number, fields)], choices=choices, validate_choice=False)


def _known(number: int, fields: Sequence[tuple[str, str]]) -> Any:
    def check(form: Form, field: SelectField) -> None:
        if field.data not in dict(fields):
            raise ValidationError(f"Escolha o campo do coringa {{{{{number}}}}}.")

    return check
