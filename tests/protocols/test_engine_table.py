"""The transition table: every state against every kind of event."""

from __future__ import annotations

from dataclasses import fields

import networkx
import numpy as np
import pytest

from protocols import ProtocolError
from protocols.engine import (
    TRANSITIONS,
    CloseBench,
    EngineState,
    Event,
    EventKind,
    GoSafe,
    MeasureRound,
    OpenBench,
    Outcome,
    Progress,
    ResetGates,
    RunState,
    react,
)

from .builders import make_limits, make_plan, make_round

# Written down a second time, by hand: whoever changes the table changes what technicians were told.
DOCUMENTED = """
             idle      preflight armed    running  paused   stopping safe      fault
prepare      preflight .         .        .        .        .        preflight .
checked      .         armed     .        .        .        .        .         .
start        .         .         running  .        .        .        .         .
step_done    .         .         .        running  .        .        .         .
finished     .         .         .        stopping .        .        .         .
pause        .         .         .        paused   .        .        .         .
resume       .         .         .        .        running  .        .         .
stop         .         stopping  stopping stopping stopping stopping .         fault
abort        .         stopping  stopping stopping stopping stopping .         fault
failed       .         fault     fault    fault    fault    fault    .         fault
safe_reached .         .         .        .        .        safe     .         safe
safe_failed  .         .         .        .        .        fault    .         fault
"""
STATES, *ROWS = [line.split() for line in DOCUMENTED.strip().splitlines()]
EXPECTED = {
    (RunState[state.upper()], EventKind[kind.upper()]): None if target == "." else RunState[target.upper()]
    for kind, *targets in ROWS
    for state, target in zip(STATES, targets, strict=True)
}
PAIRS = [pytest.param(s, k, id=f"{s.name}-{k.name}") for s in RunState for k in EventKind]
IN_USE = [s for s in RunState if s not in (RunState.IDLE, RunState.SAFE)]

PLAN = make_plan()


def state_in(run: RunState, **changes: object) -> EngineState:
    values: dict[str, object] = {"progress": Progress(wrong=np.ones(4, dtype=bool)), "limits": make_limits()}
    return EngineState(run=run, **(values | changes))  # type: ignore[arg-type]


def event_of(kind: EventKind) -> Event:
    """Build an event with the one field that its kind needs."""
    if kind is EventKind.CHECKED:
        return Event(kind, limits=make_limits())
    if kind is EventKind.STEP_DONE:
        return Event(kind, round=make_round(PLAN))
    return Event(kind, reason="because")


def contents(state: EngineState) -> list[object]:
    """List everything in a state, arrays as bytes, so that two listings compare by value."""
    progress = state.progress
    parts = [getattr(state, f.name) for f in fields(state) if f.name != "progress"]
    parts += [getattr(progress, f.name) for f in fields(progress)]
    return [part.tobytes() if isinstance(part, np.ndarray) else part for part in parts]


def test_the_documented_table_covers_every_pair_once() -> None:
    assert len(EXPECTED) == len(RunState) * len(EventKind) == 96
    assert None not in TRANSITIONS.values()
    assert set(TRANSITIONS) == {pair for pair, target in EXPECTED.items() if target is not None}


@pytest.mark.parametrize(("run", "kind"), PAIRS)
def test_every_pair_leads_where_documented_or_is_refused_and_changes_nothing(
    run: RunState, kind: EventKind
) -> None:
    target = EXPECTED[run, kind]
    state = state_in(run)
    before = contents(state)
    if target is None:
        with pytest.raises(ProtocolError) as caught:
            react(PLAN, state, event_of(kind))
        assert run.value in str(caught.value)
        assert kind.value in str(caught.value)
    else:
        after, _ = react(PLAN, state, event_of(kind))
        assert after.run is target
        assert TRANSITIONS[run, kind] is target
    assert contents(state) == before


def test_the_table_cannot_be_edited() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[RunState.IDLE, EventKind.START] = RunState.RUNNING  # type: ignore[index]


def graph() -> networkx.MultiDiGraph:
    drawn = networkx.MultiDiGraph()
    drawn.add_edges_from((a, b, kind) for (a, kind), b in TRANSITIONS.items())
    return drawn


@pytest.mark.parametrize("run", list(RunState))
def test_every_state_is_reached_from_idle_and_reaches_safe(run: RunState) -> None:
    assert networkx.has_path(graph(), RunState.IDLE, run)
    assert networkx.has_path(graph(), run, RunState.SAFE)


def test_only_the_bench_can_say_that_safe_is_reached() -> None:
    assert {kind for _, b, kind in graph().edges(keys=True) if b is RunState.SAFE} == {EventKind.SAFE_REACHED}


def test_no_way_leads_to_running_but_start_and_resume() -> None:
    into = {(a, kind) for a, b, kind in graph().edges(keys=True) if b is RunState.RUNNING}
    assert into == {
        (RunState.ARMED, EventKind.START),
        (RunState.PAUSED, EventKind.RESUME),
        (RunState.RUNNING, EventKind.STEP_DONE),
    }


