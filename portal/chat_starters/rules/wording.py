"""Words that a first message of a collector should not hold: threats, requests for identity numbers, offers called
Utilidade, and the debt itself, which anybody may read in a notification.

Sources: CDC 42 and 71; Meta's template review ("threatening legal action or public shaming", "full sensitive
identifiers") and categories (an offer or a renegotiation incentive is Marketing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.menu.rules import plain


@dataclass(frozen=True)
class Concern:
    text: str
    blocks: bool


_THREATS = re.compile(
    r"\b(caloteir[oa]s?|nome sujo|ladrao|vergonha|(?:acao|processo|medidas?|cobranca|execucao|via) judicia(?:l|is)|"
    r"medidas? (?:legais|cabiveis)|acionar (?:a justica|judicialmente|o juridico)|sera? process\w+|"
    r"processar (?:voce|o senhor|a senhora)|penhora\w*|bloqueio (?:de|dos|da) (?:seus? )?(?:bens|contas?|salario)|"
    r"oficial de justica|cadeia|prisao|policia|ultim[oa] (?:aviso|chance|oportunidade)|sob pena|"
    r"(?:avisar|informar|contar|comunicar)\w* (?:a |o |ao |aos |as |para )?(?:seu|seus|sua|suas) "
    r"(?:chefe|patrao|empregador|empresa|vizinh\w+|familia\w*|parentes?|amig\w+|colegas?))\b"
)
_CREDIT_BUREAUS = re.compile(r"\b(serasa|spc|negativa(?:r|cao|do|da|dos|das)|protest(?:o|ar|ado|ada)|cartorio)\b")
_ASKS = re.compile(
    r"\b(informe|informar|envie|enviar|confirme|confirmar|digite|digitar|mande|mandar|passe|passar|qual|quais|"
    r"responda com|diga|nos diga|preciso d[eo]|precisamos d[eo])\b(?: \w+){0,6}? "
    r"(cpf|cnpj|rg|identidade|cartao|senha|conta bancaria|dados bancarios|numero da conta)\b"
)
_SENSITIVE = {
    "cpf": "o CPF completo",
    "cnpj": "o CNPJ completo",
    "rg": "o RG",
    "identidade": "o documento de identidade",
    "cartao": "dados de cartão",
    "senha": "senha",
    "conta bancaria": "a conta bancária",
    "dados bancarios": "dados bancários",
    "numero da conta": "o número da conta",
}
_PARTIAL = re.compile(r"\b(primeiros?|ultimos?|digitos|parte)\b")
_OFFERS = re.compile(
    r"\b(descontos?|ofertas?|promoca?o\w*|promoco\w+|imperdive\w+|aproveite|condic(?:ao|oes) (?:especia\w+|imperdive\w+|"
    r"exclusiv\w+|diferenciad\w+)|exclusiv[oa]s?|gratis|gratuit[oa]s?|ganhe|brindes?|cupo(?:m|ns)|feirao|oportunidades?|"
    r"off|parcele|(?:re)?negocia\w*|nova chance|campanha)\b"
)
_DEBT = re.compile(
    r"\b(dividas?|debitos?|cobranc\w+|inadimple\w+|devedor\w*|devendo|deve a|em atraso|atrasad[oa]s?|vencid[oa]s?|"
    r"quit(?:ar|acao|e)|pendencias? financeiras?)\b"
)
_AMOUNT = re.compile(r"r\$ ?\d|\b\d{1,3}(?:\.\d{3})*,\d{2}\b|\b\d+ reais\b", re.I)
_SHORTENED = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|goo\.gl|t\.co|is\.gd|cutt\.ly|encurtador\.com\.br|l1nk\.dev)/", re.I
)
_IDENTITY = re.compile(
    r"\d{3}\.\d{3}\.\d{3}-\d{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}|(?<!\d)\d{10,14}(?!\d)"
)
_WAY_OUT = re.compile(r"\b(sair|parar|pare|cancelar|descadastrar|nao (?:quero )?receber)\b")


def concerns(text: str, category: str) -> Iterator[Concern]:
    """What is doubtful in one piece of text, in Portuguese; `category` is "utility" or "marketing"."""
    words = plain(text)
    if found := _THREATS.search(words):
        yield Concern(
            f"“{_as_written(text, found.group())}” soa como ameaça ou constrangimento: o Código de Defesa do Consumidor (art. 42) proíbe, "
            "e a Meta recusa.",
            blocks=True,
        )
    if (found := _ASKS.search(words)) and not _PARTIAL.search(words):
        yield Concern(
            f"Não peça {_SENSITIVE[found.group(2)]} em um modelo: a Meta recusa. Peça só parte dos números, ou deixe a "
            "identificação para a assistente virtual.",
            blocks=True,
        )
    yield from _advice(words, text, category)


def _advice(words: str, text: str, category: str) -> Iterator[Concern]:
    if found := _CREDIT_BUREAUS.search(words):
        text_about = (
            f"“{_as_written(text, found.group())}” em uma primeira mensagem é lida como ameaça. A Meta pode recusar."
        )
        yield Concern(text_about, blocks=False)
    if category == "utility" and (found := _OFFERS.search(words)):
        yield Concern(
            f"“{_as_written(text, found.group())}” é oferta ou incentivo: a Meta tende a aprovar como Marketing, que custa mais.",
            blocks=False,
        )
    if found := _DEBT.search(words):
        yield Concern(
            f"“{_as_written(text, found.group())}” expõe a pessoa: qualquer um lê a notificação no telefone dela. Diga quem fala e peça "
            "para conversar; fale do assunto depois da identificação.",
            blocks=False,
        )
    if _AMOUNT.search(text):
        yield Concern("Não mostre valores na primeira mensagem: a pessoa ainda não foi identificada.", blocks=False)
    if _SHORTENED.search(text):
        yield Concern("Links encurtados parecem golpe, e a Meta costuma recusar.", blocks=False)
    letters = [char for char in text if char.isalpha()]
    if len(letters) > 20 and sum(char.isupper() for char in letters) > 0.6 * len(letters):
        yield Concern("Texto em maiúsculas parece grito. Escreva em minúsculas.", blocks=False)


def _as_written(text: str, found: str) -> str:
    """The words of the text, accents and all, that were found in its plain form."""
    words, length = text.split(), len(found.split())
    spans = (" ".join(words[start : start + length]) for start in range(len(words)))
    return next((span.strip(".,;:!?()*_~\"'") for span in spans if plain(span) == found), found)


def has_identity_number(text: str) -> bool:
    """Whether the text holds what looks like a CPF, a CNPJ or a telephone number."""
    return bool(_IDENTITY.search(text.upper()))


def offers_a_way_out(text: str) -> bool:
    """Whether the text says how to stop receiving messages."""
    return bool(_WAY_OUT.search(plain(text)))
