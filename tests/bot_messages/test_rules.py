from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bot_messages.rules import (
    BODY_LIMIT,
    COMPANY_NAME,
    DEFAULT_TEXTS,
    FIRST_NAME,
    OPERATOR_NAME,
    RETURNS_AT,
    SPECS,
    TEXT_LIMIT,
    WILDCARDS,
    Group,
    MessageKind,
    check,
    fill,
    first_name_of,
    preview,
    spec_of,
    tidy,
)

BEFORE_IDENTIFICATION = (
    MessageKind.WELCOME,
    MessageKind.ASK_IDENTIFICATION,
    MessageKind.IDENTIFICATION_NOT_FOUND,
    MessageKind.TRANSFER,
    MessageKind.OUTSIDE_HOURS,
    MessageKind.INACTIVITY,
)


def test_every_kind_has_one_description_and_the_four_of_the_product_come_first() -> None:
    assert sorted(spec.kind for spec in SPECS) == sorted(MessageKind)
    assert [spec.title for spec in SPECS[:4]] == [
        'Mensagem inicial de "Boas-Vindas" do atendente virtual',
        "Mensagem na transferência da conversa para um operador",
        "Mensagem de encerramento de contato pelo operador",
        "Mensagem de encerramento de contato pelo chat bot",
    ]
    assert all(spec.when.endswith(".") for spec in SPECS)
    assert [spec.group for spec in SPECS if spec.group is Group.MAIN] == [Group.MAIN] * 4
    assert [spec.group for spec in SPECS] == sorted((spec.group for spec in SPECS), key=list(Group).index)


@pytest.mark.parametrize("kind", MessageKind)
def test_every_default_can_be_saved_as_it_is(kind) -> None:
    assert check(kind, DEFAULT_TEXTS[kind]) == []
    assert DEFAULT_TEXTS[kind] == tidy(DEFAULT_TEXTS[kind])
    assert "#" not in preview(kind, DEFAULT_TEXTS[kind], "Cobrança Exemplo")


@pytest.mark.parametrize("kind", MessageKind)
def test_no_default_threatens_or_shames(kind) -> None:
    bad = r"d[ií]vida|inadimpl|devedor|caloteiro|negativa|protesto|judicial|serasa|spc|cobran[çc]a|urgente|[uú]ltim"
    assert not re.search(bad, DEFAULT_TEXTS[kind], re.IGNORECASE)


@pytest.mark.parametrize("kind", BEFORE_IDENTIFICATION)
def test_nothing_about_titles_or_the_register_is_said_before_the_identification(kind) -> None:
    assert not re.search(r"t[íi]tulo|d[ée]bito|boleto|cadastr|encontra|carteira", DEFAULT_TEXTS[kind], re.IGNORECASE)
    assert FIRST_NAME not in spec_of(kind).wildcards


def test_the_first_name_is_offered_only_after_the_identification() -> None:
    assert [spec.kind for spec in SPECS if FIRST_NAME in spec.wildcards] == [MessageKind.MENU_INTRO]
    assert [spec.kind for spec in SPECS if OPERATOR_NAME in spec.wildcards] == [MessageKind.CLOSED_BY_OPERATOR]
    assert [spec.kind for spec in SPECS if RETURNS_AT in spec.wildcards] == [MessageKind.OUTSIDE_HOURS]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Olá", {}, "Olá"),
        ("#NOME_EMPRESA#", {COMPANY_NAME: "Beta"}, "Beta"),
        ("#NOME_EMPRESA##NOME_EMPRESA#", {COMPANY_NAME: "Beta"}, "BetaBeta"),
        ("a #NOME_EMPRESA# b #PRIMEIRO_NOME#.", {COMPANY_NAME: "Beta", FIRST_NAME: "Ana"}, "a Beta b Ana."),
        ("#NOME_EMPRESA#", {}, "#NOME_EMPRESA#"),
        ("#OUTRO#", {"#OUTRO#": "x"}, "#OUTRO#"),
        ("#nome_empresa#", {COMPANY_NAME: "Beta"}, "#nome_empresa#"),
        ("#NOME_EMPRESA#", {COMPANY_NAME: "#PRIMEIRO_NOME#", FIRST_NAME: "Ana"}, "#PRIMEIRO_NOME#"),
        ("#NOME_#NOME_EMPRESA#", {COMPANY_NAME: "Beta"}, "#NOME_#NOME_EMPRESA#"),
        ("#NOME_EMPRESA#", {COMPANY_NAME: r"\1 \g<0> {x} %s {{ 7*7 }}"}, r"\1 \g<0> {x} %s {{ 7*7 }}"),
        ("#NOME_EMPRESA#", {COMPANY_NAME: "A\nB\t C"}, "A B C"),
        ("#NOME_EMPRESA#", {COMPANY_NAME: "x" * 500}, "x" * 120),
        ("pedido #10 da #NOME_EMPRESA#", {COMPANY_NAME: "Beta"}, "pedido #10 da Beta"),
    ],
)
def test_fill(text, values, expected) -> None:
    assert fill(text, values) == expected


