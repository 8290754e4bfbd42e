"""`labctl reproduce drift` and `erasure`: one task is trained alone, the other watched.

While a task is held the bias pushes the gates along its solution line. The task stays solved; what else was
stored is lost. Both studies read the same runs: train one task, test the other.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from labctl.analysis import erasure_rate, fitted_velocity
from labctl.store import open_run
from labctl.store.reading import learning_gates
from labctl.studies import drift_figure, erasure_figure, measured
from labctl.studies.boards import PULSE_S, TASK_NAMES, TWO_EDGE, Overrides, TwoEdge, columns
from labctl.studies.found import Alone, Expected, Numbers, Path_V
from labctl.studies.measured import MeasuredDrift
from labctl.studies.pipeline import EXAMPLES, Point, StudyProgress, run_points, settings
from labctl.studies.study import StudyFinding, StudyRequest, short
from protocols.block import FloatArray

LEARNING_S = 2.0
ROUNDS = 401  # one every 5 ms
SETTLED_S = 0.1  # relaxation onto the line takes 12 to 17 ms
WINDOW_S = 0.25  # over which velocities are taken, well before a gate reaches its wall
METHODS: dict[str, Overrides] = {
    "standard": (("method", "standard"),),
    # A clamp of ±50 mV on the two-edge board and a time that carries the error.
    "symmetric overclamping": (
        ("method", "symmetric-overclamping"),
        ("method.overclamping.amplitude", '"50 mV"'),
        ("method.overclamping.reference_error", '"20 mV"'),
        ("method.overclamping.max_pulse", '"100 us"'),
    ),
}


def drift_study(request: StudyRequest, told: StudyProgress) -> StudyFinding:
    """See where the gates go while one task is trained alone."""
    runs, expected = run_alone(request, told)
    rows = [
        [
            f"{TASK_NAMES[run.task]}, {run.method}",
            short(float(np.linalg.norm(run.velocity_V_per_s))),
            short(_length(expected[run.task].velocity_V_per_s)) if run.method == "standard" else "0",
            short(_length(expected[run.task].measured_velocity_V_per_s)) if run.method == "standard" else "–",
            short(1e3 * run.off_line_V),
        ]
        for run in runs
    ]
    head = ["trained alone", "drift (V/s)", "linear theory (V/s)", "published (V/s)", "off the line (mV)"]
    values = _numbers("drift", request.board, runs, expected)
    return StudyFinding(values, head, rows, partial(drift_figure.draw, request.board, runs, expected))


def erasure_study(request: StudyRequest, told: StudyProgress) -> StudyFinding:
    """See how the error of the other task grows while one is trained alone."""
    runs, expected = run_alone(request, told)
    rows = [
        [
            f"{TASK_NAMES[run.task]}, {run.method}",
            TASK_NAMES[1 - run.task],
            short(run.erasure_V_per_s),
            short(expected[run.task].erasure_V_per_s) if run.method == "standard" else "0",
            short(expected[run.task].measured_erasure_V_per_s) if run.method == "standard" else "–",
            short(1e3 * float(np.abs(run.other_error_V[-1]))),
        ]
        for run in runs
    ]
    head = [
        "trained alone",
        "stored",
        "erasure (V/s)",
        "linear theory (V/s)",
        "from published gates (V/s)",
        "error at the end (mV)",
    ]
    values = _numbers("erasure", request.board, runs, expected)
    return StudyFinding(values, head, rows, partial(erasure_figure.draw, request.board, runs, expected))


def run_alone(
    request: StudyRequest, told: StudyProgress, learning_s: float = LEARNING_S, rounds: int = ROUNDS
) -> tuple[list[Alone], list[Expected]]:
    """Train each task alone by each method, starting where both are solved; return runs and expectations."""
    board = TWO_EDGE[request.board]
    kinds = [(task, method) for method in METHODS for task in (0, 1)]
    points = [_point(board, task, method, learning_s, rounds) for task, method in kinds]
    paths = run_points(points, request.folder, told, request.workers)
    runs = [_read_out(path, board, *kind) for path, kind in zip(paths, kinds, strict=True)]
    return runs, [_expected(request, board, task, learning_s) for task in (0, 1)]


def start_gates_V(board: TwoEdge, task: int) -> float:
    """Return the gate voltage, the same of both edges, from which a task relaxes to where both are solved.

    Relaxation is normal to the task's line: crossing + s·n has equal components for one s.
    """
    crossing, normal = board.crossing_V(), board.lines()[task].normal
    s = (crossing[0] - crossing[1]) / (normal[1] - normal[0])
    return float(crossing[0] + s * normal[0])


def _point(board: TwoEdge, task: int, method: str, learning_s: float, rounds: int) -> Point:
    (own, own_label), (other, other_label) = board.tasks_mV[task], board.tasks_mV[1 - task]
    chosen = settings(
        (
            *board.bench(),
            *columns("train", [own], [own_label]),
            *columns("test", [other], [other_label]),
            ("task.train.groups", [0]),
            ("task.test.groups", [0]),
            ("training.order", "{ kind = 'sequential' }"),
            ("training.initial_gates", f'"{start_gates_V(board, task):.6g} V"'),
            ("record.spacing", "linear"),
            ("record.rounds", rounds),
            *METHODS[method],
        )
    )
    labels = {TASK_NAMES[task]: "alone,", method: ""}
    cycles = round(learning_s / PULSE_S)
    return Point(EXAMPLES / "two-edge-cycle.toml", board.imperfections, cycles, 0, chosen, labels)


def _read_out(path: Path, board: TwoEdge, task: int, method: str) -> Alone:
    with open_run(path, cycles=False) as data:
        gates = learning_gates(data)
        time = data["round_cycle"].values * PULSE_S
        own, other = (
            (data[f"{name}_label"].values - data[f"{name}_output"].values)[:, 0, 0]
            for name in ("train", "test")
        )
    inside = (time >= SETTLED_S) & (time <= SETTLED_S + WINDOW_S)
    off = board.lines()[task].distance_V(gates[inside])
    return Alone(
        task,
        method,
        time,
        gates,
        own,
        other,
        fitted_velocity(time[inside], gates[inside]),
        float(np.sqrt(np.mean(off**2))),
        erasure_rate(time[inside], other[inside][:, None]),
    )


def _expected(request: StudyRequest, board: TwoEdge, task: int, learning_s: float) -> Expected:
    path = _integrate(board, task, learning_s)
    tasks = board.linear_tasks(np.array(board.reference_V))
    published = measured.drift(request.data, request.board, task)
    velocity = gone = rate = None
    if published is not None:
        window = published.time_s <= WINDOW_S
        along = board.lines()[task].direction
        passes = np.interp(published.gates_V[0] @ along, path[1] @ along, path[0])
        published = MeasuredDrift(published.time_s + float(passes), published.gates_V)
        velocity = fitted_velocity(published.time_s[window], published.gates_V[window])
        source, label = board.tasks_V[1 - task]
        gone = label - board.model().output_V(published.gates_V, source)
        rate = erasure_rate(published.time_s[window], gone[window][:, None])
    return Expected(
        tasks[task].drift_V_per_s(),
        tasks[1 - task].erasure_V_per_s(tasks[task]),
        path,
        published,
        velocity,
        gone,
        rate,
    )


def _integrate(board: TwoEdge, task: int, learning_s: float) -> Path_V:
    """Integrate the learning rule of one task from where its run starts until a gate is at its wall."""
    model, (source, label) = board.model(), board.tasks_V[task]
    low, high = board.walls_V()
    step, gates = PULSE_S, np.full(2, start_gates_V(board, task))
    path: list[FloatArray] = []
    for _ in range(round(learning_s / step)):
        path.append(gates)
        gates = gates + step * model.velocity_V_per_s(gates, source, label, board.bias_V_per_s(gates))
        if np.any(gates > high) or np.any(gates < low):
            break
    found: FloatArray = np.array(path)
    time: FloatArray = step * np.arange(len(found), dtype=float)
    other_source, other_label = board.tasks_V[1 - task]
    return time, found, other_label - model.output_V(found, other_source)


def _numbers(name: str, board: str, runs: list[Alone], expected: list[Expected]) -> Numbers:
    rows = []
    for run in runs:
        known = expected[run.task]
        held = run.method == "standard"
        rows.append(
            {
                "task": TASK_NAMES[run.task],
                "method": run.method,
                "drift_V_per_s": _length(run.velocity_V_per_s),
                "drift_theory_V_per_s": _length(known.velocity_V_per_s) if held else None,
                "drift_published_V_per_s": _length(known.measured_velocity_V_per_s) if held else None,
                "off_line_V": run.off_line_V,
                "end_V": run.gates_V[-1].tolist(),
                "end_published_V": None if known.measured is None else known.measured.gates_V[-1].tolist(),
                "erasure_V_per_s": run.erasure_V_per_s,
                "erasure_theory_V_per_s": known.erasure_V_per_s if held else None,
                "erasure_published_gates_V_per_s": known.measured_erasure_V_per_s if held else None,
                "own_error_end_V": float(abs(run.own_error_V[-1])),
                "other_error_end_V": float(abs(run.other_error_V[-1])),
            }
        )
    columns_of = ("task", "method", "drift_V_per_s", "erasure_V_per_s")
    return {
        "study": name,
        "board": board,
        **{key: [row[key] for row in rows] for key in columns_of},
        "rows": rows,
    }


def _length(velocity: FloatArray | None) -> float | None:
    return None if velocity is None else float(np.linalg.norm(velocity))
