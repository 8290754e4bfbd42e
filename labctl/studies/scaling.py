"""`labctl reproduce scaling`: cycle span and error against the period τ, against what was published."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from labctl.analysis import (
    doubling_period,
    error_floor,
    fit_power_law,
    geometric_mean,
    rms_dex,
    steady_cycle,
)
from labctl.analysis.span import ALL_ROUNDS
from labctl.analysis.theory import sweep_periods
from labctl.store import open_run
from labctl.studies import measured, scaling_figure
from labctl.studies.boards import PULSE_S, TWO_EDGE, Overrides
from labctl.studies.found import Numbers, Scaling
from labctl.studies.pipeline import EXAMPLES, Point, StudyProgress, run_points, settings
from labctl.studies.study import StudyFinding, StudyRequest, short
from protocols.block import FloatArray

WINDOW_S = (1.19e-3, 50.3e-3)  # where the publication takes slope and D/τ
SWITCHES = 200  # last switches of a run that are looked at, at most
SHORT_S, SHORT_SWITCHES = 6e-3, 1000  # spans of shorter periods hardly stand out from the noise of readings
FLOOR_BELOW_S = 10e-3  # periods over which the error floor is averaged
NO_BIAS = "ideal"


@dataclass(frozen=True)
class ScalingSweep:
    """What is run for a board: experiment, imperfections, overrides, periods τ in seconds.

    A run lasts learning_s (s) and `periods` at least; without bias idle_s and idle_periods: nothing hurries
    the gates then, each period only halves their distance or so. seeds: boards drawn by default.
    """

    experiment: str
    imperfections: str
    overrides: Overrides
    tau_s: tuple[float, ...]
    seeds: int
    learning_s: float
    periods: int
    idle_s: float
    idle_periods: int


# τ = 2·N·100 µs with N = round(10^(k/5)), as in the published sweeps.
TWO_EDGE_TAU_S = tuple(2 * round(10 ** (k / 5)) * PULSE_S for k in range(2, 21))
LATTICE_TAU_S = (0.002, 0.0126, 0.02, 0.0502, 0.2, 0.5024, 2.0, 7.9622, 20.0)

SWEEPS = {
    name: ScalingSweep("two-edge-cycle.toml", b.imperfections, b.cycle(), TWO_EDGE_TAU_S, 1, 4.0, 10, 6.0, 60)
    for name, b in TWO_EDGE.items()
} | {"lattice": ScalingSweep("memory-cycle.toml", "lattice-paper", (), LATTICE_TAU_S, 4, 15.0, 3, 6.0, 2)}


def study(request: StudyRequest, told: StudyProgress) -> StudyFinding:
    """Run the sweep over τ on a board, and once more without imperfections."""
    found = run_sweep(request, SWEEPS[request.board], told)
    values = numbers(found)
    rows = [
        [short(t), short(d), short(d**2), short(e), short(di), short(ei)]
        for t, d, e, di, ei in zip(
            values["tau_s"],
            values["D_V"],
            values["error_V2"],
            values["unbiased_D_V"],
            values["unbiased_error_V2"],
            strict=True,
        )
    ]
    head = ["τ (s)", "D (V)", "D² (V²)", "error (V²)", "D without bias (V)", "error without bias (V²)"]
    return StudyFinding(values, head, rows, partial(scaling_figure.draw, found))


def run_sweep(request: StudyRequest, sweep: ScalingSweep, told: StudyProgress) -> Scaling:
    """Run the sweep and read it out."""
    seeds = request.seeds or sweep.seeds
    biased = points_of(sweep, sweep.imperfections, seeds, sweep.periods, sweep.learning_s)
    unbiased = points_of(sweep, NO_BIAS, 1, sweep.idle_periods, sweep.idle_s)
    runs = run_points([*biased, *unbiased], request.folder, told, request.workers)
    n = len(sweep.tau_s)
    seen = np.array([_read_out(run) for run in runs]).reshape(seeds + 1, n, 5)
    return Scaling(
        request.board,
        np.array(sweep.tau_s),
        seen[:-1, :, 0],
        seen[:-1, :, 1],
        seen[:-1, :, 2],
        seen[-1, :, 3],
        seen[-1, :, 4],
        measured.spans(request.data, request.board),
        measured.errors(request.data, request.board),
        _theory(request.board, sweep),
    )


def points_of(
    sweep: ScalingSweep, imperfections: str, seeds: int, periods: int, learning_s: float
) -> list[Point]:
    """Return the runs of a sweep over τ, seed by seed."""
    found = []
    for seed in range(seeds):
        for tau_s in sweep.tau_s:
            half = round(tau_s / (2 * PULSE_S))
            count = max(periods, int(np.ceil(learning_s / tau_s)))
            most = SHORT_SWITCHES if tau_s < SHORT_S else SWITCHES
            switches = min(count, 4 if imperfections == NO_BIAS else most)  # the second half of the run
            overrides = settings(
                (
                    *sweep.overrides,
                    ("training.order.period", f'"{2 * half * PULSE_S:.7g} s"'),
                    ("record.rounds", switches + 1),
                )
            )
            labels = {"τ": f"{tau_s:g} s", "seed": seed}
            found.append(
                Point(EXAMPLES / sweep.experiment, imperfections, 2 * half * count, seed, overrides, labels)
            )
    return found


def _read_out(run: Path) -> tuple[float, float, float, float, float]:
    """Return D (V), D² as read (V²), error (V²); of the last two switches alone, D (V) and error (V²)."""
    with open_run(run, cycles=False) as data:
        late = steady_cycle(data, last=ALL_ROUNDS)
        last = steady_cycle(data, last=2)
    return (
        late.span.span_V,
        late.span.span2_as_read_V2,
        late.error_V2,
        last.span.span_as_read_V,
        last.error_V2,
    )


def _theory(board: str, sweep: ScalingSweep) -> FloatArray | None:
    """Return τ (s), D (V) and error (V²) of the linear theory, (3, n); None without a closed form."""
    if board not in TWO_EDGE:
        return None
    periods = np.geomspace(sweep.tau_s[0], sweep.tau_s[-1], 120)
    found = sweep_periods(TWO_EDGE[board].linear_tasks(), periods)
    return np.array([found.tau_s, found.D_V, found.error_V2])


def numbers(found: Scaling) -> Numbers:
    """Return the numbers of a sweep: medians over boards, under the keys that `--json` promises."""
    tau, span, error = found.tau_s, np.median(found.span_V, axis=0), np.median(found.error_V2, axis=0)
    law = fit_power_law(tau, span**2, WINDOW_S)
    floor = error_floor(tau, error, (0.0, FLOOR_BELOW_S))
    inside = (tau >= WINDOW_S[0]) & (tau <= WINDOW_S[1])
    return {
        "study": "scaling",
        "board": found.board,
        "tau_s": tau.tolist(),
        "D_V": span.tolist(),
        "error_V2": error.tolist(),
        "slope_logD2_logtau": law.exponent,
        "slope_uncertainty": law.exponent_uncertainty,
        "D_over_tau_V_per_s": geometric_mean(span[inside] / tau[inside]),
        "floor_V2": floor,
        "tau_double_floor_s": doubling_period(tau, error, floor),
        "D2_saturated_V2": float(span[-1] ** 2),
        "error_saturated_V2": float(error[-1]),
        "rms_dex_D2": _deviation(tau, np.median(found.span2_as_read_V2, axis=0), found.measured_span2),
        "rms_dex_error": _deviation(tau, error, found.measured_error),
        "boards": len(found.span_V),
        "unbiased_D_V": found.span_unbiased_V.tolist(),
        "unbiased_error_V2": found.error_unbiased_V2.tolist(),
    }


def _deviation(tau: FloatArray, values: FloatArray, published: FloatArray | None) -> float | None:
    """Return the rms of log10(simulated/measured) over the measured periods; None without data."""
    return None if published is None else rms_dex(tau, values, *published)
