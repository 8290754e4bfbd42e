"""Carry calibrations out: open the bench, run a routine, issue, store, draw."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from calibration import (
    ROUTINES,
    Calibration,
    CalibrationStore,
    Nominal,
    ProgressCallback,
    State,
    issue,
    opened,
)
from calibration.records import now_utc, state_of
from calibration.routine import NO_FIT, wires
from calibration.twin import NEEDED, twin_doses
from labctl.bench_files.calibration_settings import ANSWERED
from labctl.bench_files.load import LoadedBench
from labctl.bench_files.sim_file import SimBenchFile
from labctl.calibrating.advice import storing
from labctl.calibrating.figure import draw_calibration
from labctl.experiment.build import build_task
from labctl.experiment.load import load_experiment
from labctl.experiment.tables import TomlTable
from protocols.bench import MadeOfInstruments
from protocols.errors import ConfigError, LabError
from protocols.messages import say
from protocols.network import periodic_lattice
from protocols.task import Output, Source, Wiring

if TYPE_CHECKING:
    from labctl.bench_files.load import BenchFile

# As the published memory-cycle runs wire the 4×4 board: every edge has an end that no source drives.
_SOURCES = (15, 7, 13, 5, 2, 8)
_TARGETS = (10, 0)

_OUT_OF_DATE = (State.EXPIRED, State.FUTURE)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class BenchToCalibrate:
    """A bench to calibrate: how to make it, its wires, its store, and the serial its records are under."""

    loaded: LoadedBench
    wiring: Wiring
    store: CalibrationStore
    serial: str
    nominal: Nominal
    operator: str
    seed: int = 0
    valid_for: timedelta | None = None


@dataclass(frozen=True)
class Done:
    """A calibration that was carried out and stored: the record and its files."""

    calibration: Calibration
    record: Path
    raw: Path
    figure: Path | None


class RoutineFailed(LabError):
    """A routine came to no result; the bench was left safe and others may run on it."""


def prepare_bench(
    loaded: LoadedBench,
    experiment: Path | None,
    store: Path | None,
    seed: int,
    operator: str = "",
    valid_for_s: float | None = None,
) -> BenchToCalibrate:
    """Put together what a calibration needs; the wires are the experiment's, else as `usual_wiring` says.

    Raises ConfigError when the bench does not fit them.
    """
    if experiment is not None:
        wiring = wiring_of(experiment, loaded)
        loaded.check(wiring)
    else:
        wiring = usual_wiring(loaded)
    return BenchToCalibrate(
        loaded,
        wiring,
        CalibrationStore(store or loaded.calibration.folder()),
        loaded.calibration_serial,
        nominal_of(loaded.file),
        operator or _user(),
        seed,
        None if valid_for_s is None else timedelta(seconds=valid_for_s),
    )


def standard_wiring() -> Wiring:
    """Return the 4×4 board wired as in the published memory-cycle runs."""
    return Wiring(
        periodic_lattice(4, 4),
        tuple(Source(node, f"source {node}") for node in _SOURCES),
        tuple(Output(f"node {node}", node) for node in _TARGETS),
    )


def usual_wiring(loaded: LoadedBench) -> Wiring:
    """Return the published board's wiring where the bench has its wires, else what its file says is wired.

    Raises ConfigError when there is neither.
    """
    try:
        standard = standard_wiring()
        loaded.check(standard)
        return standard
    except ConfigError as error:
        if not loaded.is_hardware:
            raise _naming_experiment(error) from None
    try:
        own = loaded.file.wiring() or standard
        loaded.check(own)
        return own
    except ConfigError as error:
        raise _naming_experiment(error.at(file=loaded.path)) from None


def _naming_experiment(error: ConfigError) -> ConfigError:
    """Return the error with the way out when no experiment was named."""
    way = say("name an experiment that is wired as the board is, with --experiment")
    allowed = say("{allowed}, or {way}", allowed=error.allowed, way=way) if error.allowed else way
    return ConfigError(error.problem, file=error.file, key=error.key, value=error.value, allowed=allowed)


def wiring_of(experiment: Path, loaded: LoadedBench) -> Wiring:
    """Return the wiring of an experiment file. Raises ConfigError."""
    found = load_experiment(experiment)
    try:
        return build_task(found.settings, loaded.limits).wiring
    except ConfigError as error:
        raise error.at(file=found.file) from None


def nominal_of(bench: BenchFile) -> Nominal:
    """Return what a bench's transistors should be, by its file; else by the published board's."""
    if not isinstance(bench, SimBenchFile):
        return Nominal()
    return Nominal(bench.board.threshold, bench.board.strength, bench.board.learning_rate)


def calibrate(
    bench: BenchToCalibrate,
    name: str,
    told: ProgressCallback | None = None,
    figures: bool = True,
    steps: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Done:
    """Run one routine, store what it found and draw it; the bench is left closed and safe.

    steps: around what may be broken off. Raises RoutineFailed when nothing came of the routine but the bench
    is well, InstrumentError when it may not be, DataError when nothing can be stored.
    """
    routine = ROUTINES[name]
    making = bench.loaded.make()
    nominal = _as_measured(bench)
    with opened(making, bench.wiring, told, bench.seed) as board:
        try:
            with steps():
                result = routine.run(board, nominal)
            result.conditions |= _answered(making)
            issued = issue(routine, result, board, bench.operator, valid_for=bench.valid_for)
        except LabError as error:
            raise RoutineFailed(say("{routine}: {error}", routine=name, error=error)) from error
        except (ArithmeticError, ValueError, MemoryError) as error:
            log.info("a calibration could not be evaluated", routine=name, exc_info=error)
            raise RoutineFailed(
                say(
                    "{name}: what was read makes no sense ({error}); check the wires, then measure again",
                    name=name,
                    error=error,
                )
            ) from error
    calibration = issued.model_copy(update={"serial": bench.serial})
    with storing():
        folder = bench.store.append(calibration, result.raw)
    raw = folder / calibration.raw
    figure = draw_calibration(calibration, raw.with_suffix(".png")) if figures else None
    return Done(calibration, folder / "calibrations.jsonl", raw, figure)


def _as_measured(bench: BenchToCalibrate) -> Nominal:
    """Return what the board should be, with what a calibration of its gates that is in date has found."""
    gates = _usable(bench).get("gates")
    return bench.nominal if gates is None else bench.nominal.with_gates(gates, bench.wiring.network)


def _usable(bench: BenchToCalibrate) -> dict[str, Calibration]:
    """Return the latest calibration of each routine that is in date and of these wires."""
    latest, now, wired = bench.store.latest(bench.serial), now_utc(), wires(bench.wiring)
    return {n: c for n, c in latest.items() if state_of(c, now) not in _OUT_OF_DATE and c.board == wired}


def _answered(bench: object) -> dict[str, str]:
    """Return which board answers, as a calibration's condition; a simulated bench has nobody to ask."""
    if not isinstance(bench, MadeOfInstruments):
        return {}
    found = bench.identities()
    board = found.get("controller") or found.get("daq")
    return {} if board is None else {ANSWERED: board.label()}


