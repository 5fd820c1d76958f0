"""Good and bad starters, and what is said of each. Meta's rules and the collector's manners."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.chat_starters.rules.draft import Button, ButtonKind, Draft, components, parts_of
from portal.chat_starters.rules.lint import Neighbours, Place, Remark, blocked, lint, wording_of
from portal.chat_starters.rules.wildcards import wildcard_count

SAMPLES = ("Maria", "Escola Azul", "Ana", "Cobrança Exemplo", "João")


def draft(body: str, category: str = "utility", **parts: object) -> Draft:
    samples = SAMPLES[: wildcard_count(body)]
    return Draft(**{"name": "contato", "category": category, "body": body, "samples": samples, **parts})  # type: ignore[arg-type]


def said(found: list[Remark], *, blocking: bool) -> list[str]:
    return [remark.text for remark in found if remark.blocks is blocking]


GOOD = (
    (
        "Olá {{1}}, tudo bem? Aqui é da escola {{2}}, estamos entrando em contato referente às suas mensalidades. "
        "Podemos falar agora?"
    ),
    "Olá {{1}}, aqui é da {{2}}. Podemos falar agora?",
    "Bom dia! Aqui é da {{1}} e gostaríamos de falar com você.",
    "Olá {{1}}, sou {{2}}, da {{3}}. Temos um assunto do seu interesse sobre a {{4}}. Podemos conversar por aqui?",
    "Boa tarde. Este é o atendimento da sua escola.",
    "Olá, {{1}}!\n\nTemos uma informação sobre o seu cadastro na {{2}}.\n\nVocê pode falar agora?",
    "Oi {{1}} 😊 tudo bem? Aqui é da {{2}}, podemos conversar hoje?",
    "Para confirmar que é você, {{1}}, responda com os 3 primeiros dígitos do seu CPF, por favor.",
    "Olá {{1}}, seu boleto da {{2}} já está disponível para consulta por aqui.",
    "*Olá {{1}}*, aqui é da {{2}}. Podemos falar agora?",
    "Olá {{1}}, o protocolo do seu atendimento na {{2}} é o que você recebeu ontem. Quer continuar?",
    "Recebemos o seu pagamento, {{1}}. A {{2}} agradece o contato de hoje.",
)

BAD = (
    ("", "Escreva a mensagem."),
    ("   \n ", "Escreva a mensagem."),
    ("a" * 1025, "no máximo 1024"),
    ("{{1}}", "só coringas"),
    ("{{1}} {{2}}", "só coringas"),
    ("{{1}}, tudo bem com você hoje?", "Não comece nem termine"),
    ("Olá, tudo bem com você hoje, {{1}}", "Não comece nem termine"),
    ("Olá, tudo bem com você hoje, {{1}}!", "Não comece nem termine"),
    ("Olá, aqui é da empresa parceira {{1}}.", "Não comece nem termine"),
    ("¡{{1}} olá, tudo bem com você?", "Não comece nem termine"),
    ("Olá {{1}}{{2}} tudo bem com você hoje aqui?", "entre dois coringas"),
    ("Olá {{1}} {{2}} tudo bem com você hoje aqui?", "entre dois coringas"),
    ("Olá {{1}}, {{2}} tudo bem com você hoje aqui?", "entre dois coringas"),
    ("Olá {{2}}, tudo bem com você?", "Falta o coringa {{1}}"),
    ("Olá {{1}}, aqui é da {{3}} e queremos falar", "Falta o coringa {{2}}"),
    ("Olá {{nome}}, tudo bem com você?", "Escreva os coringas assim"),
    ("Olá {{ 1 }}, tudo bem com você?", "Escreva os coringas assim"),
    ("Olá {{#1}}, tudo bem com você?", "Escreva os coringas assim"),
    ("Olá {{$1}}, tudo bem com você?", "Escreva os coringas assim"),
    ("Olá {{1%}}, tudo bem com você?", "Escreva os coringas assim"),
    ("Olá {{1}, tudo bem com você?", "Escreva os coringas assim"),
    ("Olá 1}}, tudo bem com você?", "Escreva os coringas assim"),
    ("Oi {{1}} tudo", "coringas demais"),
    ("Oi {{1}}, da {{2}} aqui", "coringas demais"),
    ("Olá {{1}}, tudo bem?\n\n\nPodemos falar agora?", "linha em branco"),
    ("Olá {{1}}, tudo bem? " + "😀" * 11 + " Podemos falar?", "no máximo 10 emojis"),
    ("Olá {{1}},\ttudo bem com você?", "tabulações"),
    ("Olá {{1}}, tudo bem\x07 com você?", "tabulações"),
    ("Olá {{1}}, você é um caloteiro e todos vão saber.", "ameaça"),
    ("Olá {{1}}, entraremos com ação judicial contra você.", "“ação judicial”"),
    ("Olá {{1}}, seu nome sujo pode ser resolvido aqui.", "ameaça"),
    ("ÚLTIMO AVISO, {{1}}: fale conosco ainda hoje.", "ameaça"),
    ("Olá {{1}}, tomaremos as medidas cabíveis nesta semana.", "ameaça"),
    ("Olá {{1}}, vamos avisar seu chefe sobre o assunto.", "ameaça"),
    ("Olá {{1}}, fale conosco sob pena de penhora dos bens.", "ameaça"),
    ("Olá {{1}}, um oficial de justiça vai procurar você.", "ameaça"),
    ("Olá {{1}}, informe o seu CPF para continuar.", "Não peça o CPF"),
    ("Olá {{1}}, por favor envie o número do seu CPF hoje.", "Não peça o CPF"),
    ("Olá {{1}}, qual é o seu CNPJ, por favor?", "Não peça o CNPJ"),
    ("Olá {{1}}, confirme os dados do seu cartão aqui.", "Não peça dados de cartão"),
    ("Olá {{1}}, digite a sua senha para entrar.", "Não peça senha"),
)

ADVISED = (
    ("Olá {{1}}, sua dívida com a {{2}} pode ser resolvida.", "utility", "“dívida” expõe a pessoa"),
    ("Olá {{1}}, há um débito na {{2}} para conversar.", "utility", "expõe a pessoa"),
    ("Olá {{1}}, sua mensalidade em atraso na {{2}} aguarda.", "marketing", "“em atraso” expõe a pessoa"),
    ("Olá {{1}}, o setor de cobrança da {{2}} quer falar.", "utility", "expõe a pessoa"),
    ("Olá {{1}}, você é inadimplente na {{2}} há meses.", "utility", "expõe a pessoa"),
    ("Olá {{1}}, são R$ 300,00 na {{2}}, vamos conversar?", "utility", "Não mostre valores"),
    ("Olá {{1}}, o total de 1.300,50 na {{2}} espera você.", "utility", "Não mostre valores"),
    ("Olá {{1}}, são 300 reais na {{2}}, vamos conversar?", "utility", "Não mostre valores"),
    ("Olá {{1}}, temos um desconto na {{2}} para você.", "utility", "“desconto” é oferta"),
    ("Olá {{1}}, aproveite as condições especiais da {{2}} hoje.", "utility", "Marketing"),
    ("Olá {{1}}, vamos falar de negociação com a {{2}} agora?", "utility", "“negociação” é oferta"),
    ("Olá {{1}}, a oferta imperdível da {{2}} acaba hoje.", "utility", "Marketing"),
    ("Olá {{1}}, evite o Serasa e fale com a {{2}} hoje.", "utility", "“Serasa” em uma primeira"),
    ("Olá {{1}}, evite o protesto e fale com a {{2}} hoje.", "utility", "ameaça"),
    ("Olá {{1}}, acesse bit.ly/abc para falar com a {{2}} agora.", "utility", "encurtados"),
    ("OLÁ {{1}}, FALE COM A EMPRESA {{2}} AINDA HOJE MESMO.", "utility", "maiúsculas"),
    ("Olá {{1}}, aqui é da {{2}}. Podemos falar agora?", "marketing", "como parar de receber"),
)


@pytest.mark.parametrize("body", GOOD)
def test_nothing_is_said_of_a_good_starter(body: str) -> None:
    assert lint(draft(body)) == []


@pytest.mark.parametrize(("body", "remark"), BAD)
def test_what_would_be_refused_blocks(body: str, remark: str) -> None:
    found = lint(draft(body))
    assert blocked(found)
    assert any(remark in text for text in said(found, blocking=True)), found


@pytest.mark.parametrize(("body", "category", "remark"), ADVISED)
def test_what_is_unwise_is_explained_and_does_not_block(body: str, category: str, remark: str) -> None:
    found = lint(draft(body, category))
    assert not blocked(found)
    assert any(remark in text for text in said(found, blocking=False)), found


def test_there_are_enough_examples() -> None:
    assert len(GOOD) + len(BAD) + len(ADVISED) >= 60


FINE = "Olá {{1}}, aqui é da {{2}}. Podemos falar agora?"

PARTS = (
    ({"name": "!!!"}, Place.NAME, "Dê um nome"),
    ({"name": "a" * 513}, Place.NAME, "no máximo 512"),
    ({"header": "a" * 61}, Place.HEADER, "no máximo 60"),
    ({"header": "Olá {{1}}"}, Place.HEADER, "não leva coringas"),
    ({"header": "Olá\nvocê"}, Place.HEADER, "uma só linha"),
    ({"header": "*Olá*"}, Place.HEADER, "formatação"),
    ({"header": "Olá 😀"}, Place.HEADER, "emojis"),
    ({"footer": "a" * 61}, Place.FOOTER, "no máximo 60"),
    ({"footer": "Responda {{1}}"}, Place.FOOTER, "não leva coringas"),
    ({"samples": ("Maria",)}, Place.SAMPLES, "Exemplo de {{2}}: informe"),
    ({"samples": ("Maria", "a" * 101)}, Place.SAMPLES, "no máximo 100"),
    ({"samples": ("Maria", "Escola\nAzul")}, Place.SAMPLES, "quebra de linha"),
    ({"samples": ("Maria", "Escola    Azul")}, Place.SAMPLES, "espaços seguidos"),
    ({"samples": ("Maria", "{{1}}")}, Place.SAMPLES, "não um coringa"),
    ({"samples": ("Maria", "111.444.777-35")}, Place.SAMPLES, "dado inventado"),
    ({"samples": ("Maria", "11987654321")}, Place.SAMPLES, "dado inventado"),
)

BUTTONS = (
    ((Button(ButtonKind.QUICK_REPLY, ""),), "escreva o texto"),
    ((Button(ButtonKind.QUICK_REPLY, "a" * 26),), "no máximo 25"),
    ((Button(ButtonKind.QUICK_REPLY, "Sim"), Button(ButtonKind.QUICK_REPLY, "sim ")), "mesmo texto"),
    ((Button(ButtonKind.QUICK_REPLY, "{{1}}"),), "não leva coringas"),
    ((Button(ButtonKind.URL, "Site", "http://exemplo.com"),), "https://"),
    ((Button(ButtonKind.URL, "Site", "https://exemplo"),), "https://"),
    ((Button(ButtonKind.URL, "Site", "https://a:b@exemplo.com"),), "https://"),
    ((Button(ButtonKind.URL, "Site", "https://exemplo.com/{{1}}"),), "não leva coringas"),
    ((Button(ButtonKind.URL, "Site", "https://wa.me/5511"),), "wa.me"),
    ((Button(ButtonKind.URL, "Site", "https://exemplo.com/" + "a" * 2000),), "no máximo 2000"),
    (tuple(Button(ButtonKind.URL, f"Site {n}", "https://exemplo.com") for n in range(3)), "botões de site"),
    (tuple(Button(ButtonKind.QUICK_REPLY, f"Opção {n}") for n in range(11)), "no máximo 10"),
)


@pytest.mark.parametrize(("parts", "place", "remark"), PARTS)
def test_the_other_parts(parts: dict[str, object], place: Place, remark: str) -> None:
    found = [each for each in lint(draft(FINE, **parts)) if each.place is place and each.blocks]
    assert [each for each in found if remark in each.text], found


@pytest.mark.parametrize(("buttons", "remark"), BUTTONS)
def test_buttons(buttons: tuple[Button, ...], remark: str) -> None:
    assert any(remark in text for text in said(lint(draft(FINE, buttons=buttons)), blocking=True))


def test_names_and_wordings_that_are_taken() -> None:
    taken = Neighbours(
        names=frozenset({"contato"}),
        wordings={wording_of(FINE, ""): "antigo"},
        cooling={"excluido": date(2026, 12, 20)},
    )
    texts = said(lint(draft(FINE), taken), blocking=True)
    assert any("Já existe um modelo com o nome contato" in text for text in texts)
    assert any("O modelo antigo já tem este mesmo texto" in text for text in texts)
    assert any("20/12/2026" in text for text in said(lint(draft(FINE, name="Excluído"), taken), blocking=True))


def test_samples_that_make_the_text_too_long() -> None:
    body = "Olá {{1}}, " + "palavra " * 125
    found = lint(draft(body, samples=("a" * 100,)))
    assert any("Com os exemplos" in text for text in said(found, blocking=True))


def test_what_meta_holds_reads_back_as_it_was_written() -> None:
    buttons = (Button(ButtonKind.URL, "Site", "https://exemplo.com"), Button(ButtonKind.QUICK_REPLY, "Sim"))
    written = draft(FINE, header="Aviso", footer="Responda SAIR para não receber", buttons=buttons)
    found = parts_of(components(written))
    assert (found.body, found.header, found.footer) == (written.body, written.header, written.footer)
    assert found.samples == written.samples
    assert [each.kind for each in found.buttons] == [ButtonKind.QUICK_REPLY, ButtonKind.URL]  # Meta wants them grouped


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=80), st.sampled_from(["utility", "marketing"]))
def test_the_linter_never_fails(body: str, header: str, footer: str, category: str) -> None:
    for remark in lint(Draft("x", category, body, header, footer, samples=(footer, header))):
        assert remark.text.endswith((".", "?", "”.", ")."))


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(), lambda c: st.lists(c) | st.dictionaries(st.text(max_size=8), c)
    )
)
def test_odd_components_are_no_error(value: object) -> None:
    for key in ("text", "example", "buttons", "format"):
        found = parts_of(
            [{"type": "BODY", key: value}, {"type": "BUTTONS", key: value}, {"type": "HEADER", key: value}]
        )
        assert all(isinstance(text, str) for text in (found.body, found.header, found.footer, *found.samples))
