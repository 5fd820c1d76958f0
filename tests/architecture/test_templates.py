"""Templates: a fragment is one element with an id, nothing is inline, nothing is left over, everything is Portuguese."""

from __future__ import annotations

import re
from functools import cache

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, meta, nodes

from tests.architecture.code import modules, report, templates

ENVIRONMENT = Environment(trim_blocks=True, lstrip_blocks=True)

FORBIDDEN = {
    r"\|\s*safe\b": "|safe",
    r"\bMarkup\b": "Markup",
    r"autoescape\s+false": "autoescape off",
    r"\sstyle\s*=": "style=",
    r"\son[a-z]+\s*=": "an event attribute",
    r"hx-on": "hx-on",
    r"\bjs:": "js:",
    r"javascript:": "javascript:",
    r"<script(?![^>]*\ssrc=)": "an inline script",
    r"<style": "an inline style sheet",
    r"hx-vars": "hx-vars",
}

ENGLISH = re.compile(
    r"\b(Save|Cancel|Submit|Loading|Error|Delete|Remove|Search|Password|Settings|Log ?in|Log ?out|Sign in|Next|Previous"
    r"|Back|Close|Send|Upload|Edit|New|Add|Welcome|Success|Warning|Failed|Required|Name|Phone|Page|None|True|False|User"
    r"|Message|Chats?|Click|Please|Yes|the|and|your|with)\b"
)

PORTUGUESE_TOO = ("Chat", "chat")
"""Words that the product's own documents use."""


def own_output(source: str, *, last: bool) -> str:
    """A template's text along one path: of every `if` the first branch, or the last. Expressions become `▮`.

    What macros and `call` hold is theirs; includes are put in.
    """
    out: list[str] = []
    branches: list[bool] = []
    hidden = 0
    block: list[str] = []
    inside = False
    for _, kind, value in ENVIRONMENT.lex(source):
        if kind == "block_begin":
            inside, block = True, []
        elif kind == "block_end":
            inside = False
            hidden = _enter(block, branches, hidden, out, last=last)
        elif inside:
            if kind != "whitespace":
                block.append(value)
        elif hidden or not all(branches):
            continue
        elif kind == "variable_begin":
            out.append("▮")
        elif kind == "data":
            out.append(value)
    return "".join(out)


def _enter(block: list[str], branches: list[bool], hidden: int, out: list[str], *, last: bool) -> int:
    word = block[0]
    if word == "macro" or (word == "set" and "=" not in block):
        return hidden + 1
    if word in ("endmacro", "endset"):
        return hidden - 1
    if word == "if":
        branches.append(not last)
    elif word in ("elif", "else") and branches:
        branches[-1] = last and (word == "else" or not last)
    elif word == "for":
        branches.append(True)
    elif word in ("endif", "endfor"):
        branches.pop()
    elif word == "include" and block[1][0] in "\"'" and not hidden and all(branches):
        out.append(own_output(templates()[block[1].strip("\"'")], last=last))
    elif word == "call" and not hidden and all(branches):
        out.append("▮")
    return hidden


def root_breaks(name: str, source: str) -> list[str]:
    """A fragment has one root element, with an id; what HTMX puts elsewhere (`hx-swap-oob`) may come along."""
    found = []
    for last in (False, True):
        soup = BeautifulSoup(own_output(source, last=last), "html.parser")
        tags = [node for node in soup.children if isinstance(node, Tag) and not node.has_attr("hx-swap-oob")]
        loose = "".join(str(node) for node in soup.children if not isinstance(node, Tag)).strip()
        if len(tags) != 1:
            found.append(f"{name}: {len(tags)} root elements: {[tag.name for tag in tags]}")
        elif not tags[0].get("id"):
            found.append(f"{name}: its <{tags[0].name}> has no id")
        if loose:
            found.append(f"{name}: outside of its root: {loose[:60]!r}")
    return sorted(set(found))


def forbidden(name: str, source: str) -> list[str]:
    clean = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    return [f"{name}: {what}" for pattern, what in FORBIDDEN.items() if re.search(pattern, clean, re.I)]


@cache
def all_macros(sources: tuple[str, ...]) -> set[str]:
    return {macro.name for text in sources for macro in ENVIRONMENT.parse(text).find_all(nodes.Macro)}


