from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wtforms import FieldList, FormField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from portal.chat_starters.models import StarterCategory
from portal.chat_starters.rules.draft import Button, ButtonKind, Draft
from portal.chat_starters.rules.lint import MAX_BUTTONS
from portal.chat_starters.rules.wildcards import FIXED, FIXED_LIMIT, clean, wildcard_count, wildcard_numbers
from portal.web.forms import Form, ValidationError, strip

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
KINDS = [
    SelectChoice(ButtonKind.QUICK_REPLY.value, "Resposta rápida"),
    SelectChoice(ButtonKind.URL.value, "Abrir um site"),
]


class Rows(FieldList):  # type: ignore[misc]
    """Numbered fields; a number that nobody's page could have written is passed over."""

    def __init__(self, *args: Any, filters: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # a list takes no filters: its rows are stripped one by one

    def _extract_indices(self, prefix: str, formdata: Mapping[str, Any]) -> Iterator[int]:
        for name in formdata:
            number = name.removeprefix(f"{prefix}-").split("-", 1)[0] if name.startswith(f"{prefix}-") else ""
            if number.isascii() and number.isdigit() and len(number) < 4:
                yield int(number)


class Section(FormField):  # type: ignore[misc]
    """A form within a form; it takes no filters, its fields have their own."""

    def __init__(self, *args: Any, filters: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ButtonForm(Form):
    class Meta:
        csrf = False

    kind = SelectField("Tipo", choices=KINDS, validate_choice=False)
    text = StringField("Texto do botão")
    url = StringField("Endereço do site")


class StarterForm(Form):
    """A starter as it is typed. What is wrong with it is said by the linter, not by the fields."""

    name = StringField("Nome do modelo")
    category = RadioField("Categoria", choices=CATEGORIES, validate_choice=False)
    header = StringField("Cabeçalho (opcional)")
    body = TextAreaField("Mensagem")
    samples = Rows(StringField("Exemplo"), max_entries=99)
    footer = StringField("Rodapé (opcional)")
    buttons = Rows(Section(ButtonForm), max_entries=MAX_BUTTONS)
    seen = HiddenField()

    @property
    def has_category(self) -> bool:
        return self.category.data in {choice.value for choice in CATEGORIES}

    def draft(self, name: str = "", category: str = "") -> Draft:
        """What was typed; with the name and the category of a starter whose own can change no more."""
        body = _lines(self.body.data)
        return Draft(
            name=name or self.name.data or "",
            category=category or (self.category.data if self.has_category else StarterCategory.UTILITY.value),
            body=body,
            header=self.header.data or "",
            footer=self.footer.data or "",
            buttons=tuple(_button(each.form) for each in self.buttons),
            samples=tuple(strip(each.data or "") for each in self.samples)[: wildcard_count(body)],
        )

    def changed(self, action: str) -> StarterForm:
        """The form after a button of its own: a row more or less, one more wildcard."""
        data = {**self.data, "body": _lines(self.body.data)}
        verb, _, number = action.partition("-")
        if verb == "add" and len(data["buttons"]) < MAX_BUTTONS:
            data["buttons"] = [*data["buttons"], {"kind": ButtonKind.QUICK_REPLY.value, "text": "", "url": ""}]
        elif verb == "remove":
            data["buttons"] = [each for at, each in enumerate(data["buttons"], start=1) if str(at) != number]
        elif verb == "insert":
            data["body"] = f"{data['body']} {{{{{wildcard_count(data['body']) + 1}}}}}".strip()
        data["samples"] = rows_for(data["body"], data["samples"])
        return StarterForm(formdata=None, data=data)


def starter_form(draft: Draft, seen: str) -> StarterForm:
    """The form of a starter that exists."""
    data = {
        "name": draft.name,
        "category": draft.category,
        "header": draft.header,
        "body": draft.body,
        "footer": draft.footer,
        "samples": rows_for(draft.body, draft.samples),
        "buttons": [button.to_json() for button in draft.buttons],
        "seen": seen,
    }
    return StarterForm(formdata=None, data=data)


def rows_for(body: str, samples: Sequence[str]) -> list[str]:
    """A sample for each wildcard of a text: those there are, and empty ones."""
    count = len(wildcard_numbers(body))
    return [*samples, *[""] * count][:count]


def _lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")


def _button(form: Any) -> Button:
    kind = ButtonKind.URL if form.kind.data == ButtonKind.URL.value else ButtonKind.QUICK_REPLY
    return Button(kind, form.text.data or "", (form.url.data or "") if kind is ButtonKind.URL else "")


class BindingsForm(Form):
    seen = HiddenField()

    @property
    def rows(self) -> list[tuple[SelectField, StringField]]:
        """Each wildcard's select with the input of its fixed text."""
        return [(field, self[f"text_{field.short_name[6:]}"]) for field in self if isinstance(field, SelectField)]

    @property
    def chosen(self) -> list[str]:
        return [
            f"{FIXED}{clean(text.data or '')}" if select.data == FIXED else select.data or ""
            for select, text in self.rows
        ]


def bindings_form(
    fields: Sequence[tuple[str, str]], bindings: Sequence[str], count: int, **options: Any
) -> BindingsForm:
    """A form with a select and a text for each of the `count` wildcards, named field_1, text_1, field_2…"""
    made: dict[str, Any] = {}
    data: dict[str, str] = {}
    for number in range(1, count + 1):
        made[f"field_{number}"] = _select(number, fields)
        made[f"text_{number}"] = StringField(f"Texto fixo de {{{{{number}}}}}")
        bound = bindings[number - 1] if number <= len(bindings) else ""
        fixed = bound.startswith(FIXED)
        data[f"field_{number}"] = FIXED if fixed else bound
        data[f"text_{number}"] = bound.removeprefix(FIXED) if fixed else ""
    form: BindingsForm = type("Bindings", (BindingsForm,), made)(data=data, **options)
    return form


def _select(number: int, fields: Sequence[tuple[str, str]]) -> Any:
    offered = (SelectChoice(value, label) for value, label in fields)
    choices = [SelectChoice("", "Escolha o campo"), *offered, SelectChoice(FIXED, "Texto fixo")]
    label = f"Coringa {{{{{number}}}}}"
    return SelectField(label, [_known(number, fields)], choices=choices, validate_choice=False)


def _known(number: int, fields: Sequence[tuple[str, str]]) -> Any:
    def check(form: Form, field: SelectField) -> None:
        if field.data == FIXED:
            text = clean(form[f"text_{number}"].data or "")
            if not text:
                raise ValidationError(f"Escreva o texto fixo do coringa {{{{{number}}}}}.")
            if len(text) > FIXED_LIMIT:
                raise ValidationError(f"O texto fixo de {{{{{number}}}}} pode ter no máximo {FIXED_LIMIT} caracteres.")
        elif field.data not in dict(fields):
            raise ValidationError(f"Escolha o campo do coringa {{{{{number}}}}}.")

    return check
