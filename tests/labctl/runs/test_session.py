"""The session: the bench is left safe whatever happens, and requests act between steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labctl.experiment import build_plan, load_experiment
from labctl.runs.session import Session
from protocols import InstrumentError, Limits, Plan, SafeState
from protocols.engine import EngineState, Event, EventKind, Outcome, RunState
from sim_backend import BenchConfig, SimBench

EXAMPLES = Path(__file__).parents[3] / "examples"


class WatchedBench(SimBench):
    """A SimBench that notes every call and can be told to fail at one of them."""

    def __init__(self, fail_at: str = "", fail_safe: int = 0) -> None:
        super().__init__(BenchConfig(), seed=1)
        self.calls: list[str] = []
        self.fail_at = fail_at
        self.fail_safe = fail_safe

    def __getattribute__(self, name: str):
        if name in {
            "open",
            "close",
            "safe_state",
            "reset_gates",
            "run",
            "measure",
            "read_gates",
            "read_nodes",
        }:
            object.__getattribute__(self, "calls").append(name)
            if name == object.__getattribute__(self, "fail_at"):
                return self._broken
        return object.__getattribute__(self, name)

    def _broken(self, *_: object) -> None:
        raise InstrumentError("DAQ", "cable pulled", "plug it in")

    def safe_state(self) -> SafeState:
        if self.fail_safe > 0:
            self.fail_safe -= 1
            raise InstrumentError("DAQ", "no answer")
        return super().safe_state()


@pytest.fixture
def plan() -> Plan:
    overrides = ("training.cycles=3000", "record.rounds=8")
    limits: Limits = SimBench().limits()
    return build_plan(load_experiment(EXAMPLES / "regression.toml", overrides).settings, limits, 1)


def test_a_whole_run_ends_safe_and_closed(plan: Plan) -> None:
    bench = WatchedBench()
    session = Session(plan, bench)
    state = session.run()
    assert (state.run, state.outcome) == (RunState.SAFE, Outcome.COMPLETED)
    assert state.progress.cycle == 3000
    assert session.safe == SafeState(False, (0.0, 0.0, 0.0), True)
    assert bench.calls[-2:] in (["safe_state", "close"], ["close", "safe_state"])


@pytest.mark.parametrize("step", ["open", "reset_gates", "measure", "run", "read_gates", "read_nodes"])
def test_a_failure_in_any_step_reaches_the_safe_state(plan: Plan, step: str) -> None:
    bench = WatchedBench(fail_at=step)
    session = Session(plan, bench)
    with pytest.raises(InstrumentError, match="cable pulled"):
        session.run()
    assert session.state.outcome is Outcome.FAILED
    assert session.state.run is RunState.SAFE
    assert "safe_state" in bench.calls
    assert "close" in bench.calls
    assert "cable pulled" in session.state.reason


def test_a_failing_safe_state_is_a_fault_and_the_bench_is_closed(plan: Plan) -> None:
    bench = WatchedBench(fail_safe=1)
    session = Session(plan, bench)
    with pytest.raises(InstrumentError, match="no answer"):
        session.run()
    assert session.state.run is RunState.FAULT
    assert bench.calls[-2:] in (["close", "safe_state"], ["safe_state", "close"])


class Requester:
    """A listener that makes a request at the first block, like a person pressing a key."""

    def __init__(self, *kinds: EventKind) -> None:
        self.kinds = list(kinds)
        self.session: Session | None = None
        self.states: list[RunState] = []

    def on_event(self, event: Event, state: EngineState) -> None:
        self.states.append(state.run)
        if event.record is not None and self.session is not None:
            for kind in self.kinds:
                self.session.request(kind, "key pressed")
            self.kinds = []


def run_with(plan: Plan, *kinds: EventKind) -> tuple[Session, list[RunState]]:
    listener = Requester(*kinds)
    session = Session(plan, SimBench(seed=1), (listener,))
    listener.session = session
    session.run()
    return session, listener.states


@pytest.mark.parametrize(
    ("kind", "outcome"), [(EventKind.STOP, Outcome.STOPPED), (EventKind.ABORT, Outcome.ABORTED)]
)
def test_stop_and_abort_take_effect_after_one_block(plan: Plan, kind: EventKind, outcome: Outcome) -> None:
    session, _ = run_with(plan, kind)
    assert session.state.outcome is outcome
    assert session.state.reason == "key pressed"
    assert session.state.run is RunState.SAFE
    assert 0 < session.state.progress.cycle < 3000


def test_pause_and_resume_change_nothing_but_time(plan: Plan) -> None:
    paused, states = run_with(plan, EventKind.PAUSE, EventKind.RESUME)
    plain, _ = run_with(plan)
    assert RunState.PAUSED in states
    assert paused.state.outcome is Outcome.COMPLETED
    assert paused.state.progress.train == plain.state.progress.train


def test_requests_that_make_no_sense_are_ignored(plan: Plan) -> None:
    session, _ = run_with(plan, EventKind.RESUME)
    assert session.state.outcome is Outcome.COMPLETED


def test_a_run_that_never_ran_is_not_looked_at_last(plan: Plan) -> None:
    looked: list[object] = []
    session = Session(plan, SimBench(seed=1), at_end=looked.append)
    session.request(EventKind.STOP, "key pressed")
    session.run()
    assert session.state.outcome is Outcome.STOPPED
    assert looked == []


def test_keyboard_interrupt_inside_a_step_still_ends_safe(plan: Plan) -> None:
    class Interrupted(SimBench):
        def run(self, block: object) -> object:  # type: ignore[override]
            raise KeyboardInterrupt

    session = Session(plan, Interrupted(seed=1))
    with pytest.raises(KeyboardInterrupt):
        session.run()
    assert session.state.run is RunState.SAFE
    assert session.state.outcome is Outcome.FAILED


def test_no_last_look_after_an_abort(plan: Plan) -> None:
    looks: list[int] = []
    listener = Requester(EventKind.ABORT)
    session = Session(plan, SimBench(seed=1), (listener,), at_end=lambda _: looks.append(1))
    listener.session = session
    session.run()
    assert looks == []
    np.testing.assert_equal(session.state.outcome, Outcome.ABORTED)


@pytest.mark.parametrize("step", ["listener", "close", "last look"])
def test_a_log_that_fails_too_does_not_keep_the_bench_from_safety(
    plan: Plan, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ClosedTerminal:
        def __getattr__(self, name: str) -> object:
            raise ValueError("I/O operation on closed file")

    def look(_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("labctl.runs.session.log", ClosedTerminal())
    bench = WatchedBench(fail_at="close" if step == "close" else "")
    listeners = (FullDisk(),) if step == "listener" else ()
    session = Session(plan, bench, listeners, at_end=look if step == "last look" else None)
    with pytest.raises((OSError, ValueError, InstrumentError)):
        session.run()
    assert session.state.run is RunState.SAFE
    assert session.safe is not None
    assert bench.calls[-2:] in (["safe_state", "close"], ["close", "safe_state"])


class FullDisk:
    """A listener that fails from the first block on, like a store on a full disk."""

    def on_event(self, event: Event, state: EngineState) -> None:
        if event.record is not None or state.run in (RunState.FAULT, RunState.SAFE):
            raise OSError("no space left on device")


def test_a_failing_listener_ends_the_run_safe(plan: Plan) -> None:
    bench = WatchedBench()
    session = Session(plan, bench, (FullDisk(),))
    with pytest.raises(OSError, match="no space left"):
        session.run()
    assert session.state.run is RunState.SAFE
    assert session.state.outcome is Outcome.FAILED
    assert "safe_state" in bench.calls
    assert "close" in bench.calls
