from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.portfolio.rules import phones
from portal.portfolio.rules.phones import PhoneError

READ = [
    ("(31) 94230-1241", "+5531942301241", "mobile"),
    ("031972492024", "+5531972492024", "mobile"),
    ("+55 51 952110478", "+5551952110478", "mobile"),
    ("5551952110478", "+5551952110478", "mobile"),
    ("005551952110478", "+5551952110478", "mobile"),
    ("+55 (051) 95211-0478", "+5551952110478", "mobile"),
    ("91920815439", "+5591920815439", "mobile"),
    ("8134274007", "+558134274007", "landline"),
    ("558134274007", "+558134274007", "landline"),
    ("(81) 3427-4007", "+558134274007", "landline"),
    ("8187654321", "+5581987654321", "mobile"),
    ("558187654321", "+5581987654321", "mobile"),
    ("+55 81 8765-4321", "+5581987654321", "mobile"),
    ("55999112233", "+5555999112233", "mobile"),
    ("5532221234", "+555532221234", "landline"),
    ("5555999112233", "+5555999112233", "mobile"),
    ("555532221234", "+555532221234", "landline"),
    ("11923456789", "+5511923456789", "mobile"),
    ("1123456789", "+551123456789", "landline"),
    ("11\u00a098765\u20114321", "+5511987654321", "mobile"),
    ("+1 415 555 2671", "+14155552671", "mobile"),
    ("+351 21 123 4567", "+351211234567", "landline"),
]

REFUSED = [
    ("", "Informe"),
    ("6,30E+11", "notação científica"),
    ("6.30e+11", "notação científica"),
    ("5E12", "notação científica"),
    ("0800 123 4567", "serviço"),
    ("8001234567", "serviço"),
    ("0300 789 1234", "serviço"),
    ("987654321", "incompleto"),
    ("+", "letras ou sinais"),
    ("-", "incompleto"),
    ("20987654321", "DDD 20"),
    ("10987654321", "DDD 10"),
    ("11187654321", "começa com 9"),
    ("1112345678", "começa com 1"),
    ("1102345678", "começa com 0"),
    ("11999999999", "todos os dígitos iguais"),
    ("3198765432131987654322", "dígitos demais"),
    ("0031972492024", "dígitos demais|DDD"),
    ("11 98765-4321 (mãe)", "letras"),
    ("=1+1", "letras ou sinais"),
    ("+999 123", "país"),
    ("+1 000", "país"),
]


@pytest.mark.parametrize(("raw", "e164", "kind"), READ)
def test_reads(raw: str, e164: str, kind: str) -> None:
    phone = phones.parse(raw)
    assert (phone.e164, phone.match_key, phone.kind) == (e164, e164[1:], kind)


@pytest.mark.parametrize(("raw", "reason"), REFUSED)
def test_refuses_with_the_reason(raw: str, reason: str) -> None:
    with pytest.raises(PhoneError, match=reason):
        phones.parse(raw)


def test_there_are_67_area_codes() -> None:
    assert len(phones.DDDS) == 67


def test_both_spellings_of_a_mobile_are_one_person() -> None:
    assert phones.match_key("558187654321") == phones.match_key("+5581987654321") == "5581987654321"
    assert phones.same_person("558187654321", "+5581987654321")


def test_a_mobile_and_a_landline_that_share_eight_digits_are_two_people() -> None:
    assert not phones.same_person("5511923456789", "551123456789")
    assert phones.variants("+5511923456789") == ("+5511923456789",)


def test_numbers_without_digits_are_nobody() -> None:
    assert not phones.same_person("", "")
    assert phones.match_key("abc") == ""


@pytest.mark.parametrize(
    ("number", "variants", "shown"),
    [
        ("+5511987654321", ("+5511987654321", "+551187654321"), "(11) 98765-4321"),
        ("551187654321", ("+5511987654321", "+551187654321"), "(11) 98765-4321"),
        ("+551123456789", ("+551123456789",), "(11) 2345-6789"),
        ("+14155552671", ("+14155552671",), "+1 415-555-2671"),
        ("5555999112233", ("+5555999112233", "+555599112233"), "(55) 99911-2233"),
    ],
)
def test_variants_and_display(number: str, variants: tuple[str, ...], shown: str) -> None:
    assert phones.variants(number) == variants
    assert phones.formatted(number) == shown


def test_what_cannot_be_formatted_is_shown_as_it_is() -> None:
    assert phones.formatted("sem número") == "sem número"


ddds = st.sampled_from(sorted(phones.DDDS))
subscribers = st.from_regex(r"[0-9]{7}", fullmatch=True)
mobiles = st.builds(lambda ddd, first, rest: f"{ddd}9{first}{rest}", ddds, st.sampled_from("23456789"), subscribers)
landlines = st.builds(lambda ddd, first, rest: f"{ddd}{first}{rest}", ddds, st.sampled_from("2345"), subscribers)
nationals = st.one_of(mobiles, landlines).filter(lambda number: len(set(number[2:])) > 1)


@given(nationals)
def test_every_way_of_writing_is_the_same_phone(national: str) -> None:
    written = f"({national[:2]}) {national[2:-4]}-{national[-4:]}"
    ways = (national, f"0{national}", f"55{national}", f"+55{national}", written)
    assert {phones.parse(way).e164 for way in ways} == {f"+55{national}"}
    assert phones.parse(phones.formatted(f"+55{national}")).e164 == f"+55{national}"


@given(nationals)
def test_variants_are_one_person_and_read_back(national: str) -> None:
    phone = phones.parse(national)
    for spelling in phones.variants(phone.e164):
        assert phones.same_person(spelling, phone.e164)
        assert phones.parse(spelling) == phone


@given(nationals, nationals)
def test_two_numbers_never_share_a_key(one: str, other: str) -> None:
    assert phones.same_person(f"55{one}", f"55{other}") == (one == other)


@given(ddds, subscribers, st.sampled_from("2345"))
def test_a_landline_never_meets_a_mobile(ddd: str, rest: str, first: str) -> None:
    assert not phones.same_person(f"55{ddd}{first}{rest}", f"55{ddd}9{first}{rest}")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    phones.match_key(text)
    phones.formatted(text)
    try:
        phone = phones.parse(text)
    except PhoneError as error:
        assert str(error)
    else:
        assert phones.match_key(phone.e164) == phone.match_key


@given(
    st.from_regex(r"\(?[0-9]{2}\)? ?[0-9]{4,5}-?[0-9]{4}", fullmatch=True),
    st.sampled_from(["{}", " {}", "0{}", "+55 {}", "{}."]),
)
def test_a_number_is_one_under_every_way_of_writing_it(national: str, written: str) -> None:
    assume(not re.sub(r"\D", "", national).startswith(("0", "55")))
    assert _read(written.format(national)) == _read(national)


def _read(text: str) -> object:
    try:
        return phones.parse(text)
    except PhoneError as error:
        return str(error)
