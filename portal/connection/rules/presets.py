"""Weeks to begin with, each with the law it follows, and what a company should know of a week of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.connection.rules.hours import ALL_DAY, Hours, Span

CONSUMER_CODE = (
    "O Código de Defesa do Consumidor não fixa horário, mas os arts. 42 e 71 proíbem expor o devedor a "
    "constrangimento ou atrapalhar seu trabalho, descanso ou lazer. A pena é detenção de três meses a um ano e multa."
)

Week = tuple[Span | None, ...]


@dataclass(frozen=True)
class Preset:
    """A week with its holidays. `law` says in Portuguese what it follows, `warning` what speaks against it."""

    name: str
    law: str
    week: Week
    national: bool = True
    state: str = ""
    warning: str = ""


def _week(weekdays: tuple[int, int], saturday: tuple[int, int] | None = None) -> Week:
    short = Span(saturday[0] * 60, saturday[1] * 60) if saturday else None
    return (Span(weekdays[0] * 60, weekdays[1] * 60),) * 5 + (short, None)


DEFAULT_WEEK = _week((9, 18))

SENDING: Mapping[str, Preset] = {
    "padrao": Preset(
        "Padrão seguro",
        "Cabe em todas as leis estaduais desta lista, com uma hora de folga. Não há lei federal de horário.",
        DEFAULT_WEEK,
    ),
    "restritiva": Preset(
        "Mais restritiva das leis",
        "O que todas as leis estaduais desta lista permitem ao mesmo tempo.",
        _week((9, 19)),
    ),
    "sp": Preset("São Paulo", "Lei SP 15.426/2014, consolidada na 17.832/2023.", _week((8, 20), (8, 14)), state="SP"),
    "al": Preset("Alagoas", "Lei AL 7.782/2016: vale para ligações e mensagens.", _week((8, 20), (8, 14)), state="AL"),
    "rj": Preset("Rio de Janeiro", "Lei RJ 7.868/2018.", _week((9, 19)), state="RJ"),
    "es": Preset("Espírito Santo", "Lei ES 10.626/2017.", _week((8, 19)), state="ES"),
    "am": Preset("Amazonas", "Lei AM 306/2016, que só fixa o fim, às 19h.", _week((8, 19)), state="AM"),
    "livre": Preset(
        "Sem restrição",
        "Nenhuma lei estadual desta lista permite estes horários.",
        (ALL_DAY,) * 7,
        national=False,
        warning=CONSUMER_CODE,
    ),
}

SERVICE: Mapping[str, Preset] = {
    "sempre": Preset("Sempre", "O atendimento nunca fecha.", (ALL_DAY,) * 7, national=False),
    "comercial": Preset("Horário comercial", "O mais comum nos escritórios.", DEFAULT_WEEK),
}

_WIDEST: Week = _week((8, 20), (8, 14))


def risk(hours: Hours) -> str:
    """What speaks against starting conversations in these hours, in Portuguese; "" when some state's law allows them."""
    beyond = [span for span, widest in zip(hours.week, _WIDEST, strict=True) if span and not _within(span, widest)]
    if not beyond and (hours.holidays.national or hours.never_opens):
        return ""
    cause = "Estes horários vão além" if beyond else "Iniciar conversas em feriados nacionais vai além"
    return f"{cause} do que as leis estaduais de cobrança permitem. {CONSUMER_CODE}"


def _within(span: Span, widest: Span | None) -> bool:
    return widest is not None and widest.opens <= span.opens and span.closes <= widest.closes
