"""The solution manifold at a run's gates: how outputs answer to gates, from theory or from the run itself."""

from __future__ import annotations

import numpy as np
import xarray as xr

from calibration.square_law import unit_currents
from labctl.analysis.theory.adjoint import SmallSignal, linearise
from labctl.store.reading import floats, learning_edges
from protocols.block import FloatArray, IntArray
from protocols.errors import DataError
from protocols.messages import say
from protocols.network import Network
from sim_backend import SquareLaw, solve

_WORST_FIT = 1e-3  # of the largest conductance: how far a square law may be off what the run says


def output_jacobian(run: xr.Dataset, at: int = -1) -> FloatArray:
    """Return ∂O/∂G of all training points at one round, (P·T, L), dimensionless, from theory.

    The nominal square law of the board at the gates read, node voltages as read where both are known for
    every point, otherwise solved for. Raises DataError when the run does not say enough, or conducts by
    another law.
    """
    gates = floats(run, "gate_voltage")[at]
    edges = learning_edges(run)
    if not np.isfinite(gates[edges]).all():
        raise DataError(say("the gates of that round were not read"))
    law = square_law_of(run)
    ends = np.column_stack([np.asarray(run[f"edge_{e}"].values) for e in ("tail", "head")]).astype(np.int64)
    network = _network(run, ends)
    sources, inputs = _ints(run, "source_node"), floats(run, "train_input")
    positive, negative = _ints(run, "output_positive"), _ints(run, "output_negative")
    targets, matrix = _reading(positive, negative)
    read = floats(run, "free_node")[at] if "free_node" in run else np.full((len(inputs), 1), np.nan)
    rows = []
    for point, volts in enumerate(inputs):
        nodes = read[point]
        if not np.isfinite(nodes).all():
            driven = dict(zip(sources.tolist(), volts.tolist(), strict=True))
            nodes = solve(network, np.nan_to_num(gates), driven, law)
        signal = _small_signal(network, ends, nodes, gates, law)
        task = linearise(
            signal,
            np.nan_to_num(gates),
            np.zeros(len(positive)),
            sources,
            targets,
            matrix,
            1.0,
            np.zeros(len(gates)),
            np.isin(np.arange(len(gates)), edges),
        )
        rows.append(task.jacobian)
    return np.concatenate(rows)


def square_law_of(run: xr.Dataset) -> SquareLaw:
    """Return the square law by which a run turned gates into conductances. Raises DataError for another."""
    edges = learning_edges(run)
    gates, conductance = floats(run, "gate_voltage")[:, edges], floats(run, "conductance")[:, edges]
    known = np.isfinite(gates) & np.isfinite(conductance) & (conductance > 0)
    if known.sum() < 2 or np.ptp(gates[known]) == 0:
        raise DataError(say("the run does not say how gates and conductances go together"))
    strength, offset = np.polyfit(gates[known], conductance[known], 1)
    off = np.abs(strength * gates[known] + offset - conductance[known])
    if not strength > 0 or off.max() > _WORST_FIT * conductance[known].max():
        raise DataError(say("its edges do not follow the square law, the only one the manifold is known for"))
    return SquareLaw(float(-offset / strength), float(strength))


def path_tangents(gates_V: FloatArray, count: int = 1) -> FloatArray:
    """Return the directions a path of gates (n, E) runs along, (count, E), orthonormal: the local fit.

    While a task is held its gates stay on the manifold, so these span what is known of its tangent
    space. Principal axes of the path, the longest first. Raises ValueError for too few states.
    """
    gates = np.asarray(gates_V, dtype=float)
    if gates.ndim != 2 or not 1 <= count <= min(len(gates) - 1, gates.shape[1]):
        raise ValueError(f"{count} directions need a path of more states, and as many gates at least")
    axes: FloatArray = np.linalg.svd(gates - gates.mean(axis=0), full_matrices=False)[2][:count]
    return axes


def split_by_tangents(velocity: FloatArray, tangents: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split a velocity (E,) into its parts along given orthonormal tangents (k, E), and across them."""
    rows = np.atleast_2d(tangents)
    along = np.asarray(rows.T @ (rows @ velocity))
    return along, np.asarray(velocity - along)


def _network(run: xr.Dataset, ends: IntArray) -> Network:
    ohm = floats(run, "edge_resistance")
    fixed = {int(e): float(ohm[e]) for e in np.flatnonzero(np.isfinite(ohm))}
    return Network(int(run.sizes["node"]), tuple((int(a), int(b)) for a, b in ends), fixed)


def _reading(positive: IntArray, negative: IntArray) -> tuple[IntArray, FloatArray]:
    """Return target nodes and the matrix (T, targets) that makes outputs of their voltages."""
    targets: list[int] = []
    entries: list[tuple[int, int, float]] = []
    for row, (plus, minus) in enumerate(zip(positive.tolist(), negative.tolist(), strict=True)):
        entries.append((row, len(targets), 1.0))
        targets.append(plus)
        if minus >= 0:
            entries.append((row, len(targets), -1.0))
            targets.append(minus)
    matrix = np.zeros((len(positive), len(targets)))
    for row, column, sign in entries:
        matrix[row, column] = sign
    return np.array(targets, dtype=np.int64), matrix


def _small_signal(
    network: Network, ends: IntArray, nodes_V: FloatArray, gates_V: FloatArray, law: SquareLaw
) -> SmallSignal:
    """Return the slopes of all currents at settled nodes, in every regime of the square law."""
    a, b = ends.T
    unit = unit_currents(np.nan_to_num(gates_V) - law.threshold_V, nodes_V[a], nodes_V[b])
    strength = np.full(len(ends), law.strength_A_per_V2)
    at_a, at_b = strength * unit.by_a, strength * unit.by_b
    for e, ohm in network.fixed_resistance.items():
        strength[e], at_a[e], at_b[e] = 0.0, 1 / ohm, -1 / ohm
    admittance = np.zeros((len(nodes_V), len(nodes_V)))
    for row, column, slope in ((a, a, at_a), (a, b, at_b), (b, a, -at_a), (b, b, -at_b)):
        np.add.at(admittance, (row, column), slope)
    gate_slope = strength * unit.by_overdrive
    return SmallSignal(ends, np.asarray(nodes_V), admittance, gate_slope)


def _ints(run: xr.Dataset, name: str) -> IntArray:
    return np.asarray(run[name].values).astype(np.int64)
