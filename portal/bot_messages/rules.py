"""The messages that the assistant and the operators' desk send by themselves: their defaults, wildcards and limits.

The defaults never threaten, never mention a debt before the person is identified, and answer a wrong and an unknown
CPF or CNPJ with the same words, so that nobody can find out who is in the portfolio.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

TEXT_LIMIT = 1000
BODY_LIMIT = 1024  # body of an interactive WhatsApp message, wildcards filled

COMPANY_NAME = "#NOME_EMPRESA#"
FIRST_NAME = "#PRIMEIRO_NOME#"
OPERATOR_NAME = "#NOME_OPERADOR#"
RETURNS_AT = "#HORARIO_RETORNO#"


@dataclass(frozen=True)
class Wildcard:
    """A wildcard as the settings page explains it. Values longer than `longest` characters are cut when filled."""

    name: str
    meaning: str
    example: str
    longest: int


WILDCARDS: Mapping[str, Wildcard] = {
    wildcard.name: wildcard
    for wildcard in (
        Wildcard(COMPANY_NAME, "Nome da sua empresa", "Cobrança Exemplo", 120),
        Wildcard(FIRST_NAME, "Primeiro nome do devedor identificado", "Maria", 40),
        Wildcard(OPERATOR_NAME, "Nome do operador que atende a conversa", "João Pereira", 80),
        Wildcard(RETURNS_AT, "Quando o atendimento por operadores volta", "segunda-feira, 23/11, às 09:00", 40),
    )
}


class Group(StrEnum):
    """A subhead of the settings page, in its words and order."""

    MAIN = "Boas-vindas, transferência e encerramento"
    IDENTIFICATION = "Identificação e menu"
    NOTHING_TO_SEND = "Quando não há o que enviar"
    ABSENCE = "Fora do horário e inatividade"


class MessageKind(StrEnum):
    WELCOME = "welcome"
    ASK_IDENTIFICATION = "ask_identification"
    IDENTIFICATION_NOT_FOUND = "identification_not_found"
    MENU_INTRO = "menu_intro"
    INVALID_OPTION = "invalid_option"
    NO_BARCODE = "no_barcode"
    NO_PIX = "no_pix"
    NO_OPEN_TITLES = "no_open_titles"
    NO_AGREEMENT = "no_agreement"
    OUTSIDE_HOURS = "outside_hours"
    INACTIVITY = "inactivity"
    TRANSFER = "transfer"
    CLOSED_BY_OPERATOR = "closed_by_operator"
    CLOSED_BY_BOT = "closed_by_bot"


@dataclass(frozen=True)
class MessageSpec:
    """One automatic message: its name on the settings page, when it is sent, and what its text may hold."""

    kind: MessageKind
    title: str
    when: str
    default: str
    group: Group = Group.MAIN
    wildcards: tuple[str, ...] = (COMPANY_NAME,)
    max_length: int = TEXT_LIMIT


# In the order of the settings page: the four that every company personalises come first.
SPECS: tuple[MessageSpec, ...] = (
    MessageSpec(
        MessageKind.WELCOME,
        'Mensagem inicial de "Boas-Vindas" do atendente virtual',
        "Enviada quando a pessoa inicia uma conversa com o seu número.",
        "Olá! Este é o atendimento da #NOME_EMPRESA# pelo WhatsApp.",
    ),
    MessageSpec(
        MessageKind.TRANSFER,
        "Mensagem na transferência da conversa para um operador",
        "Enviada quando a conversa vai para um operador.",
        "Sua conversa será transferida para um de nossos operadores. Aguarde, por favor: em breve você será atendido.",
    ),
    MessageSpec(
        MessageKind.CLOSED_BY_OPERATOR,
        "Mensagem de encerramento de contato pelo operador",
        "Enviada quando o operador encerra a conversa.",
        "Este atendimento foi encerrado. A #NOME_EMPRESA# agradece o seu contato. "
        "Se precisar, envie uma nova mensagem por aqui.",
        wildcards=(COMPANY_NAME, OPERATOR_NAME),
    ),
    MessageSpec(
        MessageKind.CLOSED_BY_BOT,
        "Mensagem de encerramento de contato pelo chat bot",
        "Enviada quando a pessoa escolhe encerrar a conversa com o atendente virtual.",
        "Atendimento encerrado. A #NOME_EMPRESA# agradece o seu contato. "
        "Quando precisar, envie uma nova mensagem por aqui.",
    ),
    MessageSpec(
        MessageKind.ASK_IDENTIFICATION,
        "Pedido de identificação",
        "Enviada depois das boas-vindas, para pedir o CPF ou o CNPJ.",
        "Para a sua segurança, informe o seu CPF ou CNPJ.\n\n"
        "Se preferir ser atendido por uma pessoa, escreva *operador*.",
        Group.IDENTIFICATION,
    ),
    MessageSpec(
        MessageKind.IDENTIFICATION_NOT_FOUND,
        "Identificação não confirmada",
        "Enviada quando o CPF ou CNPJ é inválido ou não está na carteira. O texto é o mesmo nos dois casos, "
        "para não revelar quem está cadastrado.",
        "Não foi possível confirmar a sua identificação. Confira o CPF ou CNPJ e envie novamente.\n\n"
        "Se preferir ser atendido por uma pessoa, escreva *operador*.",
        Group.IDENTIFICATION,
    ),
    MessageSpec(
        MessageKind.MENU_INTRO,
        "Apresentação do menu",
        "Enviada com as opções do menu, depois da identificação.",
        "Obrigado, #PRIMEIRO_NOME#. Como podemos ajudar? Escolha uma das opções:",
        Group.IDENTIFICATION,
        (COMPANY_NAME, FIRST_NAME),
    ),
    MessageSpec(
        MessageKind.INVALID_OPTION,
        "Opção inválida",
        "Enviada com o menu quando a resposta não é uma das opções.",
        "Não entendi a sua resposta. Por favor, escolha uma das opções:",
        Group.IDENTIFICATION,
    ),
    MessageSpec(
        MessageKind.NO_BARCODE,
        "Código de barras não disponível",
        "Enviada com o menu quando nenhum título em aberto tem código de barras.",
        "No momento não há código de barras disponível por aqui. "
        "Para falar com um operador, escreva *operador*, ou escolha outra opção:",
        Group.NOTHING_TO_SEND,
    ),
    MessageSpec(
        MessageKind.NO_PIX,
        "PIX não disponível",
        "Enviada com o menu quando nenhum credor da pessoa tem chave PIX cadastrada.",
        "No momento não há PIX disponível por aqui. "
        "Para falar com um operador, escreva *operador*, ou escolha outra opção:",
        Group.NOTHING_TO_SEND,
    ),
    MessageSpec(
        MessageKind.NO_OPEN_TITLES,
        "Nenhum título em aberto",
        "Enviada quando a pessoa identificada não tem títulos em aberto.",
        "Não encontramos títulos em aberto para a sua identificação. "
        "Em caso de dúvida, escreva *operador* para falar com um operador.",
        Group.NOTHING_TO_SEND,
    ),
    MessageSpec(
        MessageKind.NO_AGREEMENT,
        "Nenhum acordo ativo",
        "Enviada com o menu quando a pessoa pede o termo de acordo e não tem acordo ativo.",
        "Não encontramos um acordo ativo para a sua identificação. "
        "Para falar com um operador, escreva *operador*, ou escolha outra opção:",
        Group.NOTHING_TO_SEND,
    ),
    MessageSpec(
        MessageKind.OUTSIDE_HOURS,
        "Fora do horário de atendimento",
        "Enviada no lugar da mensagem de transferência quando a conversa vai para um operador fora do horário de "
        "atendimento. A conversa espera pelo operador do mesmo modo.",
        "Nosso atendimento por operadores está fechado agora e volta #HORARIO_RETORNO#. "
        "Sua mensagem foi recebida: você será atendido por aqui.",
        Group.ABSENCE,
        (COMPANY_NAME, RETURNS_AT),
    ),
    MessageSpec(
        MessageKind.INACTIVITY,
        "Encerramento por inatividade",
        "Enviada quando a pessoa deixa de responder ao atendente virtual pelo tempo escolhido em Configurações do menu.",
        "Como não recebemos a sua resposta, este atendimento foi encerrado. "
        "Quando quiser, envie uma nova mensagem por aqui.",
        Group.ABSENCE,
    ),
)

_SPECS: Mapping[MessageKind, MessageSpec] = {spec.kind: spec for spec in SPECS}
DEFAULT_TEXTS: Mapping[MessageKind, str] = {spec.kind: spec.default for spec in SPECS}

_WILDCARD = re.compile(r"#[^\s#]+#")
_UNCLOSED = re.compile(r"#\w+")
_STARTER_VARIABLE = re.compile(r"\{\{[^{}]*\}\}")
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def spec_of(kind: MessageKind) -> MessageSpec:
    """The description of one kind of message."""
    return _SPECS[kind]


def tidy(text: str) -> str:
    """The text as it is kept: composed accents, plain line breaks, no space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each known wildcard replaced, once: a value that looks like a wildcard stays as it is.

    `values` is keyed by the wildcard itself ("#NOME_EMPRESA#"). A wildcard without a value stays visible.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group()
        if name not in WILDCARDS or name not in values:
            return name
        return " ".join(values[name].split())[: WILDCARDS[name].longest]

    return _WILDCARD.sub(value, text)


