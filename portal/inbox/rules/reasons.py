"""The portal's own codes of a message that failed or is uncertain, beside the provider's, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping

WINDOW_CLOSED = "janela_fechada"
LOST_WORKER = "processo_interrompido"
DISPATCH_CANCELLED = "envio_cancelado"
LEFT_OUT = "fora_do_envio"
OTHER_API = "outra_api"
DISCARDED = "descartada_da_fila"
MAYBE_DISCARDED = "talvez_descartada"
STARTER_CHANGED = "modelo_mudou"
OPTED_OUT = "nao_contatar"

HELD = "O modelo não está aprovado agora. A mensagem sai sozinha quando a Meta voltar a aprová-lo."

MEANINGS: Mapping[str, str] = {
    WINDOW_CLOSED: "A janela de 24 h fechou antes do envio. Para voltar a falar, envie um modelo de início de chat.",
    STARTER_CHANGED: "O texto do modelo mudou antes do envio, e a mensagem não saiu. Envie o modelo de novo.",
    OPTED_OUT: "A pessoa pediu para não receber mensagens, ou o número é de outra pessoa. A mensagem não saiu.",
    LOST_WORKER: "O envio foi interrompido no meio e não se sabe se a mensagem saiu.",
    DISPATCH_CANCELLED: "O envio foi cancelado antes de a mensagem sair.",
    OTHER_API: "O número desta conversa está desligado ou foi removido, e a mensagem não saiu. Se ele só está desligado, um "
    "administrador pode ligá-lo de novo na aba Configurações.",
    DISCARDED: "A mensagem foi descartada da fila do PlugMessage antes de reconectar o celular e não saiu. Se ela ainda faz "
    "sentido, reenvie.",
    MAYBE_DISCARDED: "A fila do PlugMessage foi descartada, e ele não confirmou se esta mensagem estava nela.",
    LEFT_OUT: "A mensagem não saiu: o motivo para deixar a pessoa fora surgiu antes da nova tentativa.",
}
