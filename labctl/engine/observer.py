"""The observer: a session listener that publishes a run while it goes on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from labctl.engine.messages import RunDescription, RunEvent
from labctl.engine.publish import Published
from labctl.engine.rings import ring_rows
from labctl.engine.snapshot import BenchFacts, LatenessFacts, SafeFacts, ScoreFacts
from labctl.runs.session import Session
from labctl.store.dataset import block_arrays, plan_attributes, round_arrays, static_variables
from labctl.store.lateness import LatenessTally
from protocols.block import CycleBlock, CycleRecord
from protocols.engine import EngineState, Event, EventKind, Round, RunState
from protocols.messages import NOTHING, Message, say
from protocols.metrics import Score
from protocols.plan import Plan

CYCLES_PER_BLOCK = 100  # of a block, at most so many cycles are shown, evenly spread
_LOOK_EVERY_S = 0.5
_RATE_OVER_S = 3.0


class Observer:
    """Publishes progress, scores, lateness and recent samples of one run.

    `watched` tells whether a client is polling now. run_time_s and tally: what a resumed run has behind it.
    """

    def __init__(
        self,
        plan: Plan,
        published: Published,
        watched: Callable[[], bool],
        *,
        run_time_s: float = 0.0,
        tally: LatenessTally | None = None,
    ) -> None:
        self._plan, self._published, self._watched = plan, published, watched
        self._started = time.monotonic() - run_time_s
        self._tally = replace(tally) if tally is not None else LatenessTally()
        self._recent: deque[tuple[float, int]] = deque(maxlen=400)
        self._looked_at = 0.0
        self._session: Session | None = None
        self._state = RunState.IDLE

    def attend(self, session: Session) -> None:
        """Take the session to listen to; its bench turns gates into conductances."""
        self._session = session
        session.add_live_snapshot = self.add_live_snapshot

    def run_time_s(self) -> float:
        """Return the wall time since the run began."""
        return time.monotonic() - self._started

    def add_live_snapshot(self, block: CycleBlock) -> CycleBlock:
        """Return the block with a snapshot of its last cycle now and then while somebody watches."""
        now, last = time.monotonic(), len(block) - 1
        if now - self._looked_at < _LOOK_EVERY_S or last in block.snapshots or not self._watched():
            return block
        self._looked_at = now
        return replace(block, snapshots=np.append(block.snapshots, last))

    def on_event(self, event: Event, state: EngineState) -> None:
        """Publish what an event brought."""
        if event.record is not None:
            self._add_cycles(event.record)
        if event.round is not None:
            self._add_round(event.round, state)
        if state.run is not self._state:
            self._state = state.run
            by = getattr(event, "by", "engine")
            reason = Message.of(event.reason) if event.reason else NOTHING
            what = say("run {state}", state=Message(str(state.run)))
            self._published.note(RunEvent(what, by, reason, self.run_time_s(), state.progress.cycle))
        self._published.update(**self._facts(event, state))

    def _facts(self, event: Event, state: EngineState) -> dict[str, object]:
        progress, session = state.progress, self._session
        rate = self._rate(progress.cycle, state.run)
        facts: dict[str, object] = {
            "state": state.run,
            "outcome": state.outcome,
            "reason": Message.of(state.reason) if state.reason else NOTHING,
            "cycle": progress.cycle,
            "rounds_done": progress.rounds_done,
            "learning_time_s": progress.learning_time_s,
            "run_time_s": self.run_time_s(),
            "cycles_per_s": rate,
            "time_left_s": (self._plan.cycles - progress.cycle) / rate if rate > 0 else None,
            "warnings": tuple(map(Message.of, session.warnings)) if session is not None else (),
        }
        if event.record is not None:
            facts["lateness"] = LatenessFacts.of(self._tally)
        if event.round is not None:
            facts["train"] = _score(progress.train)
            facts["test"] = _score(progress.test)
        if event.kind is EventKind.CHECKED and session is not None and session.identity is not None:
            facts["bench"] = BenchFacts(**vars(session.identity))
        if event.kind is EventKind.SAFE_REACHED and session is not None and session.safe is not None:
            facts["safe"] = SafeFacts(**vars(session.safe))
        if state.run is RunState.SAFE:
            facts["activity"] = "storing"
        return facts

    def _rate(self, cycle: int, run: RunState) -> float:
        """Return cycles per second over the last few seconds; a pause does not count."""
        now = time.monotonic()
        if run is not RunState.RUNNING:
            self._recent.clear()
            return 0.0
        self._recent.append((now, cycle))
        while len(self._recent) > 2 and now - self._recent[0][0] > _RATE_OVER_S:
            self._recent.popleft()
        passed_s = now - self._recent[0][0]
        return (cycle - self._recent[0][1]) / passed_s if passed_s > 0 else 0.0

    def _add_cycles(self, record: CycleRecord) -> None:
        self._tally.add(record.lateness_s)
        n = len(record)
        shown = np.unique(np.linspace(0, n - 1, min(n, CYCLES_PER_BLOCK)).astype(np.int64))
        found = block_arrays(record, shown) | {"cycle": record.first_cycle + shown}
        self._published.add("cycles", ring_rows("cycles", found, len(shown)))
        snaps = len(record.snapshots.cycles)
        if snaps:
            self._published.add("nodes", ring_rows("nodes", found, snaps))
            if self._session is not None:
                gates_V = found["snapshot_gate"]
                reading = {
                    "round_cycle": found["snapshot_cycle"] + 1,
                    "wall_time": np.full(snaps, self.run_time_s()),
                    "gate_voltage": gates_V,
                    "conductance": self._session.bench.conductances(gates_V),
                }
                self._published.add("gates", ring_rows("gates", reading, snaps))

    def _add_round(self, reading: Round, state: EngineState) -> None:
        found = round_arrays(reading, state.progress, self.run_time_s())
        row = {name: values[np.newaxis] for name, values in found.items()}
        self._published.add("gates", ring_rows("gates", row, 1))
        self._published.add("rounds", ring_rows("rounds", row, 1))


def describe(plan: Plan) -> RunDescription:
    """Return what a run is about, for clients that draw it."""
    statics = static_variables(plan)
    values = {name: found for name, (_, found, _) in statics.items()}
    strings = sorted(name for name, found in values.items() if found.dtype == object)
    return RunDescription(
        attributes=plan_attributes(plan),
        dims={name: tuple(dims) for name, (dims, _, _) in statics.items()},
        texts={name: tuple(str(text) for text in values[name]) for name in strings},
        arrays={name: found for name, found in values.items() if name not in strings},
    )


def _score(score: Score | None) -> ScoreFacts | None:
    return ScoreFacts(**vars(score)) if score is not None else None
