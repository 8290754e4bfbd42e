"""Measure what recording costs and what it holds: `python -m benchmarks.store`."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.crash import emulated
from labctl.emulation import EmulatedBench
from labctl.engine.client import EngineClient
from labctl.runs.prepared import PreparedRun, prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.runs.session import Session
from labctl.store import Recorder, Sampling
from protocols.block import CycleRecord, Snapshots
from protocols.engine import EngineState, Event, EventKind, Progress, RunState

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENT = ROOT / "examples" / "xor.toml"
BARS = {  # (value, at most)
    "throughput_ratio_recording": (0.85, False),
    "rows_per_s": (100e3, False),
    "memory_growth_MB": (50.0, True),
    "abort_p99_s": (0.150, True),
}


@dataclass(frozen=True)
class Effort:
    """How much work to spend: cycles and pairs of runs, seconds of writing, cycles of memory, aborts."""

    cycles: int
    pairs: int
    writing_s: float
    memory_cycles: int
    aborts: int


FULL = Effort(2_000_000, 5, 10.0, 10_000_000, 100)
QUICK = Effort(100_000, 1, 0.5, 200_000, 3)


class Watch:
    """A session listener that notes memory in use at each event, and when the bench was safe."""

    def __init__(self) -> None:
        self.used_MB: list[tuple[int, float]] = []
        self.under_way = threading.Event()
        self.safe_at_s = float("nan")

    def on_event(self, event: Event, state: EngineState) -> None:
        """Take note of memory and state."""
        self.used_MB.append((state.progress.cycle, used_MB()))
        if event.record is not None:
            self.under_way.set()
        if state.run is RunState.SAFE:
            self.safe_at_s = time.perf_counter()


def used_MB() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def recording_cost(effort: Effort) -> dict[str, Any]:
    """Train with and without recording, in turns, on two boards; the worse median ratio counts."""
    ratios: dict[str, float] = {}
    for board in ("ideal", "lattice-paper"):
        run = _prepare(effort.cycles, board)
        _cycles_per_s(_prepare(1000, board), recorded=False)  # compile
        found = [
            _cycles_per_s(run, recorded=True) / _cycles_per_s(run, recorded=False)
            for _ in range(effort.pairs)
        ]
        ratios[board] = statistics.median(found)
    return {"throughput_ratio_recording": min(ratios.values()), "ratios": ratios}


def writing_speed(effort: Effort) -> dict[str, Any]:
    """Store blocks of noise, which no packing makes smaller, for a while; the last commit is waited for."""
    run = _prepare(1000, "ideal")
    rng, rows = np.random.default_rng(1), 20_000
    block = _noise(rng, rows)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(run.plan, Path(folder), Sampling(1, 0))
        start, cycle = time.perf_counter(), 0
        while time.perf_counter() - start < effort.writing_s:
            record = CycleRecord(cycle, *block)
            cycle += rows
            state = EngineState(RunState.RUNNING, Progress(cycle=cycle))
            recorder.on_event(Event(EventKind.STEP_DONE, record=record), state)
        recorder.finish(state)
        return {"rows_per_s": cycle / (time.perf_counter() - start)}


def memory_growth(effort: Effort) -> dict[str, Any]:
    """Run a whole recorded session, run.nc included, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.store", "--memory-of", str(effort.memory_cycles)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-800:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def memory_of(cycles: int) -> dict[str, Any]:
    """Return by how much memory has grown since a twentieth of the run, while running and at its most."""
    run, watch = _prepare(cycles, "lattice-paper"), Watch()
    with tempfile.TemporaryDirectory() as folder:
        peak, done = [0.0], threading.Event()

        def sample() -> None:
            while not done.wait(0.05):
                peak[0] = max(peak[0], used_MB())

        sampler = threading.Thread(target=sample)
        sampler.start()
        start = time.perf_counter()
        result = carry_out(_into(run, Path(folder)), (watch,))
        whole_s = time.perf_counter() - start
        done.set()
        sampler.join()
        size = (result.folder / "run.nc").stat().st_size
    begin = next(used for cycle, used in watch.used_MB if cycle >= cycles / 20)
    return {
        "memory_growth_MB": max(peak[0], max(used for _, used in watch.used_MB)) - begin,
        "memory_growth_running_MB": watch.used_MB[-1][1] - begin,
        "memory_cycles": cycles,
        "storing_s": whole_s - result.summary.wall_time_s,
        "run_nc_MB": size / 1e6,
    }


