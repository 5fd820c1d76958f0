"""The markup of documents: what is markup, what stays literal, and that no text is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents.rules.markup import (
    Block,
    Gap,
    Heading,
    Item,
    Items,
    Line,
    Paragraph,
    Run,
    TablePlace,
    parse,
)
from portal.documents.rules.wildcards import is_control, tidy


def plain(text: str) -> Line:
    return (Run(text),)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", ()),
        ("# Título", (Heading(1, plain("Título")),)),
        ("## Subtítulo", (Heading(2, plain("Subtítulo")),)),
        ("### Nada", (Paragraph((plain("### Nada"),)),)),
        ("#NOME_DEVEDOR#", (Paragraph((plain("#NOME_DEVEDOR#"),)),)),
        ("# #NOME_DEVEDOR#", (Heading(1, plain("#NOME_DEVEDOR#")),)),
        ("#", (Paragraph((plain("#"),)),)),
        ("um\ndois\n\ntrês", (Paragraph((plain("um"), plain("dois"))), Paragraph((plain("três"),)))),
        ("um\r\n\r\n\r\n\r\ndois", (Paragraph((plain("um"),)), Gap(2), Paragraph((plain("dois"),)))),
        ("- um\n- dois", (Items(False, (Item("-", plain("um")), Item("-", plain("dois")))),)),
        ("7. sete\n9. nove", (Items(True, (Item("7.", plain("sete")), Item("9.", plain("nove")))),)),
        ("- um\n1. dois", (Items(False, (Item("-", plain("um")),)), Items(True, (Item("1.", plain("dois")),)))),
        ("2026. ano\n-sem espaço", (Paragraph((plain("2026. ano"), plain("-sem espaço"))),)),
        (
            "antes\n#TABELA_TITULOS#\ndepois",
            (Paragraph((plain("antes"),)), TablePlace("#TABELA_TITULOS#"), Paragraph((plain("depois"),))),
        ),
        ("ver #TABELA_TITULOS#", (Paragraph((plain("ver #TABELA_TITULOS#"),)),)),
        ("# Um\n# Dois", (Heading(1, plain("Um")), Heading(1, plain("Dois")))),
    ],
)
def test_blocks(text: str, blocks: tuple[Block, ...]) -> None:
    assert parse(text) == blocks


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a *b* c", (Run("a "), Run("b", True), Run(" c"))),
        ("*um dois*", (Run("um dois", True),)),
        ("*a* *b*", (Run("a", True), Run(" "), Run("b", True))),
        ("*a*, *b*.", (Run("a", True), Run(", "), Run("b", True), Run("."))),
        ("*#TOTAL#*", (Run("#TOTAL#", True),)),
        ("2*3*4", plain("2*3*4")),
        ("a * b * c", plain("a * b * c")),
        ("*aberto", plain("*aberto")),
        ("fechado*", plain("fechado*")),
        ("**", plain("**")),
        ("****", plain("****")),
        ("**forte**", plain("**forte**")),
        (r"\*nada\*", plain("*nada*")),
        (r"*a\*b*", (Run("a*b", True),)),
        (r"C:\pasta", plain(r"C:\pasta")),
    ],
)
def test_bold(text: str, line: Line) -> None:
    assert parse(text) == (Paragraph((line,)),)


def test_bold_ends_with_its_line() -> None:
    assert parse("*um\ndois*") == (Paragraph((plain("*um"), plain("dois*"))),)


def text_of(line: Line) -> str:
    return "".join(run.text for run in line)


def words_of(block: Block) -> str:
    match block:
        case Heading(level, line):
            return "#" * level + text_of(line)
        case Paragraph(lines):
            return "".join(text_of(line) for line in lines)
        case Items(_, items):
            return "".join(item.label + text_of(item.line) for item in items)
        case TablePlace(name):
            return name
        case Gap():
            return ""


def visible(text: str) -> str:
    return "".join(char for char in tidy(text) if not is_control(char))


def ink(text: str) -> str:
    """A text without space and without what marks bold: asterisks and backslashes have tests of their own."""
    return "".join(text.replace("*", "").replace("\\", "").split())


MARKED = st.lists(
    st.sampled_from(
        ["*", "\\", "#", "##", "- ", "1. ", "\n", "\n\n", " ", "a", "Ç", "#TABELA_TITULOS#", "#TOTAL#", "_", "`", "$"]
    )
).map("".join)


@given(st.one_of(st.text(), MARKED))
def test_no_text_is_lost_and_none_is_refused(text: str) -> None:
    assert "".join(ink(words_of(block)) for block in parse(text)) == ink(visible(text))


@given(MARKED)
def test_a_backslash_is_lost_before_an_asterisk_only(text: str) -> None:
    left = sum(words_of(block).count("\\") for block in parse(text))
    assert left == tidy(text).count("\\") - tidy(text).count("\\*")


@given(MARKED)
def test_asterisks_are_lost_in_pairs_only(text: str) -> None:
    lost = tidy(text).count("*") - sum(words_of(block).count("*") for block in parse(text))
    bold = sum(run.bold for block in parse(text) for line in lines_of(block) for run in line)
    assert lost == 2 * bold


def lines_of(block: Block) -> tuple[Line, ...]:
    match block:
        case Heading(_, line):
            return (line,)
        case Paragraph(lines):
            return lines
        case Items(_, items):
            return tuple(item.line for item in items)
        case _:
            return ()