def import_breaks(name: str, source: str, known: dict[str, str]) -> list[str]:
    tree = ENVIRONMENT.parse(source)
    found = []
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    for node in tree.find_all(nodes.FromImport):
        target = node.template.as_const()
        macros = {macro.name for macro in ENVIRONMENT.parse(known.get(target, "")).find_all(nodes.Macro)}
        for each in node.names:
            original, alias = each if isinstance(each, tuple) else (each, each)
            if original not in macros:
                found.append(f"{name}: {target} has no macro {original}")
            if alias not in used:
                found.append(f"{name}: {alias} is imported and not used")
    given = {alias for node in tree.find_all(nodes.FromImport) for alias in _aliases(node)}
    given |= {macro.name for macro in tree.find_all(nodes.Macro)}
    given |= {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    for missing in sorted((used - given) & all_macros(tuple(known.values()))):
        found.append(f"{name}: uses {missing} and leaves its import to whoever includes it")
    for node in tree.find_all(nodes.Import):
        if node.target not in used:
            found.append(f"{name}: {node.target} is imported and not used")
    return found


def _aliases(node: nodes.FromImport) -> list[str]:
    return [each[1] if isinstance(each, tuple) else each for each in node.names]


def english(name: str, source: str) -> list[str]:
    """English in what a person reads: text, and the attributes that are read out or shown."""
    soup = BeautifulSoup(own_output(source, last=False) + own_output(source, last=True), "html.parser")
    texts = [str(text) for text in soup.find_all(string=True) if text.parent.name not in ("script", "code")]
    for attribute in ("title", "alt", "placeholder", "aria-label", "data-confirm", "data-label"):
        texts += [str(tag[attribute]) for tag in soup.find_all(attrs={attribute: True})]
    words = [match for text in texts for match in ENGLISH.findall(text) if match not in PORTUGUESE_TOO]
    return [f"{name}: {word!r}" for word in words]


def test_a_fragment_has_one_root_with_an_id() -> None:
    fragments = {name: source for name, source in templates().items() if name.rpartition("/")[2].startswith("_")}
    found = [line for name, source in fragments.items() for line in root_breaks(name, source)]
    assert not found, report(found, "A `_file` is one element with a constant id; macros live in files without `_`")


def test_nothing_is_inline_and_nothing_is_unescaped() -> None:
    found = [line for name, source in templates().items() for line in forbidden(name, source)]
    assert not found, report(found, "Not in a template")


def test_macros_are_imported_from_where_they_are_and_used() -> None:
    known = templates()
    found = [line for name, source in known.items() for line in import_breaks(name, source, known)]
    assert not found, report(found, "Imports of macros")


def test_every_template_is_used_and_every_used_one_exists() -> None:
    known = templates()
    named = {match for module in modules() for match in re.findall(r"[\"']([a-z_]+/[a-z_]+\.html)[\"']", module.text)}
    referred = {
        str(name)
        for source in known.values()
        for name in meta.find_referenced_templates(ENVIRONMENT.parse(source))
        if name
    }
    unused, missing = set(known) - named - referred, (named | referred) - set(known)
    assert not unused, f"no route, include or extends names {sorted(unused)}"
    assert not missing, f"there is no {sorted(missing)}"


def test_a_person_reads_no_english() -> None:
    found = [line for name, source in templates().items() for line in english(name, source)]
    assert not found, report(found, "Every word that a person sees is Portuguese")


@pytest.mark.parametrize(
    "source",
    [
        "<p id='a'>x</p><p id='b'>y</p>",
        "<p>no id</p>",
        "text <p id='a'></p>",
        "{{ banner('x') }}",
        "{% if x %}<p id='a'></p>{% else %}<p>no id</p>{% endif %}",
        "{% macro m() %}<p id='a'></p>{% endmacro %}",
        "",
    ],
)
def test_the_rule_of_fragments_bites(source: str) -> None:
    assert root_breaks("_x.html", source)


@pytest.mark.parametrize(
    "source",
    [
        "{# note #}{% set a = 1 %}<p id='a-{{ a }}'{% if a %} hidden{% endif %}>x</p>",
        "{% if x %}<p id='a'></p>{% elif y %}<b></b>{% else %}<div id='b'></div>{% endif %}",
        "{% macro m() %}<b></b>{% endmacro %}<p id='a'>{{ m() }}{% for i in x %}<i></i>{% else %}<b></b>{% endfor %}</p>",
        "<p id='a'></p><p id='b' hx-swap-oob='true'></p>",
    ],
)
def test_the_rule_of_fragments_knows_a_good_one(source: str) -> None:
    assert not root_breaks("_x.html", source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ a|safe }}",
        "<p style='x'>",
        "<p onclick='x'>",
        "<p hx-on:click='x'>",
        "<p hx-vals='js:{}'>",
        "<script>x</script>",
    ],
)
def test_the_rule_against_inline_bites(source: str) -> None:
    assert forbidden("x.html", source)


def test_the_other_rules_bite() -> None:
    macros = {"ui/a.html": "{% macro one() %}{% endmacro %}"}
    assert import_breaks("x.html", "{% from 'ui/a.html' import two %}{{ two() }}", macros)
    assert import_breaks("x.html", "{% from 'ui/a.html' import one %}", macros)
    assert import_breaks("x.html", "{{ one() }}", macros)
    assert not import_breaks("x.html", "{% from 'ui/a.html' import one %}{{ one() }}", macros)
    assert english("x.html", "<button>Save</button>") and english("x.html", "<a title='Close'>Fechar</a>")
