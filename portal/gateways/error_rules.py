"""A provider's table of errors: what to tell people, and whether a machine may try again or must stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.gateways.base import SendError

_DETAIL_LENGTH = 300


@dataclass(frozen=True)
class Rule:
    """`retry`: the same message may be sent later. `stop`: the whole number is unfit until a person acts."""

    text: str
    retry: bool = False
    stop: bool = False


def retried(text: str) -> Rule:
    return Rule(text, retry=True)


def stopping(text: str) -> Rule:
    return Rule(text, stop=True)


OWN: Mapping[str, Rule] = {
    "limit": Rule(
        "A mensagem passa dos limites do WhatsApp ou está vazia. Encurte ou complete o texto e envie de novo."
    ),
    "recipient": Rule("O contato não tem telefone válido no WhatsApp. Corrija o telefone do devedor."),
    "file": Rule(
        "O arquivo a enviar não foi encontrado ou não pôde ser lido. Gere o documento de novo ou anexe o arquivo outra vez."
    ),
    "file_limit": Rule(
        "O WhatsApp não aceita um arquivo deste tipo ou deste tamanho. Envie um arquivo menor ou em outro formato."
    ),
}
"""What the portal itself refuses before anything leaves, whatever the provider."""


class ErrorTable:
    """Rules by code; `unknown` is the text of a code that is not in it, with "{code}" where it goes."""

    def __init__(self, rules: Mapping[str, Rule], unknown: str) -> None:
        self._rules = {**OWN, **rules}
        self._unknown = unknown

    def rule(self, code: str) -> Rule:
        return self._rules.get(code) or Rule(self._unknown.format(code=code))

    def refusal(self, code: str, detail: str, told: str = "") -> SendError:
        """The refusal that a code stands for. `detail` must not hold a secret any more."""
        rule = self.rule(code)
        return SendError(code, detail[:_DETAIL_LENGTH], retry=rule.retry, stop=rule.stop, told=told)

    def stops(self, code: str) -> bool:
        """Whether a code means that the whole connection is unfit until a person acts."""
        return self.rule(code).stop

    def explain(self, code: str) -> str:
        """One or two sentences in Portuguese for people: what the code means and what to do next."""
        return self.rule(code).text
