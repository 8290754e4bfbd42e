"""The life of a run under every interruption: from wherever it is, the bench gets to its safe state."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from labctl.engine.lifecycle import STATES, VERBS, Verb, allowed
from labctl.runs.session import Session
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
from protocols.errors import InstrumentError, ProtocolError

from ...protocols.builders import make_plan, make_round
from .powered import PoweredBench, press_emergency_off, unplugged

PLAN = make_plan(cycles=40, rounds=(0, 4, 20, 40))
LOOSE = (RunState.PREFLIGHT, RunState.ARMED, RunState.RUNNING, RunState.PAUSED)


def test_every_verb_has_words_and_every_state_is_told() -> None:
    assert set(VERBS) == set(Verb)
    assert set(STATES) == set(RunState)
    for row in VERBS.values():
        assert row.label
        assert row.consequence.endswith(".")


def test_emergency_off_is_always_allowed_and_the_others_as_the_table_says() -> None:
    for state in RunState:
        assert Verb.EMERGENCY_OFF in allowed(state)
        for verb, row in VERBS.items():
            if verb is not Verb.EMERGENCY_OFF:
                assert (verb in allowed(state)) == ((state, row.kind) in TRANSITIONS)
    assert allowed(RunState.IDLE) == (Verb.EMERGENCY_OFF,)
    assert Verb.RESUME not in allowed(RunState.RUNNING)


class Life(RuleBasedStateMachine):
    """Feeds the engine every event there is, carries its commands out on a bench that may fail."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.state, self.bench = EngineState(), PoweredBench()
        self.commands: list[Command] = []
        self.reached: Event | None = None

    def feed(self, event: Event) -> None:
        type(self).steps += 1
        before = self.state
        if (before.run, event.kind) not in TRANSITIONS:
            with pytest.raises(ProtocolError):
                react(PLAN, before, event)
            return
        self.state, commands = react(PLAN, before, event)
        self.commands = list(commands)

    def carry_out(self, command: Command) -> Event | None:
        match command:
            case OpenBench(wiring):
                self.bench.open(wiring)
                return Event(EventKind.CHECKED, limits=self.bench.limits())
            case ResetGates(gates):
                self.bench.reset_gates(gates)
            case RunBlock(block):
                return Event(EventKind.STEP_DONE, record=self.bench.run(block))
            case MeasureRound():
                self.bench.measure(PLAN.task.train.inputs)
                return Event(EventKind.STEP_DONE, round=make_round(PLAN))
            case GoSafe():
                self.bench.safe_state()
                return Event(EventKind.SAFE_REACHED)
            case CloseBench():
                self.bench.close()
        return None

    @rule()
    def prepare(self) -> None:
        self.feed(Event(EventKind.PREPARE))

    @rule()
    def start(self) -> None:
        self.feed(Event(EventKind.START))

    @rule(verb=st.sampled_from(list(Verb)))
    def ask(self, verb: Verb) -> None:
        self.feed(Event(VERBS[verb].kind, reason=verb))

    @rule()
    def something_fails(self) -> None:
        self.feed(Event(EventKind.FAILED, reason="unplugged"))

    @precondition(lambda self: self.commands)
    @rule(works=st.sampled_from([True, True, True, True, False]))
    def step(self, works: bool) -> None:
        """Carry out the next command; when it fails, say so as the session does."""
        command = self.commands.pop(0)
        if works:
            event = self.carry_out(command)
        elif isinstance(command, CloseBench):
            self.bench.is_open, event = False, None
        else:
            kind = EventKind.SAFE_FAILED if isinstance(command, GoSafe) else EventKind.FAILED
            event = Event(kind, reason="unplugged")
        if event is not None and (self.state.run, event.kind) in TRANSITIONS:
            self.feed(event)

    @invariant()
    def safe_means_safe(self) -> None:
        if self.state.run is RunState.SAFE:
            assert self.bench.is_safe

    @invariant()
    def safe_was_reached_by_the_bench_itself(self) -> None:
        """In the states in which the bench may be driven, there is a way out that goes through GoSafe."""
        if self.state.run in LOOSE:
            for kind in (EventKind.STOP, EventKind.ABORT, EventKind.FAILED):
                after, commands = react(PLAN, self.state, Event(kind))
                assert commands == (GoSafe(),)
                assert after.run in (RunState.STOPPING, RunState.FAULT)

    def teardown(self) -> None:
        """From wherever it is: abort, and a bench that works is safe within two commands."""
        if self.state.run in (RunState.IDLE, RunState.SAFE):
            assert self.bench.is_safe
            return
        self.feed(Event(EventKind.ABORT))
        assert self.commands == [GoSafe()]
        self.feed(self.carry_out(self.commands.pop()) or Event(EventKind.SAFE_FAILED))
        assert self.state.run is RunState.SAFE
        assert self.bench.is_safe
        assert self.state.outcome in (Outcome.COMPLETED, Outcome.STOPPED, Outcome.ABORTED, Outcome.FAILED)


