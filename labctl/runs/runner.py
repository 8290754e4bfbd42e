"""One run, from what it needs to its folder: run, store, draw; and going on with one that was cut short."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import structlog
import tomlkit

from labctl.calibrating import gate as calibration_gate
from labctl.calibrating.applied import Applied
from labctl.calibrating.expiry import Expiry, ExpiryWatch, expiries
from labctl.runs.decision import measure_decision_map
from labctl.runs.inventory import Inventory
from labctl.runs.prepared import PreparedRun, Resumption
from labctl.runs.session import Listener, Session
from labctl.runs.summary import Resumed, RunSummary
from labctl.store import (
    Checkpoint,
    LiveReader,
    Manifest,
    Recorder,
    StoreError,
    check_room,
    marker,
    new_run_folder,
    open_run,
)
from labctl.store import live as live_store
from labctl.store.catalogue import update
from labctl.store.convert import convert
from labctl.store.dataset import run_attributes
from labctl.store.summary import RunResults, measured
from protocols.bench import Bench, Restorable
from protocols.engine import EngineState, Outcome, Progress
from protocols.errors import DataError
from protocols.messages import Message, say

log = structlog.get_logger(__name__)
SessionHook = Callable[[Session], None]
BegunHook = Callable[[Path, str], None]


@dataclass
class RunResult:
    """A finished run: its folder, figures, summary (the keys of `--json`) and final state."""

    folder: Path
    summary: RunSummary
    figures: list[Path]
    state: EngineState
    warnings: list[str] = field(default_factory=list)


def carry_out(
    run: PreparedRun,
    listeners: Sequence[Listener] = (),
    session_hook: SessionHook | None = None,
    resumption: Resumption | None = None,
    begun: BegunHook | None = None,
) -> RunResult:
    """Run a prepared run, or go on with one, and store it, whatever its outcome.

    `session_hook(session)` is called before the start, to connect stop requests, and before it
    `begun(folder, run_id)`, once there is a folder to store the run in. Raises the error that stopped the
    run, after everything measured until then has been stored.
    """
    bench = run.bench.make(run.applied.corrections)
    if resumption is None:
        folder, manifest, recorder = _begin(run, bench)
    else:
        folder, manifest, recorder = _take_up(run, resumption, bench)
    if begun is not None:
        try:
            begun(folder, str(manifest.values["run_id"]))
        except OSError as error:
            _let_go(folder, recorder)
            raise live_store.cannot_store(folder, error) from error
    statics: dict[str, live_store.Static] = {}

    def last_look(bench: Bench) -> None:
        recorder.look(bench)
        found = measure_decision_map(bench, run.plan, run.bench.limits)
        statics.update(found.variables() if found is not None else {})

    def go_on(bench: Bench) -> Progress:
        if resumption is None:
            return Progress()
        return _put_back(bench, resumption.checkpoint, recorder, manifest, run.applied)

    def expired(calibration: Expiry) -> None:
        sentence = calibration.sentence()
        session.warnings.append(sentence)
        log.warning("calibration expired", told=sentence)
        recorder.events.note(
            "calibration expired", by="labctl", text=sentence, cycle=session.state.progress.cycle
        )

    watch = ExpiryWatch(expiries(run.bench, run.applied), expired)
    inventory = Inventory(bench, manifest, recorder.events)
    session = Session(
        run.plan,
        bench,
        (recorder, inventory, watch, *listeners),
        at_end=last_look,
        go_on=go_on if resumption else None,
    )
    if session_hook is not None:
        session_hook(session)
    before = resumption.checkpoint.progress if resumption else Progress()
    started = time.perf_counter()
    failure: BaseException | None = None
    try:
        session.run()
    except BaseException as problem:
        failure = problem
    wall_time_s = time.perf_counter() - started
    try:
        recorder.finish(session.state, statics)
        summary, figures = _store(run, folder, manifest, recorder, session, wall_time_s, before)
    except (StoreError, OSError) as problem:
        raise _not_stored(folder, problem, recorder) from (failure or problem)
    if isinstance(failure, StoreError):
        raise DataError(
            say(
                "{failure}; make room, then go on with 'labctl runs resume {folder}'",
                failure=failure,
                folder=folder,
            )
        ) from failure
    if failure is not None:
        raise failure
    if summary is None:
        raise DataError(say("{folder}: the run ended before anything was measured", folder=folder))
    return RunResult(folder, summary, figures, session.state)


def _begin(run: PreparedRun, bench: Bench) -> tuple[Path, Manifest, Recorder]:
    """Make the run's folder and everything in it that is known before the start, or nothing at all."""
    request, settings = run.request, run.experiment.settings
    check_room(request.out, run.size())
    folder = new_run_folder(request.out, settings.name, datetime.now())
    try:
        marker.take(folder)
        (folder / "experiment.toml").write_text(tomlkit.dumps(run.experiment.values), "utf-8")
        (folder / "bench.toml").write_text(tomlkit.dumps(run.bench.values), "utf-8")
        manifest = Manifest.start(folder, settings.name, list(request.command))
        manifest.add(
            experiment=run.experiment.file,
            overrides=list(request.overrides),
            seeds={"run": request.seed, "board": request.seed},
            task=str(run.plan.task.kind),
            method=run.plan.method.name,
            bench=run.bench.file.in_si(),
            imperfections=run.bench.imperfections,
            imperfection_ledger=run.bench.file.ledger(run.bench.seed),
            settings=settings.model_dump(mode="json"),
            sampling={"cycle_stride": run.sampling.stride, "rounds": run.plan.rounds.tolist()},
            predicted_bytes=run.size().most,
        )
        manifest.add(
            **calibration_gate.look(run.bench, request.uncalibrated).to_manifest(),
            **run.applied.to_manifest(),
        )
        attributes = run_attributes(run.plan, run.bench.limits) | {
            "name": settings.name,
            "run_id": manifest.values["run_id"],
            "seed": request.seed,
            "imperfections": run.bench.imperfections,
        }
        recorder = Recorder(run.plan, folder, run.sampling, bench=bench, attributes=attributes)
    except (OSError, DataError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            say(
                "{folder}: a run cannot be stored here: {reason}; choose another --out",
                folder=folder,
                reason=reason,
            )
        ) from error
    update(folder)
    return folder, manifest, recorder


