"""The runs of a study: made by the ordinary pipeline, one folder each, two at a time, never twice.

A run carries a digest of everything that was asked for in its manifest, as the last word of its command. A
study that is started again looks for it: a finished run is not repeated, one cut short goes on.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

import labctl
from labctl.bench_files.load import load_bench
from labctl.experiment.shipped import shipped
from labctl.runs.prepared import prepare, prepare_resume
from labctl.runs.request import RunRequest
from labctl.runs.runner import RunResult, carry_out
from labctl.store import marker
from labctl.store.manifest import Manifest
from protocols.engine import Outcome
from protocols.errors import ConfigError, DataError

EXAMPLES = shipped("examples")
MARK = "--point"
OVERHEAD_CYCLES = 20_000  # a run takes as long as this many cycles before and after its cycles

StudyProgress = Callable[[str, float, float], None]  # what is done, how much of it is done, how much there is


@dataclass(frozen=True)
class Point:
    """One run of a study: experiment file, imperfections, cycles, seed, overrides; labels say what it is."""

    experiment: Path
    imperfections: str
    cycles: int
    seed: int = 0
    overrides: tuple[str, ...] = ()
    labels: Mapping[str, object] = field(default_factory=dict)

    def digest(self) -> str:
        """Return a fingerprint of the run: the same one has the same result."""
        doses = load_bench("sim", self.imperfections, self.seed).values
        asked = (
            labctl.__version__,
            self.experiment.read_text(encoding="utf-8"),
            doses,
            self.cycles,
            self.seed,
            *self.overrides,
        )
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:20]

    @property
    def work(self) -> float:
        """Return how much time the run takes, compared with others."""
        return float(self.cycles + OVERHEAD_CYCLES)


def run_points(points: Sequence[Point], folder: Path, told: StudyProgress, workers: int = 0) -> list[Path]:
    """Return the run folder of every point, running those that are not done yet, `workers` at a time.

    workers 0: one per processor. Raises DataError when a run does not complete, ConfigError when one cannot
    begin; finished ones stay.
    """
    for point in points:
        if not point.experiment.exists():
            raise ConfigError(
                "the experiment of the study is not there",
                file=str(point.experiment),
                allowed="install labctl anew: its examples are gone",
            )
    home = folder / "runs"
    home.mkdir(parents=True, exist_ok=True)
    digests = [point.digest() for point in points]
    found, cut_short = _look(home)
    whole = sum(point.work for point in points)
    done = sum(p.work for p, digest in zip(points, digests, strict=True) if digest in found)
    todo = {digest: p for p, digest in zip(points, digests, strict=True) if digest not in found}
    told(f"{len(points)} runs", done, whole)
    jobs = [(point, digest, home, cut_short.get(digest)) for digest, point in todo.items()]
    for point, digest, run in _carry_out_all(jobs, min(workers or os.cpu_count() or 1, len(jobs))):
        found[digest] = run
        done += point.work
        told(" ".join(f"{name} {value}" for name, value in point.labels.items()), done, whole)
    told("done", whole, whole)
    return [found[digest] for digest in digests]


PointJob = tuple[
    Point, str, Path, Path | None
]  # what to run, its digest, where, and the run that was cut short


def _carry_out_all(jobs: Sequence[PointJob], workers: int) -> Iterable[tuple[Point, str, Path]]:
    """Run the jobs and yield each with its run folder, as they finish; longest first, so that none lags."""
    jobs = sorted(jobs, key=lambda job: -job[0].work)
    if workers <= 1:
        for job in jobs:
            yield job[0], job[1], _carry_out(job)
        return
    context = multiprocessing.get_context("spawn")  # numba's threads do not survive a fork
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)
    waiting: dict[Future[Path], PointJob] = {pool.submit(_carry_out, job): job for job in jobs}
    try:
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                point, digest, _, _ = waiting.pop(future)
                yield point, digest, future.result()
    except BaseException:  # Ctrl-C, or a run that failed: what is committed of the others is gone on with
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    pool.shutdown()


def _leave_interrupts() -> None:
    """Ignore Ctrl-C in a worker: the process that started it decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _carry_out(job: PointJob) -> Path:
    point, digest, home, begun = job
    if begun is not None:
        owner = marker.read_marker(begun)
        if owner is not None and owner.is_alive():
            raise DataError(f"{begun}: is being run by {owner}; wait for it or stop it first")
        try:
            prepared, resumption = prepare_resume(begun, figures=False)
        except DataError:  # killed before its first checkpoint: afresh
            shutil.rmtree(begun, ignore_errors=True)
        else:
            return _completed(carry_out(prepared, resumption=resumption))
    request = RunRequest(
        point.experiment,
        imperfections=point.imperfections,
        seed=point.seed,
        out=home,
        overrides=(*point.overrides, f"training.cycles={point.cycles}"),
        figures=False,
        command=("labctl", "reproduce", MARK, digest),
    )
    return _completed(carry_out(prepare(request)))


def _completed(result: RunResult) -> Path:
    if result.state.outcome is not Outcome.COMPLETED:
        raise DataError(
            f"the run in {result.folder} ended as {result.state.outcome} "
            f"({result.state.reason or 'no reason given'}); start the study again to go on from here"
        )
    return result.folder


def _look(home: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return the finished runs of a study and those cut short, by digest."""
    finished: dict[str, Path] = {}
    cut_short: dict[str, Path] = {}
    for file in sorted(home.glob("*-*-*/*/manifest.json")):
        values = Manifest.load(file.parent).values
        command = values.get("command", [])
        if len(command) < 2 or command[-2] != MARK:
            continue
        done = values.get("status") == "completed" and (file.parent / "run.nc").exists()
        (finished if done else cut_short)[command[-1]] = file.parent
    return finished, cut_short


def settings(values: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    """Turn key and value pairs into overrides as `--set` takes them."""
    return tuple(f"{key}={value}" for key, value in values)
