"""What Evolution API's refusals mean. It has no error codes, only HTTP statuses and sentences of three programs that
vary with the version: what is known of them stands for codes of our own, which are stored, explained and acted on."""

from __future__ import annotations

from portal.gateways.error_rules import ErrorTable, Rule, retried, stopping

CREDENTIALS = "credentials"
NO_INSTANCE = "instance_unknown"
NO_ROUTE = "not_evolution"
NO_WHATSAPP = "no_whatsapp"
NOT_CONNECTED = "not_connected"
ADDRESS = "address"

_RULES: dict[str, Rule] = {
    CREDENTIALS: stopping(
        "A Evolution API não aceitou a chave (apikey) ou o nome da instância. Confira os dois na aba Configurações; "
        "os envios esperam até lá."
    ),
    NO_INSTANCE: stopping(
        "A Evolution API não tem uma instância com este nome. Confira o nome na aba Configurações ou crie a instância "
        "no servidor."
    ),
    NO_ROUTE: stopping(
        "O endereço respondeu, mas não como a Evolution API v2. Confira o endereço do servidor na aba Configurações."
    ),
    ADDRESS: stopping(
        "O endereço do servidor não pode ser usado. Ele precisa começar com https:// e estar na internet; um servidor "
        "da rede interna precisa ser autorizado por quem instalou o portal."
    ),
    NOT_CONNECTED: stopping(
        "O celular não está conectado à Evolution API. Conecte-o de novo pelo QR Code; os envios esperam até lá."
    ),
    "rate": retried("A Evolution API recebeu chamadas demais em pouco tempo. Tente de novo em alguns minutos."),
    "unreachable": retried(
        "Não foi possível falar com o servidor da Evolution API. Tente de novo em alguns minutos; se continuar, confira "
        "se ele está no ar."
    ),
    NO_WHATSAPP: Rule("Este telefone não tem WhatsApp. Tente outro telefone do devedor."),
    "not_delivered": Rule(
        "A Evolution API não conseguiu entregar a mensagem ao WhatsApp. Confira a conexão do celular e envie de novo."
    ),
    "too_large": Rule(
        "O servidor da Evolution API não aceita um arquivo deste tamanho. Peça a quem cuida dele para aumentar o "
        "limite, ou envie um arquivo menor."
    ),
    "pairing": Rule(
        "A Evolution API só dá o código de pareamento a uma instância parada. Leia o QR Code, ou desconecte o número e "
        "peça o código de novo."
    ),
    "refused": Rule(
        "A Evolution API recusou o pedido. Confira os dados e a conexão; se persistir, fale com quem cuida do servidor."
    ),
}

_TABLE = ErrorTable(_RULES, "A Evolution API recusou o pedido (código {code}). Confira a conexão do número.")
refusal, stops, explain = _TABLE.refusal, _TABLE.stops, _TABLE.explain
