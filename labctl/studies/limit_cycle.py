"""`labctl reproduce limit-cycle`: the path of the gates through one steady cycle, at three periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from labctl.analysis import path_diameter
from labctl.analysis.theory import steady_cycle
from labctl.store import open_run
from labctl.store.reading import learning_gates
from labctl.studies import limit_cycle_figure, measured
from labctl.studies.boards import PULSE_S, TWO_EDGE
from labctl.studies.found import Cycle, Numbers, Plane
from labctl.studies.pipeline import EXAMPLES, Point, StudyProgress, run_points, settings
from labctl.studies.scaling import SWEEPS
from labctl.studies.study import StudyFinding, StudyRequest, short
from protocols.block import FloatArray

TAU_S = (0.02, 0.08, 0.2)


@dataclass(frozen=True)
class PathSampling:
    """How a path is read: samples per period, even; seconds of learning before; periods averaged after."""

    samples: int
    before_s: float
    averaged: int


# Averaging keeps the noise of gate readings small. A round takes longer than many cycles, hence so few.
SAMPLING = dict.fromkeys(TWO_EDGE, PathSampling(50, 1.0, 10)) | {"lattice": PathSampling(20, 6.0, 20)}


def study(request: StudyRequest, told: StudyProgress) -> StudyFinding:
    """Run the cycles and average them."""
    cycles = run_cycles(request, told, TAU_S)
    plane = None if request.board in TWO_EDGE else principal_plane([c.gates_V for c in cycles])
    values = numbers(request.board, cycles, plane)
    rows = [
        [
            short(c.tau_s),
            short(c.span_V),
            short(path_diameter(c.gates_V)),
            short(None if c.theory_V is None else path_diameter(c.theory_V)),
            short(None if c.measured_V is None else path_diameter(c.measured_V)),
        ]
        for c in cycles
    ]
    head = ["τ (s)", "D (V)", "diameter (V)", "linear theory (V)", "published (V)"]
    return StudyFinding(values, head, rows, partial(limit_cycle_figure.draw, request.board, cycles, plane))


def run_cycles(request: StudyRequest, told: StudyProgress, tau_s: Sequence[float]) -> list[Cycle]:
    """Run one cycle per period τ and read its path out."""
    how = SAMPLING[request.board]
    runs = run_points(
        [_point(request.board, tau, how) for tau in tau_s], request.folder, told, request.workers
    )
    return [
        Cycle(
            tau,
            average_cycle(run, how),
            _theory(request.board, tau),
            measured.bowtie(request.data, request.board, tau),
        )
        for tau, run in zip(tau_s, runs, strict=True)
    ]


def _point(board: str, tau_s: float, how: PathSampling) -> Point:
    sweep = SWEEPS[board]
    step = round(tau_s / (how.samples * PULSE_S))  # cycles from sample to sample
    samples = how.samples * (int(np.ceil(how.before_s / tau_s)) + how.averaged)
    chosen = settings(
        (
            *sweep.overrides,
            ("training.order.period", f'"{step * how.samples * PULSE_S:.7g} s"'),
            ("record.spacing", "linear"),
            ("record.rounds", samples + 1),
        )
    )
    labels = {"τ": f"{tau_s:g} s"}
    return Point(EXAMPLES / sweep.experiment, sweep.imperfections, step * samples, 0, chosen, labels)


def average_cycle(run: Path, how: PathSampling) -> FloatArray:
    """Return the gates along one period (n, E), averaged over the last periods of a run, in volts."""
    with open_run(run, cycles=False) as data:
        gates = learning_gates(data)
    last: FloatArray = gates[-1 - how.samples * how.averaged : -1]
    averaged: FloatArray = last.reshape(how.averaged, how.samples, -1).mean(axis=0)
    return averaged


def _theory(board: str, tau_s: float) -> FloatArray | None:
    if board not in TWO_EDGE:
        return None
    return steady_cycle(TWO_EDGE[board].linear_tasks(), tau_s).path_V()


def principal_plane(paths_V: Sequence[FloatArray]) -> Plane:
    """Find the plane in which paths (n, E) spread most, each path about its own mean."""
    centred = np.vstack([path - path.mean(axis=0) for path in paths_V])
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    share = float(np.sum(singular[:2] ** 2) / np.sum(singular**2))
    return Plane(axes[:2], share)


def numbers(board: str, cycles: Sequence[Cycle], plane: Plane | None) -> Numbers:
    """Return the numbers of the cycles, lists over periods."""
    return {
        "study": "limit-cycle",
        "board": board,
        "tau_s": [c.tau_s for c in cycles],
        "D_V": [c.span_V for c in cycles],
        "diameter_V": [path_diameter(c.gates_V) for c in cycles],
        "diameter_theory_V": [None if c.theory_V is None else path_diameter(c.theory_V) for c in cycles],
        "diameter_published_V": [
            None if c.measured_V is None else path_diameter(c.measured_V) for c in cycles
        ],
        "centre_V": [c.gates_V.mean(axis=0).tolist() for c in cycles],
        "centre_published_V": [
            None if c.measured_V is None else c.measured_V.mean(axis=0).tolist() for c in cycles
        ],
        "share_of_plane": None if plane is None else plane.share,
    }
