"""What a run needs, read and checked before anything moves: its files, or a run that was cut short."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from labctl.bench_files.load import LoadedBench, load_bench
from labctl.calibrating.applied import Applied, find_applied
from labctl.experiment import LoadedExperiment, build_plan, load_experiment, split_overrides
from labctl.experiment.differences import differences
from labctl.runs.request import RunRequest
from labctl.store import Checkpoint, LiveReader, Manifest, Sampling, marker, predicted_size
from labctl.store.checkpoint import plan_digest
from labctl.store.recovery import load_checkpoint
from labctl.store.sampling import Size
from protocols.errors import ConfigError, DataError
from protocols.messages import say
from protocols.plan import Plan


@dataclass
class PreparedRun:
    """A run whose files are read and checked; nothing has moved and nothing is written yet.

    applied: the calibrations by which the bench is corrected.
    """

    request: RunRequest
    experiment: LoadedExperiment
    bench: LoadedBench
    plan: Plan
    applied: Applied = field(default_factory=Applied)

    @property
    def sampling(self) -> Sampling:
        """Return which single cycles are kept."""
        return Sampling.of(self.plan, self.experiment.settings.record.cycle_rows)

    def size(self) -> Size:
        """Predict how much room the run takes on disk."""
        return predicted_size(self.plan, self.sampling, self.bench.limits.block_cycles)


@dataclass(frozen=True)
class Resumption:
    """Where a run goes on: its folder, the checkpoint, and what it is called in its manifest.

    changed: keys of a hardware bench that are other than when the run began.
    """

    folder: Path
    checkpoint: Checkpoint
    imperfections: str
    changed: tuple[str, ...] = ()


def prepare(request: RunRequest) -> PreparedRun:
    """Read and check every input; no voltage moves and no folder is made.

    Raises ConfigError, or DataError when the store of the bench's calibrations is damaged.
    """
    keys, bench_keys, doses = split_overrides(request.overrides)
    experiment = load_experiment(request.experiment, keys)
    bench = load_bench(request.bench, request.imperfections, request.seed, bench_keys, doses)
    try:
        plan = build_plan(experiment.settings, bench.limits, request.seed)
    except ConfigError as error:
        raise error.at(file=experiment.file) from None
    bench.check(plan.task.wiring)
    applied = find_applied(bench, plan.task.wiring)
    return PreparedRun(request, experiment, bench, plan, applied)


def prepare_resume(folder: Path, *, figures: bool = True) -> tuple[PreparedRun, Resumption]:
    """Read the files of a run that was cut short, and its last checkpoint; nothing moves or is written.

    Raises DataError when the run is complete, never got anywhere, or its files were changed since.
    """
    if not folder.is_dir():
        raise DataError(say("{folder}: no such run folder", folder=folder))
    marker.check_takeable(folder)
    manifest = Manifest.load(folder).values
    if manifest["status"] == "completed":
        raise DataError(
            say("{folder}: this run is complete; start a new one with 'labctl run'", folder=folder)
        )
    with LiveReader(folder) as live:
        checkpoint, digest = load_checkpoint(live), live.meta("plan")
        kept = live.meta("attributes", {})  # a manifest may be lost
    if checkpoint is None:
        raise DataError(
            say("{folder}: has no checkpoint to go on from; start it anew with 'labctl run'", folder=folder)
        )
    seed = int((manifest.get("seeds") or {}).get("run", kept.get("seed", 0)))
    files = folder / "experiment.toml", str(folder / "bench.toml")
    let_pass = str(manifest.get("calibration_override") or "")
    request = RunRequest(*files, seed=seed, out=folder.parent.parent, figures=figures, uncalibrated=let_pass)
    run = prepare(request)
    if plan_digest(run.plan) != digest:
        raise DataError(
            say(
                "{folder}: experiment.toml or bench.toml was changed since the run began; "
                "put the old one back",
                folder=folder,
            )
        )
    began_on = manifest.get("bench", run.bench.file.in_si())
    changed = [key for key, _, _ in differences(began_on, run.bench.file.in_si())]
    if changed and not run.bench.is_hardware:
        raise DataError(
            say(
                "{folder}: was changed since the run began: {changed}; put back what it was",
                folder=folder / "bench.toml",
                changed=", ".join(changed[:5]),
            )
        )
    name = str(manifest.get("imperfections", kept.get("imperfections", run.bench.imperfections)))
    return run, Resumption(folder, checkpoint, name, tuple(changed))
