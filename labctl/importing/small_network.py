"""The published two-edge board: drift tests, averaged cycles and scans over the period.

These files hold gate voltages, or numbers derived from them, and nothing else: what was trained comes from
the paper's notebook and is noted as inferred. Outputs were not published with them and stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.experiment.tables import TomlTable
from labctl.importing.matlab import AGAIN, MatlabFields
from labctl.importing.recording import PAPER, Recording, SourceFile, column, conductance_at_zero, quantity
from labctl.store.live import Static
from protocols.bench import Limits
from protocols.block import FloatArray
from protocols.messages import say

_STEP_S = 100e-6  # one learning pulse
_THRESHOLD_V, _STRENGTH_A_PER_V2, _INPUT_OHM = 0.7, 8.5e-4, 500.0
_RAILS_V = 0.0181, 0.4351
_LABELS_V = {1: (0.31, 0.14), 2: (0.31, 0.18)}  # tasks α and β of the two published experiments
_INPUTS_V = 0.4351, 0.0181
_UPPER_WALL_V = {1: 5.18, 2: 5.19}
_TASKS = ("alpha", "beta")
_BOWTIE = re.compile(r"bowtie-exp([12])-([0-9.]+)s$")
_SCAN = re.compile(r"measured-(DG2|MSE)-exp([12])$")
DRIFT_NAME = re.compile(r"exp([12])DriftTest_([12])$")
_NAMES = "keep the published name: bowtie-exp1-0.02s.csv, measured-DG2-exp1.csv, exp1DriftTest_1.mat"
_WIRED = "tasks, rails and walls: from the paper and its notebook, not in the file"
_LAW = "conductance: computed from the gates by the square law with V_T = 0.7 V, S = 8.5e-4 A/V²"
_TABLES: dict[str, tuple[str, str, str]] = {
    "DG2": ("cycle_span_squared", "squared cycle span", "squared cycle span against period"),
    "MSE": ("combined_error", "combined error", "combined error against period"),
}


def read_drift(source: SourceFile, variables: Mapping[str, Any]) -> Recording:
    """Turn a drift test (GMINUS, GPLUS in V, time in s) into a recording of one task trained alone."""
    found = DRIFT_NAME.match(source.path.stem)
    if found is None:
        raise source.refuse(say("its name does not tell the experiment and the task"), _NAMES)
    board, task = int(found[1]), _TASKS[2 - int(found[2])]
    fields = MatlabFields(source, variables)
    minus, plus, time_s = (fields.numbers(n).reshape(-1) for n in ("GMINUS", "GPLUS", "time"))
    if not len(minus) == len(plus) == len(time_s) or len(time_s) < 2:
        raise source.refuse(say("its three arrays differ in length"), AGAIN)
    if not np.all(np.isfinite([minus, plus, time_s])) or np.any(np.diff(time_s) <= 0):
        raise source.refuse(say("its times do not increase, or a value is no number"), AGAIN)
    cycle = np.round(time_s / _STEP_S).astype(np.int64)
    experiment = _experiment(
        f"drift exp{board} task {task}", source, board, (task,), int(cycle[-1]), "random"
    )
    return Recording(
        experiment,
        _limits(board),
        _gate_arrays(cycle, time_s, np.column_stack([minus, plus])),
        bench="published two-edge board",
        inferred=(
            _WIRED,
            _LAW,
            f"trained on task {task} alone: _1 is beta, _2 is alpha",
            "the first two samples precede the drift: the board had not learnt, then trained both tasks",
            "round_cycle: learning time over pulses of 100 µs",
        ),
        reason=f"{len(time_s)} samples",
    )


def drift_task_V(board: int, number: int) -> tuple[float, float]:
    """Return input and label, in volts, of the task held in drift test `number`: 1 is β, 2 is α."""
    task = 2 - number
    return _INPUTS_V[task], _LABELS_V[board][task]


def read_table(source: SourceFile) -> Recording:
    """Turn a published CSV file, told by its name, into a recording. Raises ConfigError."""
    stem = source.path.stem
    bowtie, scan = _BOWTIE.match(stem), _SCAN.match(stem)
    if bowtie is not None:
        return _read_bowtie(source, _numbers(source), int(bowtie[1]), float(bowtie[2]))
    if scan is not None:
        return _read_scan(source, _numbers(source), scan[1], int(scan[2]))
    raise source.refuse(say("this is none of the published tables"), _NAMES)


def _read_bowtie(source: SourceFile, rows: FloatArray, board: int, period_s: float) -> Recording:
    """Read one averaged steady cycle: row 1 G₋, row 2 G₊, samples period/n apart."""
    if len(rows) != 2 or rows.shape[1] < 4:
        raise source.refuse(say("a cycle has two rows, G₋ and G₊"), AGAIN)
    time_s = period_s * np.arange(rows.shape[1]) / rows.shape[1]
    half = round(period_s / _STEP_S / 2)
    order = {"kind": "task-cycle", "period_cycles": 2 * half}
    experiment = _experiment(
        f"bowtie exp{board} {period_s:g} s", source, board, ("beta", "alpha"), 2 * half, order
    )
    return Recording(
        experiment,
        _limits(board),
        _gate_arrays(np.round(time_s / _STEP_S).astype(np.int64), time_s, rows.T),
        bench="published two-edge board",
        attributes={"period_cycles": 2 * half, "period_s": period_s},
        inferred=(
            _WIRED,
            _LAW,
            "learning_time: samples evenly over one period, the first at the switch to task beta",
            "one steady cycle, averaged by the authors: time 0 is a switch, not the start of the run",
        ),
        reason="one averaged cycle",
    )


def _read_scan(source: SourceFile, rows: FloatArray, quantity: str, board: int) -> Recording:
    """Read a table of period (s) against squared cycle span or combined error (V²)."""
    if rows.shape[1] != 2 or len(rows) < 2:
        raise source.refuse(say("a scan has two columns, period and value, and several rows"), AGAIN)
    period_s, value = rows.T
    if np.any(np.diff(period_s) <= 0) or np.any(rows <= 0):
        raise source.refuse(say("its periods do not increase, or a value is not above 0"), AGAIN)
    name, long_name, title = _TABLES[quantity]
    half = round(float(period_s[-1]) / _STEP_S / 2)
    order = {"kind": "task-cycle", "period_cycles": 2 * half}
    experiment = _experiment(f"scan exp{board} {long_name}", source, board, _TASKS, 2 * half, order)
    extra: dict[str, Static] = {
        "period": (("period",), period_s, {"units": "s", "long_name": "period of the task cycle"}),
        name: (("period",), value, {"units": "V^2", "long_name": long_name}),
    }
    return Recording(
        experiment,
        _limits(board),
        {},
        bench="published two-edge board",
        extra=extra,
        inferred=(
            _WIRED,
            "a table over many runs: no round of any of them was published; "
            "the experiment file has the longest period",
        ),
        reason=f"{title}, {len(period_s)} periods",
    )


def _numbers(source: SourceFile) -> FloatArray:
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise source.refuse(say("the file is not text, as a CSV table is"), AGAIN) from None
    if not text.endswith("\n"):
        raise source.refuse(say("the file is cut short: its last line does not end"), AGAIN)
    lines = [line.split(",") for line in text.splitlines() if line.strip()]
    if not lines:
        raise source.refuse(say("the table holds no numbers"), AGAIN)
    if len({len(line) for line in lines}) != 1:
        raise source.refuse(
            say("its rows differ in length: the file is cut short or is another table"), AGAIN
        )
    try:
        found = np.array([[float(cell) for cell in line] for line in lines])
    except ValueError:
        raise source.refuse(say("a cell of the table is not a number"), AGAIN) from None
    if not np.all(np.isfinite(found)):
        raise source.refuse(say("a cell of the table is not a finite number"), AGAIN)
    return found


def _gate_arrays(cycle: Any, time_s: FloatArray, gates_V: FloatArray) -> dict[str, NDArray[Any]]:
    """Return the arrays of a recording of (n, 2) gates; the third edge is the fixed resistor."""
    none = np.full((len(gates_V), 1), np.nan)
    conductance = conductance_at_zero(gates_V, _THRESHOLD_V, _STRENGTH_A_PER_V2)
    return {
        "round_cycle": cycle,
        "learning_time": time_s,
        "gate_voltage": np.hstack([gates_V, none]),
        "conductance": np.hstack([conductance, np.full_like(none, 1 / _INPUT_OHM)]),
    }


def _experiment(
    name: str, source: SourceFile, board: int, tasks: tuple[str, ...], cycles: int, order: Any
) -> TomlTable:
    chosen = [_TASKS.index(t) for t in tasks]
    return {
        "name": name,
        "description": f"Reconstructed from {source.path.name}, measured on the two-edge board of {PAPER}.",
        "network": {"kind": "two-edge", "input_resistance": f"{_INPUT_OHM:g} ohm"},
        "task": {
            "kind": "regression",
            "sources": [
                {"name": "V1", "node": 3},
                {"name": "V-", "node": 1, "voltage": quantity(_RAILS_V[0], "V")},
                {"name": "V+", "node": 2, "voltage": quantity(_RAILS_V[1], "V")},
            ],
            "outputs": [{"name": "O", "node": 0}],
            "train": {
                "inputs": {"V1": column(np.array([_INPUTS_V[t] for t in chosen]))},
                "labels": {"O": column(np.array([_LABELS_V[board][t] for t in chosen]))},
                "groups": list(range(len(chosen))),
            },
        },
        "method": {"kind": "standard", "standard": {"eta": 128 / 129, "pulse": quantity(_STEP_S, "s")}},
        "training": {"cycles": max(cycles, 1), "order": order, "gate_spread": "0 V"},
    }


def _limits(board: int) -> Limits:
    return Limits(
        node_min_V=0.0,
        node_max_V=0.4532,
        gate_min_V=0.99,
        gate_max_V=_UPPER_WALL_V[board],
        pulse_max_s=1.0,
        block_cycles=1,
    )
