"""The recorder: when it commits, what it keeps, what it never waits for."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from labctl.runs.session import Session
from labctl.store import LiveReader, Recorder
from labctl.store.recorder import COMMIT_EVERY_S
from protocols.block import CycleRecord, Snapshots
from protocols.engine import EngineState, Event, EventKind, Outcome, Progress, RunState
from sim_backend import SimBench

from .runs import small_run


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def recorder_of(tmp_path: Path, clock: Clock, bench: SimBench | None = None) -> Recorder:
    run = small_run(tmp_path, "xor", "ideal")
    return Recorder(run.plan, tmp_path, run.sampling, bench=bench, clock=clock)


def a_record(first: int, cycles: int, lateness_s: float = 0.0) -> CycleRecord:
    none = Snapshots(np.zeros(0, np.int64), np.zeros((0, 32)), np.zeros((0, 16)), np.zeros((0, 16)))
    n = np.zeros(cycles)
    late = np.full(cycles, lateness_s)
    points = np.zeros(cycles, np.int64)
    return CycleRecord(first, points, n[:, None], n[:, None], n + 1e-4, n, late, np.zeros(4, bool), none)


def step(recorder: Recorder, first: int, cycles: int = 10, run: RunState = RunState.RUNNING) -> None:
    state = EngineState(run, Progress(cycle=first + cycles))
    recorder.on_event(Event(EventKind.STEP_DONE, record=a_record(first, cycles)), state)


def committed(folder: Path) -> int:
    with LiveReader(folder) as reader:
        return reader.extent().cycles


def test_short_blocks_are_committed_once_a_second_and_long_ones_as_they_come(tmp_path: Path) -> None:
    clock = Clock()
    recorder = recorder_of(tmp_path, clock)
    step(recorder, 0)
    clock.now_s += 0.6 * COMMIT_EVERY_S
    step(recorder, 10)
    assert committed(tmp_path) == 0
    clock.now_s += 0.6 * COMMIT_EVERY_S
    step(recorder, 20)
    assert committed(tmp_path) == 30
    clock.now_s += 5.0
    step(recorder, 30)
    assert committed(tmp_path) == recorder.live.committed_cycles == 40
    recorder.live.close()


def test_a_pause_commits_and_the_way_to_safety_does_not_wait(tmp_path: Path) -> None:
    clock = Clock()
    recorder = recorder_of(tmp_path, clock)
    step(recorder, 0)
    recorder.on_event(Event(EventKind.PAUSE), EngineState(RunState.PAUSED, Progress(cycle=10)))
    assert committed(tmp_path) == 10
    clock.now_s += 10.0
    step(recorder, 10, run=RunState.STOPPING)
    recorder.on_event(
        Event(EventKind.FAILED, reason="cable"), EngineState(RunState.FAULT, Progress(cycle=20))
    )
    assert committed(tmp_path) == 10
    recorder.finish(EngineState(RunState.SAFE, Progress(cycle=20), outcome=Outcome.FAILED, reason="cable"))
    assert committed(tmp_path) == 20
    with LiveReader(tmp_path) as reader:
        assert reader.meta("ended") == {"outcome": "failed", "reason": "cable"}


def test_late_cycles_are_counted_whether_or_not_they_are_kept(tmp_path: Path) -> None:
    recorder = recorder_of(tmp_path, Clock())
    state = EngineState(RunState.RUNNING)
    recorder.on_event(Event(EventKind.STEP_DONE, record=a_record(0, 7, 2e-3)), state)
    recorder.on_event(Event(EventKind.STEP_DONE, record=a_record(7, 5)), state)
    found = recorder.lateness.summary()
    assert (found["late_cycles"], found["lateness_worst_s"]) == (7, 2e-3)
    recorder.live.close()


def test_slow_checkpoints_are_left_out_until_due(tmp_path: Path) -> None:
    clock = Clock()

    class Slow(SimBench):
        taken = 0

        def state(self) -> bytes:
            Slow.taken += 1
            clock.now_s += 0.5  # so the next one is due after 10 s
            return super().state()

    run, bench = small_run(tmp_path, "xor", "ideal"), Slow(seed=1)
    recorder = Recorder(run.plan, tmp_path, run.sampling, bench=bench, clock=clock)

    class Ticking:
        def on_event(self, event: Event, state: EngineState) -> None:
            clock.now_s += 1.0

    Session(run.plan, bench, (recorder, Ticking())).run()
    recorder.live.close()
    assert 2 <= Slow.taken <= 4


def test_memory_does_not_grow_with_the_run(tmp_path: Path) -> None:
    clock = Clock()
    recorder = recorder_of(tmp_path, clock)
    tracemalloc.start()
    try:
        for block in range(300):
            clock.now_s += 1.0
            step(recorder, 1000 * block, 1000)
            if block == 20:
                before, _ = tracemalloc.get_traced_memory()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        recorder.live.close()
    assert after - before < 100_000  # 280 blocks of 44 kB passed through


@pytest.mark.parametrize("run", [RunState.PREFLIGHT, RunState.ARMED])
def test_a_bench_that_is_not_open_is_not_asked(tmp_path: Path, run: RunState) -> None:
    clock = Clock()
    recorder = recorder_of(tmp_path, clock, SimBench())
    clock.now_s += 60.0
    recorder.on_event(Event(EventKind.CHECKED), EngineState(run, Progress(cycle=10, rounds_done=1)))
    recorder.live.close()
