"""The engine: a pure state machine that turns events into commands.

`react(plan, state, event)` returns the next state and the commands to carry out; it does no I/O,
reads no clock and starts no thread. What may follow what is the table `TRANSITIONS`; everything
that changes the run state is in that table, and an event it does not list raises ProtocolError
and changes nothing. Requests (pause, stop, abort) arrive between steps, so they take effect
within one block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from protocols.bench import Limits, NodeReading
from protocols.block import BoolArray, CycleBlock, CycleRecord, FloatArray, frozen
from protocols.errors import ProtocolError
from protocols.messages import NOTHING, say
from protocols.metrics import Score, score, wrong_points
from protocols.plan import Plan
from protocols.task import Wiring


class RunState(StrEnum):
    """Where a run is in its life."""

    IDLE = "idle"
    PREFLIGHT = "preflight"
    ARMED = "armed"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    SAFE = "safe"
    FAULT = "fault"


class EventKind(StrEnum):
    """Kinds of event, the columns of the table."""

    PREPARE = "prepare"
    CHECKED = "checked"
    START = "start"
    STEP_DONE = "step done"
    FINISHED = "finished"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    ABORT = "abort"
    FAILED = "failed"
    SAFE_REACHED = "safe reached"
    SAFE_FAILED = "safe failed"


class Outcome(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    ABORTED = "aborted"
    FAILED = "failed"


S, K = RunState, EventKind
_FAIL = {(s, K.FAILED): S.FAULT for s in (S.PREFLIGHT, S.ARMED, S.RUNNING, S.PAUSED, S.STOPPING)}
_STOP = {(s, k): S.STOPPING for s in (S.PREFLIGHT, S.ARMED, S.RUNNING, S.PAUSED) for k in (K.STOP, K.ABORT)}
_AGAIN = {(s, k): s for s in (S.STOPPING, S.FAULT) for k in (K.STOP, K.ABORT)}
TRANSITIONS: Mapping[tuple[RunState, EventKind], RunState] = MappingProxyType(
    {
        (S.IDLE, K.PREPARE): S.PREFLIGHT,
        (S.PREFLIGHT, K.CHECKED): S.ARMED,
        (S.ARMED, K.START): S.RUNNING,
        (S.RUNNING, K.STEP_DONE): S.RUNNING,
        (S.RUNNING, K.FINISHED): S.STOPPING,
        (S.RUNNING, K.PAUSE): S.PAUSED,
        (S.PAUSED, K.RESUME): S.RUNNING,
        (S.STOPPING, K.SAFE_REACHED): S.SAFE,
        (S.STOPPING, K.SAFE_FAILED): S.FAULT,
        (S.FAULT, K.SAFE_REACHED): S.SAFE,
        (S.FAULT, K.SAFE_FAILED): S.FAULT,
        (S.FAULT, K.FAILED): S.FAULT,
        (S.SAFE, K.PREPARE): S.PREFLIGHT,
        **_FAIL,
        **_STOP,
        **_AGAIN,
    }
)


@dataclass(frozen=True, eq=False)
class Round:
    """What one measurement round read: outputs (P, T), gates (E,), node voltages; volts, siemens."""

    train_outputs: FloatArray
    test_outputs: FloatArray | None
    gates: FloatArray
    conductances: FloatArray
    nodes: NodeReading


@dataclass(frozen=True, eq=False)
class Event:
    """Something that happened; only the field its kind needs is set."""

    kind: EventKind
    limits: Limits | None = None
    record: CycleRecord | None = None
    round: Round | None = None
    reason: str = ""


@dataclass(frozen=True)
class OpenBench:
    """Connect the bench for this wiring, check its identity and limits."""

    wiring: Wiring


@dataclass(frozen=True, eq=False)
class ResetGates:
    """Charge the gates to their initial voltages (E,), in volts."""

    gates_V: FloatArray


@dataclass(frozen=True, eq=False)
class RunBlock:
    """Run this block of cycles."""

    block: CycleBlock


@dataclass(frozen=True, eq=False)
class MeasureRound:
    """Measure train and test outputs, gates and nodes, before this cycle."""

    cycle: int


@dataclass(frozen=True)
class GoSafe:
    """Reach the safe state now."""


@dataclass(frozen=True)
class CloseBench:
    """Let the instruments go."""


Command: TypeAlias = OpenBench | ResetGates | RunBlock | MeasureRound | GoSafe | CloseBench


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a run has come: enough, with the plan, to go on from here."""

    cycle: int = 0
    rounds_done: int = 0
    learning_time_s: float = 0.0
    previous_point: int = 0
    perfect_rounds: int = 0
    wrong: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    servo_V: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # (P, O) with a label servo
    train: Score | None = None
    test: Score | None = None


@dataclass(frozen=True, eq=False)
class EngineState:
    """The whole state of the engine: run state, progress, limits of the bench, and the outcome."""

    run: RunState = RunState.IDLE
    progress: Progress = Progress()
    limits: Limits | None = None
    outcome: Outcome | None = None
    reason: str = ""


_OUTCOMES = MappingProxyType(
    {
        EventKind.FINISHED: Outcome.COMPLETED,
        EventKind.STOP: Outcome.STOPPED,
        EventKind.ABORT: Outcome.ABORTED,
        EventKind.FAILED: Outcome.FAILED,
        EventKind.SAFE_FAILED: Outcome.FAILED,
    }
)


