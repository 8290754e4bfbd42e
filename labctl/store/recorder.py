"""The recorder: a session listener that brings a run to disk while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from labctl.store.checkpoint import Checkpoint, plan_digest
from labctl.store.dataset import block_arrays, round_arrays, static_variables
from labctl.store.events import EventLog
from labctl.store.lateness import LatenessTally
from labctl.store.live import BlockRow, LiveStore, Static, cannot_store
from labctl.store.sampling import Sampling
from protocols.bench import Bench, Restorable
from protocols.block import CycleRecord, FloatArray, Snapshots
from protocols.engine import EngineState, Event, EventKind, Outcome, Progress, Round, RunState
from protocols.plan import Plan

COMMIT_EVERY_S = 1.0
_CHECKPOINT_SHARE = 0.05  # of the time, at most, goes into checkpoints
_UNDER_WAY = (RunState.RUNNING, RunState.PAUSED)
_HURRY = (RunState.STOPPING, RunState.FAULT)


class Recorder:
    """Stores rounds, single cycles and snapshots of a run, and checkpoints to go on from.

    Blocks are committed once a second, or as they come when a block takes longer, each time with a
    checkpoint of `bench`; on the way to the safe state nothing waits for the disk. Memory does not grow with
    the run. `resumed` goes on after a checkpoint, once `go_on` is called: until then everything stands as it
    was, and `begun` is false.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        sampling: Sampling,
        *,
        bench: Bench | None = None,
        resumed: Checkpoint | None = None,
        attributes: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
        commit_every_s: float = COMMIT_EVERY_S,
    ) -> None:
        self.lateness = resumed.lateness if resumed else LatenessTally()
        self.events = EventLog(folder, self.run_time_s)
        self._folder = folder
        self._sampling = sampling
        self._rounds = plan.rounds
        self._bench: Bench | None = bench
        self._restorable: Restorable | None = bench if isinstance(bench, Restorable) else None
        self._clock = clock
        self._commit_every_s = commit_every_s
        self._started = clock() - (resumed.run_time_s if resumed else 0.0)
        self._committed_at = clock()
        self._next_checkpoint_at = -float("inf")
        self._run = RunState.IDLE
        self._progress = resumed.progress if resumed else Progress()
        self._gates: tuple[FloatArray | None, int] = (
            (resumed.gates_V, resumed.gates_cycle) if resumed else (None, 0)
        )
        self._at_stop: Checkpoint | None = None
        self.begun = resumed is None
        self.live = LiveStore(folder, create=resumed is None)
        if resumed is None:
            self.live.put("plan", plan_digest(plan))
            self.live.put("cycles", plan.cycles)
            self.live.put("stride", sampling.stride)
            self.live.put("attributes", dict(attributes or {}))
            self.live.add_statics(static_variables(plan))
            self.live.commit()

    def run_time_s(self) -> float:
        """Return the wall time since the run began, pauses between sessions left out."""
        return self._clock() - self._started

    def go_on(self) -> None:
        """Forget what was stored after the checkpoint: it is trained again. It lasts with the next commit."""
        self.live.cut(self._progress.cycle, self._progress.rounds_done)
        self.begun = True

    def on_event(self, event: Event, state: EngineState) -> None:
        """Store what the event brings; note a change of the run state. Raises StoreError."""
        if event.round is not None:
            self._keep_round(event.round, state)
        if event.record is not None:
            self._keep_block(event.record)
        if event.kind is EventKind.STEP_DONE:
            self._progress = state.progress
        before, self._run = self._run, state.run
        changed = state.run is not before
        if changed:
            self._note_state(event, state)
        if state.run not in _UNDER_WAY:
            asked = event.kind in (EventKind.STOP, EventKind.ABORT) and before in _UNDER_WAY
            if asked and self._restorable is not None:
                self._at_stop = self._point(self._restorable.state())  # the last look will change it
            return
        due = self._clock() - self._committed_at >= self._commit_every_s
        first_round = event.round is not None and state.progress.rounds_done == 1
        if due or first_round or (changed and state.run is RunState.PAUSED):
            self.commit()

    def commit(self) -> None:
        """Make everything stored so far last, with a checkpoint.

        A checkpoint that is slow to take is left out until it is due; a bench that cannot be restored then
        has its gates of the last reading in it.
        """
        started = self._clock()
        if self._progress.rounds_done > 0:
            due = started >= self._next_checkpoint_at
            if self._restorable is not None:
                if due:
                    self._add(self._point(self._restorable.state()))
            else:
                if due and self._bench is not None:
                    self._gates = self._bench.read_gates(), self._progress.cycle
                self._add(self._point(None))
            if due:
                self._next_checkpoint_at = self._clock() + (self._clock() - started) / _CHECKPOINT_SHARE
        self.live.commit()
        self._committed_at = self._clock()

    def look(self, bench: Bench) -> None:
        """Read the gates for the checkpoint of a run that ends, before the bench is made safe."""
        if self._restorable is None:
            self._gates = bench.read_gates(), self._progress.cycle

    def finish(self, state: EngineState, statics: Mapping[str, Static] | None = None) -> None:
        """Store the rest after the bench is safe: how the run ended, `statics` measured then; close live.db.

        After the disk has refused something, what was committed before stands as it is.
        """
        if self.live.failed:
            self.live.close()
            return
        if self.begun and state.outcome is not Outcome.COMPLETED and self._progress.rounds_done > 0:
            if self._at_stop is not None:
                self._add(self._at_stop)
            elif self._restorable is None:
                self._add(self._point(None))
        self.live.add_statics(statics or {})
        self.live.put("ended", {"outcome": str(state.outcome or "failed"), "reason": state.reason})
        self.live.commit()
        self.live.close()

    def _note_state(self, event: Event, state: EngineState) -> None:
        try:
            self.events.note(
                f"run {state.run}",
                by=getattr(event, "by", "engine"),
                urgent=state.run in _HURRY,
                event=str(event.kind),
                reason=event.reason,
                cycle=state.progress.cycle,
            )
        except OSError as error:
            raise cannot_store(self._folder, error, self.live.committed_cycles) from error

    def _keep_round(self, reading: Round, state: EngineState) -> None:
        progress = state.progress
        arrays = round_arrays(reading, progress, self.run_time_s())
        self.live.add_round(progress.rounds_done - 1, progress.cycle, arrays)
        self._gates = reading.gates, progress.cycle

    def _keep_block(self, record: CycleRecord) -> None:
        self.lateness.add(record.lateness_s)
        first, cycles = record.first_cycle, len(record)
        before_round = np.isin(record.snapshots.cycles + 1, self._rounds)
        if not before_round.all():  # the others were only for somebody who was watching
            s = record.snapshots
            due = Snapshots(
                s.cycles[before_round],
                s.gates[before_round],
                s.free_nodes[before_round],
                s.clamped_nodes[before_round],
            )
            record = replace(record, snapshots=due)
        kept = self._sampling.kept(first, cycles)
        row = BlockRow(
            first_cycle=first,
            cycles=cycles,
            kept=range(first, first + cycles)[kept],
            snapshots=len(record.snapshots.cycles),
            learning_time_s=float(record.learning_time_s.sum()),
        )
        self.live.add_block(row, block_arrays(record, kept))

    def _point(self, bench: bytes | None) -> Checkpoint:
        tally = replace(self.lateness)
        return Checkpoint(self._progress, self.run_time_s(), *self._gates, bench, tally)

    def _add(self, point: Checkpoint) -> None:
        self.live.add_checkpoint(point.progress.cycle, point.progress.rounds_done, point.pack(), point.bench)
