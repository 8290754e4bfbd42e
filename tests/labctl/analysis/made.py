"""Runs made of arrays, laid out as run.nc: what they must show is known beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from labctl.experiment import Experiment, build_plan, validate
from labctl.store.import_writer import complete_dataset
from protocols.bench import Limits

LIMITS = Limits(0.0, 0.4532, 0.99, 5.18, 1.0, 1)
V_T, S = 0.7, 8.5e-4
TWO_EDGE = {
    "network": {"kind": "two-edge"},
    "sources": [
        {"name": "V1", "node": 3},
        {"name": "V-", "node": 1, "voltage": "18.1 mV"},
        {"name": "V+", "node": 2, "voltage": "435.1 mV"},
    ],
    "outputs": [{"name": "O", "node": 0}],
}
LATTICE = {
    "network": {"kind": "lattice", "rows": 4, "columns": 4, "periodic": True},
    "sources": [
        {"name": "V1", "node": 15},
        {"name": "V2", "node": 13},
        {"name": "V-", "node": 7, "voltage": "18.1 mV"},
        {"name": "Vo", "node": 5, "voltage": "226.6 mV"},
    ],
    "outputs": [{"name": "O", "positive": 8, "negative": 10}],
}


def two_edge_run(
    arrays: dict[str, Any],
    *,
    inputs_V: tuple[float, ...] = (0.4351, 0.0181),
    labels_V: tuple[float, ...] = (0.31, 0.14),
    half: int | None = None,
    cycles: int = 0,
    **attributes: Any,
) -> xr.Dataset:
    """Return a run of the two-edge board from its arrays; every point is a task of its own.

    gate_voltage (n, 2) gets the fixed resistor's column; conductances follow from it.
    """
    gates = np.asarray(arrays["gate_voltage"], dtype=float)
    none = np.full((len(gates), 1), np.nan)
    filled = {
        "round_cycle": np.arange(len(gates)),
        "learning_time": 1e-4 * np.asarray(arrays.get("round_cycle", np.arange(len(gates)))),
        **arrays,
        "gate_voltage": np.hstack([gates, none]),
        "conductance": np.hstack([S * (gates - V_T), np.full_like(none, 1 / 500)]),
    }
    task = {
        "kind": "regression",
        "sources": TWO_EDGE["sources"],
        "outputs": TWO_EDGE["outputs"],
        "train": {
            "inputs": {"V1": list(map(volts, inputs_V))},
            "labels": {"O": list(map(volts, labels_V))},
            "groups": list(range(len(inputs_V))),
        },
    }
    order: Any = {"kind": "task-cycle", "period_cycles": 2 * half} if half else "random"
    return dataset(
        TWO_EDGE["network"], task, order, max(cycles, int(filled["round_cycle"][-1]), 1), filled, attributes
    )


def class_run(outputs_V: Any, classes: list[int], label: str = "18.13 mV", **attributes: Any) -> xr.Dataset:
    """Return a run of the lattice that sorts points of two inputs into classes, from outputs (n, P)."""
    outputs = np.asarray(outputs_V, dtype=float)[:, :, None]
    n, points = outputs.shape[:2]
    angle = 2 * np.pi * np.arange(points) / points
    task = {
        "kind": "classification",
        "label": label,
        "sources": LATTICE["sources"],
        "outputs": LATTICE["outputs"],
        "train": {
            "inputs": {
                "V1": [volts(v) for v in 0.2266 + 0.1 * np.cos(angle)],
                "V2": [volts(v) for v in 0.2266 - 0.1 * np.sin(angle)],
            },
            "classes": classes,
        },
    }
    arrays = {
        "round_cycle": np.arange(n),
        "learning_time": 1e-4 * np.arange(n),
        "train_output": outputs,
        "gate_voltage": np.random.default_rng(1).uniform(2.0, 3.0, (n, 32)),
    }
    return dataset(LATTICE["network"], task, "random", n, arrays, attributes)


def dataset(
    network: Any, task: dict[str, Any], order: Any, cycles: int, arrays: dict[str, Any], attributes: Any
) -> xr.Dataset:
    """Lay arrays out as a run of this task."""
    values = {
        "name": "made",
        "network": network,
        "task": task,
        "method": {"kind": "standard", "standard": {"pulse": "100 us"}},
        "training": {"cycles": cycles, "order": order, "initial_gates": "2 V", "gate_spread": "0 V"},
    }
    plan = build_plan(validate(Experiment, values, "made"), LIMITS, seed=0)
    return complete_dataset(plan, LIMITS, arrays, {}, {"name": "made", "bench": "none", **attributes})


def volts(value: float) -> str:
    """Write a voltage the way an experiment file has it."""
    return f"{value:.12g} V"