def react(plan: Plan, state: EngineState, event: Event) -> tuple[EngineState, tuple[Command, ...]]:
    """Return the state after `event` and the commands to carry out, in order.

    Raises ProtocolError for an event the table does not allow; the state is then unchanged.
    """
    kind = event.kind
    if (state.run, kind) not in TRANSITIONS:
        raise ProtocolError(
            say("a run that is {state} cannot take the event '{event}'", state=state.run, event=kind)
        )
    if kind is EventKind.STEP_DONE:
        state = replace(state, progress=_advance(plan, state.progress, event))
        if _is_finished(plan, state.progress):
            kind, event = EventKind.FINISHED, replace(event, reason=_finish_reason(plan, state.progress))
    target = TRANSITIONS[state.run, kind]
    after = replace(_bookkeeping(state, kind, event), run=target)
    return after, _commands(plan, state, after, kind)


def _bookkeeping(state: EngineState, kind: EventKind, event: Event) -> EngineState:
    """Note limits and outcome; the first outcome stands, except that a failure overrides it."""
    if kind is EventKind.PREPARE:
        return EngineState(run=state.run)
    if kind is EventKind.CHECKED:
        return replace(state, limits=event.limits)
    outcome = _OUTCOMES.get(kind)
    failed = outcome is Outcome.FAILED and state.outcome is not Outcome.FAILED
    if outcome is not None and (state.outcome is None or failed):
        return replace(state, outcome=outcome, reason=event.reason)
    return state


def _commands(plan: Plan, before: EngineState, after: EngineState, kind: EventKind) -> tuple[Command, ...]:
    """Say what entering `after` by an event of this kind asks for."""
    if after.run is RunState.PREFLIGHT:
        return (OpenBench(plan.task.wiring),)
    if after.run is RunState.RUNNING:
        step = _next_step(plan, after)
        untouched = after.progress.rounds_done == 0  # also after a pause before the first step
        return (ResetGates(plan.initial_gates_V), step) if untouched else (step,)
    if after.run is RunState.SAFE:
        return (CloseBench(),)
    if after.run in (RunState.STOPPING, RunState.FAULT):
        return (CloseBench(),) if kind is EventKind.SAFE_FAILED else (GoSafe(),)
    return ()


def _next_step(plan: Plan, state: EngineState) -> RunBlock | MeasureRound:
    progress = state.progress
    if state.limits is None:
        raise ProtocolError(say("the bench has not been checked"))
    if plan.rounds[progress.rounds_done] == progress.cycle:
        return MeasureRound(progress.cycle)
    longest = state.limits.block_cycles
    return RunBlock(
        plan.block(progress.cycle, longest, progress.previous_point, progress.wrong, progress.servo_V)
    )


def _advance(plan: Plan, progress: Progress, event: Event) -> Progress:
    task = plan.task
    round_due = plan.rounds[progress.rounds_done] == progress.cycle
    if event.record is not None and event.round is None and not round_due:
        record = event.record
        room = int(plan.rounds[progress.rounds_done]) - progress.cycle
        if record.first_cycle != progress.cycle or not 0 < len(record) <= room:
            raise ProtocolError(
                say("cycle {cycle} is next, the record is of other cycles", cycle=progress.cycle)
            )
        return replace(
            progress,
            cycle=progress.cycle + len(record),
            learning_time_s=progress.learning_time_s + float(record.learning_time_s.sum()),
            previous_point=int(record.points[-1]),
            wrong=frozen(record.wrong),
            servo_V=_shift_labels(plan, progress.servo_V, record),
        )
    if event.round is None or event.record is not None or not round_due:
        raise ProtocolError(
            say("a {what} and nothing else was asked for", what=say("round") if round_due else say("record"))
        )
    read = event.round
    wrong = wrong_points(read.train_outputs, task.train, task.kind, task.margin_V, plan.method.tolerance_V)
    test = None
    if task.test is not None and read.test_outputs is not None:
        test = score(read.test_outputs, task.test, task.kind, task.margin_V)
    return replace(
        progress,
        rounds_done=progress.rounds_done + 1,
        perfect_rounds=0 if wrong.any() else progress.perfect_rounds + 1,
        wrong=wrong,
        train=score(read.train_outputs, task.train, task.kind, task.margin_V),
        test=test,
    )


def _shift_labels(plan: Plan, servo_V: FloatArray, record: CycleRecord) -> FloatArray:
    """Return the label shifts (P, O), in volts, after a block: z += k·(mean error)·(learning time)."""
    servo, train = plan.method.servo, plan.task.train
    if servo is None:
        return servo_V
    shifts = np.array(servo_V) if servo_V.size else np.zeros(train.labels.shape)
    for point in np.unique(record.points):
        of_point = (record.points == point) & np.isfinite(record.free_outputs).all(axis=1)
        if of_point.any():
            error = train.labels[point] - record.free_outputs[of_point].mean(axis=0)
            shifts[point] += servo.gain_per_s * error * float(record.learning_time_s[of_point].sum())
    return frozen(np.clip(shifts, -servo.limit_V, servo.limit_V))


def _is_finished(plan: Plan, progress: Progress) -> bool:
    return bool(_finish_reason(plan, progress))


def _finish_reason(plan: Plan, progress: Progress) -> str:
    """Say why the run is complete; empty while it is not."""
    if plan.stop_after_perfect and progress.perfect_rounds >= plan.stop_after_perfect:
        return say("every point right in {rounds} rounds in a row", rounds=progress.perfect_rounds)
    error = math.inf if progress.train is None else progress.train.error_V2
    if error < plan.stop_below_V**2:
        return say("training error below ({limit_mV:g} mV)²", limit_mV=1e3 * plan.stop_below_V)
    return say("all cycles trained") if progress.rounds_done >= len(plan.rounds) else NOTHING