def first_name_of(name: str) -> str:
    """The first word of a registered name, in the case in which one greets: "MARIA DA SILVA" is "Maria"."""
    first = (name.split() or [""])[0]
    return first.capitalize() if first.isupper() or first.islower() else first


def preview(kind: MessageKind, text: str, company: str) -> str:
    """The text as the settings page shows it: the company's own name, and the example of each other wildcard."""
    values = {name: WILDCARDS[name].example for name in spec_of(kind).wildcards}
    return fill(text, {**values, COMPANY_NAME: company})


def check(kind: MessageKind, text: str) -> list[str]:
    """What is wrong, in Portuguese, with a text for this kind of message; empty when it can be saved."""
    text = tidy(text)
    if not any(char.isprintable() and not char.isspace() for char in text):
        return ["Escreva a mensagem. Ela não pode ficar em branco."]
    return [*_length_errors(kind, text), *_character_errors(text), *_wildcard_errors(kind, text)]


def _length_errors(kind: MessageKind, text: str) -> list[str]:
    limit = spec_of(kind).max_length
    if len(text) > limit:
        return [f"A mensagem pode ter no máximo {limit} caracteres; esta tem {len(text)}."]
    over = len(fill(text, {wildcard.name: "x" * wildcard.longest for wildcard in WILDCARDS.values()})) - BODY_LIMIT
    if over > 0:
        noun = "caractere" if over == 1 else "caracteres"
        return [f"Com os coringas preenchidos, a mensagem pode ficar longa demais. Retire pelo menos {over} {noun}."]
    return []


