"""The session: carries the engine's commands out on a bench and tells listeners what happened."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from protocols.bench import Bench, Identity, SafeState
from protocols.engine import (
    TRANSITIONS,
    CloseBench,
    Command,
    EngineState,
    Event,
    GoSafe,
    Kind,
    MeasureRound,
    OpenBench,
    Outcome,
    Progress,
    ResetGates,
    Round,
    RunBlock,
    RunState,
    react,
)
from protocols.plan import Plan

log = structlog.get_logger(__name__)


@dataclass(frozen=True, eq=False)
class Asked(Event):
    """A request, and who made it."""

    by: str = "user"


class Listener(Protocol):
    """Someone who watches a session: the store, a progress bar."""

    def on_event(self, event: Event, state: EngineState) -> None:
        """Take note of an event and of the state it led to."""


@dataclass
class Session:
    """One run of one plan on one bench.

    `request` may be called from a signal handler or another thread: the request takes effect when
    the current step, at most one block, has ended. `at_end` takes a last look at the bench after a
    run that was not aborted, before the safe state is reached. `go_on` puts the bench back where an earlier
    session left it, once it is open and checked, and returns how far that session had come.
    """

    plan: Plan
    bench: Bench
    listeners: Sequence[Listener] = ()
    at_end: Callable[[Bench], None] | None = None
    go_on: Callable[[Bench], Progress] | None = None
    state: EngineState = field(default_factory=EngineState)
    identity: Identity | None = None
    safe: SafeState | None = None
    _requests: deque[Asked] = field(default_factory=deque)
    _afterwards: list[tuple[str, BaseException]] = field(default_factory=list)

    def request(self, kind: Kind, reason: str, by: str = "user") -> None:
        """Ask for pause, resume, stop or abort; `by` says who asks."""
        self._requests.append(Asked(kind, reason=reason, by=by))

    def run(self) -> EngineState:
        """Run to the end, leave the bench safe whatever happens, and return the final state.

        Raises the first error that stopped the run, of the bench or of a listener, after the safe
        state has been reached or tried.
        """
        errors: list[BaseException] = []
        event: Event | None = Event(Kind.PREPARE)
        while event is not None:
            try:
                commands = self._take(event)
                self._tell(event)
                event = self._next_event(event, commands, errors)
            except BaseException as problem:  # a listener, or a key pressed while waiting
                errors.append(problem)
                if (self.state.run, Kind.FAILED) not in TRANSITIONS:
                    break
                event = Event(Kind.FAILED, reason=f"{type(problem).__name__}: {problem}")
        try:
            for what, failure in self._afterwards:
                log.error(what, problem=repr(failure))
        finally:
            if errors:
                raise errors[0]
        return self.state

    def _next_event(
        self, event: Event, commands: Sequence[Command], errors: list[BaseException]
    ) -> Event | None:
        """Carry commands out, unless somebody asked for something or the run waits."""
        step_ended = event.kind is Kind.STEP_DONE and self.state.run is RunState.RUNNING
        request = self._next_request() if step_ended or self.state.run is RunState.ARMED else None
        if request is not None:
            return request
        if self.state.run is RunState.ARMED:
            if self.go_on is not None:
                self.state = replace(self.state, progress=self.go_on(self.bench))
            return Event(Kind.START)
        if self.state.run is RunState.PAUSED:
            return self._wait()
        following, problem = self._carry_out_all(commands)
        if problem is not None:
            errors.append(problem)
        return following

    def _take(self, event: Event) -> tuple[Command, ...]:
        self.state, commands = react(self.plan, self.state, event)
        return commands

    def _tell(self, event: Event) -> None:
        """Tell the listeners; on the way to safe their failures are kept for later and change nothing.

        Not even a line is logged on that way: the log may be what fails, a closed terminal, say.
        """
        for listener in self.listeners:
            try:
                listener.on_event(event, self.state)
            except Exception as problem:
                if self.state.run not in (RunState.STOPPING, RunState.FAULT, RunState.SAFE):
                    raise
                self._afterwards.append(("a listener failed while the bench was made safe", problem))

    def _next_request(self) -> Asked | None:
        """Return the oldest request the run can take now; others come too late or too early."""
        while self._requests:
            request = self._requests.popleft()
            if (self.state.run, request.kind) in TRANSITIONS:
                return request
            log.info("request ignored", request=str(request.kind), run=str(self.state.run))
        return None

    def _wait(self) -> Event:
        while True:
            request = self._next_request()
            if request is not None:
                return request
            time.sleep(0.02)

    def _carry_out_all(self, commands: Sequence[Command]) -> tuple[Event | None, BaseException | None]:
        """Carry commands out in order; the last one's event comes back, or the failure of any."""
        event: Event | None = None
        for command in commands:
            try:
                event = self._carry_out(command)
            except BaseException as problem:  # whatever it is, the bench must be made safe first
                reason = f"{type(problem).__name__}: {problem}"
                if isinstance(command, CloseBench):
                    self._afterwards.append(("the bench did not close cleanly", problem))
                    return None, problem
                kind = Kind.SAFE_FAILED if isinstance(command, GoSafe) else Kind.FAILED
                return Event(kind, reason=reason), problem
        return event, None

    def _carry_out(self, command: Command) -> Event | None:
        bench = self.bench
        match command:
            case OpenBench(wiring):
                bench.open(wiring)
                self.identity = bench.identity()
                return Event(Kind.CHECKED, limits=bench.limits())
            case ResetGates(gates_V):
                bench.reset_gates(gates_V)
            case RunBlock(block):
                return Event(Kind.STEP_DONE, record=bench.run(block))
            case MeasureRound():
                return Event(Kind.STEP_DONE, round=self._measure())
            case GoSafe():
                return self._go_safe()
            case CloseBench():
                bench.close()
        return None

    def _measure(self) -> Round:
        task, bench = self.plan.task, self.bench
        gates = bench.read_gates()
        return Round(
            train_outputs=bench.measure(task.train.inputs),
            test_outputs=bench.measure(task.test.inputs) if task.test is not None else None,
            gates=gates,
            conductances=bench.conductances(gates),
            nodes=bench.read_nodes(task.train.inputs),
        )

    def _go_safe(self) -> Event:
        if self.at_end is not None and self.state.outcome in (Outcome.COMPLETED, Outcome.STOPPED):
            last_look, self.at_end = self.at_end, None
            try:
                last_look(self.bench)
            except Exception as problem:  # the safe state comes first, whatever went wrong here
                self._afterwards.append(("the last look at the bench failed", problem))
        self.safe = self.bench.safe_state()
        return Event(Kind.SAFE_REACHED)
