"""`labctl reproduce scaling`: cycle span and error against the period τ, against what was published."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.store import open_run
from labctl.studies.pipeline import EXAMPLES, Point, Told, run_points, settings
from protocols.theory import TwoEdgeBoard, sweep_periods
from sim_backend import Imperfections, preset_values

FloatArray = NDArray[np.float64]

PULSE_S = 100e-6
ETA = 0.992  # nudge of the experiment files
WINDOW_S = (1.2e-3, 50.3e-3)  # where the publication takes slope and D/τ
LEAST_LEARNING_S = 4.0  # of a run, so that transients have died away
LEAST_PERIODS = 20
UNBIASED_PERIODS = 80  # without bias nothing hurries the gates: each period halves their distance or less
SWITCHES = 400  # last switches of a run that are looked at, at most
FLOOR_BELOW_S = 10e-3  # periods over which the error floor is averaged
NO_BIAS = "ideal"


@dataclass(frozen=True)
class Board:
    """A board whose scaling was published: experiment, imperfections, overrides, periods τ in seconds.

    span_file and error_file hold τ and D² (V²), τ and error (V²); learning_s is the least learning time.
    """

    experiment: str
    imperfections: str
    overrides: tuple[tuple[str, object], ...]
    tau_s: tuple[float, ...]
    span_file: str
    error_file: str
    seeds: int = 1
    learning_s: float = LEAST_LEARNING_S
    tasks_V: tuple[tuple[float, float], ...] = ()  # input and label of each, for the theory


# τ = 2·N·100 µs with N = round(10^(k/5)), as in the published sweeps (NOTES of the authors' files).
TWO_EDGE_TAU_S = tuple(2 * round(10 ** (k / 5)) * PULSE_S for k in range(2, 21))
TWO_EDGE_BENCH = (
    ("bench.board.gate_min", '"0.99 V"'),
    ("bench.board.gate_max", '"5.18 V"'),
    ("bench.board.threshold", '"0.7 V"'),
)


def _task(inputs_mV: tuple[float, float], labels_mV: tuple[float, float]) -> tuple[tuple[str, object], ...]:
    return (
        ("task.train.inputs.input", f'{{ values = {list(inputs_mV)}, unit = "mV" }}'),
        ("task.train.labels.O", f'{{ values = {list(labels_mV)}, unit = "mV" }}'),
    )


# Effective tasks: those whose simulated solution lines are the measured ones; see the presets.
BOARDS = {
    "exp1": Board(
        "two-edge-cycle.toml",
        "small-network-exp1",
        (*TWO_EDGE_BENCH, *_task((418.6, 27.2), (323.2, 145.3)), ("training.initial_gates", '"3.2 V"')),
        TWO_EDGE_TAU_S,
        "small-network/measured-DG2-exp1.csv",
        "small-network/measured-MSE-exp1.csv",
        tasks_V=((0.4186, 0.3232), (0.0272, 0.1453)),
    ),
    "exp2": Board(
        "two-edge-cycle.toml",
        "small-network-exp2",
        (*TWO_EDGE_BENCH, *_task((405.1, 43.4), (318.2, 196.6)), ("training.initial_gates", '"3.5 V"')),
        TWO_EDGE_TAU_S,
        "small-network/measured-DG2-exp2.csv",
        "small-network/measured-MSE-exp2.csv",
        tasks_V=((0.4051, 0.3182), (0.0434, 0.1966)),
    ),
    "lattice": Board(
        "memory-cycle.toml",
        "lattice-paper",
        (),
        (0.002, 0.006, 0.02, 0.06, 0.2, 0.6, 2.0, 6.0),
        "lattice/fig1-measured.csv",
        "lattice/fig1-measured.csv",
        seeds=4,
        learning_s=20.0,
    ),
}


@dataclass(frozen=True, eq=False)
class Cycles:
    """What the last switches of a run show: D (V), D² with the noise of readings (V²), error (V²)."""

    span_V: float
    span2_as_read_V2: float
    error_V2: float


def steady_cycle_of(run: Path) -> Cycles:
    """Measure span and error over the last switches of a task-cycle run.

    D is the length of the mean displacement from one kind of switch to the other, each edge counted
    once, so that the noise of gate readings averages out. The mean of |ΔG|² as read, noise and all, is
    the published measure; the error is the mean of both tasks' MSE at the switches (arXiv:2505.22887).
    """
    with open_run(run, cycles=False) as data:
        gates = data["gate_voltage"].values[:, data["edge_is_transistor"].values.astype(bool)]
        miss = data["train_output"].values - data["train_label"].values
    gates, miss = gates[-SWITCHES:], miss[-SWITCHES:]
    there_and_back = np.diff(gates, axis=0) * np.where(np.arange(len(gates) - 1) % 2, -1.0, 1.0)[:, None]
    span = there_and_back[: len(there_and_back) // 2 * 2].mean(axis=0)
    as_read = np.mean(np.sum(there_and_back**2, axis=1))
    return Cycles(float(np.linalg.norm(span)), float(as_read), float(np.nanmean(miss[1:] ** 2)))


def points_of(
    board: Board, imperfections: str, seeds: int, least_periods: int, learning_s: float
) -> list[Point]:
    """Return the runs of a sweep over τ, seed by seed."""
    found = []
    for seed in range(seeds):
        for tau_s in board.tau_s:
            half = round(tau_s / (2 * PULSE_S))
            least = max(least_periods, int(np.ceil(learning_s / tau_s)))
            overrides = settings(
                (
                    *board.overrides,
                    ("training.order.period", f'"{2 * half * PULSE_S:.7g} s"'),
                    ("training.cycles", 2 * half * least),
                    ("record.rounds", min(least, SWITCHES) + 1),  # the second half of the run
                )
            )
            labels = {"board": imperfections, "τ/s": f"{tau_s:g}", "seed": seed}
            found.append(Point(EXAMPLES / board.experiment, imperfections, seed, overrides, labels))
    return found


@dataclass(frozen=True, eq=False)
class Scaling:
    """A finished study: τ (n,) in seconds; D (seeds, n) in volts, D² as read and error (seeds, n) in V².

    The same (n,) without imperfections; measured τ and D² or error (2, m); theory: τ, D, error (3, k).
    """

    name: str
    tau_s: FloatArray
    span_V: FloatArray
    span2_as_read_V2: FloatArray
    error_V2: FloatArray
    span_unbiased_V: FloatArray
    error_unbiased_V2: FloatArray
    measured_span2: FloatArray | None
    measured_error: FloatArray | None
    theory_V: FloatArray | None


def run_scaling(name: str, folder: Path, data: Path | None, told: Told) -> Scaling:
    """Run the sweep over τ on a board of BOARDS, and without imperfections; read the measurements."""
    board = BOARDS[name]
    biased = points_of(board, board.imperfections, board.seeds, LEAST_PERIODS, board.learning_s)
    unbiased = points_of(board, NO_BIAS, 1, UNBIASED_PERIODS, 3.0 * board.learning_s)
    runs = run_points([*biased, *unbiased], folder, told)
    cycles = [steady_cycle_of(run) for run in runs]
    n = len(board.tau_s)
    span = np.array([c.span_V for c in cycles]).reshape(-1, n)
    as_read = np.array([c.span2_as_read_V2 for c in cycles]).reshape(-1, n)
    error = np.array([c.error_V2 for c in cycles]).reshape(-1, n)
    return Scaling(
        name,
        np.array(board.tau_s),
        span[:-1],
        as_read[:-1],
        error[:-1],
        span[-1],
        error[-1],
        *_measurements(data, board),
        _theory(board),
    )


def _theory(board: Board) -> FloatArray | None:
    """Return τ (s), D (V) and error (V²) of the linear theory, (3, n); None without a closed form."""
    if not board.tasks_V:
        return None
    doses = Imperfections(**preset_values(board.imperfections))
    rate = TwoEdgeBoard().learning_rate_per_V_s * (1.0 + doses.rate_error)
    model = TwoEdgeBoard(learning_rate_per_V_s=rate, eta=ETA)
    bias = np.array(doses.per_edge.bias[:2])
    crossing = model.line(*board.tasks_V[0]).crossing(model.line(*board.tasks_V[1]))
    tasks = [model.linear_task(*task, crossing, bias) for task in board.tasks_V]
    sweep = sweep_periods(tasks, np.geomspace(board.tau_s[0], board.tau_s[-1], 120))
    return np.array([sweep.tau_s, sweep.D_V, sweep.error_V2])


def _measurements(data: Path | None, board: Board) -> tuple[FloatArray | None, FloatArray | None]:
    """Return τ and D² and τ and error as published, (2, n) each; None where there is no file."""
    if data is None:
        return None, None
    if board.span_file == board.error_file:  # one table with a header
        with (data / board.span_file).open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["run"].startswith("memorycycle")]
        tau = [float(row["tau_s"]) for row in rows]
        span2 = [float(row["D_V"]) ** 2 for row in rows]
        return np.array([tau, span2]), np.array([tau, [float(row["MSE_V2"]) for row in rows]])
    span, error = (np.loadtxt(data / f, delimiter=",").T for f in (board.span_file, board.error_file))
    return span, error


def numbers(study: Scaling) -> dict[str, Any]:
    """Return the numbers of a study under the keys that `--json` promises."""
    tau, span, error = study.tau_s, np.median(study.span_V, axis=0), np.median(study.error_V2, axis=0)
    inside = (tau >= WINDOW_S[0] * 0.999) & (tau <= WINDOW_S[1])
    floor = float(np.exp(np.mean(np.log(error[tau < FLOOR_BELOW_S]))))
    slope, uncertainty = _slope(np.log(tau[inside]), np.log(span[inside] ** 2))
    return {
        "study": "scaling",
        "board": study.name,
        "tau_s": tau.tolist(),
        "D_V": span.tolist(),
        "error_V2": error.tolist(),
        "slope_logD2_logtau": slope,
        "slope_uncertainty": uncertainty,
        "D_over_tau_V_per_s": float(np.exp(np.mean(np.log(span[inside] / tau[inside])))),
        "floor_V2": floor,
        "tau_double_floor_s": _crossing(tau, error, 2.0 * floor),
        "D2_saturated_V2": float(span[-1] ** 2),
        "rms_dex_D2": _rms_dex(tau, np.median(study.span2_as_read_V2, axis=0), study.measured_span2),
        "rms_dex_error": _rms_dex(tau, error, study.measured_error),
        "unbiased_D_V": study.span_unbiased_V.tolist(),
        "unbiased_error_V2": study.error_unbiased_V2.tolist(),
    }


def _slope(x: FloatArray, y: FloatArray) -> tuple[float, float | None]:
    """Return the slope of a straight line through the points and its standard error."""
    if len(x) < 3:
        return float("nan"), None
    (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
    return float(slope), float(np.sqrt(covariance[0, 0]))


def _crossing(tau: FloatArray, error: FloatArray, level: float) -> float | None:
    """Return where the error first stays above a level, between points on a log–log line, in seconds."""
    above = np.flatnonzero(error > level)
    if len(above) == 0 or above[0] == 0:
        return None
    k = int(np.flatnonzero(error <= level)[-1]) + 1
    if k >= len(tau):
        return None
    share = np.log(level / error[k - 1]) / np.log(error[k] / error[k - 1])
    return float(tau[k - 1] * (tau[k] / tau[k - 1]) ** share)


def _rms_dex(tau: FloatArray, found: FloatArray, measured: FloatArray | None) -> float | None:
    """Return the rms of log10(simulated/measured) over the measured periods; None without data."""
    if measured is None:
        return None
    expected = np.interp(np.log(measured[0]), np.log(tau), np.log10(found))
    return float(np.sqrt(np.mean((expected - np.log10(measured[1])) ** 2)))
