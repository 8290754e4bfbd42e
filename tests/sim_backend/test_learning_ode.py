"""Long pulses against scipy's solve_ivp at rtol 1e-9 with the right-hand side of reference.py.

Agreed: every gate within 1e-5 V of the reference after a pulse of 20 to 100 ms, walls or none.
"""

import numpy as np
import pytest

from protocols import ClampRule, Contrast, Hinge, Method, Nudge, TimeRule
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, Imperfections

from . import reference
from .boards import INPUTS, LABELS, WIRINGS, bench, block, gates_for, repeated

AGREED_V = 1e-5
ALPHA = 1 / (0.33 * 100 * 22e-6)  # A = 1, V₀ = 0.33 V, R·C = 2.2 ms
ANALOG, SOFTWARE = ClampCircuit.ANALOG, ClampCircuit.SOFTWARE
FAR = ClampRule(Nudge.FAR_LABEL, eta=32 / 129, amplitude_V=0.4532)


def nudge_of(clamp, label, start):
    """Return O → displacement of the outputs, written from DESIGN §2.4."""
    side = np.where(label >= start, 1.0, -1.0)
    if clamp.nudge is Nudge.CONSTANT:
        return lambda o: clamp.direction * clamp.amplitude_V * side
    if clamp.nudge is Nudge.FAR_LABEL:
        return lambda o: clamp.direction * clamp.eta * (clamp.amplitude_V * side - o)
    return lambda o: clamp.direction * clamp.eta * (label - o)


def expected_gates(name, gates, clamp, circuit, pulse_s, doses=None, seed=0, walls=None):
    wiring, doses = WIRINGS[name](), Imperfections.model_validate(doses or {})
    network, edges = wiring.network, wiring.network.n_edges
    learns = np.array([e not in network.fixed_resistance for e in range(edges)])

    def draw(dose):
        return doses.draw(dose, seed, edges)

    threshold, strength = 0.62 + draw("threshold_spread"), 8.5e-4 * (1 + draw("strength_spread"))
    free = reference.Plant.of(network, threshold, strength)
    clamped = reference.Plant.of(
        network, threshold + draw("threshold_mismatch"), strength * (1 + draw("strength_mismatch"))
    )
    sources = dict(zip([s.node for s in wiring.sources], INPUTS[name], strict=True))
    label, matrix = np.array(LABELS[name]), wiring.output_matrix()
    targets = np.array([n for o in wiring.outputs for n in o.nodes])
    start = matrix @ reference.voltages(free, gates, sources)[targets]
    ode = reference.Learning(
        free,
        clamped,
        sources,
        targets,
        matrix,
        nudge_of(clamp, label, start),
        ALPHA,
        live=circuit is ANALOG,
        symmetric=clamp.contrast is Contrast.SYMMETRIC,
        bias=(doses.bias_mean + draw("bias_spread")) * learns,
        offset=draw("contrast_offset"),
        growth=doses.bias_growth,
        growth_reference=doses.bias_reference,
    )
    return ode.pulse(gates, pulse_s, walls)


def learned_gates(name, gates, clamp, circuit, pulse_s, doses=None, seed=0, **board):
    wiring = WIRINGS[name]()
    opened = bench(wiring, circuit=circuit, doses=doses, seed=seed, gates=gates, **board)
    record = opened.run(
        block(INPUTS[name], LABELS[name], Method(clamp=clamp, time=TimeRule(pulse_s=pulse_s)))
    )
    assert record.learning_time_s[0] == pulse_s
    got = opened.read_gates()
    return np.where(np.isnan(got), gates, got)


def compare(name, gates, clamp, circuit, pulse_s, doses=None, seed=0, walls=None, **board):
    expected = expected_gates(name, gates, clamp, circuit, pulse_s, doses, seed, walls)
    got = learned_gates(name, gates, clamp, circuit, pulse_s, doses, seed, **board)
    np.testing.assert_allclose(got, expected, rtol=0, atol=AGREED_V)
    return got