def _character_errors(text: str) -> list[str]:
    if any(_is_control(char) for char in text):
        return ["A mensagem tem caracteres invisíveis que o WhatsApp não aceita. Apague o trecho e digite novamente."]
    return []


def _is_control(char: str) -> bool:
    return char in _BIDI_CONTROLS or (char != "\n" and unicodedata.category(char) in ("Cc", "Cs"))


def _wildcard_errors(kind: MessageKind, text: str) -> list[str]:
    allowed = spec_of(kind).wildcards
    errors = [_wildcard_error(name, allowed) for name in dict.fromkeys(_WILDCARD.findall(text)) if name not in allowed]
    rest = _WILDCARD.sub(" ", text)
    for opened in dict.fromkeys(_UNCLOSED.findall(rest)):
        if near := _nearest(opened + "#", cutoff=0.85):
            errors.append(f"O coringa {opened} está incompleto. Escreva {near}, com # no começo e no fim.")
    if match := _STARTER_VARIABLE.search(rest):
        errors.append(f"{match.group()} só vale nos modelos de início de chat. Aqui use {_listed(allowed)}.")
    return errors


def _wildcard_error(name: str, allowed: tuple[str, ...]) -> str:
    if name in WILDCARDS:
        return f"O coringa {name} não está disponível nesta mensagem. Use {_listed(allowed)}."
    if near := _nearest(name, cutoff=0.6):
        return f"O coringa {name} não existe. Você quis dizer {near}?"
    return f"O coringa {name} não existe. Use {_listed(allowed)}."


def _nearest(name: str, cutoff: float) -> str | None:
    matches = difflib.get_close_matches(name.upper(), list(WILDCARDS), n=1, cutoff=cutoff)
    return matches[0] if matches else None


def _listed(names: tuple[str, ...]) -> str:
    return " ou ".join(names)
