"""What Meta's error codes mean: may the same message be tried again, is the connection unfit, what to tell people.

Meta's own advice is to build on `code` and never on the HTTP status, the title or the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.gateways.base import SendError
from portal.gateways.error_rules import ErrorTable, Rule, retried, stopping

_TOLD_LENGTH = 600

# With these Meta says that it does not know itself what happened, so they prove nothing about the message.
_UNCERTAIN = frozenset({"1", "131000"})


_PERMISSION = stopping(
    "O token de acesso não tem permissão para esta conta do WhatsApp. Gere um token de usuário do sistema com as "
    "permissões whatsapp_business_messaging e whatsapp_business_management."
)
_TOKEN = stopping("O token de acesso é inválido ou expirou. Gere um novo token na Meta e salve-o na aba Configurações.")
_BUSY = retried("O serviço do WhatsApp está indisponível no momento. Tente de novo em alguns minutos.")
_RATE = retried("O limite de chamadas da Meta foi atingido. Tente de novo em alguns minutos.")
_PIN = stopping("A verificação em duas etapas do número falhou. Confira o PIN do número no Gerenciador do WhatsApp.")
_FLOW = Rule("O fluxo do modelo está bloqueado ou limitado pela Meta. Confira o fluxo no Gerenciador do WhatsApp.")
_MARKETING_API = Rule("Este tipo de mensagem não é aceito por este canal da Meta. Use um modelo da categoria certa.")
_MARKETING_WAIT = retried("O canal de marketing da Meta ainda não está pronto. Tente de novo em alguns minutos.")
_BLOCK_LIST = Rule(
    "A Meta recusou a alteração da lista de bloqueio deste contato. Confira-a no Gerenciador do WhatsApp."
)
_PARAMETER = Rule("A Meta recusou os dados da mensagem. Confira o texto, os botões e o modelo usado.")

_RULES: dict[str, Rule] = {
    "0": _TOKEN,
    "1": Rule("A Meta relatou uma falha desconhecida e não se sabe se a mensagem saiu. Confira antes de reenviar."),
    "2": _BUSY,
    "3": _PERMISSION,
    "4": _RATE,
    "10": _PERMISSION,
    **{str(code): _PERMISSION for code in range(200, 300)},
    "33": stopping("O número de telefone foi excluído da Meta. Confira o ID do número na aba Configurações."),
    "80007": _RATE,
    "80008": _RATE,
    "100": _PARAMETER,
    "100/33": stopping(
        "O ID do número não existe ou o token não tem acesso a ele. Confira o ID e o token na aba Configurações."
    ),
    "104": _TOKEN,
    "190": _TOKEN,
    "368": stopping(
        "A conta está temporariamente bloqueada por política da Meta. Veja o motivo no Gerenciador do WhatsApp."
    ),
    "803": stopping("A Meta não encontrou o ID informado. Confira os IDs na aba Configurações."),
    "130429": retried("O limite de mensagens por segundo do número foi atingido. Tente de novo em alguns minutos."),
    "130472": Rule(
        "A Meta não entregou o modelo porque a pessoa participa de um teste dela. Use outro meio de contato."
    ),
    "130497": Rule("A conta não pode enviar mensagens para o país deste telefone. Use outro meio de contato."),
    "131000": Rule(
        "A Meta relatou uma falha desconhecida e não se sabe se a mensagem saiu. Confira antes de reenviar."
    ),
    "131005": _PERMISSION,
    "131008": Rule("Faltou um dado obrigatório na mensagem. Confira se todos os coringas do modelo têm valor."),
    "131009": _PARAMETER,
    "131016": _BUSY,
    "131021": Rule("O telefone do destinatário é o próprio número da empresa. Corrija o telefone do devedor."),
    "131026": Rule(
        "O telefone não recebe WhatsApp ou não aceita mensagens da empresa. Tente outro telefone do devedor."
    ),
    "131030": Rule("O número é de teste e o destinatário não está na lista permitida. Inclua-o na lista, na Meta."),
    "131031": stopping("A conta do WhatsApp está bloqueada ou desativada. Veja o motivo no Gerenciador do WhatsApp."),
    "131037": stopping(
        "O nome de exibição do número ainda não foi aprovado. Aguarde ou ajuste-o no Gerenciador do WhatsApp."
    ),
    "131042": stopping("Há um problema com a forma de pagamento na Meta. Regularize-o no Gerenciador do WhatsApp."),
    "131045": stopping("O registro do número falhou. Registre o número de novo no Gerenciador do WhatsApp."),
    "131047": Rule("Passaram mais de 24 horas desde a última mensagem da pessoa. Envie um modelo de início de chat."),
    "131048": stopping(
        "O número foi limitado por suspeita de spam. Pause os envios e veja a qualidade do número na Meta."
    ),
    "131049": Rule(
        "A Meta não entregou para não exceder as mensagens de marketing da pessoa. Espere ao menos 24 horas."
    ),
    "131050": Rule("A pessoa pediu para não receber mensagens de marketing da empresa. Não envie novos modelos a ela."),
    "131051": Rule("Este tipo de mensagem não é suportado pelo WhatsApp. Envie o conteúdo de outra forma."),
    "131052": Rule("O arquivo enviado pela pessoa não pôde ser baixado. Peça que o envie de novo."),
    "131053": Rule(
        "A Meta recusou o arquivo. Confira se ele abre, se é do tipo que parece e se não está grande demais."
    ),
    "131055": _MARKETING_API,
    "131056": retried("Muitas mensagens para a mesma pessoa em pouco tempo. Tente de novo em alguns minutos."),
    "131057": retried("O número está em manutenção na Meta. Tente de novo em alguns minutos."),
    "131060": Rule("O conteúdo da mensagem não está disponível. Peça que a pessoa a envie de novo."),
    "131062": Rule(
        "Esta mensagem precisa do telefone da pessoa, que ainda não é conhecido. Peça o telefone na conversa."
    ),
    "131063": Rule(
        "Modelos de marketing estão desligados nesta conta. Use um modelo de utilidade ou ligue-os na Meta."
    ),
    "131064": Rule(
        "A Meta limitou a conta por modelos na categoria errada. Revise os modelos no Gerenciador do WhatsApp."
    ),
    "132000": Rule(
        "A quantidade de coringas não confere com a do modelo aprovado. Confira o modelo de início de chat."
    ),
    "132001": Rule("O modelo não existe neste idioma ou não está aprovado. Confira o modelo de início de chat."),
    "132005": Rule("O texto do modelo ficou longo demais com os coringas preenchidos. Encurte o modelo."),
    "132007": Rule("O conteúdo do modelo viola a política da Meta. Altere o texto do modelo."),
    "132008": Rule("Um coringa do modelo tem valor inválido. Confira os dados do devedor."),
    "132012": Rule("Um coringa do modelo está em formato diferente do aprovado. Confira o modelo de início de chat."),
    "132015": Rule("O modelo foi pausado pela Meta por baixa qualidade. Use outro modelo ou aguarde a liberação."),
    "132016": Rule("O modelo foi desativado pela Meta por baixa qualidade. Crie outro modelo."),
    "132018": Rule(
        "Um coringa do modelo tem quebra de linha, tabulação ou espaços demais. Confira os dados do devedor."
    ),
    "132068": _FLOW,
    "132069": _FLOW,
    "133000": stopping(
        "A retirada anterior do número não terminou. Registre o número de novo no Gerenciador do WhatsApp."
    ),
    "133004": _BUSY,
    "133005": _PIN,
    "133006": stopping("O número precisa ser verificado antes do registro. Verifique-o no Gerenciador do WhatsApp."),
    "133008": _PIN,
    "133009": _PIN,
    "133010": stopping("O número não está registrado na API. Registre-o no Gerenciador do WhatsApp."),
    "133015": stopping("O número acabou de ser excluído da Meta. Espere cinco minutos e registre-o de novo."),
    "133016": stopping("Houve registros demais do número em pouco tempo. Espere e registre-o de novo."),
    "134011": Rule("Os termos de pagamento da Meta não foram aceitos. Aceite-os no Gerenciador do WhatsApp."),
    "134100": _MARKETING_API,
    "134101": _MARKETING_WAIT,
    "134102": _MARKETING_WAIT,
    "135000": Rule("A Meta recusou a mensagem sem dizer o motivo. Confira o conteúdo e tente de novo."),
    "137000": Rule("A identidade da pessoa no WhatsApp mudou. Confirme com quem está falando antes de continuar."),
    "139100": _BLOCK_LIST,
    "139101": _BLOCK_LIST,
    "139102": _BLOCK_LIST,
    "139103": _BLOCK_LIST,
    "141010": stopping("O número ainda não foi verificado pela Meta. Verifique-o no Gerenciador do WhatsApp."),
    "unreachable": retried("Não foi possível conectar ao WhatsApp. Tente de novo em alguns minutos."),
    "credentials": stopping("O ID do número ou o token de acesso não está correto. Confira-os na aba Configurações."),
    "recipient": Rule("O contato não tem telefone ou identificação válida no WhatsApp. Corrija o telefone do devedor."),
    "upload": retried("O arquivo não pôde ser enviado ao WhatsApp. Tente de novo em alguns minutos."),
}

_TABLE = ErrorTable(
    _RULES, "O WhatsApp recusou a mensagem (código {code}). Se persistir, procure o código na ajuda da Meta."
)
stops, explain = _TABLE.stops, _TABLE.explain


def graph_error(data: Any) -> Mapping[str, Any] | None:
    """The error object of a Graph answer, or None when the answer has no error object with a numeric code."""
    error = data.get("error") if isinstance(data, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    code = error.get("code")
    return error if isinstance(code, int) and not isinstance(code, bool) else None


def classify(error: Mapping[str, Any]) -> SendError:
    """The refusal that a Graph error object stands for. A code that the table lacks is neither retried nor a stop."""
    return _TABLE.refusal(_code(error), _detail(error), _told(error))


def proves_not_sent(error: Mapping[str, Any], status: int) -> bool:
    """Whether a Graph error object settles that the message did not go out.

    Not when Meta reports a failure unknown to itself, nor when an unheard-of code comes as a server failure (5xx).
    """
    code = _code(error)
    return code not in _UNCERTAIN and (status < 500 or code in _RULES)


def _code(error: Mapping[str, Any]) -> str:
    code = str(error.get("code"))
    with_subcode = f"{code}/{error.get('error_subcode')}"
    return with_subcode if with_subcode in _RULES else code


def _told(error: Mapping[str, Any]) -> str:
    """Meta's own words for people (`error_user_title`, `error_user_msg`), in the language of the account."""
    parts = (error.get("error_user_title"), error.get("error_user_msg"))
    return ": ".join(part.strip().rstrip(":") for part in parts if isinstance(part, str) and part.strip())[
        :_TOLD_LENGTH
    ]


def _detail(error: Mapping[str, Any]) -> str:
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, Mapping) else data
    parts = (error.get("message"), details, error.get("fbtrace_id"))
    return " · ".join(str(part) for part in parts if part)