def test_from_every_state_and_interruption_the_safe_state_is_reached() -> None:
    Life.steps = 0
    settings = hypothesis.settings(
        max_examples=420,
        stateful_step_count=50,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    run_state_machine_as_test(Life, settings=settings)
    assert Life.steps >= 10_000


# ── the same with the session that really runs ───────────────────────────────────────────────────

FATES = ("unplugged", "bug", "key", "emergency off", "stop", "abort", "pause")


@pytest.fixture
def emergency_button() -> Iterator[list[Session]]:
    """Connect the signal of EMERGENCY OFF to whichever session is in the list."""
    pressed: list[Session] = []
    before = signal.signal(signal.SIGUSR1, lambda *_: pressed[-1].break_off("pressed", "a person"))
    yield pressed
    signal.signal(signal.SIGUSR1, before)


@hypothesis.settings(max_examples=150, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(
    fates=st.dictionaries(st.integers(1, 30), st.sampled_from(FATES), min_size=1, max_size=4),
    safe_fails=st.integers(0, 2),
)
def test_a_session_interrupted_anywhere_leaves_the_bench_safe(
    emergency_button: list[Session], fates: dict[int, str], safe_fails: int
) -> None:
    refusals = [safe_fails]

    def strike(name: str, number: int) -> None:
        if name == "safe_state" and refusals[0] > 0:
            refusals[0] -= 1
            raise unplugged()
        if name in ("safe_state", "close"):
            return
        match fates.get(number):
            case "unplugged":
                raise unplugged()
            case "bug":
                raise ZeroDivisionError
            case "key":
                raise KeyboardInterrupt
            case "emergency off":
                press_emergency_off()
            case "pause":
                session.request(EventKind.PAUSE, "a while")
                session.request(EventKind.RESUME, "go on")
            case "stop" | "abort" as word:
                session.request(EventKind(word), "enough")

    bench = PoweredBench(strike)
    session = Session(PLAN, bench)
    emergency_button.append(session)
    failure: BaseException | None = None
    try:
        session.run()
    except (InstrumentError, ZeroDivisionError, KeyboardInterrupt) as problem:
        failure = problem
    assert bench.is_safe
    assert not bench.is_open
    assert "safe_state" in bench.calls
    if refusals[0] < safe_fails:  # it said no at least once: a person must look, though closing made it safe
        assert session.state.run is RunState.FAULT
        assert session.state.outcome is Outcome.FAILED
    else:
        assert session.state.run is RunState.SAFE
    if failure is None and refusals[0] == safe_fails:
        assert session.state.outcome is not Outcome.FAILED


def test_emergency_off_breaks_off_the_block_in_hand(emergency_button: list[Session]) -> None:
    reached: list[Any] = []

    def strike(name: str, number: int) -> None:
        if name == "run":
            assert bench.learning
            press_emergency_off()
            reached.append("the block went on")

    bench = PoweredBench(strike)
    session = Session(PLAN, bench)
    emergency_button.append(session)
    state = session.run()
    assert reached == []
    assert (state.run, state.outcome, state.reason) == (RunState.SAFE, Outcome.ABORTED, "pressed")
    assert state.progress.cycle == 0
    assert bench.calls[-2:] == ["safe_state", "close"]


def test_emergency_off_does_not_break_off_the_way_to_safe(emergency_button: list[Session]) -> None:
    def strike(name: str, number: int) -> None:
        if name == "safe_state":
            press_emergency_off()

    bench = PoweredBench(strike)
    session = Session(PLAN, bench)
    emergency_button.append(session)
    state = session.run()
    assert (state.run, state.outcome) == (RunState.SAFE, Outcome.COMPLETED)


class DeadMan(PoweredBench):
    """A bench with a dead-man timer that counts who tells it that somebody is there."""

    told = 0

    def keep_alive(self) -> None:
        self.told += 1


def test_a_paused_bench_hears_that_somebody_is_there() -> None:
    bench = DeadMan()
    session = Session(PLAN, bench)

    class Pauses:
        def on_event(self, event: Event, state: EngineState) -> None:
            if event.record is not None and bench.told == 0:
                session.request(EventKind.PAUSE, "a while")

    class Resumes:
        def on_event(self, event: Event, state: EngineState) -> None:
            if state.run is RunState.PAUSED:
                original = bench.keep_alive

                def counted() -> None:
                    original()
                    if bench.told == 2:
                        session.request(EventKind.RESUME, "go on")

                bench.keep_alive = counted  # type: ignore[method-assign]

    session.listeners = (Pauses(), Resumes())
    assert session.run().outcome is Outcome.COMPLETED
    assert bench.told == 2


def test_a_bench_lost_during_a_pause_ends_the_run_safe() -> None:
    class Lost(DeadMan):
        def keep_alive(self) -> None:
            raise unplugged()

    bench = Lost()
    session = Session(PLAN, bench)

    class Pauses:
        def on_event(self, event: Event, state: EngineState) -> None:
            if event.record is not None:
                session.request(EventKind.PAUSE, "a while")

    session.listeners = (Pauses(),)
    state = session.run()
    assert (state.run, state.outcome) == (RunState.SAFE, Outcome.FAILED)
    assert "no answer" in state.reason