@given(st.text(), st.dictionaries(st.sampled_from(list(WILDCARDS)), st.text()))
def test_fill_never_raises_and_leaves_a_text_without_wildcards_alone(text, values) -> None:
    filled = fill(text, values)
    if "#" not in text:
        assert filled == text


@given(st.sampled_from(list(MessageKind)), st.text(max_size=TEXT_LIMIT + 50))
def test_check_never_raises_and_what_it_accepts_fits_an_interactive_body(kind, text) -> None:
    longest = dict.fromkeys(WILDCARDS, "x" * 999)
    if check(kind, text) == []:
        assert 0 < len(fill(tidy(text), longest)) <= BODY_LIMIT
        assert len(tidy(text)) <= TEXT_LIMIT


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        (MessageKind.WELCOME, "Olá!", None),
        (MessageKind.WELCOME, "x" * 1000, None),
        (MessageKind.WELCOME, "Linha 1\r\nLinha 2\n\n😀 *negrito*", None),
        (MessageKind.WELCOME, "Família 👨‍👩‍👧 #NOME_EMPRESA#", None),
        (MessageKind.WELCOME, "Siga #promo e ligue 0800 #2", None),
        (MessageKind.WELCOME, "", "não pode ficar em branco"),
        (MessageKind.WELCOME, " \n\t ", "não pode ficar em branco"),
        (MessageKind.WELCOME, "\u200b\u200b", "não pode ficar em branco"),
        (MessageKind.WELCOME, "x" * 1001, "no máximo 1000 caracteres; esta tem 1001"),
        (MessageKind.WELCOME, "x" * 940 + COMPANY_NAME, "Retire pelo menos 36 caracteres"),
        (MessageKind.WELCOME, "x" * 904 + COMPANY_NAME, None),
        (MessageKind.WELCOME, "x" * 905 + COMPANY_NAME, "Retire pelo menos 1 caractere."),
        (MessageKind.WELCOME, "Olá\x00", "caracteres invisíveis"),
        (MessageKind.WELCOME, "Olá\x1b[31m", "caracteres invisíveis"),
        (MessageKind.WELCOME, "Olá\tmundo", "caracteres invisíveis"),
        (MessageKind.WELCOME, "Olá \u202eodnum", "caracteres invisíveis"),
        (MessageKind.WELCOME, "Olá \ud800", "caracteres invisíveis"),
        (MessageKind.WELCOME, "#NOME_EMPRSA#", "não existe. Você quis dizer #NOME_EMPRESA#?"),
        (MessageKind.WELCOME, "#nome_empresa#", "Você quis dizer #NOME_EMPRESA#?"),
        (MessageKind.WELCOME, "#EMPRESA#", "Você quis dizer #NOME_EMPRESA#?"),
        (MessageKind.WELCOME, "#SALDO#", "O coringa #SALDO# não existe. Use #NOME_EMPRESA#."),
        (MessageKind.WELCOME, "#PRIMEIRO_NOME#", "#PRIMEIRO_NOME# não está disponível nesta mensagem"),
        (MessageKind.WELCOME, "#NOME_OPERADOR#", "#NOME_OPERADOR# não está disponível nesta mensagem"),
        (MessageKind.WELCOME, "Olá #NOME_EMPRESA, tudo bem?", "#NOME_EMPRESA está incompleto. Escreva #NOME_EMPRESA#"),
        (MessageKind.WELCOME, "Olá {{1}}", "{{1}} só vale nos modelos de início de chat"),
        (MessageKind.MENU_INTRO, "#PRIMEIRO_NOME# e #NOME_EMPRESA#", None),
        (MessageKind.MENU_INTRO, "#PRIMERO_NOME#", "Você quis dizer #PRIMEIRO_NOME#?"),
        (MessageKind.MENU_INTRO, "#SALDO#", "Use #NOME_EMPRESA# ou #PRIMEIRO_NOME#."),
        (MessageKind.CLOSED_BY_OPERATOR, "#NOME_OPERADOR# agradece.", None),
        (MessageKind.OUTSIDE_HOURS, "Voltamos #HORARIO_RETORNO#.", None),
        (MessageKind.OUTSIDE_HOURS, "Voltamos #HORARIO_RETRNO#.", "Você quis dizer #HORARIO_RETORNO#?"),
        (MessageKind.TRANSFER, "Voltamos #HORARIO_RETORNO#.", "não está disponível nesta mensagem"),
        (MessageKind.CLOSED_BY_BOT, "#NOME_OPERADOR# agradece.", "não está disponível nesta mensagem"),
        (MessageKind.TRANSFER, "#NOME_OPERADOR# atende.", "não está disponível nesta mensagem"),
    ],
)
def test_check(kind, text, error) -> None:
    errors = check(kind, text)
    assert errors == [] if error is None else any(error in found for found in errors), errors


def test_check_names_each_mistake_once() -> None:
    errors = check(MessageKind.WELCOME, "#SALDO# #SALDO# #PRIMEIRO_NOME# \x07")
    assert len(errors) == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MARIA DA SILVA", "Maria"),
        ("josé souza", "José"),
        ("McDonald Lima", "McDonald"),
        ("  ÉRICA  ", "Érica"),
        ("", ""),
        (" ", ""),
    ],
)
def test_first_name_of(name, expected) -> None:
    assert first_name_of(name) == expected
