"""Telling a change: the pure decisions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.audit.rules import (
    CONTEXT,
    Piece,
    agrees,
    change,
    differing,
    excerpt,
    in_short,
    is_secret,
    is_subject,
    newest_values,
    plain,
    shortened,
    word_diff,
)


def told(old: str, new: str) -> str:
    """A diff as [-old-] and {+new+}."""
    marks = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in word_diff(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Olá, tudo bem?", "Olá, tudo bem?", "Olá, tudo bem?"),
        ("Olá, Maria.", "Olá, João.", "Olá, [-Maria-]{+João+}."),
        ("um dois três quatro", "um 2 3 quatro", "um [-dois três-]{+2 3+} quatro"),
        ("", "novo", "{+novo+}"),
        ("velho", "", "[-velho-]"),
        ("linha 1\nlinha 2\n", "linha 1\nlinha 3\n", "linha 1\nlinha [-2-]{+3+}\n"),
        ("a\nb\n", "a\nnova\nb\n", "a\n{+nova\n+}b\n"),
        ("#NOME_EMPRESA# agradece.", "#NOME_EMPRESA# informa.", "#NOME_EMPRESA# [-agradece-]{+informa+}."),
    ],
)
def test_a_diff_tells_the_words_that_differ(old: str, new: str, expected: str) -> None:
    assert told(old, new) == expected


TEXTS = st.text(st.sampled_from("ab \n<&>.é#"), max_size=60) | st.text(max_size=60)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_a_diff_holds_both_texts_whole(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "old") == new
    assert all(piece.text for piece in pieces)
    assert all(a.kind != b.kind for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("palavra " * 20_000, "palavra " * 19_999 + "outra"),
        ("a\n" * 20_000, "b\n" * 20_000),
        ("x" * 200_000, "y" * 200_000),
        (" ".join(str(n) for n in range(5_000)), " ".join(str(n * 7) for n in range(5_000))),
    ],
)
def test_a_diff_of_very_long_texts_is_told_without_taking_long(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "old") == new


def test_what_stayed_is_cut_to_what_surrounds_a_change() -> None:
    long = "palavra " * 100
    first, old, last = shortened([Piece("same", long), Piece("old", "saiu"), Piece("same", long)])
    assert first.text == f"[…] {long[-CONTEXT:]}"
    assert old.text == "saiu"
    assert last.text == f"{long[:CONTEXT]} […]"
    assert shortened([Piece("same", "curto")]) == (Piece("same", "curto"),)


@pytest.mark.parametrize(
    ("subject", "good"),
    [
        ("menu-option:12", True),
        ("bot-message:closed_by_bot", True),
        ("bot-message:welcome", True),
        ("holiday:2026-11-22", True),
        ("document:1.2:a", True),
        ("document", False),
        ("document:", False),
        (":12", False),
        ("document:12/..", False),
        ("document:1 2", False),
        ("document:<b>", False),
        ("document:12\n", False),
        ("documento:é", False),
        ("document:2147483647", True),
        ("document:2147483648", False),
        ("document:²", False),
        ("d:" + "1" * 78, False),
        ("d:" + "a" * 78, True),
        ("d:" + "a" * 79, False),
    ],
)
def test_what_can_name_a_thing(subject: str, good: bool) -> None:
    assert is_subject(subject) is good


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        ({}, "—"),
        (True, "Sim"),
        (False, "Não"),
        (0, "0"),
        (12.5, "12.5"),
        ("texto", "texto"),
        (["a", None, True], "a, —, Sim"),
        ({"a": 1, "access_token": "EAAG-x"}, "a: 1; access_token: (não mostrado)"),
        ([["a", ["b"]], {"c": [1, 2]}], "a, b, c: 1, 2"),
    ],
)
def test_a_value_that_nobody_explains_reads_plainly(value: Any, words: str) -> None:
    assert plain(value) == words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_every_value_reads_as_something(value: Any) -> None:
    assert isinstance(plain(value), str)


@pytest.mark.parametrize("name", ["password", "access_token", "app_secret", "token_hash", "Senha", "api_key", "apikey"])
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret(name)
    assert not is_secret("label")


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ["b"]),
        (None, {"a": None}, ["a"]),
        ({"a": None}, None, ["a"]),
        ({"a": None}, {}, ["a"]),
        ({"z": 1}, {"z": 2}, []),
        (None, None, []),
        ({"a": True}, {"a": True}, []),
    ],
)
def test_only_the_told_fields_that_differ(
    before: dict[str, Any] | None, after: dict[str, Any] | None, fields: list[str]
) -> None:
    assert differing(before, after, ("a", "b")) == fields


def test_short_values_are_told_whole_and_long_ones_word_by_word() -> None:
    assert change("Descrição", "Boleto", "Segunda via").pieces == ()
    assert change("Texto", "a\nb", "a\nc").pieces
    assert change("Texto", "palavra " * 20, "palavra " * 21).pieces
    assert change("Texto", None, "palavra " * 20).pieces == ()
    assert change("Texto", "—", "palavra " * 20).pieces == ()


@pytest.mark.parametrize(
    ("before", "after", "clause"),
    [
        ("Sim", "Não", "Texto: de “Sim” para “Não”"),
        (None, "Não", "Texto: de “—” para “Não”"),
        ("um texto\ncom linhas", "um texto\ncom palavras", "Texto: sai “linhas”, entra “palavras”"),
        ("a b c\nd", "a x c\ny", "Texto: sai “b … d”, entra “x … y”"),
        ("a\nb", "a\nb\nnova linha", "Texto: entra “nova linha”"),
        ("a\nb", "a\n\nb", "Texto: muda o espaçamento"),
    ],
)
def test_a_change_in_a_clause(before: str | None, after: str, clause: str) -> None:
    assert in_short(change("Texto", before, after)) == clause


def test_the_state_of_a_thing_is_the_newest_value_of_each_field() -> None:
    assert newest_values([{"a": 3}, None, {"a": 2, "b": 2}, {"b": 1, "c": 1}]) == {"a": 3, "b": 2, "c": 1}
    assert newest_values([]) == {}


def test_a_version_agrees_when_all_that_it_says_holds() -> None:
    assert agrees({"a": 1, "b": 2}, {"a": 1})
    assert not agrees({"a": 1}, {"a": 1, "b": None})
    assert not agrees({"a": 1}, {"a": 2})


def test_an_excerpt_is_one_line() -> None:
    assert excerpt(" a\n b ", 10) == "a b"
    assert excerpt("palavra palavra", 9) == "palavra…"