BIASED = {"bias_mean": "0.4 V/s", "bias_spread": "1 V/s", "contrast_offset": "5 mV"}
CASES = {
    "standard, analog": (ClampRule(), ANALOG, None),
    "standard, software": (ClampRule(), SOFTWARE, None),
    "anti-clamping, analog": (ClampRule(eta=0.3, direction=-1), ANALOG, None),
    "constant, analog": (ClampRule(Nudge.CONSTANT, amplitude_V=0.05), ANALOG, None),
    "constant, software": (ClampRule(Nudge.CONSTANT, amplitude_V=0.05), SOFTWARE, None),
    "far label, analog": (FAR, ANALOG, None),
    "far label, software": (FAR, SOFTWARE, None),
    "symmetric": (ClampRule(eta=0.5, contrast=Contrast.SYMMETRIC), ANALOG, None),
    "symmetric, software": (ClampRule(eta=0.5, contrast=Contrast.SYMMETRIC), SOFTWARE, None),
    "symmetric constant": (
        ClampRule(Nudge.CONSTANT, amplitude_V=0.05, contrast=Contrast.SYMMETRIC),
        ANALOG,
        None,
    ),
    "bias and offsets": (ClampRule(), ANALOG, BIASED),
    "growing bias": (ClampRule(), ANALOG, {**BIASED, "bias_growth": "0.012 1/V", "bias_reference": "6.5 V"}),
    "mismatched copies": (
        ClampRule(),
        ANALOG,
        {
            "threshold_spread": "50 mV",
            "threshold_mismatch": "2 mV",
            "strength_spread": "2 %",
            "strength_mismatch": "0.5 %",
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", WIRINGS)
def test_a_long_pulse_follows_the_ode(name, case):
    gates = gates_for(WIRINGS[name](), 2.9, 4.0)  # far enough from the walls
    clamp, circuit, doses = CASES[case]
    got = compare(name, gates, clamp, circuit, 0.02, doses, seed=4)
    assert got.min() > 0.75
    assert got.max() < 5.03
    assert np.max(np.abs(got - gates)) > 1e-3  # or nothing was compared


@pytest.mark.parametrize("pulse_s", [0.05, 0.1])
def test_a_pulse_in_which_the_contrast_dies_out_stops_short_of_the_walls(pulse_s):
    # at the starting slopes both gates would be at their walls; the clamp follows, so they end between
    got = compare("two-edge", np.array([3.0, 3.0, 2.0]), ClampRule(), ANALOG, pulse_s, walls=(0.75, 5.03))
    assert np.all((got[:2] > 1.1) & (got[:2] < 4.2))


def test_low_gates_learn_through_saturation():
    gates = gates_for(WIRINGS["lattice"](), 0.9, 1.3, seed=8)
    compare("lattice", gates, ClampRule(), ANALOG, 0.02, walls=(0.75, 5.03))


@pytest.mark.parametrize("name", ["two-edge", "lattice"])
def test_gates_that_reach_a_wall_stay_there_while_the_others_go_on(name):
    gates = gates_for(WIRINGS[name](), 1.01, 4.0, seed=5)
    gates[0] = 1.02
    walls = (1.0, 5.03)
    clamp = ClampRule(Nudge.CONSTANT, amplitude_V=0.1)
    got = compare(name, gates, clamp, SOFTWARE, 0.05, walls=walls, gate_min="1 V")
    assert np.any((got == walls[0]) | (got == walls[1]))


def test_a_gate_leaves_the_wall_when_its_slope_turns():
    # the contrast presses G₋ down at first; as it dies out the bias lifts G₋ off the wall again
    doses = {"bias_mean": "6 V/s"}
    gates = np.array([1.5, 3.0, 2.0])
    got = compare("two-edge", gates, ClampRule(), ANALOG, 0.1, doses, walls=(1.4, 5.03), gate_min="1.4 V")
    assert got[0] > 1.401


@pytest.mark.parametrize("seed", range(4))
def test_walls_hold_exactly_and_pure_bias_runs_into_them_in_a_straight_line(seed):
    rest = Method(hinge=Hinge.UNCLAMP, time=TimeRule(pulse_s=0.1))
    wiring = WIRINGS["lattice"]()
    doses = {"bias_spread": "20 V/s"}
    gates = gates_for(wiring, 0.8, 5.0, seed=seed)
    opened = bench(wiring, doses=doses, seed=seed, gates=gates)
    for pulse in (1, 2, 3):
        opened.run(block(INPUTS["lattice"], LABELS["lattice"], rest, margins=[[-1.0]]))
        bias = Imperfections.model_validate(doses).draw("bias_spread", seed, 32)
        expected = np.clip(gates + 0.1 * pulse * bias, 0.75, 5.03)
        got = opened.read_gates()
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-7)
        stopped = (expected == 0.75) | (expected == 5.03)
        assert np.array_equal(got[stopped], expected[stopped])
        assert stopped.any()


@pytest.mark.parametrize("doses", [{}, {"bias_spread": "2 V/s", "threshold_mismatch": "20 mV"}])
@pytest.mark.parametrize(("pulse_s", "count"), [(20e-6, 1000), (100e-6, 400)])
def test_many_short_pulses_are_one_long_pulse(pulse_s, count, doses):
    """Most of these pulses are not tried but bend as the last one did."""
    wiring, gates = WIRINGS["lattice"](), gates_for(WIRINGS["lattice"](), 2.0, 4.0)
    opened = bench(wiring, gates=gates, doses=doses)
    method = Method(time=TimeRule(pulse_s=pulse_s))
    opened.run(repeated(INPUTS["lattice"], LABELS["lattice"], count, method))
    expected = expected_gates("lattice", gates, ClampRule(), ANALOG, pulse_s * count, doses)
    # a thousand pulses may each be off by the bench's node tolerance
    np.testing.assert_allclose(opened.read_gates(), expected, rtol=0, atol=1e-5)


def test_resistors_do_not_learn():
    wiring, gates = WIRINGS["graph"](), gates_for(WIRINGS["graph"]())
    opened = bench(wiring, gates=gates, doses={"bias_mean": "5 V/s", "gate_leak": "1 V/s"})
    record = opened.run(
        repeated(INPUTS["graph"], LABELS["graph"], 20, Method(time=TimeRule(pulse_s=1e-3)), snapshots=[19])
    )
    fixed = list(wiring.network.fixed_resistance)
    assert np.all(np.isnan(opened.read_gates()[fixed]))
    assert np.array_equal(record.snapshots.gates[0, fixed], gates[fixed])


def test_the_learning_rate_is_that_of_the_parts():
    board = BenchConfig().board
    assert board.learning_rate == pytest.approx(1377.41, rel=1e-4)  # DESIGN §2.3: 1377 1/(V·s)
    lattice_board = type(board)(
        contrast_gain=11.0, contrast_scale="10 V", charging_resistance="1 kohm", gate_capacitance="2.2 uF"
    )
    assert lattice_board.learning_rate == pytest.approx(5500, rel=1e-12)
