"""The guided set-up of the official API: each thing that must be true is tried, and the one that is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import cast

from portal import clock, gateways
from portal.connection.models import Connection
from portal.connection.service import health
from portal.extensions import db
from portal.gateways.base import Line, SendError, Uncertain
from portal.gateways.cloud_api import CloudApi, NumberInfo
from portal.gateways.registry import explain

SOON = timedelta(days=30)
_HIDDEN = ("100/33", "100", "33", "803")
"""Meta's codes for an object that does not exist or that the token may not see: it does not say which."""

NOT_CONNECTED = "A Meta informa que este número não está conectado e não pode enviar mensagens."


class Outcome(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """One thing that must be true. `can_subscribe`: the portal itself can put it right."""

    name: str
    outcome: Outcome
    text: str = ""
    can_subscribe: bool = False


@dataclass(frozen=True)
class Check:
    """Every step of a test, and what Meta says of the number when it told."""

    steps: tuple[Step, ...]
    number: NumberInfo | None = None

    @property
    def ok(self) -> bool:
        return not any(step.outcome is Outcome.WRONG for step in self.steps)

    @property
    def reason(self) -> str:
        """What the first wrong step says, "" when none is wrong."""
        return next((step.text for step in self.steps if step.outcome is Outcome.WRONG), "")


def check(connection: Connection) -> Check:
    """Try every credential of a number of the official API and keep what Meta says of the number; commits.

    The caller's transaction ends before the first question: none is open across the network.
    """
    run = _Run(cast(CloudApi, gateways.get(connection.kind.value)), connection.kind.value, connection.line)
    heard = connection.last_webhook_at is not None
    verified = bool((connection.health or {}).get(health.VERIFIED))
    connection_id = connection.id
    db.session.commit()
    run.all()
    if run.number is not None:
        health.keep(connection_id, run.line, run.number)
    return Check((*run.steps, _webhook(heard, verified)), run.number)


def subscribe(connection: Connection) -> str:
    """Have Meta send the messages of the number's account to this app. In Portuguese what failed, "" when it worked.

    Commits first; safe to repeat.
    """
    kind, line = connection.kind.value, connection.line
    db.session.commit()
    try:
        cast(CloudApi, gateways.get(kind)).setup.subscribe(line)
    except SendError as error:
        return explain(kind, error.code)
    except Uncertain:
        return "A Meta não confirmou a assinatura. Veja no teste abaixo se ela foi feita."
    return ""


def _webhook(heard: bool, verified: bool) -> Step:
    if heard:
        return Step("Webhook", Outcome.OK, "A Meta já entregou mensagens a este portal.")
    if verified:
        text = (
            "O endereço foi verificado pela Meta, mas nenhuma mensagem chegou ainda. Escreva para o número e confira."
        )
    else:
        text = "A Meta ainda não verificou o endereço. Cole abaixo, no painel da Meta, a URL e o token de verificação."
    return Step("Webhook", Outcome.WARNING, text)


@dataclass
class _Run:
    """The questions in their order. After a failure that makes the rest pointless `over` is set."""

    gateway: CloudApi
    kind: str
    line: Line
    steps: list[Step] = field(default_factory=list)
    number: NumberInfo | None = None
    app_id: str = ""
    over: bool = False

    def all(self) -> None:
        for name, ask in (
            ("Token de acesso", self._token),
            ("Conta do WhatsApp (WABA)", self._account),
            ("Número", self._number),
            ("Número na conta (WABA)", self._membership),
            ("Chave secreta do app", self._secret),
            ("Assinatura do app", self._subscription),
        ):
            self.steps.append(self._tried(name, ask))

    def _tried(self, name: str, ask: Callable[[str], Step]) -> Step:
        if self.over:
            return Step(name, Outcome.SKIPPED)
        try:
            return ask(name)
        except SendError as error:
            self.over = error.retry or error.code in health.TOKEN_CODES
            return Step(name, Outcome.WRONG, explain(self.kind, error.code))

    def _token(self, name: str) -> Step:
        try:
            info = self.gateway.setup.token(self.line)
        except SendError as error:
            if error.retry or error.code in health.TOKEN_CODES:
                raise
            text = "A Meta não deixou conferir as permissões do token; as outras linhas mostram se ele serve."
            return Step(name, Outcome.WARNING, text)
        if not info.valid:
            self.over = True
            return Step(name, Outcome.WRONG, explain(self.kind, "190"))
        self.app_id = info.app_id
        if info.missing:
            missing = " e ".join(info.missing)
            text = f"Falta ao token a permissão {missing}. Gere outro token, de um usuário do sistema, com ela."
            if len(info.missing) > 1:
                text = f"Faltam ao token as permissões {missing}. Gere outro token, de um usuário do sistema, com elas."
            return Step(name, Outcome.WRONG, text)
        if info.expires_at is None:
            return Step(name, Outcome.OK, "Válido, com as duas permissões, e não expira.")
        text = f"Válido, com as duas permissões, até {info.expires_at:%d/%m/%Y}."
        if info.expires_at - clock.now() > SOON:
            return Step(name, Outcome.OK, text)
        return Step(name, Outcome.WARNING, f"{text} Troque-o antes por um permanente, de um usuário do sistema.")

    def _account(self, name: str) -> Step:
        try:
            title = self.gateway.setup.account_name(self.line)
        except SendError as error:
            if error.code not in _HIDDEN:
                raise
            swapped = self._are_swapped()
            text = (
                "Os dois IDs estão trocados: o do número está no lugar do ID da conta (WABA)."
                if swapped
                else "A Meta não encontra uma conta (WABA) com este ID, ou o token não tem acesso a ela. Confira o ID da "
                "conta do WhatsApp e a quais contas o usuário do sistema tem acesso."
            )
            return Step(name, Outcome.WRONG, text)
        return Step(name, Outcome.OK, title)

    def _are_swapped(self) -> bool:
        line = self.line
        try:
            numbers = self.gateway.setup.numbers(
                Line(line.connection_id, waba_id=line.phone_number_id, access_token=line.access_token)
            )
        except SendError:
            return False
        return line.waba_id in numbers

    def _number(self, name: str) -> Step:
        try:
            number = self.gateway.check(self.line)
        except SendError as error:
            if error.code not in _HIDDEN:
                raise
            text = (
                "A Meta não encontra um número com este ID, ou o token não tem acesso a ele. Confira o ID do número de "
                "telefone, que não é o telefone."
            )
            return Step(name, Outcome.WRONG, text)
        self.number = number
        if not number.connected:
            return Step(name, Outcome.WRONG, " ".join((NOT_CONNECTED, *number.problems)))
        if number.can_send == "BLOCKED":
            return Step(name, Outcome.WRONG, " ".join(("A Meta bloqueou os envios deste número.", *number.problems)))
        return Step(name, Outcome.OK, f"{number.display_phone}, conectado.")

    def _membership(self, name: str) -> Step:
        try:
            numbers = self.gateway.setup.numbers(self.line)
        except SendError as error:
            if error.code not in _HIDDEN:
                raise
            return Step(name, Outcome.SKIPPED, "Não foi testado: a conta (WABA) não foi encontrada.")
        if self.line.phone_number_id in numbers:
            return Step(name, Outcome.OK, "O número é desta conta.")
        listed = ", ".join(f"{phone} (ID {number_id})" for number_id, phone in list(numbers.items())[:5])
        text = f"O número não é desta conta. Os dela são: {listed}." if listed else "Esta conta não tem números."
        return Step(name, Outcome.WRONG, text)

    def _secret(self, name: str) -> Step:
        if self.number is None:
            return Step(name, Outcome.SKIPPED, "Não foi testada: o número não foi encontrado.")
        if self.gateway.setup.secret_fits(self.line):
            return Step(name, Outcome.OK, "É a do app do token.")
        text = "Esta chave não é a do app do token. Copie-a em Configurações do app > Básico, no painel da Meta."
        return Step(name, Outcome.WRONG, text)

    def _subscription(self, name: str) -> Step:
        try:
            apps = self.gateway.setup.subscribers(self.line)
        except SendError as error:
            if error.code not in _HIDDEN:
                raise
            return Step(name, Outcome.SKIPPED, "Não foi testada: a conta (WABA) não foi encontrada.")
        if self.app_id in apps if self.app_id else apps:
            return Step(name, Outcome.OK, "A Meta entrega ao seu app as mensagens desta conta.")
        text = "O seu app não recebe as mensagens desta conta. Assine agora."
        return Step(name, Outcome.WRONG, text, can_subscribe=True)
