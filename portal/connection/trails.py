"""How the history of the hours, the days off and the limits is told, and brought back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import url_for

from portal.accounts.models import User
from portal.audit import queries as audit
from portal.audit.history import NotRestorable, Trail, Values
from portal.connection import queries
from portal.connection.models import Connection, ConnectionKind, ScheduleKind
from portal.connection.rules.hours import week_of
from portal.connection.rules.words import week_words
from portal.connection.service import Limits, numbers, schedules
from portal.connection.service.schedules import Wanted
from portal.extensions import db
from portal.portfolio.rules.calendar import STATES

HOLIDAYS = "holidays"
NAMES = {
    ScheduleKind.SENDING.value: "Janela de envio",
    ScheduleKind.SERVICE.value: "Horário de atendimento",
    HOLIDAYS: "Feriados próprios",
}
ANCHORS = {ScheduleKind.SENDING.value: "janela", ScheduleKind.SERVICE.value: "atendimento", HOLIDAYS: "feriados"}

SCHEDULE_LABELS = {
    "hours": "Dias e horários",
    "national_holidays": "Feriados nacionais",
    "state": "Feriados do estado",
    "own_holidays": "Feriados próprios",
    "days": "Datas",
}

CONNECTION_LABELS = {
    "daily_limit": "Máx. Envio por Dia",
    "batch_size": "Máx. Envio entrada agente",
    "name": "Nome",
    "primary": "Número principal",
    "enabled": "Ligado",
    "kind": "API",
    "base_url": "Endereço do servidor",
    "display_phone": "Número",
    "phone_number_id": "ID do número ou da instância",
    "waba_id": "ID da conta do WhatsApp (WABA)",
    "access_token": "Token (fim)",
    "app_secret": "Chave secreta (fim)",
    "stopped": "Parada (código)",
    "link": "Celular",
    "discarded": "Mensagens descartadas da fila do provedor",
    "names": "Quem recebe os lembretes",
    "interactive": "Botões e listas",
    "removed": "Remoção",
}

WATCHERS = "watchers"
OLD = "Esta versão não pode mais ser restaurada."


def schedule_trail() -> Trail:
    return Trail(
        prefix="schedule",
        name=lambda account_id, key: NAMES.get(key),
        labels=SCHEDULE_LABELS,
        show=_show_schedule,
        url=lambda key: url_for("connection.show", _anchor=ANCHORS.get(key)),
        restore=_restore_schedule,
        kind="Janela de envio e horários",
        current=_current_schedule,
    )


def connection_trail() -> Trail:
    return Trail(
        prefix="connection",
        name=_connection_name,
        labels=CONNECTION_LABELS,
        show=_show_connection,
        url=_connection_url,
        restore=_restore_limits,
        kind="Conexão e agente de envio",
        actions={
            "connection.add": "adicionou o número",
            "connection.kind": "escolheu a API",
            "connection.primary": "mudou o número principal",
            "connection.switch": "ligou ou desligou",
            "connection.name": "mudou o nome",
            "connection.credentials": "salvou as credenciais",
            "connection.resume": "mandou tentar de novo",
            "connection.link": "mandou conectar o celular",
            "connection.unlink": "desconectou o celular",
            "connection.queue": "descartou a fila do provedor",
            "connection.number": "aceitou o número conectado",
            "connection.watchers": "mudou quem recebe os lembretes",
            "connection.interactive": "ligou ou desligou botões e listas",
            "connection.remove": "removeu o número",
        },
        required=frozenset(("daily_limit", "batch_size")),
        current=_current_limits,
    )


def _show_schedule(account_id: int, field: str, value: Any) -> str:
    if field == "hours":
        return _read(week_words, value)
    if field == "days":
        return ", ".join(f"{date.fromisoformat(day):%d/%m/%Y} {name}" for day, name in value.items()) or "Nenhuma"
    if field == "state":
        return value or "Nenhum"
    return "Sim" if value else "Não"


def _read(words: Callable[[Any], str], stored: Any) -> str:
    try:
        return words(week_of(stored))
    except (ValueError, TypeError):
        return "—"


def _restore_schedule(user_id: int, account_id: int, key: str, values: Values) -> None:
    user = _user(user_id, account_id)
    try:
        if key == HOLIDAYS:
            schedules.replace_holidays(user, {date.fromisoformat(day): name for day, name in values["days"].items()})
        else:
            schedules.save(user, ScheduleKind(key), None, _wanted(values))
    except (KeyError, ValueError, TypeError) as error:
        db.session.rollback()
        raise NotRestorable(OLD) from error


def _current_schedule(account_id: int, key: str) -> Values | None:
    if key == HOLIDAYS:
        return {"days": schedules.days_of(account_id)}
    if key not in set(ScheduleKind):
        return None
    return schedules.state_of(queries.schedule_of(account_id, ScheduleKind(key)))


def _wanted(values: Values) -> Wanted:
    week = week_of(values["hours"])
    state = values["state"]
    if len(week) != 7 or state not in ("", *STATES):
        raise ValueError
    return Wanted(week, bool(values["national_holidays"]), state, bool(values["own_holidays"]))


def _user(user_id: int, account_id: int) -> User:
    user = db.session.get_one(User, user_id)
    if user.account_id != account_id:
        raise NotRestorable(OLD)
    return user


def _connection(account_id: int, key: str) -> Connection | None:
    found = db.session.get(Connection, int(key)) if key.isascii() and key.isdigit() and len(key) < 10 else None
    return found if found is not None and found.account_id == account_id else None


def _connection_name(account_id: int, key: str) -> str | None:
    if key == WATCHERS:
        return "Lembretes da leitura do QR Code"
    found = _connection(account_id, key)
    if found is not None:
        return f"Conexão: {queries.title_of(found)}"
    return "Número removido" if audit.newest_id(account_id, f"connection:{key}") else None


def _connection_url(key: str) -> str:
    found = db.session.get(Connection, int(key)) if key.isascii() and key.isdigit() and len(key) < 10 else None
    if found is None or found.archived_at is not None:
        return url_for("connection.show")
    return url_for("connection.show_number", connection_id=int(key), _anchor="connection-limits")


def _show_connection(account_id: int, field: str, value: Any) -> str:
    if field == "kind" and value in set(ConnectionKind):
        return queries.NAMES[ConnectionKind(value)]
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    return str(value) if value not in (None, "") else "—"


def _current_limits(account_id: int, key: str) -> Values | None:
    found = _connection(account_id, key)
    return {"daily_limit": found.daily_limit, "batch_size": found.batch_size} if found else None


def _restore_limits(user_id: int, account_id: int, key: str, values: Values) -> None:
    """Only the limits: of credentials nothing but their end is kept."""
    found, user = _connection(account_id, key), _user(user_id, account_id)
    if found is not None and found.archived_at is not None:
        raise NotRestorable("Este número foi removido.")
    if found is None or not {"daily_limit", "batch_size"} <= set(values):
        raise NotRestorable("Só os limites do agente de envio podem ser restaurados.")
    wanted = Limits(int(values["daily_limit"]), int(values["batch_size"]))
    numbers.save_limits(found, user, None, wanted)
