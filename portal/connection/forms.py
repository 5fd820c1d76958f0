from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import NumberRange, Regexp, StopValidation

from portal.connection.fields import CredentialField, fields_of
from portal.connection.models import Connection, ConnectionKind
from portal.connection.rules.address import is_inner
from portal.connection.rules.hours import Span, clock_text, minutes
from portal.connection.rules.words import DAYS
from portal.portfolio.rules.calendar import STATES
from portal.portfolio.rules.phones import PhoneError, formatted, parse
from portal.web.forms import Form, ValidationError, at_most, needed

MAX_DAILY = 100_000
MAX_BATCH = 50


class NewNumberForm(Form):
    kind = RadioField("Qual API este número usa", validate_choice=False)
    name = StringField("Nome", [at_most(60)])

    def __init__(self, kinds: Mapping[ConnectionKind, str], **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [SelectChoice(kind.value, label) for kind, label in kinds.items()]

    def validate_kind(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Escolha uma das opções.")


class NameForm(Form):
    number_name = StringField("Nome", [at_most(60)])
    seen_name = HiddenField()


class InteractiveForm(Form):
    interactive = BooleanField("Enviar o menu com botões e listas")
    seen_interactive = HiddenField()


class CredentialsForm(Form):
    """The credentials of a kind of connection, a field for each in `fields.FIELDS`; made by `credentials_form`."""

    version = IntegerField()
    kind: ConnectionKind
    saved: frozenset[str]

    def validate_display_phone(self, field: StringField) -> None:
        try:
            phone = parse(field.data)
        except PhoneError as error:
            raise ValidationError(str(error)) from error
        shown = formatted(phone.e164)
        field.data = shown if len(shown) <= 20 else phone.e164

    def validate_base_url(self, field: StringField) -> None:
        if field.data and not field.errors and is_inner(field.data):
            raise ValidationError("Este endereço é de uma rede interna. Informe um endereço https da internet.")

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for each in fields_of(self.kind):
            if each.secret and each.required and not self[each.name].data and each.name not in self.saved:
                self[each.name].errors = [f"Informe {each.thing}."]
                valid = False
        return valid

    @property
    def credentials(self) -> list[tuple[CredentialField, Any]]:
        """What each field is, with the field, in the order of the page."""
        return [(each, self[each.name]) for each in fields_of(self.kind)]

    @property
    def given(self) -> dict[str, str]:
        return {each.name: self[each.name].data or "" for each in fields_of(self.kind)}


def credentials_form(connection: Connection) -> CredentialsForm:
    """The form of a number's credentials, filled with what may be shown of them."""
    fields = fields_of(connection.kind)
    made = {each.name: _credential(each) for each in fields}
    cls = type("CredentialsForm", (CredentialsForm,), {**made, "kind": connection.kind})
    form = cls(**{each.name: getattr(connection, each.name) for each in fields if not each.secret})
    form.saved = frozenset(each.name for each in fields if getattr(connection, each.name))
    return form  # type: ignore[no-any-return]


def _credential(each: CredentialField) -> Any:
    checks: list[Any] = [needed(each.thing)] if each.required and not each.secret else []
    if each.name != "display_phone":
        checks.append(at_most(each.length))
    if each.pattern:
        checks.append(Regexp(each.pattern, message=each.refusal))
    return (PasswordField if each.secret else StringField)(each.label, checks)


class WholeNumber(IntegerField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if not re.fullmatch(r"[0-9]{1,9}", typed):
            self.data = None
            raise ValueError(f"{self.label.text}: use um número inteiro, sem ponto nem vírgula.")
        self.data = int(typed)

    def pre_validate(self, form: Form) -> None:
        if self.process_errors:
            raise StopValidation


class LimitsForm(Form):
    daily_limit = WholeNumber(
        "Máx. Envio por Dia", [NumberRange(0, MAX_DAILY, message="Use um número entre 0 e 100.000 por dia.")]
    )
    batch_size = WholeNumber(
        "Máx. Envio entrada agente", [NumberRange(1, MAX_BATCH, message="Use um número entre 1 e 50 por vez.")]
    )
    seen_daily = HiddenField()
    seen_batch = HiddenField()

    def validate_batch_size(self, field: WholeNumber) -> None:
        if self.daily_limit.data and field.data is not None and field.data > self.daily_limit.data:
            raise ValidationError("Não pode ser maior que o Máx. Envio por Dia.")


_STATE_CHOICES = [SelectChoice("", "Nenhum"), *(SelectChoice(state, state) for state in STATES)]


_HOUR = re.compile(r"([0-9]{1,2})(?:[:hH.]([0-9]{2})|[hH])?", re.ASCII)


def _tidy_time(typed: Any) -> Any:
    """ "9", "9h" and "9h30" are what people write for 09:00 and 09:30."""
    found = _HOUR.fullmatch(typed.strip()) if isinstance(typed, str) else None
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else typed


class ScheduleForm(Form):
    """Seven days, each with open_N, from_N and to_N (0 is Monday), and which holidays count."""

    national_holidays = BooleanField("Feriados nacionais")
    state = SelectField("Feriados do estado", choices=_STATE_CHOICES, validate_choice=False)
    own_holidays = BooleanField("Feriados próprios, da lista abaixo")
    version = HiddenField()

    def validate_state(self, field: SelectField) -> None:
        if field.data not in ("", *STATES):
            raise ValidationError("Escolha um estado da lista.")

    def validate(self, extra_validators: Any = None) -> bool:
        results = [super().validate(extra_validators), *(self._check_day(number) for number in range(7))]
        return all(results)

    def _check_day(self, number: int) -> bool:
        if not self[f"open_{number}"].data:
            return True
        name = DAYS[number].capitalize()
        for part, words in (("from", "início"), ("to", "fim")):
            field = self[f"{part}_{number}"]
            try:
                minutes(field.data or "")
            except ValueError:
                field.errors = [f"{name}: informe o {words} como 09:00 ou 18:30."]
                return False
        if self._span(number) is None:
            self[f"to_{number}"].errors = [f"{name}: o fim deve ser depois do início."]
            return False
        return True

    def _span(self, number: int) -> Span | None:
        opens, closes = self[f"from_{number}"].data, self[f"to_{number}"].data
        if not self[f"open_{number}"].data or minutes(opens) >= minutes(closes, closing=True):
            return None
        return Span(minutes(opens), minutes(closes, closing=True))

    @property
    def week(self) -> tuple[Span | None, ...]:
        """The days of a valid form."""
        return tuple(self._span(number) for number in range(7))

    @property
    def days(self) -> list[dict[str, Any]]:
        """The three fields of each day, as the table shows them."""
        return [
            {"name": name, "open": self[f"open_{n}"], "opens": self[f"from_{n}"], "closes": self[f"to_{n}"]}
            for n, name in enumerate(DAYS)
        ]


def _add_days() -> None:
    for number, name in enumerate(DAYS):
        setattr(ScheduleForm, f"open_{number}", BooleanField(name.capitalize()))
        setattr(ScheduleForm, f"from_{number}", StringField("Início", filters=[_tidy_time]))
        setattr(ScheduleForm, f"to_{number}", StringField("Fim", filters=[_tidy_time]))


_add_days()


def week_data(week: Sequence[Span | None]) -> dict[str, Any]:
    """What a ScheduleForm shows of a week."""
    data: dict[str, Any] = {}
    for number, span in enumerate(week):
        data[f"open_{number}"] = span is not None
        data[f"from_{number}"] = clock_text(span.opens) if span else ""
        data[f"to_{number}"] = clock_text(span.closes) if span else ""
    return data


class Day(DateField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        typed = [value.strip() for value in valuelist if value.strip()]
        try:
            super().process_formdata(typed)
        except ValueError as error:
            raise ValueError("Informe a data como 24/12/2026.") from error

    def pre_validate(self, form: Form) -> None:
        if self.process_errors:
            raise StopValidation
        if self.data is None:
            raise StopValidation("Informe a data.")


class HolidayForm(Form):
    day = Day("Data", format=["%Y-%m-%d", "%d/%m/%Y"])
    name = StringField("Nome", [needed("o nome do feriado"), at_most(80)])

    def __init__(self, today: date, **values: Any) -> None:
        super().__init__(**values)
        self.today = today

    def validate_day(self, field: Day) -> None:
        if field.data < self.today:
            raise ValidationError("Esta data já passou.")
        if field.data.year > self.today.year + 10:
            raise ValidationError("Use uma data dos próximos dez anos.")
