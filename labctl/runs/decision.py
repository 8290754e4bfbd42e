"""The decision map: what a trained network answers over the plane of its two inputs."""

from __future__ import annotations

import numpy as np

from labctl.store.dataset import DecisionMap
from protocols.bench import Bench, Limits
from protocols.block import FloatArray
from protocols.plan import Plan

SIDE = 41


def plane_inputs(plan: Plan, limits: Limits) -> tuple[FloatArray, FloatArray] | None:
    """Return the axis (X,) and inputs (X·X, S) of a grid over two inputs, volts; None if not two inputs.

    Sources that follow an input in the training data, itself or its complement, follow it here.
    """
    columns = _follow(plan.task.train.inputs)
    if columns is None:
        return None
    axis = np.linspace(limits.node_min_V, limits.node_max_V, SIDE)
    x, y = (grid.reshape(-1) for grid in np.meshgrid(axis, axis))
    basis = np.column_stack([np.ones_like(x), x, y])
    inputs = np.clip(basis @ columns, limits.node_min_V, limits.node_max_V)
    return axis, inputs


def measure_decision_map(bench: Bench, plan: Plan, limits: Limits) -> DecisionMap | None:
    """Measure the free outputs over the plane of two inputs; None for tasks without such a plane."""
    plane = plane_inputs(plan, limits)
    if plane is None:
        return None
    axis, inputs = plane
    outputs = bench.measure(inputs)
    return DecisionMap(axis, axis, outputs.reshape(SIDE, SIDE, -1))


def _follow(inputs: FloatArray) -> FloatArray | None:
    """Express each source as constant + a·x + b·y of the two first independent inputs, (3, S)."""
    varying = [s for s in range(inputs.shape[1]) if np.ptp(inputs[:, s]) > 1e-6]
    chosen: list[int] = []
    for s in varying:
        basis = np.column_stack([np.ones(len(inputs)), *(inputs[:, c] for c in chosen)])
        rest = inputs[:, s] - basis @ np.linalg.lstsq(basis, inputs[:, s], rcond=None)[0]
        if np.max(np.abs(rest)) > 1e-6:
            chosen.append(s)
    if len(chosen) != 2:
        return None
    basis = np.column_stack([np.ones(len(inputs)), inputs[:, chosen[0]], inputs[:, chosen[1]]])
    solution: FloatArray = np.linalg.lstsq(basis, inputs, rcond=None)[0]
    return np.where(np.abs(solution) < 1e-9, 0.0, solution)