@pytest.mark.parametrize("kind", [EventKind.STOP, EventKind.ABORT, EventKind.FAILED])
@pytest.mark.parametrize("run", IN_USE)
def test_stop_abort_and_failure_go_safe_while_instruments_are_in_use(run: RunState, kind: EventKind) -> None:
    after, commands = react(PLAN, state_in(run), event_of(kind))
    assert commands == (GoSafe(),)
    assert after.run in (RunState.STOPPING, RunState.FAULT)


@pytest.mark.parametrize("run", [RunState.STOPPING, RunState.FAULT])
def test_safe_lets_the_instruments_go(run: RunState) -> None:
    after, commands = react(PLAN, state_in(run), Event(EventKind.SAFE_REACHED))
    assert after.run is RunState.SAFE
    assert commands == (CloseBench(),)


@pytest.mark.parametrize("run", [RunState.STOPPING, RunState.FAULT])
def test_a_safe_state_that_cannot_be_reached_is_a_fault_and_lets_the_instruments_go(run: RunState) -> None:
    after, commands = react(PLAN, state_in(run), Event(EventKind.SAFE_FAILED, reason="the supply is silent"))
    assert after.run is RunState.FAULT
    assert after.outcome is Outcome.FAILED
    assert after.reason == "the supply is silent"
    assert commands == (CloseBench(),)


@pytest.mark.parametrize("run", [RunState.IDLE, RunState.SAFE])
def test_prepare_opens_the_bench_for_this_wiring_and_forgets_the_last_run(run: RunState) -> None:
    old = state_in(run, outcome=Outcome.FAILED, reason="last week", progress=Progress(cycle=9, rounds_done=2))
    after, commands = react(PLAN, old, Event(EventKind.PREPARE))
    (opened,) = commands
    assert isinstance(opened, OpenBench)
    assert opened.wiring is PLAN.task.wiring
    assert contents(after) == contents(EngineState(run=RunState.PREFLIGHT))


def test_checked_keeps_the_limits_and_waits_for_start() -> None:
    limits = make_limits(17)
    after, commands = react(
        PLAN, EngineState(run=RunState.PREFLIGHT), Event(EventKind.CHECKED, limits=limits)
    )
    assert after.limits is limits
    assert commands == ()


def test_start_charges_the_gates_and_measures_before_it_trains() -> None:
    _, commands = react(PLAN, state_in(RunState.ARMED), Event(EventKind.START))
    reset, measure = commands
    assert isinstance(reset, ResetGates)
    np.testing.assert_array_equal(reset.gates_V, PLAN.initial_gates_V)
    assert isinstance(measure, MeasureRound)
    assert measure.cycle == 0


def test_a_bench_that_was_never_checked_cannot_start() -> None:
    state = state_in(RunState.ARMED, limits=None)
    with pytest.raises(ProtocolError, match="not been checked"):
        react(PLAN, state, Event(EventKind.START))


def test_pausing_asks_for_nothing() -> None:
    after, commands = react(PLAN, state_in(RunState.RUNNING), Event(EventKind.PAUSE))
    assert after.run is RunState.PAUSED
    assert commands == ()


OUTCOME_OF = {
    EventKind.STOP: Outcome.STOPPED,
    EventKind.ABORT: Outcome.ABORTED,
    EventKind.FAILED: Outcome.FAILED,
    EventKind.SAFE_FAILED: Outcome.FAILED,
    EventKind.FINISHED: Outcome.COMPLETED,
}


@pytest.mark.parametrize(
    ("run", "kind"), [pair for pair in TRANSITIONS if pair[1] in OUTCOME_OF], ids=lambda x: x.name
)
@pytest.mark.parametrize("earlier", [None, *Outcome])
def test_the_first_outcome_stands_except_that_a_failure_overrides_it(
    run: RunState, kind: EventKind, earlier: Outcome | None
) -> None:
    state = state_in(run, outcome=earlier, reason="the first" if earlier else "")
    after, _ = react(PLAN, state, event_of(kind))
    if earlier is None or (OUTCOME_OF[kind] is Outcome.FAILED and earlier is not Outcome.FAILED):
        assert (after.outcome, after.reason) == (OUTCOME_OF[kind], "because")
    else:
        assert (after.outcome, after.reason) == (earlier, "the first")


@pytest.mark.parametrize(("run", "kind"), list(TRANSITIONS), ids=lambda x: x.name)
def test_reacting_is_a_function(run: RunState, kind: EventKind) -> None:
    first, commands = react(PLAN, state_in(run), event_of(kind))
    again, repeated = react(PLAN, state_in(run), event_of(kind))
    assert contents(first) == contents(again)
    assert [type(c) for c in commands] == [type(c) for c in repeated]
