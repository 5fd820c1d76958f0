"""The base of every form: strips what people paste, leaves `required` to the server, and speaks Portuguese."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError


def strip(value: Any) -> Any:
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class Form(FlaskForm):  # type: ignore[misc]
    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            filters = [*unbound_field.kwargs.get("filters", ()), strip]
            return unbound_field.bind(form=form, filters=filters, **options)

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            render_kw.pop("required", None)
            field.flags.required = False
            return field.widget(field, **render_kw)


def needed(thing: str) -> DataRequired:
    """ "Informe o nome da pessoa.": the message names the thing."""
    return DataRequired(f"Informe {thing}.")


def chosen(thing: str) -> InputRequired:
    return InputRequired(f"Escolha {thing}.")


def at_most(characters: int) -> Length:
    return Length(max=characters, message=f"Use no máximo {characters} caracteres.")


def between(low: int, high: int) -> NumberRange:
    return NumberRange(low, high, message=f"Use um número entre {low} e {high}.")


__all__ = ["Field", "Form", "ValidationError", "at_most", "between", "chosen", "needed", "strip"]