def twin_of(bench: BenchToCalibrate) -> TomlTable:
    """Return the doses of the twin, from the latest calibrations. Raises DataError when one is missing."""
    latest = bench.store.latest(bench.serial)
    found = {name: latest[name] for name in NEEDED if name in latest}
    doses = twin_doses(bench.wiring.network, found, bench.loaded.limits, bench.nominal)
    ids = ", ".join(f"{name} {found[name].id}" for name in NEEDED)
    return {"description": f"twin of board {bench.serial}, from calibrations {ids}", **doses}


def missing_for_twin(bench: BenchToCalibrate) -> list[str]:
    """Return the routines a twin still needs: never done, not in date, without a fit, or with other wires."""
    usable = _usable(bench)
    return [name for name in NEEDED if name not in usable or usable[name].faults(NO_FIT)]


def doubts(bench: BenchToCalibrate) -> tuple[list[str], list[str]]:
    """Return why no twin can be made of the latest calibrations, and what failed that a twin can bear.

    Numbers that no board fits are no numbers; a broken edge is broken in the twin, too.
    """
    latest = bench.store.latest(bench.serial)
    against: list[str] = []
    for_all_that: list[str] = []
    for name in NEEDED:
        for fault in latest[name].faults() if name in latest else ():
            (against if fault.kind == NO_FIT else for_all_that).append(
                say("{name}: {text}", name=name, text=fault.text)
            )
    return against, for_all_that


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
