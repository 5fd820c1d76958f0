from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.markup import formatted


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("escreva *operador*.", "escreva <strong>operador</strong>."),
        ("*Escola Azul*\n_hoje_ ~ontem~", "<strong>Escola Azul</strong>\n<em>hoje</em> <s>ontem</s>"),
        ("2*3*4 e a_b_c", "2*3*4 e a_b_c"),
        ("* solto *", "* solto *"),
        ("**", "**"),
        ("*uma\nduas*", "*uma\nduas*"),
        ("<i> *x*", "&lt;i&gt; <strong>x</strong>"),
        ("*<script>alert(1)</script>*", "<strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong>"),
        ("{{7*7}}", "{{7*7}}"),
    ],
)
def test_marks(text: str, html: str) -> None:
    assert formatted(text) == html


@given(st.text())
def test_nothing_but_our_tags_gets_through(text: str) -> None:
    html = str(formatted(text))
    for tag in ("strong", "em", "s"):
        html = html.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in html and ">" not in html
