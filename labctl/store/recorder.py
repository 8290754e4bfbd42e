"""The recorder: keeps what a session does, and makes it a dataset."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from protocols.block import CycleRecord, IntArray
from protocols.engine import EngineState, Event, Round, RunState
from protocols.metrics import Score
from protocols.plan import Plan


class Recorder:
    """A session listener that keeps rounds, evenly spread single cycles and snapshots in memory.

    Every change of the run state goes to `events.jsonl` at once. About `cycle_rows` single cycles
    are kept, every n-th one.
    """

    def __init__(
        self, plan: Plan, folder: Path, cycle_rows: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.stride = max(plan.cycles // cycle_rows, 1)
        self.rounds: list[Round] = []
        self.round_cycle: list[int] = []
        self.learning_time_s: list[float] = []
        self.wall_time_s: list[float] = []
        self.train_scores: list[Score | None] = []
        self.test_scores: list[Score | None] = []
        self.cycles: list[IntArray] = []
        self.records: list[CycleRecord] = []
        self.lateness_worst_s = 0.0
        self._folder = folder
        self._clock = clock
        self._started = clock()
        self._run = RunState.IDLE

    def on_event(self, event: Event, state: EngineState) -> None:
        """Keep what the event brings; note a change of the run state."""
        if event.round is not None:
            self._keep_round(event.round, state)
        if event.record is not None:
            self._keep_cycles(event.record)
        if state.run is not self._run:
            self.note(
                f"run {state.run}",
                by="engine",
                event=str(event.kind),
                reason=event.reason,
                cycle=state.progress.cycle,
            )
            self._run = state.run

    def note(self, what: str, by: str, **details: object) -> None:
        """Append one line to events.jsonl: what happened, who asked, both clocks."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "run_time_s": round(self._clock() - self._started, 6),
            "what": what,
            "by": by,
            **{key: value for key, value in details.items() if value not in ("", None)},
        }
        with (self._folder / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _keep_round(self, reading: Round, state: EngineState) -> None:
        progress = state.progress
        self.rounds.append(reading)
        self.round_cycle.append(progress.cycle)
        self.learning_time_s.append(progress.learning_time_s)
        self.wall_time_s.append(self._clock() - self._started)
        self.train_scores.append(progress.train)
        self.test_scores.append(progress.test)

    def _keep_cycles(self, record: CycleRecord) -> None:
        offset = -record.first_cycle % self.stride
        kept = np.arange(offset, len(record), self.stride)
        self.lateness_worst_s = max(self.lateness_worst_s, float(record.lateness_s.max()))
        if len(kept) == 0 and len(record.snapshots.cycles) == 0:
            return
        self.records.append(
            CycleRecord(
                first_cycle=record.first_cycle,
                points=record.points[kept],
                free_outputs=record.free_outputs[kept],
                clamped_outputs=record.clamped_outputs[kept],
                learning_time_s=record.learning_time_s[kept],
                start_s=record.start_s[kept],
                lateness_s=record.lateness_s[kept],
                wrong=record.wrong,
                snapshots=record.snapshots,
            )
        )
        self.cycles.append(record.first_cycle + kept)
