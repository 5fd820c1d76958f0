"""What people paste: stripped, without NUL, and never refused by the browser before the server can explain."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, PasswordField, StringField, TextAreaField

from portal.web.forms import Form, at_most, between, needed, strip


class Example(Form):
    class Meta(Form.Meta):
        csrf = False

    name = StringField("Nome", [needed("o nome"), at_most(5)])
    text = TextAreaField("Texto", filters=[lambda value: value and value.upper()])
    secret = PasswordField("Senha")
    number = IntegerField("Número", [between(1, 9)])


def filled(app: Flask, **fields: str) -> Example:
    with app.test_request_context():
        form = Example(MultiDict({"name": "Maria", "number": "5", **fields}))
        form.validate()
        return form


@pytest.mark.parametrize("typed", ["  Maria ", "Ma\x00ria", "\tMaria\r\n", "\x00 Maria\x00"])
def test_spaces_around_and_nul_inside_are_dropped(app: Flask, typed: str) -> None:
    form = filled(app, name=typed)
    assert form.name.data == "Maria" and not form.errors


def test_a_field_keeps_its_own_filters_too(app: Flask) -> None:
    assert filled(app, text=" oi \x00").text.data == "OI"


@pytest.mark.parametrize("typed", ["", "   ", "\x00", " \x00 "])
def test_only_spaces_is_nothing(app: Flask, typed: str) -> None:
    assert filled(app, name=typed).errors == {"name": ["Informe o nome."]}


def test_limits_count_what_is_left(app: Flask) -> None:
    assert not filled(app, name="  12345  ").errors
    assert filled(app, name="123456").errors == {"name": ["Use no máximo 5 caracteres."]}
    assert filled(app, number="10").errors == {"number": ["Use um número entre 1 e 9."]}


def test_the_browser_is_not_asked_to_refuse(app: Flask) -> None:
    with app.test_request_context():
        assert "required" not in str(Example().name())


@given(st.text())
def test_stripping_twice_is_stripping_once(text: str) -> None:
    once = strip(text)
    assert "\x00" not in once and once == once.strip() == strip(once)


@given(st.one_of(st.none(), st.integers(), st.binary()))
def test_what_is_no_text_passes(value: object) -> None:
    assert strip(value) is value
