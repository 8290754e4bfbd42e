"""The session: carries the engine's commands out on a bench and tells listeners what happened."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from protocols.bench import Bench, Identity, KeepsAlive, SafeState
from protocols.block import CycleBlock
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
    Progress,
    ResetGates,
    Round,
    RunBlock,
    RunState,
    react,
)
from protocols.errors import InstrumentError
from protocols.messages import say
from protocols.plan import Plan

log = structlog.get_logger(__name__)
_KEEP_ALIVE_S = 0.25  # while paused; below half of any dead-man time a bench file asks for


@dataclass(frozen=True, eq=False)
class Asked(Event):
    """A request, and who made it."""

    by: str = "user"


class EmergencyOff(BaseException):
    """Breaks off whatever the bench is doing; not an Exception, so that no driver takes it for a failure."""

    def __init__(self, reason: str, by: str) -> None:
        self.reason, self.by = reason, by
        super().__init__(reason)


class Listener(Protocol):
    """Someone who watches a session: the store, a progress bar."""

    def on_event(self, event: Event, state: EngineState) -> None:
        """Take note of an event and of the state it led to."""


@dataclass
class Session:
    """One run of one plan on one bench.

    `request` may be called from a signal handler or another thread: the request takes effect when
    the current step, at most one block, has ended. `at_end` takes a last look at the bench after a
    run that was under way and not aborted, before the safe state is reached. `go_on` puts the bench back
    where an earlier session left it, once it is open and checked, and returns how far that session had come.
    `add_live_snapshot` may add snapshots to a block, for a live view; it must change nothing else.
    `warnings`: what a person should know while the run goes on.
    """

    plan: Plan
    bench: Bench
    listeners: Sequence[Listener] = ()
    at_end: Callable[[Bench], None] | None = None
    go_on: Callable[[Bench], Progress] | None = None
    add_live_snapshot: Callable[[CycleBlock], CycleBlock] | None = None
    state: EngineState = field(default_factory=EngineState)
    identity: Identity | None = None
    safe: SafeState | None = None
    warnings: list[str] = field(default_factory=list)
    _requests: deque[Asked] = field(default_factory=deque)
    _afterwards: list[tuple[str, BaseException]] = field(default_factory=list)
    _in_step: bool = False
    _has_run: bool = False

    def request(self, kind: EventKind, reason: str, by: str = "user") -> None:
        """Ask for pause, resume, stop or abort; `by` says who asks."""
        self._requests.append(Asked(kind, reason=reason, by=by))

    def break_off(self, reason: str, by: str = "user") -> None:
        """Abort without waiting for the step in hand; only for a signal handler in the session's own thread.

        Raises EmergencyOff right there when a step is in hand; the session catches it and makes it safe.
        """
        if self._in_step:
            self._in_step = False  # once is enough: the way to safe must not be broken off
            raise EmergencyOff(reason, by)
        self.request(EventKind.ABORT, reason, by)

    def run(self) -> EngineState:
        """Run to the end, leave the bench safe whatever happens, and return the final state.

        Raises the first error that stopped the run, of the bench or of a listener, after the safe
        state has been reached or tried.
        """
        errors: list[BaseException] = []
        event: Event | None = Event(EventKind.PREPARE)
        while event is not None:
            try:
                commands = self._take(event)
                self._tell(event)
                event = self._next_event(event, commands, errors)
            except BaseException as problem:  # a listener, or a key pressed while waiting
                errors.append(problem)
                if (self.state.run, EventKind.FAILED) not in TRANSITIONS:
                    break
                event = Event(
                    EventKind.FAILED,
                    reason=say("{kind}: {problem}", kind=type(problem).__name__, problem=problem),
                )
        try:
            for what, failure in self._afterwards:
                log.error(what, problem=" ".join(f"{type(failure).__name__}: {failure}".split()))
        finally:
            if errors:
                raise errors[0]
        return self.state

    def _next_event(
        self, event: Event, commands: Sequence[Command], errors: list[BaseException]
    ) -> Event | None:
        """Carry commands out, unless somebody asked for something or the run waits."""
        step_ended = event.kind is EventKind.STEP_DONE and self.state.run is RunState.RUNNING
        request = self._next_request() if step_ended or self.state.run is RunState.ARMED else None
        if request is not None:
            return request
        if self.state.run is RunState.ARMED:
            if self.go_on is not None:
                self.state = replace(self.state, progress=self.go_on(self.bench))
            return Event(EventKind.START)
        if self.state.run is RunState.PAUSED:
            return self._wait()
        following, problem = self._carry_out_all(commands)
        if problem is not None:
            errors.append(problem)
        return following

    def _take(self, event: Event) -> tuple[Command, ...]:
        self.state, commands = react(self.plan, self.state, event)
        self._has_run |= self.state.run is RunState.RUNNING
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
        """Wait for a request; a bench with a dead-man timer is told meanwhile that somebody is there."""
        bench, told_at = self.bench, time.monotonic()
        while True:
            request = self._next_request()
            if request is not None:
                return request
            time.sleep(0.02)
            if isinstance(bench, KeepsAlive) and time.monotonic() - told_at >= _KEEP_ALIVE_S:
                try:
                    bench.keep_alive()
                except InstrumentError as problem:
                    self._afterwards.append(("the bench was lost during a pause", problem))
                    return Event(
                        EventKind.FAILED,
                        reason=say("{kind}: {problem}", kind=type(problem).__name__, problem=problem),
                    )
                told_at = time.monotonic()

    def _carry_out_all(self, commands: Sequence[Command]) -> tuple[Event | None, BaseException | None]:
        """Carry commands out in order; the last one's event comes back, or the failure of any."""
        event: Event | None = None
        for command in commands:
            try:
                event = self._carry_out(command)
            except EmergencyOff as off:
                return Asked(EventKind.ABORT, reason=off.reason, by=off.by), None
            except BaseException as problem:  # whatever it is, the bench must be made safe first
                reason = say("{kind}: {problem}", kind=type(problem).__name__, problem=problem)
                if isinstance(command, CloseBench):
                    self._afterwards.append(("the bench did not close cleanly", problem))
                    return None, problem
                kind = EventKind.SAFE_FAILED if isinstance(command, GoSafe) else EventKind.FAILED
                return Event(kind, reason=reason), problem
        return event, None

    def _carry_out(self, command: Command) -> Event | None:
        match command:
            case GoSafe():
                return self._go_safe()
            case CloseBench():
                self.bench.close()
                return None
            case _:
                self._in_step = True
                try:
                    return self._step(command)
                finally:
                    self._in_step = False

    def _step(self, command: Command) -> Event | None:
        """Carry out a command that may be broken off."""
        bench = self.bench
        match command:
            case OpenBench(wiring):
                bench.open(wiring)
                self.identity = bench.identity()
                return Event(EventKind.CHECKED, limits=bench.limits())
            case ResetGates(gates_V):
                bench.reset_gates(gates_V)
            case RunBlock(block):
                seen = block if self.add_live_snapshot is None else self.add_live_snapshot(block)
                return Event(EventKind.STEP_DONE, record=bench.run(seen))
            case MeasureRound():
                return Event(EventKind.STEP_DONE, round=self._measure())
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
        kept = self._has_run and self.state.outcome in (Outcome.COMPLETED, Outcome.STOPPED)
        if self.at_end is not None and kept:
            last_look, self.at_end = self.at_end, None
            self._in_step = True
            try:
                last_look(self.bench)
            except (Exception, EmergencyOff) as problem:  # the safe state comes first, whatever went wrong
                self._afterwards.append(("the last look at the bench failed", problem))
            finally:
                self._in_step = False
        self.safe = self.bench.safe_state()
        return Event(EventKind.SAFE_REACHED)
