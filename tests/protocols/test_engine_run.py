"""Whole runs through the engine, by hand and with a bench without physics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from protocols import Method, Noise, OrderKind, Plan, ProtocolError
from protocols.engine import (
    CloseBench,
    Command,
    EngineState,
    Event,
    EventKind,
    GoSafe,
    MeasureRound,
    OpenBench,
    Outcome,
    ResetGates,
    RunBlock,
    RunState,
    react,
)

from .builders import FakeBench, make_limits, make_plan, make_record, make_round


def started(plan: Plan, block_cycles: int = 3) -> tuple[EngineState, tuple[Command, ...]]:
    state, commands = EngineState(), ()
    for event in (
        Event(EventKind.PREPARE),
        Event(EventKind.CHECKED, limits=make_limits(block_cycles)),
        Event(EventKind.START),
    ):
        state, commands = react(plan, state, event)
    return state, commands


def cycle_to_measure(commands: tuple[Command, ...]) -> int:
    (command,) = commands
    assert isinstance(command, MeasureRound)
    return command.cycle


def carry_out(plan: Plan, state: EngineState, commands: tuple[Command, ...], bench: FakeBench) -> EngineState:
    """Do what the engine asks until it asks for nothing more."""
    steps = 0
    while commands:
        steps += 1
        assert steps < 1000, "the engine does not come to an end"
        step = commands[-1]
        if isinstance(commands[0], ResetGates):
            bench.reset_gates()
        if isinstance(step, RunBlock):
            event = Event(EventKind.STEP_DONE, record=bench.run(step.block))
        elif isinstance(step, MeasureRound):
            event = Event(EventKind.STEP_DONE, round=bench.measure(plan, step.cycle))
        elif isinstance(step, GoSafe):
            bench.safe_state()
            event = Event(EventKind.SAFE_REACHED)
        else:
            assert isinstance(step, CloseBench)
            bench.close()
            return state
        state, commands = react(plan, state, event)
    return state


def test_a_whole_run_by_hand() -> None:
    plan = make_plan(cycles=7, rounds=(0, 4, 7), with_test=True)
    state = EngineState()

    state, commands = react(plan, state, Event(EventKind.PREPARE))
    assert state.run is RunState.PREFLIGHT
    assert isinstance(commands[0], OpenBench)

    state, commands = react(plan, state, Event(EventKind.CHECKED, limits=make_limits(3)))
    assert (state.run, commands) == (RunState.ARMED, ())

    state, commands = react(plan, state, Event(EventKind.START))
    assert isinstance(commands[0], ResetGates)
    assert cycle_to_measure(commands[1:]) == 0

    state, (step,) = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan, 0.05)))
    assert isinstance(step, RunBlock)
    assert step.block.points.tolist() == [0, 1, 2]  # as long as the bench allows
    assert step.block.wrong.all()
    assert state.progress.rounds_done == 1
    assert state.progress.train is not None
    assert state.progress.train.error_V2 == pytest.approx(0.05**2)
    assert state.progress.test is not None

    state, (step,) = react(plan, state, Event(EventKind.STEP_DONE, record=make_record(0, 3, time_s=1e-4)))
    assert isinstance(step, RunBlock)
    assert (step.block.first_cycle, step.block.points.tolist()) == (3, [3])  # up to the next round

    state, commands = react(plan, state, Event(EventKind.STEP_DONE, record=make_record(3, 1, time_s=2e-4)))
    assert cycle_to_measure(commands) == 4
    assert state.progress.cycle == 4
    assert state.progress.learning_time_s == pytest.approx(5e-4)
    assert state.progress.previous_point == 3

    state, commands = react(plan, state, Event(EventKind.PAUSE))
    assert (state.run, commands) == (RunState.PAUSED, ())
    state, commands = react(plan, state, Event(EventKind.RESUME))
    assert state.run is RunState.RUNNING
    assert cycle_to_measure(commands) == 4

    state, (step,) = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan, 0.02)))
    assert isinstance(step, RunBlock)
    assert (step.block.first_cycle, step.block.points.tolist()) == (4, [0, 1, 2])

    state, commands = react(plan, state, Event(EventKind.STEP_DONE, record=make_record(4, 3)))
    assert cycle_to_measure(commands) == 7
    assert state.outcome is None

    state, commands = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan, 0.01)))
    assert (state.run, commands) == (RunState.STOPPING, (GoSafe(),))
    assert (state.outcome, state.reason) == (Outcome.COMPLETED, "all cycles trained")

    state, commands = react(plan, state, Event(EventKind.SAFE_REACHED))
    assert (state.run, commands) == (RunState.SAFE, (CloseBench(),))
    assert (state.outcome, state.progress.cycle, state.progress.rounds_done) == (Outcome.COMPLETED, 7, 3)
    assert state.progress.train is not None
    assert state.progress.train.error_V2 == pytest.approx(0.01**2)


@pytest.mark.parametrize("kind", list(OrderKind))
@pytest.mark.parametrize("block_cycles", [1, 3, 100])
def test_every_cycle_is_trained_once_and_every_round_measured_once(
    kind: OrderKind, block_cycles: int
) -> None:
    plan = make_plan(23, (0, 1, 2, 9, 23), kind=kind)
    bench = FakeBench()
    state = carry_out(plan, *started(plan, block_cycles), bench)
    assert state.run is RunState.SAFE
    assert state.outcome is Outcome.COMPLETED
    assert bench.trained == list(range(23))
    assert bench.measured == [0, 1, 2, 9, 23]
    assert bench.gates_set == 1
    assert bench.is_safe
    assert not bench.is_open
    assert state.progress.learning_time_s == pytest.approx(sum(bench.learning_times_s), rel=1e-12)
    assert state.progress.previous_point == bench.points[-1]


@pytest.mark.parametrize("kind", list(OrderKind))
def test_a_bench_that_ran_only_part_of_a_block_is_asked_for_the_rest(kind: OrderKind) -> None:
    plan = make_plan(23, (0, 9, 23), kind=kind)
    bench = FakeBench()
    state, commands = started(plan, 5)
    while state.run is RunState.RUNNING:
        step = commands[-1]
        if isinstance(step, RunBlock):
            event = Event(EventKind.STEP_DONE, record=bench.run(step.block, at_most=2))
        else:
            assert isinstance(step, MeasureRound)
            event = Event(EventKind.STEP_DONE, round=bench.measure(plan, step.cycle))
        state, commands = react(plan, state, event)
        if bench.points:
            assert state.progress.previous_point == bench.points[-1]
    assert bench.trained == list(range(23))
    assert bench.measured == [0, 9, 23]
    assert state.outcome is Outcome.COMPLETED


def test_perfect_rounds_end_a_run_early() -> None:
    plan = make_plan(40, tuple(range(0, 41, 4)), stop_after_perfect=2)
    bench = FakeBench(halving=2.0)  # 0.1 V at the start, below the tolerance of 1 mV at cycle 16
    state = carry_out(plan, *started(plan), bench)
    assert bench.measured == [0, 4, 8, 12, 16, 20]
    assert bench.trained == list(range(20))
    assert state.outcome is Outcome.COMPLETED
    assert state.progress.perfect_rounds == 2
    assert "2 rounds in a row" in state.reason


def test_a_wrong_round_starts_the_count_of_perfect_rounds_again() -> None:
    plan = make_plan(5, (0, 1, 2, 3, 4, 5), stop_after_perfect=2)
    state, _ = started(plan)
    counts = []
    for cycle, error in enumerate([0.0, 0.1, 0.0, 0.0]):
        state, _ = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan, error)))
        counts.append(state.progress.perfect_rounds)
        if state.run is RunState.RUNNING:
            state, _ = react(plan, state, Event(EventKind.STEP_DONE, record=make_record(cycle, 1)))
    assert counts == [1, 0, 1, 2]
    assert state.run is RunState.STOPPING


def test_without_a_limit_perfect_rounds_do_not_end_a_run() -> None:
    plan = make_plan(6, (0, 2, 4, 6))
    bench = FakeBench(halving=0.01)
    state = carry_out(plan, *started(plan), bench)
    assert bench.trained == list(range(6))
    assert state.reason == "all cycles trained"


def test_a_round_tells_the_next_block_which_points_are_wrong() -> None:
    plan = make_plan(points=4)
    state, _ = started(plan)
    read = make_round(plan, 0.0)
    read.train_outputs[2] += 0.1
    state, (step,) = react(plan, state, Event(EventKind.STEP_DONE, round=read))
    assert isinstance(step, RunBlock)
    assert step.block.wrong.tolist() == [False, False, True, False]
    record = replace(make_record(0, 3), wrong=np.array([True, False, False, False]))
    state, (step,) = react(plan, state, Event(EventKind.STEP_DONE, record=record))
    assert isinstance(step, RunBlock)
    assert step.block.wrong.tolist() == [True, False, False, False]


def test_a_run_without_test_data_has_no_test_score() -> None:
    plan = make_plan()
    state, _ = started(plan)
    state, _ = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan)))
    assert state.progress.train is not None
    assert state.progress.test is None


def test_when_the_safe_state_fails_the_run_is_a_fault_until_it_is_reached() -> None:
    plan = make_plan()
    state, _ = started(plan)
    state, commands = react(plan, state, Event(EventKind.STOP, reason="the technician pressed stop"))
    assert (state.run, commands) == (RunState.STOPPING, (GoSafe(),))
    assert state.outcome is Outcome.STOPPED

    state, commands = react(plan, state, Event(EventKind.SAFE_FAILED, reason="source 2 does not answer"))
    assert (state.run, commands) == (RunState.FAULT, (CloseBench(),))
    assert (state.outcome, state.reason) == (Outcome.FAILED, "source 2 does not answer")

    state, commands = react(plan, state, Event(EventKind.STOP, reason="again"))
    assert (state.run, commands) == (RunState.FAULT, (GoSafe(),))
    state, commands = react(plan, state, Event(EventKind.SAFE_FAILED, reason="still silent"))
    assert (state.run, state.reason) == (RunState.FAULT, "source 2 does not answer")

    state, commands = react(plan, state, Event(EventKind.ABORT))
    state, commands = react(plan, state, Event(EventKind.SAFE_REACHED))
    assert (state.run, commands) == (RunState.SAFE, (CloseBench(),))
    assert (state.outcome, state.reason) == (Outcome.FAILED, "source 2 does not answer")


def test_after_safe_a_new_run_starts_from_nothing() -> None:
    plan = make_plan()
    bench = FakeBench()
    state = carry_out(plan, *started(plan), bench)
    for event in (
        Event(EventKind.PREPARE),
        Event(EventKind.CHECKED, limits=make_limits()),
        Event(EventKind.START),
    ):
        state, commands = react(plan, state, event)
    assert isinstance(commands[0], ResetGates)
    assert cycle_to_measure(commands[1:]) == 0
    assert (state.outcome, state.progress.cycle, state.progress.learning_time_s) == (None, 0, 0.0)


@pytest.mark.parametrize("kind", list(OrderKind))
def test_progress_and_plan_are_enough_to_go_on(kind: OrderKind) -> None:
    plan = make_plan(12, (0, 5, 12), kind=kind, noise=Noise(1e-3, 1e-3))
    state, commands = started(plan)
    bench = FakeBench()
    while state.run is RunState.RUNNING:
        elsewhere = EngineState(run=RunState.PAUSED, progress=state.progress, limits=state.limits)
        _, again = react(plan, elsewhere, Event(EventKind.RESUME))
        resumed, step = again[-1], commands[-1]
        if isinstance(step, RunBlock):
            assert isinstance(resumed, RunBlock)
            for name in ("points", "inputs", "labels", "wrong"):
                np.testing.assert_array_equal(getattr(resumed.block, name), getattr(step.block, name))
            event = Event(EventKind.STEP_DONE, record=bench.run(step.block))
        else:
            assert isinstance(step, MeasureRound)
            assert cycle_to_measure((resumed,)) == step.cycle
            event = Event(EventKind.STEP_DONE, round=bench.measure(plan, step.cycle))
        state, commands = react(plan, state, event)


def test_a_run_paused_before_its_first_step_still_charges_the_gates() -> None:
    """A pause that arrives right after start, before its commands are carried out, takes their place."""
    plan = make_plan()
    state, _ = started(plan)
    state, _ = react(plan, state, Event(EventKind.PAUSE))
    state, commands = react(plan, state, Event(EventKind.RESUME))
    assert [type(c) for c in commands] == [ResetGates, MeasureRound]


def test_a_run_paused_later_keeps_what_the_gates_have_learned() -> None:
    plan = make_plan()
    state, _ = started(plan)
    state, _ = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan)))
    state, _ = react(plan, state, Event(EventKind.PAUSE))
    state, commands = react(plan, state, Event(EventKind.RESUME))
    assert [type(c) for c in commands] == [RunBlock]


BEFORE_ROUND_0, IN_FIRST_BLOCK = 0, 1
MISFITS = [
    pytest.param(BEFORE_ROUND_0, Event(EventKind.STEP_DONE), id="nothing"),
    pytest.param(
        BEFORE_ROUND_0, Event(EventKind.STEP_DONE, record=make_record(0, 3)), id="block instead of round"
    ),
    pytest.param(
        IN_FIRST_BLOCK, Event(EventKind.STEP_DONE, round=make_round(make_plan())), id="round instead of block"
    ),
    pytest.param(IN_FIRST_BLOCK, Event(EventKind.STEP_DONE, record=make_record(0, 0)), id="empty record"),
    pytest.param(
        IN_FIRST_BLOCK, Event(EventKind.STEP_DONE, record=make_record(3, 3)), id="record of later cycles"
    ),
    pytest.param(
        IN_FIRST_BLOCK, Event(EventKind.STEP_DONE, record=make_record(0, 5)), id="record across a round"
    ),
    pytest.param(
        IN_FIRST_BLOCK,
        Event(EventKind.STEP_DONE, record=make_record(0, 3), round=make_round(make_plan())),
        id="both at once",
    ),
]


@pytest.mark.parametrize(("done", "event"), MISFITS)
def test_a_step_that_was_not_asked_for_is_refused_and_changes_nothing(done: int, event: Event) -> None:
    plan = make_plan(10, (0, 4, 10))
    state, _ = started(plan)
    for _ in range(done):
        state, _ = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan)))
    progress = state.progress
    with pytest.raises(ProtocolError):
        react(plan, state, event)
    assert state.progress is progress
    assert state.run is RunState.RUNNING


def test_a_bench_may_reuse_its_buffer_of_wrong_flags() -> None:
    """The record belongs to the bench: the engine neither freezes its arrays nor follows them later."""
    plan = make_plan()
    state, _ = started(plan)
    state, _ = react(plan, state, Event(EventKind.STEP_DONE, round=make_round(plan)))
    buffer = np.array([True, False, True, False])
    state, (step,) = react(
        plan, state, Event(EventKind.STEP_DONE, record=replace(make_record(0, 3), wrong=buffer))
    )
    buffer[:] = False
    assert isinstance(step, RunBlock)
    assert step.block.wrong.tolist() == [True, False, True, False]
    assert state.progress.wrong.tolist() == [True, False, True, False]


def test_the_tolerance_of_the_method_decides_what_is_right() -> None:
    loose = make_plan(method=Method(tolerance_V=0.06), stop_after_perfect=1)
    state, _ = started(loose)
    state, commands = react(loose, state, Event(EventKind.STEP_DONE, round=make_round(loose, 0.05)))
    assert state.run is RunState.STOPPING
    assert commands == (GoSafe(),)
