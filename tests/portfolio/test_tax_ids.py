from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cnpj, cpf

from portal.portfolio.rules import tax_ids
from portal.portfolio.rules.tax_ids import TaxIdError

VALID = [
    ("111.444.777-35", "11144477735"),
    (" 111 444 777 35 ", "11144477735"),
    ("111.444.777\u201335", "11144477735"),
    ("'11144477735", "11144477735"),
    ("1815908327", "01815908327"),
    ("018.159.083-27", "01815908327"),
    ("11.222.333/0001-81", "11222333000181"),
    ("12.ABC.345/01DE-35", "12ABC34501DE35"),
    ("12.abc.345/01de-35", "12ABC34501DE35"),
    ("CD.7RT.9K2/0001-66", "CD7RT9K2000166"),
    ("X7.K9M.2P4/0001-40", "X7K9M2P4000140"),
    ("0000000000191", "00000000000191"),
]

REFUSED = [
    ("", "Informe"),
    (" .-/", "Informe"),
    ("111.444.777-36", "verificadores do CPF"),
    ("11144477", "aqui há 8"),
    ("111.111.111-11", "todos os dígitos iguais"),
    ("00000000000", "todos os dígitos iguais"),
    ("00000000000000", "todos os dígitos iguais"),
    ("12.ABC.345/01DE-36", "verificadores do CNPJ"),
    ("12.ABC.345/01DE-3A", "verificadores do CNPJ"),
    ("1,11445E+10", "notação científica"),
    ("1.11445e+10", "notação científica"),
    ("111_444_777_35", "caractere"),
    ("１１１４４４７７７３５", "caractere"),
    ("111.444.777-35 e outro", "aqui há 17"),
    ("A11144477735", "aqui há 12"),
]

CHAT = [
    ("meu cpf é 111.444.777-35", "11144477735"),
    ("11144477735", "11144477735"),
    ("CPF11144477735", "11144477735"),
    ("cpf:111 444 777 35 obrigada", "11144477735"),
    ("1 1 1 4 4 4 7 7 7 3 5", "11144477735"),
    ("111444777-35.", "11144477735"),
    ("meu fone 11987654320 e o cpf 111.444.777-35", "11144477735"),
    ("cnpj 11.222.333/0001-81 da loja", "11222333000181"),
    ("11222333000181", "11222333000181"),
    ("a empresa é 12.abc.345/01de-35", "12ABC34501DE35"),
    ("12ABC34501DE35", "12ABC34501DE35"),
    ("cnpj:X7.K9M.2P4/0001-40", "X7K9M2P4000140"),
    ("11144477736", None),
    ("111.111.111-11", None),
    ("1815908327", None),
    ("12.ABC.345/01DE-36", None),
    ("oi, bom dia", None),
    ("", None),
    ("de rua das casa 12", None),
    ("911144477735", None),
]


@pytest.mark.parametrize(("raw", "expected"), VALID)
def test_normalises(raw: str, expected: str) -> None:
    assert tax_ids.normalise(raw) == expected


@pytest.mark.parametrize(("raw", "reason"), REFUSED)
def test_refuses_with_the_reason(raw: str, reason: str) -> None:
    with pytest.raises(TaxIdError, match=reason):
        tax_ids.normalise(raw)


@pytest.mark.parametrize(("text", "expected"), CHAT)
def test_finds_the_id_in_a_chat_message(text: str, expected: str | None) -> None:
    assert tax_ids.candidates_in(text) == expected


@pytest.mark.parametrize(
    ("tax_id", "kind", "formatted", "masked"),
    [
        ("11144477735", "cpf", "111.444.777-35", "***.444.777-**"),
        ("12ABC34501DE35", "cnpj", "12.ABC.345/01DE-35", "12.ABC.***/****-**"),
    ],
)
def test_shows(tax_id: str, kind: str, formatted: str, masked: str) -> None:
    assert (tax_ids.kind(tax_id), tax_ids.formatted(tax_id), tax_ids.masked(tax_id)) == (kind, formatted, masked)


def test_is_valid_wants_the_canonical_form() -> None:
    assert tax_ids.is_valid("11144477735")
    assert not tax_ids.is_valid("111.444.777-35")
    assert not tax_ids.is_valid("12abc34501de35")
    assert not tax_ids.is_valid("")


def _with_digits(base: str) -> str:
    digits: str = cpf._calc_check_digits(base) if len(base) == 9 else cnpj.calc_check_digits(base)
    return base + digits


numeric = st.one_of(st.from_regex(r"[0-9]{9}", fullmatch=True), st.from_regex(r"[0-9]{12}", fullmatch=True))
any_base = st.one_of(numeric, st.from_regex(r"[0-9A-Z]{12}", fullmatch=True))
valid_ids = any_base.map(_with_digits).filter(tax_ids.is_valid)


@given(valid_ids)
def test_a_valid_id_survives_its_own_format(tax_id: str) -> None:
    assert tax_ids.normalise(tax_ids.formatted(tax_id).lower()) == tax_id


@given(numeric.map(_with_digits).filter(tax_ids.is_valid))
def test_one_lost_zero_comes_back(tax_id: str) -> None:
    if tax_id[0] == "0":
        assert tax_ids.normalise(tax_id[1:]) == tax_id


@given(st.one_of(numeric.map(_with_digits), st.from_regex(r"[0-9]{11}|[0-9]{14}", fullmatch=True)))
def test_numbers_are_valid_as_the_library_says(tax_id: str) -> None:
    library = cpf if len(tax_id) == 11 else cnpj
    assert tax_ids.is_valid(tax_id) == (library.is_valid(tax_id) and len(set(tax_id)) > 1)


@given(valid_ids, st.integers(min_value=1, max_value=99))
def test_other_check_digits_are_refused(tax_id: str, shift: int) -> None:
    assert not tax_ids.is_valid(f"{tax_id[:-2]}{(int(tax_id[-2:]) + shift) % 100:02}")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = tax_ids.candidates_in(text)
    assert found is None or tax_ids.is_valid(found)
    try:
        assert tax_ids.is_valid(tax_ids.normalise(text))
    except TaxIdError as error:
        assert str(error)
