from __future__ import annotations

from typing import Any

import pytest

from portal.chat_starters.rules.wildcards import is_bound, parameters, preview, remote_name, unsupported


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


def test_fixed_texts_fill_wildcards() -> None:
    body, bindings = "Olá {{1}}, aqui é da {{2}}. Podemos falar?", ["debtor_first_name", "text: a sua\n escola "]
    assert is_bound(body, bindings)
    assert preview(body, bindings) == "Olá Maria, aqui é da a sua escola. Podemos falar?"
    assert parameters(body, bindings, {}) == ("", "a sua escola")
    assert not is_bound(body, ["debtor_first_name", "text:  "])
    assert not is_bound(body, ["debtor_first_name", "text:" + "a" * 101])
    assert not is_bound(body, ["debtor_first_name", "password"])
