"""The label servo of the engine: shifts follow the error, stay in bounds, and reach the next block."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import ConfigError, Method
from protocols.engine import Event, EventKind, RunBlock, react
from protocols.method import Hinge, LabelServo, TimeRule, Timing

from .builders import FakeBench, make_limits, make_plan
from .test_engine_run import started

SERVO = Method("label-servo", servo=LabelServo(gain_per_s=100.0, limit_V=0.05, interval_cycles=4))


def after_blocks(miss_V: float, method: Method = SERVO) -> tuple[list[RunBlock], list[np.ndarray]]:
    """Run a plan whose outputs always miss their labels by miss_V; return blocks and label shifts."""
    plan, bench = make_plan(cycles=40, rounds=(0, 40), method=method), FakeBench()
    state, commands = started(plan, block_cycles=20)
    blocks, shifts = [], []
    state, commands = react(plan, state, Event(EventKind.STEP_DONE, round=bench.measure(plan, 0)))
    while isinstance(step := commands[-1], RunBlock):
        blocks.append(step)
        labels = plan.task.train.labels[step.block.points]
        times = np.full(len(labels), method.time.pulse_s)
        record = replace(bench.run(step.block), free_outputs=labels - miss_V, learning_time_s=times)
        state, commands = react(plan, state, Event(EventKind.STEP_DONE, record=record))
        shifts.append(np.array(state.progress.servo_V))
    return blocks, shifts


def test_a_label_moves_by_gain_times_error_times_learning_time_and_the_next_block_aims_there() -> None:
    blocks, shifts = after_blocks(1e-3)
    plan = make_plan(method=SERVO)
    per_visit = 100.0 * 1e-3 * plan.method.time.pulse_s
    assert all(len(b.block) == 4 for b in blocks)  # four points, each visited once per block
    np.testing.assert_allclose(shifts[0], per_visit, rtol=1e-9)
    np.testing.assert_allclose(shifts[4], 5 * per_visit, rtol=1e-9)
    second = blocks[1].block
    np.testing.assert_allclose(second.labels - plan.task.train.labels[second.points], per_visit, rtol=1e-6)


@given(st.just(0.0) | st.floats(1e-12, 0.4) | st.floats(-0.4, -1e-12))  # less is lost to rounding
def test_a_shift_never_leaves_its_limit(miss_V: float) -> None:
    method = replace(SERVO, servo=replace(SERVO.servo, gain_per_s=1e6))
    _, shifts = after_blocks(miss_V, method)
    assert np.abs(shifts).max() <= 0.05
    assert np.all(np.sign(shifts[-1]) == np.sign(miss_V))


def test_without_a_servo_labels_stay_where_they_are() -> None:
    blocks, shifts = after_blocks(1e-3, Method())
    plan = make_plan()
    assert shifts[-1].size == 0
    for step in blocks:
        np.testing.assert_array_equal(step.block.labels, plan.task.train.labels[step.block.points])


def test_a_lost_reading_does_not_shift_a_label() -> None:
    _, shifts = after_blocks(float("nan"))
    assert np.all(shifts[-1] == 0.0)


@pytest.mark.parametrize("change", [{"hinge": Hinge.REST}, {"time": TimeRule(Timing.PROPORTIONAL)}])
def test_a_servo_refuses_what_would_read_the_shifted_label_as_an_error(change: dict) -> None:
    with pytest.raises(ConfigError, match="fixed learning time"):
        replace(SERVO, **change)


@pytest.mark.parametrize("change", [{"gain_per_s": 0.0}, {"limit_V": -1.0}, {"interval_cycles": 0}])
def test_a_servo_refuses_settings_without_meaning(change: dict) -> None:
    with pytest.raises(ConfigError, match="servo"):
        LabelServo(**change)


def test_limits_of_the_bench_still_bound_a_block() -> None:
    assert make_limits(3).block_cycles == 3
    plan, bench = make_plan(cycles=40, rounds=(0, 40), method=SERVO), FakeBench()
    state, _ = started(plan, block_cycles=3)
    _, commands = react(plan, state, Event(EventKind.STEP_DONE, round=bench.measure(plan, 0)))
    assert isinstance(commands[-1], RunBlock)
    assert len(commands[-1].block) == 3
