"""From a foreign file to a run folder: recognise, read, check, and only then write."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit
import xarray
from numpy.typing import NDArray

from labctl.experiment import Experiment, build_plan
from labctl.experiment.load import validate
from labctl.figures import draw_run_figures
from labctl.importing.lattice import read_lattice
from labctl.importing.matlab import MatlabFields, looks_like_matlab, read_matlab
from labctl.importing.recording import PAPER, Recording, SourceFile
from labctl.importing.small_network import read_drift, read_table
from labctl.store import Manifest, catalogue, new_run_folder
from labctl.store.events import EventLog
from labctl.store.import_writer import complete_dataset, write_complete
from protocols.errors import ConfigError, DataError
from protocols.messages import say
from protocols.metrics import score
from protocols.plan import Plan
from protocols.task import DataSet, TaskKind

_TABLES = {".csv", ".txt"}
_KNOWN = "labctl imports the published lattice runs and drift tests (.mat) and the two-edge tables (.csv)"


@dataclass(frozen=True, eq=False)
class Imported:
    """An imported run: its folder, its manifest and its figures."""

    folder: Path
    manifest: dict[str, Any]
    figures: list[Path]


def import_file(path: Path, out: Path, *, figures: bool = True, command: Sequence[str] = ()) -> Imported:
    """Import one measured file as a new run under `out`.

    Nothing is written before the whole file has been read and checked. Raises ConfigError with one sentence
    for a file that cannot be imported, DataError when the run cannot be written; neither leaves a folder.
    """
    source = SourceFile.read(path)
    recording = read(source)
    settings = validate(Experiment, recording.experiment, str(path))
    try:
        plan = build_plan(settings, recording.limits, seed=0)
    except ConfigError as error:
        raise source.refuse(say("its experiment makes no sense to labctl: {error}", error=error)) from None
    try:
        dataset = complete_dataset(
            plan,
            recording.limits,
            {**recording.arrays, **_scores(plan, recording.arrays)},
            recording.extra,
            {"name": settings.name, "bench": recording.bench, "simulated": 0, "status": "completed"}
            | dict(recording.attributes),
        )
    except DataError as error:
        raise source.refuse(str(error)) from None
    folder = new_run_folder(out, settings.name, datetime.now())
    try:
        imported = _write(folder, source, recording, settings, dataset, figures, command)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise DataError(
                say(
                    "{folder}: the run cannot be written: {error}",
                    folder=folder,
                    error=error.strerror or error,
                )
            ) from error
        raise
    catalogue.update(folder)
    return imported


def read(source: SourceFile) -> Recording:
    """Recognise a file by what it holds and read it. Raises ConfigError."""
    if looks_like_matlab(source.content):
        variables = read_matlab(source)
        experiment = MatlabFields.of(source, variables.get("experiment"))
        if experiment is not None:
            return read_lattice(source, experiment)
        if {"GMINUS", "GPLUS"} & set(variables):
            return read_drift(source, variables)
        held = ", ".join(sorted(variables)) or "nothing"
        raise source.refuse(
            say("this MATLAB file holds no run labctl knows (it holds: {held})", held=held[:80]), _KNOWN
        )
    if source.path.suffix.lower() in _TABLES:
        return read_table(source)
    raise source.refuse(say("this is no measured run"), _KNOWN)


def _scores(plan: Plan, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Score every round as the engine would; a round without outputs has no score."""
    found: dict[str, NDArray[Any]] = {}
    for name, data in (("train", plan.task.train), ("test", plan.task.test)):
        outputs = arrays.get(f"{name}_output")
        if data is not None and outputs is not None:
            found |= _scored(name, outputs, data, plan)
    return found


def _scored(name: str, outputs: NDArray[Any], data: DataSet, plan: Plan) -> dict[str, NDArray[Any]]:
    classes = plan.task.kind is TaskKind.CLASSIFICATION
    keys = ["error", "mse", *(["accuracy", "worst_margin"] if classes else [])]
    rows = np.full((len(outputs), len(keys)), np.nan)
    for k, reading in enumerate(outputs):
        if np.all(np.isfinite(reading)):
            s = score(reading, data, plan.task.kind, plan.task.margin_V)
            rows[k] = [s.error_V2, s.mse_V2, *([s.accuracy, s.worst_margin_V] if classes else [])]
    return {f"{name}_{key}": rows[:, k] for k, key in enumerate(keys)}


def _write(
    folder: Path,
    source: SourceFile,
    recording: Recording,
    settings: Experiment,
    dataset: xarray.Dataset,
    figures: bool,
    command: Sequence[str],
) -> Imported:
    log = EventLog(folder)
    (folder / "experiment.toml").write_text(tomlkit.dumps(recording.experiment), "utf-8")
    manifest = Manifest.start(folder, settings.name, list(command))
    dataset.attrs["run_id"] = manifest.values["run_id"]
    write_complete(dataset, folder)
    drawn = draw_run_figures(dataset, folder) if figures else []
    origin = {
        "file": source.path.name,
        "sha256": source.sha256,
        "bytes": len(source.content),
        "licence": source.licence,
        "publication": PAPER,
        "imported": manifest.values["started"],
        "inferred": list(recording.inferred),
        **recording.facts,
    }
    summary = _summary(folder, settings, recording, dataset, manifest, drawn)
    manifest.add(
        status="completed",
        reason=f"imported from {source.path.name}: {recording.reason}",
        imported=True,
        origin=origin,
        started=recording.started,
        ended=None,
        experiment=source.path.name,
        settings=settings.model_dump(mode="json"),
        bench={"name": recording.bench},
        imperfections="of the real board",
        cycles=summary["cycles"],
        learning_time_s=summary["learning_time_s"],
        figures=[f.name for f in drawn],
        summary=summary,
    )
    log.note("run imported", by="labctl runs import", file=source.path.name, sha256=source.sha256)
    return Imported(folder, manifest.values, drawn)


def _summary(
    folder: Path,
    settings: Experiment,
    recording: Recording,
    dataset: xarray.Dataset,
    manifest: Manifest,
    drawn: list[Path],
) -> dict[str, Any]:
    """Return the same numbers as of a run of labctl's own; None for what was not measured."""

    def at(name: str, index: int) -> float | None:
        values = dataset[name].values if name in dataset else np.zeros(0)
        value = float(values[index]) if len(values) else np.nan
        return value if np.isfinite(value) else None

    cycles = at("round_cycle", -1)
    return {
        "run_id": manifest.values["run_id"],
        "path": str(folder),
        "status": "completed",
        "name": settings.name,
        "task": str(settings.task.kind),
        "method": str(settings.method.kind),
        "bench": recording.bench,
        "imperfections": "of the real board",
        "seed": None,
        "cycles": None if cycles is None else int(cycles),
        "learning_time_s": at("learning_time", -1),
        "wall_time_s": at("wall_time", -1),
        "error_start_V2": at("train_error", 0),
        "error_end_V2": at("train_error", -1),
        "mse_end_V2": at("train_mse", -1),
        "test_error_end_V2": at("test_error", -1),
        "accuracy_end": at("train_accuracy", -1),
        "worst_margin_end_V": at("train_worst_margin", -1),
        "figures": [str(f) for f in drawn],
    }
