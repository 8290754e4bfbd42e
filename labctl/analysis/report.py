"""Everything that can be said of one run: quantities with units, and what is missing, with the reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import xarray as xr

from labctl.analysis.drift import DriftClock, gate_drift
from labctl.analysis.erasure import erasure_in_turns
from labctl.analysis.learning import settled_error
from labctl.analysis.losses import class_loss, mean_square_errors
from labctl.analysis.manifold import output_jacobian
from labctl.analysis.modes import modes_of
from labctl.analysis.overlap import overlap_with_round
from labctl.analysis.span import path_diameter, steady_cycle
from labctl.analysis.tables import scan_quantities, two_edge_quantities
from labctl.analysis.walls import walls_share
from labctl.store.reading import (
    half_period_cycles,
    has_numbers,
    is_classification,
    learning_gates,
    number_of,
    period_s,
    round_cycles,
    text_of,
)
from protocols.errors import LabError

_COUNTS = ("cycles", "rounds", "periods")


@dataclass(frozen=True)
class Quantity:
    """One result: key for programs, label for people, value in an SI unit ("1": a pure number)."""

    key: str
    label: str
    value: float
    unit: str = "1"
    uncertainty: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Missing:
    """A result that this run does not have, and why."""

    label: str
    reason: str


@dataclass
class Report:
    """What one run shows: its kind in words, its quantities by section, and what is missing."""

    name: str
    kind: str
    method: str
    bench: str
    sections: dict[str, list[Quantity]] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    def values(self) -> dict[str, float | None]:
        """Return all values by key, for JSON; numbers of things are whole."""
        every = [q for quantities in self.sections.values() for q in quantities]
        return {q.key: int(q.value) if q.key in _COUNTS else q.value for q in every}

    def get(self, key: str) -> Quantity | None:
        """Return a quantity by its key."""
        return next((q for qs in self.sections.values() for q in qs if q.key == key), None)

    def json(self) -> dict[str, object]:
        """Return the report as plain objects for JSON; units by key are those of the values."""
        every = [q for quantities in self.sections.values() for q in quantities]
        return {
            "name": self.name,
            "kind": self.kind,
            "method": self.method,
            "bench": self.bench,
            "values": self.values(),
            "uncertainties": {q.key: q.uncertainty for q in every if _known(q.uncertainty)},
            "units": {q.key: q.unit for q in every},
            "missing": [{"what": m.label, "reason": m.reason} for m in self.missing],
        }


def analyze_run(run: xr.Dataset) -> Report:
    """Say of a run all that applies to it. Never raises for what is missing: the report names it."""
    report = Report(text_of(run, "name", "run"), kind_of(run), text_of(run, "method"), text_of(run, "bench"))
    if "period" in run:
        _add(report, "scan over the period", "scan", lambda: _quantities(scan_quantities(run)))
        return report
    _add(report, "training", "training", lambda: _training(run))
    turns = half_period_cycles(run) is not None
    if has_numbers(run, "train_output"):
        _add(report, "error at the end", "error", lambda: _error(run))
    else:
        report.missing.append(Missing("errors", "outputs were not recorded with these gates"))
    if is_classification(run):
        for data in ("train", "test"):
            if has_numbers(run, f"{data}_output") and f"{data}_class" in run:
                _add(report, f"classes, {data} set", "classes", partial(_classes, run, data))
    if turns:
        _add(report, "task cycle", "cycle span and error at switches", lambda: _cycle(run))
        if has_numbers(run, "train_output"):
            _add(report, "erasure", "erasure", lambda: _erasure(run))
    else:
        report.missing.append(Missing("cycle span", "its tasks do not take turns"))
    if has_numbers(run, "gate_voltage"):
        alone = not turns and not has_numbers(run, "train_output")
        if alone and learning_gates(run).shape[1] == 2:
            _add(report, "two-edge board", "solution line", lambda: _quantities(two_edge_quantities(run)))
        if has_numbers(run, "train_output") or not turns:
            _add(report, "gates", "drift", lambda: _gates(run, report))
    else:
        report.missing.append(Missing("drift and walls", "gates were not recorded"))
    if has_numbers(run, "train_output") and not is_classification(run):
        _add(report, "mode errors at the end", "mode errors", lambda: _modes(run))
    return report


def kind_of(run: xr.Dataset) -> str:
    """Say in words what kind of run it is."""
    if "period" in run:
        return "scan over the period"
    what = text_of(run, "task_kind", "unknown task")
    if half_period_cycles(run) is not None:
        return f"{what}, tasks in turn"
    if not has_numbers(run, "train_output"):
        return f"{what}, gates only"
    return what


def _add(report: Report, section: str, what: str, make: Callable[[], Iterator[Quantity]]) -> None:
    try:
        found = list(make())
    except (LabError, ValueError) as problem:
        report.missing.append(Missing(what, str(problem)))
        return
    report.sections.setdefault(section, []).extend(q for q in found if math.isfinite(q.value))


def _quantities(rows: list[tuple[str, str, float, str, float | None]]) -> Iterator[Quantity]:
    for key, label, value, unit, uncertainty in rows:
        yield Quantity(key, label, value, unit, uncertainty)


def _training(run: xr.Dataset) -> Iterator[Quantity]:
    cycles = round_cycles(run)
    if len(cycles):
        yield Quantity("cycles", "cycles", float(cycles[-1]))
        yield Quantity("rounds", "rounds", float(len(cycles)))
        yield Quantity("learning_time_s", "learning time", float(run["learning_time"].values[-1]), "s")


def _error(run: xr.Dataset) -> Iterator[Quantity]:
    end = settled_error(run)
    what = "hinge loss" if is_classification(run) else "mean square error"
    note = "" if end.settled else "still changing"
    over = f"mean of the last {end.rounds} rounds"
    yield Quantity("error_floor_V2", f"{what}, {over}", end.error_V2, "V^2", end.spread_V2, note)
    yield Quantity("error_floor_noise_free_V2", "without readings' noise", end.noise_free_V2, "V^2")
    errors = mean_square_errors(run)
    yield Quantity("mse_start_V2", "mean square error at the start", float(errors[0]), "V^2")
    yield Quantity("mse_end_V2", "mean square error, last round", float(errors[-1]), "V^2")


def _classes(run: xr.Dataset, data: str) -> Iterator[Quantity]:
    loss = class_loss(run, data)
    prefix = "" if data == "train" else "test_"
    yield Quantity(f"{prefix}hinge_V2", f"hinge loss, last {loss.rounds} rounds", loss.hinge_V2, "V^2")
    yield Quantity(f"{prefix}class_error", "class error", loss.class_error)
    yield Quantity(f"{prefix}accuracy", "accuracy", loss.accuracy)
    yield Quantity(f"{prefix}worst_margin_V", "worst output on its side", loss.worst_margin_V, "V")


def _cycle(run: xr.Dataset) -> Iterator[Quantity]:
    yield Quantity("period_s", "period τ", period_s(run), "s")
    if not has_numbers(run, "train_output"):  # one averaged cycle: it has no rounds at both switches
        yield Quantity("cycle_diameter_V", "diameter of the cycle", path_diameter(learning_gates(run)), "V")
        return
    cycle = steady_cycle(run)
    span = cycle.span
    pairs = f"{cycle.pairs} pairs of switches"
    yield Quantity("span_V", "cycle span D", span.span_V, "V", span.span_uncertainty_V, pairs)
    yield Quantity("span_as_read_V", "D as read, noise and all", span.span_as_read_V, "V")
    yield Quantity("span_rate_V_per_s", "D/τ", span.span_V / cycle.period_s, "V/s")
    yield Quantity("combined_error_V2", "combined error at the switches", cycle.error_V2, "V^2")
    yield Quantity("combined_hinge_V2", "hinge loss at the switches", cycle.hinge_V2, "V^2")


def _erasure(run: xr.Dataset) -> Iterator[Quantity]:
    for e in erasure_in_turns(run):
        of = f"task {e.task}"
        yield Quantity(f"kept_{e.task}_V", f"{of}: rms error after its own turn", e.kept_V, "V")
        yield Quantity(f"lost_{e.task}_V", f"{of}: rms error after the other's", e.lost_V, "V")
        yield Quantity(
            f"erasure_{e.task}_V_per_s", f"{of}: outputs move in the other's turn", e.rate_V_per_s, "V/s"
        )


def _gates(run: xr.Dataset, report: Report) -> Iterator[Quantity]:
    jacobian = None
    try:
        jacobian = output_jacobian(run)
    except LabError as problem:
        report.missing.append(Missing("drift along and across the solution manifold", str(problem)))
    moved = gate_drift(run, jacobian=jacobian)
    yield Quantity("drift_V_per_s", "drift, all edges, second half", moved.speed_V_per_s, "V/s")
    yield Quantity("drift_per_edge_V_per_s", "drift, rms of an edge", moved.per_edge_V_per_s, "V/s")
    yield Quantity("drift_along_V_per_s", "along the solution manifold", moved.along_V_per_s, "V/s")
    yield Quantity("drift_across_V_per_s", "across it", moved.across_V_per_s, "V/s")
    if number_of(run, "simulated", 0.0) or round_cycles(run)[-1]:
        per_cycle = gate_drift(run, clock=DriftClock.CYCLES, cycle_s=1.0)
        yield Quantity("drift_V_per_cycle", "drift per cycle, all edges", per_cycle.speed_V_per_s, "V")
    share = walls_share(run)
    known = share[np.isfinite(share)]
    yield Quantity("walls_share", "share of gates on walls at the end", float(known[-1]))
    middle = overlap_with_round(run)[len(share) // 2]
    yield Quantity("overlap_half_way", "overlap of the gates' change with half way", float(middle))


def _modes(run: xr.Dataset) -> Iterator[Quantity]:
    modes = modes_of(run)
    for key in ("mean", "slope", "curvature", "rest"):
        values = getattr(modes, f"{key}_V")
        known = values[np.isfinite(values)]
        if len(known):
            yield Quantity(f"mode_{key}_V", "what is left" if key == "rest" else key, float(known[-1]), "V")


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
