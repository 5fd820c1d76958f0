from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.chat_starters.rules.wildcards import body_errors, preview, remote_name, unsupported

SEED = (
    "Prezado cliente {{1}}, Nós representamos a empresa {{2}} e gostaríamos de apresentar algumas opções de negociação "
    "a respeito da sua compra. Podemos falar agora?"
)


@pytest.mark.parametrize(
    "body",
    [SEED, "Podemos falar agora?", "Olá {{1}}, tudo bem?\n\nAqui é da escola {{2}}. Podemos falar agora?"],
)
def test_a_good_body(body: str) -> None:
    assert body_errors(body) == []


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("{{1}}, tudo bem com você hoje?", "Não comece nem termine"),
        ("*{{1}}*, tudo bem com você hoje?", "Não comece nem termine"),
        ("Tudo bem com você hoje, {{1}}.", "Não comece nem termine"),
        ("Olá {{1}} {{2}}, tudo bem com você hoje?", "entre dois coringas"),
        ("Olá {{1}}, aqui é {{3}} da escola. Podemos falar?", "Falta o coringa {{2}}"),
        ("Olá {{nome}}, tudo bem?", "Escreva os coringas assim"),
        ("{{1}} - {{2}}", "só coringas"),
        ("Oi {{1}} tchau", "coringas demais"),
        ("Um\n\n\ntexto", "linha em branco"),
        ("x" * 1025, "no máximo 1024 caracteres; esta tem 1025"),
    ],
)
def test_a_body_that_would_be_refused(body: str, part: str) -> None:
    (error,) = body_errors(body)
    assert part in error


@given(st.text(alphabet="{}12 aé\n*.", max_size=40))
def test_a_body_is_always_judged(body: str) -> None:
    assert all(error.endswith(".") for error in body_errors(body))
    preview(body, ["debtor_name"])


@pytest.mark.parametrize(
    ("name", "remote"),
    [("Início de Cobrança", "inicio_de_cobranca"), ("  2ª via!  ", "2a_via"), ("já_ok_1", "ja_ok_1"), ("—", "")],
)
def test_the_name_in_metas_form(name: str, remote: str) -> None:
    assert remote_name(name) == remote


def parts(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "BODY", "text": "Olá {{1}}, tudo bem?"}, *more]


@pytest.mark.parametrize(
    ("code", "components"),
    [
        ("", parts()),
        ("", parts({"type": "FOOTER", "text": "Cedrus"}, {"type": "HEADER", "format": "TEXT", "text": "Aviso"})),
        ("", parts({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sim"}]})),
        ("", parts({"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://example.com"}]})),
        ("header", parts({"type": "HEADER", "format": "TEXT", "text": "Aviso {{1}}"})),
        ("header", parts({"type": "HEADER", "format": "DOCUMENT"})),
        ("button", parts({"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://example.com/{{1}}"}]})),
        ("button", parts({"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]})),
        ("button", parts({"type": "BUTTONS", "buttons": None})),
        ("component", parts({"type": "CAROUSEL", "cards": []})),
    ],
)
def test_what_this_version_can_send(code: str, components: list[dict[str, Any]]) -> None:
    assert unsupported("UTILITY", "POSITIONAL", "Olá {{1}}, tudo bem?", components) == code


def test_category_format_and_body() -> None:
    assert unsupported("AUTHENTICATION", "POSITIONAL", "Seu código é {{1}} hoje", parts()) == "category"
    assert unsupported("MARKETING", "NAMED", "Olá {{nome}}!", parts()) == "named"
    assert unsupported("MARKETING", "NAMED", "Olá!", parts()) == ""
    assert unsupported("MARKETING", "POSITIONAL", "Olá {{2}}!", parts()) == "body"
    assert unsupported("MARKETING", "POSITIONAL", "", []) == "body"
