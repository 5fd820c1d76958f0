"""What PlugMessage's refusals mean. It has no error codes, only English sentences that vary: known fragments of them
stand for codes of our own, which are stored, explained and acted on."""

from __future__ import annotations

import re

from portal.gateways.error_rules import ErrorTable, Rule, retried, stopping

NO_ROUTE = "instance_unknown"
NO_PAIRING = "no_pairing_code"
TOKEN_MISSING = "client_token"
SUSPENDED = "suspended"
TOO_LARGE = "too_large"
# "Timeout on send message": as an answer it leaves open what happened; as news of a message it is a failure.
NOT_PROVEN = "not_delivered"

_RULES: dict[str, Rule] = {
    SUSPENDED: stopping(
        "A assinatura da instância no PlugMessage venceu. Renove-a no painel do PlugMessage; os envios esperam até lá."
    ),
    "restricted": stopping(
        "O WhatsApp restringiu temporariamente os envios deste número. Pause as cobranças por ele, espere a restrição "
        "acabar e só então retome os envios."
    ),
    TOKEN_MISSING: stopping(
        "O PlugMessage não aceitou o Client-Token. Copie o token de segurança da conta no painel do PlugMessage, em "
        "Segurança, e salve-o na aba Configurações."
    ),
    "address_refused": stopping(
        "O PlugMessage só aceita chamadas de endereços autorizados, e o deste portal não está entre eles. Inclua-o na "
        "lista do painel do PlugMessage, em Segurança."
    ),
    NO_ROUTE: stopping(
        "O PlugMessage não encontrou a instância. Confira o ID e o token da instância na aba Configurações."
    ),
    "credentials": stopping(
        "O ID, o token da instância ou o Client-Token não está correto. Confira-os na aba Configurações."
    ),
    "not_connected": stopping(
        "O celular não está conectado ao PlugMessage. Conecte-o de novo pelo QR Code; os envios esperam até lá."
    ),
    "queue_full": retried(
        "A fila do PlugMessage está cheia. Confira se o celular está conectado e tente de novo em alguns minutos."
    ),
    "rate": retried("O PlugMessage recebeu chamadas demais em pouco tempo. Tente de novo em alguns minutos."),
    "unreachable": retried("Não foi possível falar com o PlugMessage. Tente de novo em alguns minutos."),
    "not_sent": Rule(
        "O PlugMessage informou que não fez o que foi pedido. Confira no celular se o número está conectado e tente "
        "de novo."
    ),
    "no_whatsapp": Rule("Este telefone não tem WhatsApp. Tente outro telefone do devedor."),
    "rejected": Rule(
        "O WhatsApp não permitiu o envio desta mensagem. Revise o texto e tente outro telefone ou outro meio de contato."
    ),
    NOT_PROVEN: Rule(
        "O PlugMessage não conseguiu entregar a mensagem ao WhatsApp. Confira a conexão do celular e envie de novo."
    ),
    "button_terms": Rule(
        "O uso de botões precisa ser aceito no painel do PlugMessage. Aceite os termos lá ou use o menu em texto."
    ),
    "media": Rule("O PlugMessage não conseguiu ler o arquivo enviado. Confira se ele abre e envie de novo."),
    TOO_LARGE: Rule("O PlugMessage não aceita um arquivo deste tamanho. Envie um arquivo menor."),
    "passkey": Rule("Este aparelho exige chave de acesso para conectar. Faça a conexão pelo painel do PlugMessage."),
    NO_PAIRING: Rule("O PlugMessage não ofereceu o código para digitar no celular. Conecte pelo QR Code."),
    "webhook": Rule(
        "O PlugMessage não aceitou o endereço de retorno do portal. Ele precisa começar com https:// e estar acessível "
        "pela internet."
    ),
    "refused": Rule(
        "O PlugMessage recusou o pedido. Confira os dados e a conexão; se persistir, fale com o suporte dele."
    ),
}

_TABLE = ErrorTable(_RULES, "O PlugMessage recusou o pedido (código {code}). Confira a conexão do número.")
refusal, stops, explain = _TABLE.refusal, _TABLE.stops, _TABLE.explain

# The first fragment that is found decides, so what is special stands before what is general.
_FRAGMENTS = (
    ("must subscribe", SUSPENDED),
    ("shadow_ban", "restricted"),
    ("client-token", TOKEN_MISSING),
    ("null not allowed", TOKEN_MISSING),
    ("unable to find matching target", NO_ROUTE),
    ("not_found", NO_ROUTE),
    ("instance not found", NO_ROUTE),
    ("button", "button_terms"),
    ("number does not exist", "no_whatsapp"),
    ("invalid phone number", "no_whatsapp"),
    ("invalid media", "media"),
    ("media format", "media"),
    ("404 error", "media"),
    ("have permission to send", "rejected"),
    ("rejected sending", "rejected"),
    ("allow sending", "rejected"),
    ("timeout on send", NOT_PROVEN),
    ("error on send", NOT_PROVEN),
    ("queue", "queue_full"),
    ("too many", "rate"),
    ("not connected", "not_connected"),
    ("disconnected", "not_connected"),
    ("restore the session", "not_connected"),
)
_ADDRESS_REFUSED = re.compile(r"[0-9a-f.:]{3,45} not allowed", re.IGNORECASE)


def code_of(told: str) -> str:
    """Our code for what PlugMessage wrote; "refused" for a sentence that nobody has seen yet."""
    lowered = told.lower()
    for fragment, code in _FRAGMENTS:
        if fragment in lowered:
            return code
    return "address_refused" if _ADDRESS_REFUSED.fullmatch(lowered.strip()) else "refused"