def _take_up(run: PreparedRun, resumption: Resumption, bench: Bench) -> tuple[Path, Manifest, Recorder]:
    """Make a run that was cut short this process's own."""
    folder, checkpoint = resumption.folder, resumption.checkpoint
    try:
        marker.take(folder)
        manifest = Manifest.load(folder)
        recorder = Recorder(run.plan, folder, run.sampling, bench=bench, resumed=checkpoint)
        manifest.add(status="running")
    except (OSError, StoreError) as error:
        marker.abandon(folder)
        if isinstance(error, StoreError):
            raise
        raise live_store.cannot_store(folder, error, checkpoint.progress.cycle) from error
    return folder, manifest, recorder


def _put_back(
    bench: Bench, checkpoint: Checkpoint, recorder: Recorder, manifest: Manifest, applied: Applied
) -> Progress:
    """Put the bench where the checkpoint left it, as far as it can be, and note how far it is from there.

    A board keeps its charges by itself: its gates are read and compared, never rewritten. Last of all, what
    was stored after the checkpoint is forgotten.
    """
    from_cycle = checkpoint.progress.cycle
    report = Resumed(from_cycle=from_cycle, cycles_repeated=recorder.live.committed_cycles - from_cycle)
    if checkpoint.bench is not None and isinstance(bench, Restorable):
        bench.restore(checkpoint.bench)
    elif checkpoint.gates_V is not None:
        drift_V = np.abs(bench.read_gates() - checkpoint.gates_V)
        report["gates_read_at_cycle"] = checkpoint.gates_cycle
        report["gate_drift_worst_V"] = float(np.nanmax(drift_V))
        report["gate_drift_rms_V"] = float(np.sqrt(np.nanmean(drift_V**2)))
    recorder.events.note("run resumed", by="labctl runs resume", **report)
    report["corrections"] = applied.to_manifest()["corrections"]
    report["time"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    manifest.add(resumed=[*manifest.values.get("resumed", []), report])
    recorder.go_on()
    return checkpoint.progress


def _store(
    run: PreparedRun,
    folder: Path,
    manifest: Manifest,
    recorder: Recorder,
    session: Session,
    wall_time_s: float,
    before: Progress,
) -> tuple[RunSummary | None, list[Path]]:
    """Write run.nc, the figures and the manifest of a run that has ended in any way."""
    state, identity = session.state, session.identity
    reached = max(state.progress, before, key=lambda p: p.cycle)  # it may have failed before it went on
    status = str(state.outcome or "failed")
    with LiveReader(folder) as live:
        results = measured(live)
    cycles, learning_time_s = reached.cycle, reached.learning_time_s
    if results and results.cycles > cycles:  # it never went on: what came after the checkpoint stands
        cycles, learning_time_s = results.cycles, results.learning_time_s
    figures: list[Path] = []
    if results:
        name = identity.name if identity else "unknown"
        simulated = int(identity.simulated) if identity else 0
        convert(folder, {"bench": name, "simulated": simulated, "status": status})
        if run.request.figures:
            from labctl.figures import draw_run_figures  # slow to import, and not needed before the end

            figures = draw_run_figures(open_run(folder, cycles=False), folder)
    summary = None
    if results:
        summary = _summary(
            run, folder, manifest, session, recorder, results, wall_time_s, before.cycle, figures
        )
    manifest.finish(
        status,
        state.reason,
        bench_identity=vars(identity) if identity else None,
        safe_state=vars(session.safe) if session.safe else None,
        cycles=cycles,
        learning_time_s=learning_time_s,
        training_wall_time_s=recorder.run_time_s(),
        **recorder.lateness.summary(),
        warnings=list(session.warnings),
        figures=[f.name for f in figures],
        summary=summary.to_json() if summary is not None else {},
    )
    marker.release(folder)
    if state.outcome is Outcome.COMPLETED:  # any other run may be resumed
        (folder / live_store.NAME).unlink(missing_ok=True)
    update(folder)
    return summary, figures


def _summary(
    run: PreparedRun,
    folder: Path,
    manifest: Manifest,
    session: Session,
    recorder: Recorder,
    results: RunResults,
    wall_time_s: float,
    cycles_before: int,
    figures: list[Path],
) -> RunSummary:
    state = session.state
    resumed = manifest.values.get("resumed") if recorder.begun else None
    lateness = recorder.lateness.summary()
    return RunSummary(
        run_id=str(manifest.values["run_id"]),
        path=str(folder),
        status=str(state.outcome or "failed"),
        reason=Message.of(state.reason),
        name=run.experiment.settings.name,
        task=str(run.plan.task.kind),
        method=run.plan.method.name,
        bench=session.identity.name if session.identity else "unknown",
        imperfections=str(manifest.values.get("imperfections", run.bench.imperfections)),
        seed=run.request.seed,
        **asdict(results),
        wall_time_s=wall_time_s,
        cycles_per_s=max(state.progress.cycle - cycles_before, 0) / wall_time_s,
        late_cycles=lateness["late_cycles"],
        lateness_worst_s=lateness["lateness_worst_s"],
        lateness_histogram=lateness["lateness_histogram"],
        resumed=resumed[-1] if resumed else None,
        figures=tuple(str(f) for f in figures),
    )


def _not_stored(folder: Path, problem: StoreError | OSError, recorder: Recorder) -> DataError:
    """Return what to tell when a run is over and its end could not be stored."""
    _let_go(folder, recorder)
    error = problem if isinstance(problem, StoreError) else live_store.cannot_store(folder, problem)
    kept = say(
        "{cycles:,} cycles are kept in {file}",
        cycles=recorder.live.committed_cycles,
        file=live_store.NAME,
    )
    return DataError(
        say(
            "{error}; {kept}; make room, then run 'labctl runs recover {folder}'",
            error=error,
            kept=kept,
            folder=folder,
        )
    )


def _let_go(folder: Path, recorder: Recorder) -> None:
    """Leave a run to `runs recover`: this process may live on for long."""
    with contextlib.suppress(StoreError):  # it may be closed already
        recorder.live.close()
    marker.abandon(folder)
