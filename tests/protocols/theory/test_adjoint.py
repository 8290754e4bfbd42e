"""The adjoint linearisation against finite differences of a nodal solve, and the two-edge board."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from labctl.analysis.theory import TwoEdgeBoard, linearise
from labctl.analysis.theory.adjoint import ohmic_signal
from protocols import lattice, two_edge_board
from protocols.errors import ProtocolError

S, V_T = 8.5e-4, 0.62


class Circuit:
    """Ohmic square-law edges and resistors, solved by scipy."""

    def __init__(self, network, gates, driven):
        self.ends, self.nodes = network.endpoints(), network.nodes
        self.learns = network.transistors()
        self.fixed = np.array([1 / network.fixed_resistance.get(e, np.inf) for e in range(network.n_edges)])
        self.strength = np.where(self.learns, S, 0.0)
        self.gates, self.driven = gates, driven

    def conductances(self, gates):
        return np.where(self.learns, S * (gates - V_T), self.fixed)

    def settle(self, gates, held=None):
        fixed = self.driven | (held or {})
        free = [n for n in range(self.nodes) if n not in fixed]
        volts = np.full(self.nodes, 0.2)
        volts[list(fixed)] = list(fixed.values())
        k = self.conductances(gates)

        def gathered(x):
            volts[free] = x
            a, b = volts[self.ends[:, 0]], volts[self.ends[:, 1]]
            current = k * (a - b) - self.strength / 2 * (a**2 - b**2)
            total = np.zeros(self.nodes)
            np.add.at(total, self.ends[:, 0], current)
            np.add.at(total, self.ends[:, 1], -current)
            return 1e3 * total[free]

        if free:
            volts[free] = fsolve(gathered, volts[free], xtol=1e-13)
        return volts

    def velocity(self, gates, targets, matrix, labels, alpha, eta):
        free = self.settle(gates)
        error = labels - matrix @ free[targets]
        moved = free[targets] + np.linalg.pinv(matrix) @ (eta * error)
        clamped = self.settle(gates, dict(zip(targets, moved, strict=True)))
        drops = [v[self.ends[:, 0]] - v[self.ends[:, 1]] for v in (free, clamped)]
        return alpha * (drops[0] ** 2 - drops[1] ** 2)


CASES = {
    "differential": ([10, 0], np.array([[-1.0, 1.0]])),
    "two outputs": ([10, 0, 5], np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])),
    "single": ([5], np.array([[1.0]])),
}


@pytest.mark.parametrize("case", CASES)
def test_lattice_matches_finite_differences(case):
    targets, matrix = CASES[case]
    network = lattice(4, 4)
    rng = np.random.default_rng(2)
    gates = rng.uniform(1.8, 3.5, network.n_edges)
    circuit = Circuit(network, gates, {15: 0.4351, 7: 0.0181, 13: 0.35, 2: 0.2266})
    volts = circuit.settle(gates)
    output = matrix @ volts[targets]
    alpha, eta = 1400.0, 0.9
    signal = ohmic_signal(circuit.ends, volts, circuit.conductances(gates), circuit.strength)
    task = linearise(
        signal,
        gates,
        np.zeros(len(matrix)),
        [15, 7, 13, 2],
        targets,
        matrix,
        alpha * eta,
        np.zeros(len(gates)),
    )
    h = 1e-3
    for edge in (0, 7, 13, 20, 30):
        step = np.zeros(len(gates))
        step[edge] = h
        up, down = (matrix @ circuit.settle(gates + s)[targets] for s in (step, -step))
        np.testing.assert_allclose(task.jacobian[:, edge], (up - down) / (2 * h), atol=1e-8)
    h = 1e-5  # of the labels; the central difference cancels the square of the nudge
    for row in range(len(matrix)):
        shift = h * np.eye(len(matrix))[row]
        up, down = (circuit.velocity(gates, targets, matrix, output + s, alpha, eta) for s in (shift, -shift))
        scale = np.abs(task.response_per_s).max()
        np.testing.assert_allclose(task.response_per_s[:, row], (up - down) / (2 * h), atol=1e-5 * scale)


def test_the_two_edge_board_is_recovered_with_its_resistor_left_out():
    board = TwoEdgeBoard(threshold_V=V_T, eta=0.99)
    network, bias = two_edge_board(), np.array([1.0, 2.0])
    expected = board.linear_task(0.4351, 0.31, np.array([3.0, 3.5]), bias)
    gates = np.append(expected.gates_V, np.nan)
    circuit = Circuit(network, gates, {1: board.low_V, 2: board.high_V, 3: 0.4351})
    signal = ohmic_signal(circuit.ends, circuit.settle(gates), circuit.conductances(gates), circuit.strength)
    rate = board.learning_rate_per_V_s * board.eta
    got = linearise(
        signal, gates, np.zeros(1), [1, 2, 3], [0], np.eye(1), rate, np.append(bias, 0), circuit.learns
    )
    np.testing.assert_allclose(got.jacobian, expected.jacobian, rtol=1e-8)
    np.testing.assert_allclose(got.response_per_s, expected.response_per_s, rtol=1e-8)
    np.testing.assert_allclose(got.stiffness_per_s, got.stiffness_per_s.T, rtol=1e-9)


def test_linear_resistors_make_the_stiffness_of_one_output_symmetric():
    network = lattice(3, 3)
    rng = np.random.default_rng(5)
    siemens = rng.uniform(1e-4, 1e-3, network.n_edges)
    ends = network.endpoints()
    laplacian = np.zeros((9, 9))
    for (a, b), k in zip(ends, siemens, strict=True):
        laplacian[[a, b, a, b], [a, b, b, a]] += [k, k, -k, -k]
    volts = np.zeros(9)
    volts[8] = 0.4
    free = [n for n in range(9) if n not in (0, 8)]
    volts[free] = np.linalg.solve(
        laplacian[np.ix_(free, free)], -laplacian[np.ix_(free, [0, 8])] @ [0.0, 0.4]
    )
    signal = ohmic_signal(ends, volts, siemens, np.zeros(len(ends)))
    # Gates change a conductance at S per volt, node voltages left out: the notebook's transistors.
    signal = type(signal)(ends, volts, signal.admittance_S, S * signal.drops_V)
    task = linearise(
        signal, np.full(len(ends), 3.0), np.zeros(1), [0, 8], [4], np.eye(1), 1400.0, np.zeros(len(ends))
    )
    values = np.linalg.eigvalsh(task.stiffness_per_s)
    np.testing.assert_allclose(task.stiffness_per_s, task.stiffness_per_s.T, atol=1e-10 * values.max())
    assert values.max() > 0  # it pulls back
    assert np.abs(values[:-1]).max() < 1e-9 * values.max()  # one output, one direction


def test_a_floating_network_and_a_clamped_source_are_refused():
    ends = np.array([[0, 1], [2, 3]])
    signal = ohmic_signal(ends, np.array([0.4, 0.4, 0.1, 0.1]), np.full(2, 1e-3), np.zeros(2))
    with pytest.raises(ProtocolError, match="floats"):
        linearise(signal, np.ones(2), np.zeros(1), [0], [1], np.eye(1), 1.0, np.zeros(2))
    with pytest.raises(ProtocolError, match="also a source"):
        linearise(signal, np.ones(2), np.zeros(1), [0, 1], [1], np.eye(1), 1.0, np.zeros(2))
