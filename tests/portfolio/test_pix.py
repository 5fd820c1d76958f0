from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.portfolio.rules.pix import NO_TXID, Pix, PixError, check_key, copy_and_paste, crc16, parse

RANDOM_KEY = "123e4567-e12b-12d1-a456-426655440000"
OF_THE_MANUAL = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
OURS = (
    "00020126470014br.gov.bcb.pix0125financeiro@exemplo.com.br5204000053039865406350.755802BR"
    "5919CREDOR EXEMPLO LTDA6009SAO PAULO62210517ACORDO00000123P0163040907"
)
DYNAMIC = (
    "00020101021226370014br.gov.bcb.pix2515exemplo.com/pix5204000053039865802BR5906FULANO6009SAO PAULO62070503***6304"
)
KEYS = ("financeiro@exemplo.com.br", RANDOM_KEY, "11144477735", "11222333000181", "12ABC34501DE35", "+5511987654321")


def test_the_checksum_is_ccitt_false() -> None:
    assert crc16("123456789") == "29B1"


def test_the_manuals_example_and_ours() -> None:
    assert copy_and_paste(RANDOM_KEY, "Fulano de Tal", "BRASILIA", None) == OF_THE_MANUAL
    key = "financeiro@exemplo.com.br"
    assert copy_and_paste(key, "CREDOR EXEMPLO LTDA", "SAO PAULO", Decimal("350.75"), "ACORDO00000123P01") == OURS


def test_reading_a_code() -> None:
    assert parse(OF_THE_MANUAL) == Pix(RANDOM_KEY, "Fulano de Tal", "BRASILIA", None, NO_TXID)
    found = parse(f"  {OURS}\n")
    assert found == Pix(KEYS[0], "CREDOR EXEMPLO LTDA", "SAO PAULO", Decimal("350.75"), "ACORDO00000123P01")
    dynamic = parse(DYNAMIC + crc16(DYNAMIC))
    assert (dynamic.url, dynamic.key) == ("exemplo.com/pix", "")


def test_accents_go_and_long_texts_are_cut() -> None:
    found = parse(
        copy_and_paste("a@b.com", "Associação São José dos Ipês Ltda", "São José do Rio Preto", None, info="nº 1")
    )
    assert (found.name, found.city, found.info) == ("Associacao Sao Jose dos I", "Sao Jose do Rio", "no 1")


def test_the_info_gets_the_room_that_the_key_leaves() -> None:
    short = parse(copy_and_paste("a@b.com", "N", "C", None, info="x" * 90))
    assert short.info == "x" * 66
    long = parse(copy_and_paste(f"{'a' * 70}@bc.com", "N", "C", None, info="x" * 90))
    assert (len(long.key), long.info) == (77, "")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("111.444.777-35", "11144477735"),
        ("11144477735", "11144477735"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("(11) 98765-4321", "+5511987654321"),
        ("+55 11 98765-4321", "+5511987654321"),
        (" Financeiro@Exemplo.com.BR ", "financeiro@exemplo.com.br"),
        (RANDOM_KEY.upper(), RANDOM_KEY),
    ],
)
def test_keys_as_people_write_them(written: str, key: str) -> None:
    assert check_key(written) == key
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "Informe a chave"),
        ("abc", "não é uma chave PIX"),
        ("111.444.777-36", "não é uma chave PIX"),
        ("111.111.111-11", "não é uma chave PIX"),
        ("1815908327", "não é uma chave PIX"),
        ("(11) 2345-6789", "não é uma chave PIX"),
        ("+1 415 555 2671", "não é uma chave PIX"),
        ("123e4567e12b12d1a456426655440000", "não é uma chave PIX"),
        ("a@b", "e-mail"),
        ("josé@exemplo.com", "e-mail"),
        (f"{'a' * 70}@exemplo.com", "e-mail"),
        ("21989760058", "CPF e como celular"),
    ],
)
def test_what_is_no_key(written: str, says: str) -> None:
    with pytest.raises(PixError, match=says):
        check_key(written)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "  "}, "nome"),
        ({"name": "日本"}, "nome"),
        ({"city": ""}, "cidade"),
        ({"txid": "a-b"}, "identificador"),
        ({"txid": ""}, "identificador"),
        ({"txid": "a" * 26}, "identificador"),
        ({"amount": Decimal(0)}, "valor"),
        ({"amount": Decimal("1.001")}, "valor"),
        ({"amount": Decimal("10000000000")}, "valor"),
        ({"key": "x"}, "chave"),
    ],
)
def test_what_makes_no_code(options: dict[str, object], says: str) -> None:
    whole = {"key": RANDOM_KEY, "name": "Nome", "city": "Cidade", "amount": Decimal(1), **options}
    with pytest.raises(PixError, match=says):
        copy_and_paste(**whole)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "pix",
        OURS[:-1],
        OURS.replace("350.75", "950.75"),
        OURS[:40] + OURS[41:],
        "6304" + crc16("6304"),
        "0099016304" + crc16("0099016304"),
        "00²1016304" + crc16("00²1016304"),
        "000201" + "5403NaN" + "6304",
    ],
)
def test_a_code_that_was_cut_or_changed_is_refused(code: str) -> None:
    with pytest.raises(PixError):
        parse(code)


@pytest.mark.parametrize("amount", ["NaN", "1,50", "-1.00", "1e5", "Infinity"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    code = OURS[:-8].replace("5406350.75", f"54{len(amount):02d}{amount}") + "6304"
    with pytest.raises(PixError, match="valor"):
        parse(code + crc16(code))


@given(
    st.sampled_from(KEYS),
    st.text(min_size=1, max_size=60),
    st.text(min_size=1, max_size=40),
    st.none() | st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2),
    st.from_regex(r"[A-Za-z0-9]{1,25}", fullmatch=True),
    st.text(max_size=100),
)
def test_a_code_reads_back(key: str, name: str, city: str, amount: Decimal | None, txid: str, info: str) -> None:
    try:
        code = copy_and_paste(key, name, city, amount, txid, info)
    except PixError:
        return
    found = parse(code)
    assert code.isascii() and code.isprintable()
    assert (found.key, found.amount, found.txid) == (key, amount, txid)
    assert 0 < len(found.name) <= 25 and 0 < len(found.city) <= 15 and len(found.info) <= 72


@given(st.text(max_size=120))
def test_any_text_is_a_key_or_is_refused_in_words(text: str) -> None:
    for check in (check_key, parse):
        try:
            check(text)
        except PixError as error:
            assert str(error)
