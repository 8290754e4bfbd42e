"""∂O/∂G from theory: against finite differences of the full solution, ohmic edges or not."""

from __future__ import annotations

import numpy as np
import pytest

from labctl.analysis import output_jacobian, path_tangents, split_by_tangents
from labctl.analysis.manifold import square_law_of
from labctl.analysis.theory import TwoEdgeBoard
from protocols.errors import DataError
from protocols.network import lattice
from sim_backend import SquareLaw, solve

from .made import LATTICE, V_T, S, dataset, two_edge_run, volts

NETWORK = lattice(4, 4, periodic=True)
INPUTS_V = ((0.05, 0.4), (0.3, 0.12), (0.21, 0.33))


def lattice_run(gates_V: np.ndarray, nodes_V: np.ndarray | None = None):
    """Return a run of one round on the lattice: three points of two inputs, output 8 − 10."""
    arrays = {
        "round_cycle": np.array([0, 1]),
        "gate_voltage": np.array([gates_V, gates_V]),
        "conductance": np.maximum(S * (np.array([gates_V, gates_V]) - V_T), 0.0),
    }
    if nodes_V is not None:
        arrays["free_node"] = np.array([nodes_V, nodes_V])
    inputs = {name: [volts(p[k]) for p in INPUTS_V] for k, name in enumerate(("V1", "V2"))}
    task = {
        "kind": "regression",
        "sources": LATTICE["sources"],
        "outputs": LATTICE["outputs"],
        "train": {"inputs": inputs, "labels": {"O": ["0 V"] * 3}},
    }
    return dataset(LATTICE["network"], task, "random", 1, arrays, {})


def nodes(gates_V: np.ndarray, point: int) -> np.ndarray:
    a, b = INPUTS_V[point]
    return solve(NETWORK, gates_V, {15: a, 13: b, 7: 0.0181, 5: 0.2266}, SquareLaw(V_T, S))


def by_differences(gates_V: np.ndarray, step_V: float = 1e-5) -> np.ndarray:
    found = np.zeros((3, 32))
    for point in range(3):
        for e in range(32):
            up, down = gates_V.copy(), gates_V.copy()
            up[e] += step_V
            down[e] -= step_V
            v, w = nodes(up, point), nodes(down, point)
            found[point, e] = ((v[8] - v[10]) - (w[8] - w[10])) / (2 * step_V)
    return found


@pytest.mark.parametrize("lowest_V", [1.6, 0.6])  # ohmic edges only; saturated and pinched off ones, too
def test_it_is_the_slope_of_the_full_solution(lowest_V: float) -> None:
    gates = np.random.default_rng(3).uniform(lowest_V, 3.5, 32)
    expected = by_differences(gates)
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(output_jacobian(lattice_run(gates)), expected, atol=1e-6)
    read = np.array([nodes(gates, p) for p in range(3)])
    np.testing.assert_allclose(output_jacobian(lattice_run(gates, read)), expected, atol=1e-6)


def test_on_two_edges_it_is_the_closed_form() -> None:
    gates = np.array([[3.0, 3.5], [2.2, 4.1]])
    run = two_edge_run({"gate_voltage": gates})
    board = TwoEdgeBoard()
    for k in range(2):
        expected = [board.gradient(gates[k], v) for v in (0.4351, 0.0181)]
        np.testing.assert_allclose(output_jacobian(run, k), expected, rtol=1e-6)


def test_the_law_is_read_off_gates_and_conductances() -> None:
    law = square_law_of(two_edge_run({"gate_voltage": np.array([[3.0, 3.5], [2.2, 4.1]])}))
    assert (law.threshold_V, law.strength_A_per_V2) == (pytest.approx(V_T), pytest.approx(S))


def test_runs_that_do_not_say_enough_are_refused() -> None:
    gates = np.array([[3.0, 3.5], [2.2, 4.1]])
    other = two_edge_run({"gate_voltage": gates})
    other["conductance"] = other["conductance"] ** 2
    with pytest.raises(DataError, match="square law"):
        output_jacobian(other)
    with pytest.raises(DataError, match="not read"):
        output_jacobian(two_edge_run({"gate_voltage": np.full((2, 2), np.nan)}))
    alike = two_edge_run({"gate_voltage": np.full((2, 2), 2.0)})
    with pytest.raises(DataError, match="go together"):
        output_jacobian(alike)


def test_a_straight_path_gives_its_own_tangent() -> None:
    rng = np.random.default_rng(5)
    direction = rng.standard_normal(6)
    direction /= np.linalg.norm(direction)
    path = 2 + np.linspace(-1, 1, 30)[:, None] * direction + 1e-4 * rng.standard_normal((30, 6))
    (tangent,) = path_tangents(path)
    assert abs(tangent @ direction) == pytest.approx(1, abs=1e-6)
    along, across = split_by_tangents(3 * direction, tangent)
    assert np.linalg.norm(along) == pytest.approx(3, rel=1e-4)
    assert np.linalg.norm(across) < 0.01
    with pytest.raises(ValueError, match="more states"):
        path_tangents(path[:1])