def abort_times(effort: Effort) -> dict[str, Any]:
    """Abort runs on the emulated controller bench; time until the emulators hold the safe state."""
    rng, taken = np.random.default_rng(2), list[float]()
    before = os.environ.get("LABCTL_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="labctl-") as text:
        folder = Path(text)
        os.environ["LABCTL_RUNTIME_DIR"] = str(folder / "engines")
        try:
            with emulated(folder) as (bench, file), EngineClient.start(who="benchmark") as client:
                for _ in range(effort.aborts):
                    taken.append(_abort(client, bench, file, folder / "runs", float(rng.uniform(0.0, 0.3))))
                client.quit_engine()
        finally:
            os.environ.pop("LABCTL_RUNTIME_DIR")
            if before is not None:
                os.environ["LABCTL_RUNTIME_DIR"] = before
    return {
        "abort_p99_s": float(np.percentile(taken, 99)),
        "abort_median_s": statistics.median(taken),
        "aborts": len(taken),
    }


def _abort(client: EngineClient, bench: EmulatedBench, file: Path, out: Path, after_s: float) -> float:
    """Abort one run a while after it has begun to train; return the seconds until nothing is driven."""
    keys = ("training.cycles=1000000", "record.rounds=8", "record.cycle_rows=1000000")
    asked = RunRequest(EXPERIMENT, str(file), out=out, overrides=keys, figures=False)
    client.start_run(client.preflight(asked))
    while client.snapshot().cycle == 0:
        time.sleep(0.005)
    time.sleep(after_s)
    pressed_s = time.perf_counter()
    client.abort()
    while bench.unsafe():
        time.sleep(0.0005)
    safe_s = time.perf_counter()
    client.wait(timeout_s=60)
    return safe_s - pressed_s


def _prepare(cycles: int, imperfections: str) -> PreparedRun:
    overrides = (f"training.cycles={cycles}",)
    return prepare(RunRequest(EXPERIMENT, imperfections=imperfections, overrides=overrides, figures=False))


def _into(run: PreparedRun, folder: Path) -> PreparedRun:
    request = RunRequest(run.request.experiment, out=folder, figures=False)
    return PreparedRun(request, run.experiment, run.bench, run.plan)


def _cycles_per_s(run: PreparedRun, *, recorded: bool) -> float:
    bench = run.bench.make()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(run.plan, Path(folder), run.sampling, bench=bench) if recorded else None
        session = Session(run.plan, bench, (recorder,) if recorder else ())
        start = time.perf_counter()
        state = session.run()
        if recorder is not None:
            recorder.finish(state)
        return state.progress.cycle / (time.perf_counter() - start)


def _noise(rng: np.random.Generator, rows: int) -> tuple[Any, ...]:
    """Return the fields of a record after its first cycle: every column of every cycle differs."""
    nothing = Snapshots(np.zeros(0, np.int64), np.zeros((0, 32)), np.zeros((0, 16)), np.zeros((0, 16)))
    columns = [rng.random(rows) for _ in range(2)]
    outputs = [rng.random((rows, 1)) for _ in range(2)]
    points, start_s = rng.integers(4, size=rows), np.cumsum(rng.random(rows))
    return (points, *outputs, columns[0], start_s, columns[1], np.zeros(4, np.bool_), nothing)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print: one line a number, or one JSON object and nothing else."""
    parser = argparse.ArgumentParser(prog="benchmarks.store", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--quick", action="store_true", help="run everything shorter, to try it out")
    parser.add_argument("--memory-of", type=int, metavar="CYCLES", help="only the memory of a run, as JSON")
    options = parser.parse_args(arguments)
    if options.memory_of:
        print(json.dumps(memory_of(options.memory_of)))
        return
    effort, found = QUICK if options.quick else FULL, dict[str, Any]()
    for measure in (recording_cost, writing_speed, memory_growth, abort_times):
        print(f"measuring {measure.__name__} …", file=sys.stderr, flush=True)
        found |= measure(effort)
    if options.json:
        print(json.dumps({**found, "quick": options.quick, "machine": machine.describe()}, indent=2))
        return
    for name, (bar, at_most) in BARS.items():
        met = found[name] <= bar if at_most else found[name] >= bar
        sign, verdict = "≤" if at_most else "≥", "met" if met else "not met"
        print(f"{name:28} {found[name]:12,.3f}  bar {sign} {bar:,g}  {verdict}")


if __name__ == "__main__":
    main()
