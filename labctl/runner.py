"""One run from files to folder: load, build, run, store, draw."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import tomlkit

from labctl.benches import LoadedBench, load_bench
from labctl.decision import measure_decision_map
from labctl.experiment import LoadedExperiment, build_plan, load_experiment, split_overrides
from labctl.figures import draw_run_figures
from labctl.session import Listener, Session
from labctl.store import DecisionMap, Manifest, Recorder, new_run_folder, run_dataset, write_dataset
from protocols.bench import Bench
from protocols.engine import EngineState
from protocols.errors import ConfigError, DataError
from protocols.plan import Plan


@dataclass(frozen=True)
class RunRequest:
    """What a user asks for with `labctl run`."""

    experiment: Path
    bench: str = "sim"
    imperfections: str | None = None
    seed: int = 0
    out: Path = Path("runs")
    overrides: Sequence[str] = ()
    figures: bool = True
    command: Sequence[str] = ()


@dataclass
class PreparedRun:
    """A run whose files are read and checked; nothing has moved and nothing is written yet."""

    request: RunRequest
    experiment: LoadedExperiment
    bench: LoadedBench
    plan: Plan


@dataclass
class RunResult:
    """A finished run: its folder, figures, summary (the keys of `--json`) and final state."""

    folder: Path
    summary: dict[str, Any]
    figures: list[Path]
    state: EngineState
    warnings: list[str] = field(default_factory=list)


def prepare(request: RunRequest) -> PreparedRun:
    """Read and check every input. Raises ConfigError; no voltage moves and no folder is made."""
    keys, bench_keys, doses = split_overrides(request.overrides)
    experiment = load_experiment(request.experiment, keys)
    bench = load_bench(request.bench, request.imperfections, request.seed, bench_keys, doses)
    try:
        plan = build_plan(experiment.settings, bench.limits, request.seed)
    except ConfigError as error:
        raise error.at(file=experiment.file) from None
    bench.check(plan.task.wiring)
    return PreparedRun(request, experiment, bench, plan)


def carry_out(run: PreparedRun, listeners: Sequence[Listener] = (), session_hook: Any = None) -> RunResult:
    """Run a prepared run and store it, whatever its outcome.

    `session_hook(session)` is called before the start, to connect stop requests. Raises the error
    that stopped the run, after everything measured until then has been stored.
    """
    settings, request = run.experiment.settings, run.request
    folder = new_run_folder(request.out, settings.name, datetime.now())
    manifest = _begin(run, folder)
    recorder = Recorder(run.plan, folder, settings.record.cycle_rows)
    decision: list[DecisionMap] = []

    def last_look(bench: Bench) -> None:
        found = measure_decision_map(bench, run.plan, run.bench.limits)
        decision.extend([found] if found is not None else [])

    session = Session(run.plan, run.bench.make(), (recorder, *listeners), at_end=last_look)
    if session_hook is not None:
        session_hook(session)
    started = time.perf_counter()
    try:
        session.run()
    finally:
        wall_time_s = time.perf_counter() - started
        figures = _store(run, folder, manifest, recorder, session, decision, wall_time_s)
    summary = _summary(run, folder, manifest, session.state, recorder, wall_time_s, figures)
    return RunResult(folder, summary, figures, session.state)


def _begin(run: PreparedRun, folder: Path) -> Manifest:
    request = run.request
    (folder / "experiment.toml").write_text(tomlkit.dumps(run.experiment.values), "utf-8")
    (folder / "bench.toml").write_text(tomlkit.dumps(run.bench.values), "utf-8")
    manifest = Manifest.start(folder, run.experiment.settings.name, list(request.command))
    manifest.add(
        experiment=run.experiment.file,
        overrides=list(request.overrides),
        seeds={"run": request.seed, "board": request.seed},
        bench=run.bench.settings,
        imperfections=run.bench.imperfections,
        imperfection_ledger=run.bench.ledger,
        settings=run.experiment.settings.model_dump(mode="json"),
    )
    return manifest


def _store(
    run: PreparedRun,
    folder: Path,
    manifest: Manifest,
    recorder: Recorder,
    session: Session,
    decision: list[DecisionMap],
    wall_time_s: float,
) -> list[Path]:
    """Write run.nc, the manifest and the figures of a run that has ended in any way."""
    state = session.state
    status = str(state.outcome or "failed")
    figures: list[Path] = []
    if recorder.rounds:
        identity = session.identity
        attributes = {
            "name": run.experiment.settings.name,
            "run_id": manifest.values["run_id"],
            "bench": identity.name if identity else "unknown",
            "simulated": int(identity.simulated) if identity else 0,
            "seed": run.request.seed,
            "imperfections": run.bench.imperfections,
            "status": status,
        }
        dataset = run_dataset(
            recorder, run.plan, run.bench.limits, attributes, decision[0] if decision else None
        )
        write_dataset(dataset, folder / "run.nc")
        if run.request.figures:
            figures = draw_run_figures(dataset, folder)
    progress = state.progress
    manifest.finish(
        status,
        state.reason,
        bench_identity=vars(session.identity) if session.identity else None,
        safe_state=vars(session.safe) if session.safe else None,
        cycles=progress.cycle,
        learning_time_s=progress.learning_time_s,
        training_wall_time_s=wall_time_s,
        lateness_worst_s=recorder.lateness_worst_s,
        figures=[f.name for f in figures],
    )
    return figures


def _summary(
    run: PreparedRun,
    folder: Path,
    manifest: Manifest,
    state: EngineState,
    recorder: Recorder,
    wall_time_s: float,
    figures: list[Path],
) -> dict[str, Any]:
    scores = [s for s in recorder.train_scores if s is not None]
    if not scores:
        raise DataError(f"{folder}: the run ended before anything was measured")
    tests = [s for s in recorder.test_scores if s is not None]
    progress = state.progress
    return {
        "run_id": manifest.values["run_id"],
        "path": str(folder),
        "status": str(state.outcome),
        "reason": state.reason,
        "name": run.experiment.settings.name,
        "task": str(run.plan.task.kind),
        "method": run.plan.method.name,
        "bench": manifest.values["bench_identity"]["name"],
        "imperfections": run.bench.imperfections,
        "seed": run.request.seed,
        "cycles": progress.cycle,
        "learning_time_s": progress.learning_time_s,
        "wall_time_s": wall_time_s,
        "cycles_per_s": progress.cycle / wall_time_s,
        "error_start_V2": scores[0].error_V2,
        "error_end_V2": scores[-1].error_V2,
        "mse_end_V2": scores[-1].mse_V2,
        "test_error_end_V2": tests[-1].error_V2 if tests else None,
        "accuracy_end": scores[-1].accuracy,
        "worst_margin_end_V": scores[-1].worst_margin_V,
        "figures": [str(f) for f in figures],
    }
