from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistant.rules.machine import IGNORED_KINDS, MAX_FAILURES, step
from portal.assistant.rules.turns import (
    MAX_ATTEMPTS,
    Close,
    Found,
    HandOver,
    LookUp,
    NoAgreement,
    NoBarcode,
    NoDocument,
    NoOpenTitles,
    NoPix,
    NoteFailure,
    NotFound,
    Said,
    Sent,
    State,
    Step,
)
from portal.menu.rules import MenuAction
from tests.assistant.examples import (
    CPF,
    DONE,
    IDENTIFY,
    IDENTIFY_1,
    IDENTIFY_2,
    IN_MENU,
    IN_MENU_1,
    IN_MENU_2,
    KNOWN,
    MENU,
    SETTINGS,
    START,
    said,
    words,
)

READABLE = st.sampled_from(["text", "interactive", "button"])
SETTINGS_ANY = st.builds(
    replace,
    st.just(SETTINGS),
    options=st.lists(st.sampled_from(MENU), unique=True).map(tuple),
    assistant_enabled=st.booleans(),
    interactive=st.booleans(),
    service_open=st.booleans(),
    failures=st.integers(0, MAX_FAILURES + 2),
)
SAID = st.builds(
    Said,
    text=st.sampled_from(["oi", "1", "3", "7", "boleto", "pix", "acordo", "negociar", "atendente", "tchau", "", CPF])
    | st.text(),
    reply_id=st.none() | st.sampled_from([f"menu:{action.value}" for action in MenuAction]) | st.text(),
    kind=READABLE | st.sampled_from(["audio", "image", *IGNORED_KINDS]) | st.text(),
    tax_id=st.none() | st.just(CPF),
)
MISSING = [NoBarcode(), NoPix(), NoOpenTitles(), NoAgreement(), NoDocument()]
AFTERWARDS = st.sampled_from([Found("Ana"), Found("Ana", False), NotFound(), Sent(), *MISSING])
STATES = st.sampled_from([START, KNOWN, IDENTIFY, IDENTIFY_1, IDENTIFY_2, IN_MENU, IN_MENU_1, IN_MENU_2, DONE])
WRONG = st.sampled_from(
    [said("talvez"), said("99"), said(kind="audio"), said("x", kind="image"), said(), said(reply_id="z")]
)


@given(st.lists(SAID | AFTERWARDS, max_size=12), SETTINGS_ANY)
def test_no_sequence_breaks_the_machine_or_speaks_after_the_end_or_gives_facts_too_soon(events, settings) -> None:
    state, identified = State(), False
    for event in events:
        before, turn = state, step(state, event, settings)
        assert turn == step(state, event, settings)
        identified = (identified and before.step is not Step.DONE) or (
            isinstance(event, Found) and before.step is Step.IDENTIFY
        )
        last = [isinstance(action, (HandOver, Close)) for action in turn.actions]
        assert not any(last[:-1])
        assert (turn.state.step is Step.DONE) == (any(last) or (before.step is Step.DONE and not turn.actions))
        if not identified:
            spoken = {words(action) for action in turn.actions}
            assert not spoken & {
                "BARCODES",
                "PIX",
                "STATEMENT",
                "TERM",
                "menu_intro+",
                "no_open_titles",
                "no_open_titles+",
                "no_barcode+",
                "no_pix+",
                "no_agreement+",
            }
            assert "Ana" not in str(turn)
        if not settings.assistant_enabled:
            assert not any(isinstance(action, LookUp) for action in turn.actions)
        state = turn.state


@given(STATES, st.lists(WRONG, min_size=MAX_ATTEMPTS + 1, max_size=MAX_ATTEMPTS + 1), SETTINGS_ANY)
def test_wrong_answers_reach_an_operator(state, events, settings) -> None:
    asked = state.step in (Step.IDENTIFY, Step.MENU)
    for event in events[: MAX_ATTEMPTS if asked else MAX_ATTEMPTS + 1]:
        turn = step(state, event, settings)
        if any(isinstance(action, HandOver) for action in turn.actions):
            return
        state = turn.state
    pytest.fail("no operator after three wrong answers")


@given(st.lists(SAID | AFTERWARDS, max_size=12), SETTINGS_ANY)
def test_who_guessed_too_often_is_looked_up_no_more_and_every_wrong_answer_counts(events, settings) -> None:
    state = State()
    for event in events:
        turn = step(state, event, settings)
        if settings.failures >= MAX_FAILURES:
            assert not any(isinstance(action, LookUp) for action in turn.actions)
        wrong = "identification_not_found" in {words(action) for action in turn.actions}
        assert not wrong or NoteFailure() in turn.actions
        assert settings.failures + 1 < MAX_FAILURES or not wrong, "the last guess goes to a person"
        state = turn.state


@given(SAID, STATES, SETTINGS_ANY)
def test_nobody_is_left_without_an_answer(event, state, settings) -> None:
    assert bool(step(state, event, settings).actions) == (event.kind not in IGNORED_KINDS)


@given(st.lists(SAID | AFTERWARDS, max_size=8), SETTINGS_ANY)
def test_the_state_survives_its_json(events, settings) -> None:
    state = State()
    for event in events:
        state = step(state, event, settings).state
        assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


@pytest.mark.parametrize(
    "data",
    [
        None, {}, [], "menu", 3, {"step": "pix"}, {"step": "menu"}, {"step": None, "attempts": 0, "debtor_known": False},
        {"step": "menu", "attempts": 0, "debtor_known": False},
        {"step": "menu", "attempts": "0", "debtor_known": True},
        {"step": "menu", "attempts": True, "debtor_known": True},
        {"step": "menu", "attempts": 0, "debtor_known": 1},
        {"step": "identify", "attempts": 3, "debtor_known": False},
        {"step": "identify", "attempts": -1, "debtor_known": False},
        {"step": ["menu"], "attempts": 0, "debtor_known": True},
    ],
)  # fmt: skip
def test_an_unreadable_state_is_a_fresh_start(data) -> None:
    assert State.from_json(data) == State()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_any_json_is_a_state(data) -> None:
    assert isinstance(State.from_json(data), State)
