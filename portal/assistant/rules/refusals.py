"""What a person writes who wishes no more messages, or who is not the one that is sought. Pure.

Only the whole message counts, courtesies aside: "não quero parar de pagar" is no refusal. Meta asks to honour a wish to
stop however it is made (WhatsApp Business Messaging Policy), and the LGPD gives everybody the right to object (art. 18, § 2º).
"""

from __future__ import annotations

from enum import StrEnum

from portal.menu.rules import plain


class Wish(StrEnum):
    STOP = "stop"
    WRONG_PERSON = "wrong_person"
    RESUME = "resume"


_STOP = (
    "parar", "pare", "parem", "stop", "descadastrar", "descadastre", "remover", "remova", "me remova", "bloquear",
    "não quero receber", "não quero mais receber", "não quero mensagem", "não quero mensagens", "não quero mais mensagens", "não quero receber mensagem", "não quero receber mensagens",
    "não quero mais receber mensagem", "não quero mais receber mensagens", "não desejo receber mensagens",
    "não desejo mais receber mensagens", "não me mande mensagem", "não me mande mensagens", "não me mande mais mensagem",
    "não me mande mais mensagens", "não mande mensagens", "não mande mais mensagens", "não mandar mais mensagens",
    "não envie mensagens", "não envie mais mensagens", "não me envie mais mensagens", "não enviar mais mensagens",
    "pare de mandar mensagem", "pare de mandar mensagens", "pare de me mandar mensagem", "pare de me mandar mensagens",
    "pare de enviar mensagens", "pare de me enviar mensagens", "parar de receber", "parar de receber mensagens",
    "quero parar de receber mensagens", "remova meu número", "remover meu número", "retire meu número", "tire meu número",
    "apague meu número", "não me chame mais", "não entre mais em contato", "não me procure mais",
)  # fmt: skip
_STOP_AT_THE_START = ("sair",)
"""Clear only in answer to a message that we began: within the assistant's menu it ends the conversation."""
_WRONG_PERSON = (
    "não sou eu", "não sou essa pessoa", "não sou esta pessoa", "não sou a pessoa", "não sou quem procura",
    "não sou quem você procura", "não sou quem vocês procuram", "não conheço essa pessoa",
    "não conheço esta pessoa", "não conheço ninguém com esse nome", "desconheço essa pessoa",
    "desconheço esta pessoa", "pessoa errada", "número errado", "telefone errado", "contato errado",
    "número não é dessa pessoa", "esse número não é dessa pessoa", "esse número não é dele",
    "esse número não é dela", "este número não é dessa pessoa", "esse número não é mais dessa pessoa",
)  # fmt: skip
_WRONG_PERSON_UNATTENDED = ("engano", "é engano", "foi engano", "por engano")
"""To an operator it may as well be said of a payment, and they see which is meant."""
_RESUME = ("voltar a receber", "voltar a receber mensagens", "quero voltar a receber", "quero receber mensagens")

_COURTESIES = frozenset(
    "por favor pfv pf obrigado obrigada oi ola bom boa dia tarde noite senhor senhora moco moca gente voces".split()
)


def wish_in(text: str, *, opted_out: bool, answers_starter: bool, attended: bool = False) -> Wish | None:
    """What the whole message asks for, None when it is no such wish.

    `answers_starter`: it is the first thing said after a message that we began, or at all. `attended`: it is said to a
    person of the company. Only somebody who is `opted_out` can wish to receive again.
    """
    said = _bare(text)
    if said in _PHRASES[Wish.WRONG_PERSON] or (not attended and said in _UNATTENDED):
        return Wish.WRONG_PERSON
    if said in _PHRASES[Wish.STOP] or (answers_starter and said in _AT_THE_START):
        return Wish.STOP
    return Wish.RESUME if opted_out and said in _PHRASES[Wish.RESUME] else None


def _bare(text: str) -> str:
    return " ".join(word for word in plain(text).split() if word not in _COURTESIES)


_PHRASES = {
    Wish.STOP: frozenset(map(_bare, _STOP)),
    Wish.WRONG_PERSON: frozenset(map(_bare, _WRONG_PERSON)),
    Wish.RESUME: frozenset(map(_bare, _RESUME)),
}
_AT_THE_START = frozenset(map(_bare, _STOP_AT_THE_START))
_UNATTENDED = frozenset(map(_bare, _WRONG_PERSON_UNATTENDED))
