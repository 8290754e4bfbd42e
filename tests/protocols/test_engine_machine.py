"""The engine under whatever people and instruments may do, in any sequence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from protocols import OrderKind, ProtocolError
from protocols.engine import (
    TRANSITIONS,
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

from .builders import FakeBench, make_limits, make_plan

REQUESTS = [
    EventKind.PREPARE,
    EventKind.START,
    EventKind.PAUSE,
    EventKind.RESUME,
    EventKind.STOP,
    EventKind.ABORT,
]
NEEDS_RUNNING = (RunBlock, MeasureRound, ResetGates)


class EngineMachine(RuleBasedStateMachine):
    """A session with a bench whose calls may fail, and people who press any button at any time.

    Commands wait in `pending` and are carried out one rule at a time; the commands of a later event
    take the place of those that still wait, as in a session that looks for requests between steps.
    """

    @initialize(
        block_cycles=st.integers(1, 7),
        kind=st.sampled_from(list(OrderKind)),
        cycles=st.integers(1, 12),
        cuts=st.sets(st.integers(1, 11), max_size=4),
        perfect=st.integers(0, 2),
        halving=st.sampled_from([0.2, 1.0, 5.0]),
    )
    def set_up(
        self, block_cycles: int, kind: OrderKind, cycles: int, cuts: set[int], perfect: int, halving: float
    ) -> None:
        rounds = tuple(sorted({0, cycles} | {c for c in cuts if c < cycles}))
        self.plan = make_plan(cycles, rounds, kind=kind, stop_after_perfect=perfect)
        self.limits = make_limits(block_cycles)
        self.bench = FakeBench(halving)
        self.state = EngineState()
        self.pending: list[Command] = []

    # ── what may happen ──────────────────────────────────────────────────────────────────────────

    @rule(kind=st.sampled_from(REQUESTS))
    def someone_presses_a_button(self, kind: EventKind) -> None:
        self.send(Event(kind, reason=f"someone chose {kind}"))

    @precondition(lambda self: self.pending)
    @rule(count=st.integers(1, 9))
    def the_bench_obeys(self, count: int) -> None:
        """Carry out some of what waits; often several in a row, so that runs get somewhere."""
        for _ in range(count):
            if self.pending:
                self.carry_out(self.pending.pop(0))

    @precondition(lambda self: self.pending)
    @rule()
    def the_bench_fails(self) -> None:
        command = self.pending.pop(0)
        if isinstance(command, CloseBench):
            return  # letting go has failed; there is nothing left to tell the engine
        kind = EventKind.SAFE_FAILED if isinstance(command, GoSafe) else EventKind.FAILED
        self.send(Event(kind, reason="the bench failed"))

    @rule(kind=st.sampled_from(list(EventKind)))
    def something_impossible_happens(self, kind: EventKind) -> None:
        if (self.state.run, kind) in TRANSITIONS:
            return
        before = vars(self.state).copy()
        with pytest.raises(ProtocolError):
            react(self.plan, self.state, Event(kind, limits=self.limits))
        assert vars(self.state) == before

    # ── the session ──────────────────────────────────────────────────────────────────────────────

    def carry_out(self, command: Command) -> None:
        done: dict[type, Callable[[], Event | None]] = {
            OpenBench: self.open,
            ResetGates: self.bench.reset_gates,
            GoSafe: self.go_safe,
            CloseBench: self.bench.close,
        }
        if isinstance(command, RunBlock):
            assert self.bench.is_open
            event: Event | None = Event(EventKind.STEP_DONE, record=self.bench.run(command.block))
        elif isinstance(command, MeasureRound):
            assert self.bench.is_open
            event = Event(EventKind.STEP_DONE, round=self.bench.measure(self.plan, command.cycle))
        else:
            event = done[type(command)]()
        if event is not None:
            self.send(event)

    def open(self) -> Event:
        self.bench.open()
        return Event(EventKind.CHECKED, limits=self.limits)

    def go_safe(self) -> Event:
        self.bench.safe_state()
        return Event(EventKind.SAFE_REACHED)

    def send(self, event: Event) -> None:
        before = self.state
        if (before.run, event.kind) not in TRANSITIONS:
            with pytest.raises(ProtocolError):
                react(self.plan, before, event)
            return
        self.state, commands = react(self.plan, before, event)
        self.pending = list(commands)
        if commands and isinstance(commands[0], ResetGates):
            self.carry_out(self.pending.pop(0))
        self.check_commands(commands)
        self.check_outcome(before, event)

    # ── what must hold ───────────────────────────────────────────────────────────────────────────

    def check_commands(self, commands: tuple[Command, ...]) -> None:
        run = self.state.run
        if any(isinstance(c, NEEDS_RUNNING) for c in commands):
            assert run is RunState.RUNNING
        wanted: dict[RunState, tuple[type, ...]] = {
            RunState.PREFLIGHT: (OpenBench,),
            RunState.RUNNING: NEEDS_RUNNING,
            RunState.STOPPING: (GoSafe,),
            RunState.FAULT: (GoSafe, CloseBench),
            RunState.SAFE: (CloseBench,),
        }
        assert all(isinstance(c, wanted.get(run, ())) for c in commands)
        assert bool(commands) == (run in wanted), "a state with work to do asks for it, the others wait"

    def check_outcome(self, before: EngineState, event: Event) -> None:
        after = self.state
        if event.kind is EventKind.PREPARE:
            assert after.outcome is None
        elif before.outcome is not None and after.outcome is not before.outcome:
            assert after.outcome is Outcome.FAILED
            assert event.kind in (EventKind.FAILED, EventKind.SAFE_FAILED)
        if before.outcome is Outcome.FAILED and event.kind is not EventKind.PREPARE:
            assert after.reason == before.reason

    @invariant()
    def progress_is_what_the_bench_did(self) -> None:
        progress, rounds = self.state.progress, self.plan.rounds.tolist()
        if self.state.run is RunState.PREFLIGHT:
            return  # the bench is not open yet, and its books are still those of the last run
        if not self.bench.trained and not self.bench.measured:
            assert progress.cycle == progress.rounds_done == 0
            return
        if progress.rounds_done == 0 and self.bench.measured:
            return  # the next run failed before its bench was opened
        assert progress.cycle <= self.plan.cycles
        assert self.bench.trained == list(range(progress.cycle))
        assert self.bench.measured == rounds[: progress.rounds_done]
        assert progress.learning_time_s == pytest.approx(sum(self.bench.learning_times_s), rel=1e-12)
        if self.bench.points:
            assert progress.previous_point == self.bench.points[-1]

    @invariant()
    def an_end_has_an_outcome(self) -> None:
        state = self.state
        if state.run is RunState.FAULT:
            assert state.outcome is Outcome.FAILED
        ending = (RunState.STOPPING, RunState.FAULT, RunState.SAFE)
        assert (state.outcome is not None) == (state.run in ending)
        if state.outcome is not None:
            assert state.reason

    @invariant()
    def completed_means_finished(self) -> None:
        if self.state.outcome is not Outcome.COMPLETED:
            return
        progress, plan = self.state.progress, self.plan
        early = plan.stop_after_perfect > 0 and progress.perfect_rounds >= plan.stop_after_perfect
        assert early or (progress.cycle == plan.cycles and progress.rounds_done == len(plan.rounds))

    @invariant()
    def safe_means_safe(self) -> None:
        if self.state.run is RunState.SAFE:
            assert self.bench.is_safe
        if self.state.run is RunState.RUNNING:
            assert self.bench.gates_set

    @invariant()
    def safe_is_never_out_of_reach(self) -> None:
        """From anywhere, one press of stop and a bench that obeys end in the safe state."""
        state = self.state
        if state.run in (RunState.IDLE, RunState.SAFE):
            return
        state, commands = react(self.plan, state, Event(EventKind.STOP, reason="enough"))
        assert commands == (GoSafe(),)
        state, commands = react(self.plan, state, Event(EventKind.SAFE_REACHED))
        assert (state.run, commands) == (RunState.SAFE, (CloseBench(),))


EngineMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestEngineMachine = EngineMachine.TestCase
