"""The two-edge board: closed forms against Kirchhoff, finite differences and the nonlinear ODE."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from labctl.analysis.theory import SolutionLine, TwoEdgeBoard, small_period, steady_cycle
from protocols.errors import ProtocolError

TASKS = ((0.4351, 0.31), (0.0181, 0.14))
gates = st.floats(1.3, 5.0)
volts = st.floats(0.0, 0.4532)
laws = st.booleans()


def current_into_output(board, gate_pair, input_V, output):
    total = (input_V - output) / board.input_resistance_ohm
    for gate, rail in zip(gate_pair, board.rails_V, strict=True):
        mean = (rail + output) / 2 if board.node_voltages else 0.0
        total += board.strength_A_per_V2 * (gate - board.threshold_V - mean) * (rail - output)
    return total


@given(gates, gates, volts, laws)
def test_no_current_gathers_at_the_output(minus, plus, input_V, law):
    board = TwoEdgeBoard(node_voltages=law)
    root = brentq(lambda o: current_into_output(board, (minus, plus), input_V, o), -0.1, 0.6, xtol=1e-15)
    assert board.output_V(np.array([minus, plus]), input_V) == pytest.approx(root, abs=1e-13)


@given(gates, gates, volts, laws)
def test_gradient_is_the_derivative_of_the_output(minus, plus, input_V, law):
    board, point, h = TwoEdgeBoard(node_voltages=law), np.array([minus, plus]), 1e-5
    steps = h * np.eye(2)
    numeric = (board.output_V(point + steps, input_V) - board.output_V(point - steps, input_V)) / (2 * h)
    np.testing.assert_allclose(board.gradient(point, input_V), numeric, atol=1e-9)


@given(st.floats(0.05, 0.4), volts, gates, laws)
def test_every_point_of_a_solution_line_solves_its_task(label_V, input_V, minus, law):
    board = TwoEdgeBoard(node_voltages=law)
    line = board.line(input_V, label_V)
    point = np.array([minus, line.slope * minus + line.intercept_V])
    assert current_into_output(board, point, input_V, label_V) == pytest.approx(0, abs=1e-12)
    back = board.effective_task(line)
    np.testing.assert_allclose(back, (input_V, label_V), atol=1e-9)
    assert line.distance_V(point) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("law", [True, False])
@pytest.mark.parametrize("eta", [1.0, 0.25])
def test_the_well_is_the_derivative_of_the_learning_rule(law, eta):
    board, bias = TwoEdgeBoard(node_voltages=law, eta=eta), np.array([1.0, -2.0])
    for input_V, label_V in TASKS:
        task = board.linear_task(input_V, label_V, np.array([3.0, 3.5]), bias)
        assert board.output_V(task.gates_V, input_V) == pytest.approx(label_V, abs=1e-12)
        velocity = board.velocity_V_per_s(task.gates_V, input_V, label_V, bias)
        np.testing.assert_allclose(velocity, bias, atol=1e-9)
        h = 1e-4
        columns = [
            (
                board.velocity_V_per_s(task.gates_V + step, input_V, label_V, bias)
                - board.velocity_V_per_s(task.gates_V - step, input_V, label_V, bias)
            )
            / (2 * h)
            for step in h * np.eye(2)
        ]
        np.testing.assert_allclose(-np.array(columns).T, task.stiffness_per_s, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(("tau_s", "tolerance"), [(2e-4, 0.01), (2e-3, 0.01), (1e-2, 0.02)])
def test_the_nonlinear_board_follows_the_linear_cycle_at_small_periods(tau_s, tolerance):
    board, bias = TwoEdgeBoard(), np.array([0.3, 0.5])
    crossing = board.line(*TASKS[0]).crossing(board.line(*TASKS[1]))
    tasks = [board.linear_task(*task, crossing, bias) for task in TASKS]
    cycle = steady_cycle(tasks, tau_s)
    gate_pair, switches = cycle.start_V, []
    for turn in range(max(int(0.3 / tau_s), 40) * 2):  # many relaxation times of about 20 ms
        rule = lambda _, g, task=TASKS[turn % 2]: board.velocity_V_per_s(g, *task, bias)  # noqa: E731
        gate_pair = solve_ivp(rule, (0, tau_s / 2), gate_pair, rtol=1e-8, atol=1e-11).y[:, -1]
        switches.append(gate_pair)
    end = np.array(switches[-2:])
    span = np.linalg.norm(end[1] - end[0])
    error = np.mean([(board.output_V(end, i) - label) ** 2 for i, label in TASKS])
    assert span == pytest.approx(cycle.span_V, rel=tolerance)
    assert error == pytest.approx(cycle.error_V2, rel=3 * tolerance)
    assert small_period(tasks).span_rate_V_per_s * tau_s == pytest.approx(span, rel=tolerance)


def test_lines_cross_where_both_tasks_are_solved():
    board = TwoEdgeBoard()
    crossing = board.line(*TASKS[0]).crossing(board.line(*TASKS[1]))
    for input_V, label_V in TASKS:
        assert board.output_V(crossing, input_V) == pytest.approx(label_V, abs=1e-12)


def test_what_cannot_be_is_refused():
    board = TwoEdgeBoard()
    with pytest.raises(ProtocolError, match="between the rails"):
        board.line(0.2, 0.44)
    with pytest.raises(ProtocolError, match="rises"):
        board.effective_task(SolutionLine(-1.0, 3.0))
    with pytest.raises(ProtocolError, match="parallel"):
        SolutionLine(1.0, 0.0).crossing(SolutionLine(1.0, 1.0))
