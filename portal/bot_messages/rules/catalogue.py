"""The messages that the assistant and the operators' desk send by themselves, as data: defaults, wildcards, limits.

The defaults never threaten, never mention a debt before the person is identified, and answer a wrong and an unknown
CPF or CNPJ with the same words, so that nobody can find out who is in the portfolio.
"""

from __future__ import annotations

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
    REFUSAL = "Quando a pessoa não quer mais mensagens"


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
    OPT_OUT = "opt_out"
    WRONG_PERSON = "wrong_person"
    OPT_IN = "opt_in"


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
    MessageSpec(
        MessageKind.OPT_OUT,
        "Pedido para não receber mensagens",
        "Enviada quando a pessoa escreve “parar”, “não quero receber mensagens” ou parecido. O número não recebe mais "
        "modelos de início de chat.",
        "Pronto: a #NOME_EMPRESA# não iniciará novas conversas com este número. "
        "Se mudar de ideia, escreva *voltar a receber*.",
        Group.REFUSAL,
    ),
    MessageSpec(
        MessageKind.WRONG_PERSON,
        "Número de outra pessoa",
        "Enviada quando a pessoa escreve “não sou eu”, “número errado” ou parecido. O número não recebe mais modelos de "
        "início de chat, e a conversa deixa de estar vinculada ao devedor.",
        "Obrigado por avisar e desculpe o incômodo. A #NOME_EMPRESA# não iniciará novas conversas com este número.",
        Group.REFUSAL,
    ),
    MessageSpec(
        MessageKind.OPT_IN,
        "Pedido para voltar a receber mensagens",
        "Enviada quando a pessoa que pediu para não receber mensagens escreve “voltar a receber”.",
        "Pronto: a #NOME_EMPRESA# pode voltar a iniciar conversas com este número.",
        Group.REFUSAL,
    ),
)

_SPECS: Mapping[MessageKind, MessageSpec] = {spec.kind: spec for spec in SPECS}
DEFAULT_TEXTS: Mapping[MessageKind, str] = {spec.kind: spec.default for spec in SPECS}


def spec_of(kind: MessageKind) -> MessageSpec:
    """The description of one kind of message."""
    return _SPECS[kind]
