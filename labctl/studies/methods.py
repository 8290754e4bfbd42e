"""`labctl reproduce methods`: the error floor that every training method leaves on random boards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from labctl.analysis import DriftClock, gate_drift, settled_error
from labctl.store import open_run
from labctl.studies import methods_figure
from labctl.studies.boards import Overrides
from labctl.studies.found import MethodOutcome, Numbers
from labctl.studies.pipeline import EXAMPLES, Point, StudyProgress, run_points, settings
from labctl.studies.study import StudyFinding, StudyRequest, short

SEEDS = 8
CYCLES = 100_000
CYCLE_S = 100e-6  # nominal pulse: drift is per second of pulses, given or not, so that methods compare
ROUNDS, TAIL = 200, 0.2  # floor and drift are taken over the last 40 rounds
CONFIDENCE = 0.95
RESAMPLES = 4000

STANDARD = "standard"


def _amplitude(mV: float) -> tuple[str, object]:
    return ("method.overclamping.amplitude", f'"{mV:g} mV"')


METHODS: dict[str, Overrides] = {
    STANDARD: (("method", "standard"),),
    "standard, η = 0.25": (("method", "standard"), ("method.standard.eta", 0.25)),
    "gain, η = 5": (("method", "standard"), ("method.standard.eta", 5.0)),
    "anti-clamping": (("method", "anti"),),
    "symmetric": (("method", "symmetric"),),
    "dead band, 1 mV": (("method", "standard"), ("method.standard.dead_band", '"1 mV"')),
    "label servo": (("method", "label-servo"),),
    "chopping": (("method", "chopping"),),
    "overclamping, 100 mV": (("method", "overclamping"), _amplitude(100)),
    "overclamping, 100 mV, dead band 1 mV": (
        ("method", "overclamping"),
        _amplitude(100),
        ("method.overclamping.dead_band", '"1 mV"'),
    ),
    "overclamping, 100 mV, chopped": (
        ("method", "overclamping"),
        _amplitude(100),
        ("method.chop_rounds", 1),
    ),
    "symmetric overclamping, 100 mV": (("method", "symmetric-overclamping"), _amplitude(100)),
    "symmetric overclamping, 200 mV": (("method", "symmetric-overclamping"), _amplitude(200)),
    "symmetric overclamping, 200 mV, dead band 0.4 mV": (
        ("method", "symmetric-overclamping"),
        _amplitude(200),
        ("method.overclamping.reference_error", '"5 mV"'),
        ("method.overclamping.dead_band", '"0.4 mV"'),
    ),
    "symmetric overclamping, 200 mV, chopped": (
        ("method", "symmetric-overclamping"),
        _amplitude(200),
        ("method.chop_rounds", 1),
    ),
}


def study(request: StudyRequest, told: StudyProgress) -> StudyFinding:
    """Train the four-point task by every method on as many random boards as asked for."""
    outcomes = run_methods(request, told, METHODS, CYCLES)
    values = numbers(outcomes)
    return StudyFinding(values, *table(values), partial(methods_figure.draw, outcomes, values))


def table(values: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Lay the numbers of the study out: column heads, and a row of texts per method."""
    head = ["method", "floor (V²)", "reduction", "95 % interval", "worst board", "as read", "drift (V/s)"]
    rows = [
        [
            row["method"],
            short(row["floor_median_V2"]),
            short(row["reduction_median"]),
            f"{short(row['reduction_low'])} – {short(row['reduction_high'])}",
            short(row["reduction_worst"]),
            short(row["reduction_as_read_median"]),
            short(row["drift_V_per_s"]),
        ]
        for row in values["rows"]
    ]
    return head, rows


def run_methods(
    request: StudyRequest, told: StudyProgress, methods: Mapping[str, Overrides], cycles: int
) -> dict[str, MethodOutcome]:
    """Run the methods and read floors and drifts out, by method."""
    seeds = request.seeds or SEEDS
    record: Overrides = (("record.spacing", "linear"), ("record.rounds", ROUNDS))
    points = [
        Point(
            EXAMPLES / "four-point.toml",
            "lattice-paper",
            cycles,
            seed,
            settings((*chosen, *record)),
            {name: "", "board": seed},
        )
        for name, chosen in methods.items()
        for seed in range(seeds)
    ]
    runs = run_points(points, request.folder, told, request.workers)
    seen = np.array([_read_out(run) for run in runs]).reshape(len(methods), seeds, 3)
    return {name: MethodOutcome(*seen[k].T) for k, name in enumerate(methods)}


def _read_out(run: Path) -> tuple[float, float, float]:
    with open_run(run, cycles=False) as data:
        floor = settled_error(data, TAIL)
        drift = gate_drift(data, 1.0 - TAIL, DriftClock.CYCLES, CYCLE_S)
    return max(floor.noise_free_V2, floor.noise_free_uncertainty_V2), floor.error_V2, drift.speed_V_per_s


def numbers(outcomes: Mapping[str, MethodOutcome]) -> Numbers:
    """Return a row per method, and the same as columns.

    The reduction of a board is its floor by the standard method over its floor by this one. Floors are
    without the noise of single readings (docs/decisions/0014); …_as_read is with it, and ends at the
    converter's noise. The interval of the median comes from resampling boards.
    """
    baseline = outcomes[STANDARD]
    rng = np.random.default_rng(0)
    resampled = rng.integers(len(baseline.floor_V2), size=(RESAMPLES, len(baseline.floor_V2)))
    rows: list[Numbers] = []
    for name, outcome in outcomes.items():
        reduction = baseline.floor_V2 / outcome.floor_V2
        medians = np.median(reduction[resampled], axis=1)
        low, high = np.quantile(medians, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        drift = float(np.median(outcome.drift_V_per_s))
        rows.append(
            {
                "method": name,
                "floor_V2": outcome.floor_V2.tolist(),
                "floor_median_V2": float(np.median(outcome.floor_V2)),
                "floor_as_read_V2": outcome.floor_as_read_V2.tolist(),
                "reduction": reduction.tolist(),
                "reduction_median": float(np.median(reduction)),
                "reduction_low": float(low),
                "reduction_high": float(high),
                "reduction_worst": float(reduction.min()),
                "reduction_as_read_median": float(
                    np.median(baseline.floor_as_read_V2 / outcome.floor_as_read_V2)
                ),
                "drift_V_per_s": drift,
                "drift_of_boards_V_per_s": outcome.drift_V_per_s.tolist(),
                "drift_cut": float(np.median(baseline.drift_V_per_s)) / drift,
            }
        )
    best = max(rows, key=lambda row: float(row["reduction_median"]))
    columns = ("method", "floor_V2", "reduction_median", "reduction_worst", "drift_V_per_s")
    return {
        "study": "methods",
        "boards": len(baseline.floor_V2),
        "best_method": best["method"],
        "best_reduction_median": best["reduction_median"],
        "best_reduction_worst": best["reduction_worst"],
        "best_drift_cut": best["drift_cut"],
        **{key: [row[key] for row in rows] for key in columns},
        "rows": rows,
    }
