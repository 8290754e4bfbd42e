"""The realised board: laws, spreads, measured values and faults as the arrays the plant computes with."""

import numpy as np
import pytest
from pydantic import ValidationError

from protocols import ConfigError
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, BoardSettings, Imperfections, preset_values
from sim_backend.board.build import build_board
from sim_backend.board.nominal import conductances
from sim_backend.plant.edge_law import DIODE, LEVEL1, RESISTOR, SQUARE_LAW

from .boards import graph_wiring, lattice_wiring, two_edge

RATES = ("rate", "bias", "offset_rate", "leak", "charge")
E = 32
EVERYWHERE = {  # some of everything that moves gates
    "bias_mean": "0.4 V/s",
    "bias_spread": "1 V/s",
    "contrast_offset": "5 mV",
    "gate_leak": "1 mV/s",
    "pulse_charge": "20 uV",
    "rate_error": 0.5,
}


def drawn(name, seed=1, size=E, stream="", **doses):
    """Return what an imperfection draws."""
    return Imperfections.model_validate(doses).draw(name, seed, size, stream)


def build(doses=None, wiring=None, seed=1, **board):
    """Return a board with doses and board settings as in a file."""
    config = {"imperfections": doses or {}, "board": board}
    return build_board(BenchConfig.model_validate(config), wiring or lattice_wiring(), seed)


def column(values, unit):
    """Return values per edge as in a file."""
    return {"values": [float(v) for v in values], "unit": unit}


def test_the_lattice_preset_draws_what_its_doses_say():
    doses = Imperfections.model_validate(preset_values("lattice-paper"))
    board = build(preset_values("lattice-paper"))
    edges, k = board.edges, board.converters

    def of(name, size=E):
        return doses.draw(name, 1, size)

    alpha = BoardSettings().learning_rate * (1 + doses.rate_error)
    assert np.all(edges.rate == alpha)
    assert np.array_equal(edges.bias, 0.4 + of("bias_spread"))
    assert np.array_equal(edges.offset_rate, 2 * alpha * of("contrast_offset"))
    assert np.array_equal(edges.leak, np.clip(1e-3 + 0.25 * of("gate_leak"), 0.5e-3, 1.5e-3))
    assert not np.any(edges.charge)
    assert np.all(edges.wall_low == 0.75)
    assert np.all(edges.wall_high == 5.03)
    threshold, strength = 0.62 + of("threshold_spread"), 8.5e-4 * (1 + of("strength_spread"))
    assert np.array_equal(board.free.threshold, threshold)
    assert np.array_equal(board.free.strength, strength)
    assert np.array_equal(board.clamped.threshold, threshold + of("threshold_mismatch"))
    assert np.array_equal(board.clamped.strength, strength * (1 + of("strength_mismatch")))
    assert np.array_equal(k.source_gain, 1 + of("source_gain", 16)[[5, 7, 15, 13]])
    assert np.array_equal(k.clamp_offset, of("clamp_offset", 16)[[10, 0]])
    assert np.array_equal(k.adc_gain, 1 + of("adc_gain", 16)[[10, 0]])
    assert board.chances == (0, 0, 0, 0, 0, 0)
    assert board.wires_off == board.open_edges == ()


def test_arrays_are_what_compiled_code_takes():
    for board in (build(), build(preset_values("harsh")), build({"faults": {"open": [3]}})):
        arrays = [a for a in board.edges if isinstance(a, np.ndarray)]
        assert len(arrays) == 7
        for a in [*arrays, board.free.threshold, board.free.strength, board.clamped.strength]:
            assert a.dtype == np.float64
            assert a.flags.c_contiguous
            assert a.shape == (E,)
        assert all(type(x) is float for x in (*board.chances, board.edges.growth, board.edges.reference))


def test_rates_charges_and_walls_spread_around_their_means():
    alpha = BoardSettings().learning_rate
    edges = build({"rate_error": 1.42, "rate_spread": 0.1}).edges
    np.testing.assert_allclose(edges.rate, alpha * (2.42 + drawn("rate_spread", rate_spread=0.1)), rtol=1e-14)
    offset = drawn("contrast_offset", contrast_offset="5 mV")
    edges = build({"rate_error": 1.0, "contrast_offset": "5 mV"}).edges
    np.testing.assert_allclose(edges.offset_rate, 4 * alpha * offset, rtol=1e-14)  # 2α·o with the real α
    edges = build({"pulse_charge": "-20 uV", "pulse_charge_spread": "10 uV"}).edges
    spread = drawn("pulse_charge_spread", pulse_charge_spread="10 uV")
    np.testing.assert_allclose(edges.charge, -20e-6 + spread, rtol=1e-12)
    edges = build({"wall_spread": "50 mV"}).edges
    low = drawn("wall_spread", wall_spread="50 mV")
    high = drawn("wall_spread", stream="wall_spread.high", wall_spread="50 mV")
    np.testing.assert_allclose(edges.wall_low, 0.75 + low, rtol=1e-14)
    np.testing.assert_allclose(edges.wall_high, 5.03 + high, rtol=1e-14)
    assert not np.array_equal(low, high)


def test_chances_and_drift():
    chances = build({"dropped_samples": "1 %", "late_cycles": 0.02, "late_by": "3 ms"}).chances
    assert chances == (0.01, 0.02, pytest.approx(3e-3), 0, 0, 0)
    drift = {"threshold_drift": "5 mV", "threshold_drift_period": "600 s"}
    phases = [build(drift, seed=seed).chances.drift_phase for seed in range(40)]
    assert build(drift, seed=3).chances == (0, 0, 0, pytest.approx(5e-3), 600, phases[3])
    assert len(set(phases)) == 40
    assert 0 <= min(phases) < 0.5
    assert 5.7 < max(phases) < 2 * np.pi
    for alone in ({"threshold_drift": "5 mV"}, {"threshold_drift_period": "600 s"}):
        assert build(alone).chances == (0, 0, 0, 0, 0, 0)


MEASURED = {  # table entry: unit, values, doses it replaces, field of the board's edges
    "bias": ("V/s", np.linspace(-2, 2, E), {"bias_mean": "1 V/s", "bias_spread": "1 V/s"}, "bias"),
    "rate_error": ("", np.linspace(-0.9, 2, E), {"rate_error": 0.5, "rate_spread": 0.1}, "rate"),
    "contrast_offset": ("V", np.linspace(-9e-3, 9e-3, E), {"contrast_offset": "5 mV"}, "offset_rate"),
    "gate_leak": ("V/s", np.linspace(0, 2e-3, E), {"gate_leak": "1 V/s"}, "leak"),
    "pulse_charge": ("V", np.linspace(-1e-4, 1e-4, E), {"pulse_charge_spread": "1 mV"}, "charge"),
    "wall_low": ("V", np.linspace(0.6, 1.1, E), {"wall_spread": "0.1 V"}, "wall_low"),
    "wall_high": ("V", np.linspace(4.6, 5.2, E), {"wall_spread": "0.1 V"}, "wall_high"),
}


@pytest.mark.parametrize("name", MEASURED)
def test_measured_values_replace_what_is_drawn(name):
    unit, values, doses, field = MEASURED[name]
    with_draws = {**EVERYWHERE, **doses}
    board = build({**with_draws, "per_edge": {name: column(values, unit)}})
    before = build(with_draws)
    alpha = BoardSettings().learning_rate
    expected = {"rate_error": alpha * (1 + values), "contrast_offset": 2 * before.edges.rate * values}
    np.testing.assert_allclose(getattr(board.edges, field), expected.get(name, values), rtol=1e-13)
    follows = {"rate_error": {"rate", "offset_rate"}}.get(name, {field})
    for other in set(board.edges._fields) - follows:
        assert np.array_equal(getattr(board.edges, other), getattr(before.edges, other)), other


def test_measured_thresholds_and_strengths_are_those_of_the_free_copy():
    threshold, strength = np.linspace(0.5, 0.8, E), np.linspace(6e-4, 9e-4, E)
    shift, factor = np.linspace(-5e-3, 5e-3, E), np.linspace(-0.02, 0.02, E)
    spreads = {"threshold_spread": "50 mV", "strength_spread": 0.1, "threshold_mismatch": "2 mV"}
    table = {"threshold": column(threshold, "V"), "strength": column(strength, "A/V^2")}
    board = build({**spreads, "per_edge": table})
    np.testing.assert_allclose(board.free.threshold, threshold, rtol=1e-14)
    np.testing.assert_allclose(board.free.strength, strength, rtol=1e-14)
    mismatch = drawn("threshold_mismatch", threshold_mismatch="2 mV")
    np.testing.assert_allclose(board.clamped.threshold, threshold + mismatch, rtol=1e-14)
    table |= {"threshold_mismatch": column(shift, "V"), "strength_mismatch": column(factor, "")}
    board = build({**spreads, "per_edge": table})
    np.testing.assert_allclose(board.clamped.threshold, threshold + shift, rtol=1e-14)
    np.testing.assert_allclose(board.clamped.strength, strength * (1 + factor), rtol=1e-14)


def test_values_of_fixed_resistors_are_not_looked_at():
    table = {name: ["9 V/s", "9 V/s", "9 V/s"] for name in ("bias", "gate_leak")}
    table |= {"threshold": ["1 V"] * 3, "pulse_charge": ["1 V"] * 3}
    table |= {"strength": ["1e-4 A/V^2", "2e-4 A/V^2", 0]}
    board = build({"per_edge": table}, two_edge())
    assert board.edges.rate[2] == board.edges.bias[2] == board.edges.leak[2] == board.edges.charge[2] == 0
    for copy in (board.free, board.clamped):
        assert (copy.kind[2], copy.strength[2]) == (RESISTOR, 1 / 500)
        np.testing.assert_allclose(copy.strength[:2], [1e-4, 2e-4])
    walls = {"wall_low": ["1 V", "1 V", "6 V"]}
    assert build({"per_edge": walls}, two_edge()).edges.wall_low[0] == 1


@pytest.mark.parametrize("number", [0, 31])
def test_listed_faults_break_their_edge_only(number):
    before = build(EVERYWHERE)
    others = np.arange(E) != number
    for fault, strength in (("dead", None), ("open", 0.0), ("shorted", 1 / 4.0)):
        board = build({**EVERYWHERE, "short_resistance": "4 ohm", "faults": {fault: [number]}})
        for name in RATES:
            rates, was = getattr(board.edges, name), getattr(before.edges, name)
            assert rates[number] == 0
            assert np.array_equal(rates[others], was[others])
        for copy, healthy in ((board.free, before.free), (board.clamped, before.clamped)):
            if strength is not None:
                assert (copy.kind[number], copy.strength[number]) == (RESISTOR, strength)
            for now, was in ((copy.kind, healthy.kind), (copy.strength, healthy.strength)):
                assert np.array_equal(now[others], was[others])
        assert board.open_edges == ((number,) if fault == "open" else ())


def test_fixed_resistors_can_be_open_or_shorted():
    opened = build({"faults": {"open": [8], "shorted": [15]}}, graph_wiring())
    assert opened.free.strength[[3, 8, 15]].tolist() == [1 / 300, 0, 1]
    assert opened.open_edges == (8,)


def test_probabilities_strike_each_transistor_on_its_own():
    seeds = range(300)
    boards = [build({"open_edges": 0.1, "shorted_edges": 0.2, "dead_edges": 0.3}, seed=s) for s in seeds]
    opened = np.array([np.isin(np.arange(E), b.open_edges) for b in boards])
    resistors = np.array([b.free.kind == RESISTOR for b in boards])
    still = np.array([b.edges.rate == 0 for b in boards])
    assert opened.mean() == pytest.approx(0.1, abs=0.012)
    assert np.all(resistors[opened])
    assert (resistors & ~opened).mean() == pytest.approx(0.9 * 0.2, abs=0.015)  # open wins
    assert (still & ~resistors).mean() == pytest.approx(0.9 * 0.8 * 0.3, abs=0.015)
    assert np.abs(opened.mean(axis=0) - 0.1).max() < 0.08
    certain = build({"open_edges": 1}, graph_wiring())
    assert set(certain.open_edges) == set(range(len(certain.free.kind))) - {3, 8, 15}


def test_a_higher_probability_strikes_the_same_edges_and_more():
    few, many = (set(build({"open_edges": p}, seed=5).open_edges) for p in (0.1, 0.4))
    assert few < many


def test_listed_faults_come_on_top_and_win_over_drawn_ones():
    for seed in range(20):
        alone = set(build({"open_edges": 0.2}, seed=seed).open_edges)
        more = build({"open_edges": 0.2, "faults": {"open": [4], "shorted": [9]}}, seed=seed)
        assert set(more.open_edges) == (alone | {4}) - {9}
        assert more.free.strength[9] == 1.0


def test_wires_that_are_off():
    doses = {"adc_offset": "1 mV", "adc_noise": "1 mV", "clamp_offset": "3 mV", "clamp_gain": "5 %"}
    before = build(doses)
    board = build({**doses, "faults": {"wires_off": [15, 0]}})
    assert board.wires_off == (0, 15)
    for name in ("adc_gain", "adc_offset", "clamp_gain", "clamp_offset"):
        now, was = getattr(board.converters, name), getattr(before.converters, name)
        assert now[1] == 0  # targets are 10, then 0
        assert now[0] == was[0] != 0
    assert board.converters.adc_noise == 1e-3
    struck = [build({"wire_off": 0.2}, seed=seed).wires_off for seed in range(300)]
    wired = {0, 5, 7, 10, 13, 15}
    assert set().union(*struck) == wired
    assert np.mean([len(s) for s in struck]) == pytest.approx(0.2 * len(wired), abs=0.2)


@pytest.mark.parametrize(
    ("doses", "says"),
    [
        ({"per_edge": {"bias": ["1 V/s"]}}, r"per_edge\.bias: needs one value per edge .*1 values.*3 edges"),
        ({"per_edge": {"wall_low": ["1 V"] * 4}}, r"per_edge\.wall_low: .*4 values.*3 edges"),
        ({"per_edge": {"strength": [0, 0, 0]}}, "edge 0 gets no strength in the free copy"),
        ({"per_edge": {"strength_mismatch": [0, -1, 0]}}, "edge 1 gets no strength in the clamped copy"),
        ({"per_edge": {"wall_low": ["1 V", "6 V", 0]}}, "edge 1 gets its lower wall above its upper one"),
        ({"per_edge": {"wall_high": ["5 V", "0.75 V", 0]}}, "edge 1 gets its lower wall"),
        ({"rate_error": -0.5, "rate_spread": 5.0}, "gets a learning rate below 0"),
        ({"faults": {"dead": [3]}}, r"faults\.dead: no such edge \(got 3\); edges are 0 to 2"),
        ({"faults": {"open": [9]}}, r"faults\.open: no such edge"),
        ({"faults": {"shorted": [9]}}, r"faults\.shorted: no such edge"),
        ({"faults": {"wires_off": [4]}}, r"faults\.wires_off: no such node \(got 4\); nodes are 0 to 3"),
        ({"faults": {"dead": [2]}}, "fixed resistor"),
    ],
)
def test_what_does_not_fit_the_board_is_refused(doses, says):
    with pytest.raises(ConfigError, match=says):
        build(doses, two_edge())


def test_a_wire_that_is_not_there_cannot_come_off():
    with pytest.raises(ConfigError, match="neither source nor target here: wires go to 0, 5, 7, 10, 13, 15"):
        build({"faults": {"wires_off": [1]}})


def test_the_board_may_be_of_level_1_transistors():
    spreads = {"threshold_spread": "50 mV", "strength_spread": 0.02}
    mismatches = {"threshold_mismatch": "2 mV", "strength_mismatch": 0.01}
    board = build({**spreads, **mismatches}, law="level1", level1={"vto": "0.8 V"})
    beta = 6.24961e-5 * 138e-6 / 7.8e-6
    vto = 0.8 + drawn("threshold_spread", **spreads)
    strength = beta * (1 + drawn("strength_spread", **spreads))
    assert np.all(board.free.kind == LEVEL1)
    np.testing.assert_allclose(board.free.threshold, vto, rtol=1e-14)
    np.testing.assert_allclose(board.free.strength, strength, rtol=1e-13)
    mismatch_V = drawn("threshold_mismatch", **mismatches)
    np.testing.assert_allclose(board.clamped.threshold, vto + mismatch_V, rtol=1e-14)
    np.testing.assert_allclose(board.free.more[0, :3], [1.09, 0.94995, 0.199985])
    np.testing.assert_allclose(board.free.more[0, 3:5], [73.213 * 0.3, 73.213])
    assert np.all(board.edges.rate > 0)


ONE_OF_EACH = [
    {"edges": [0], "law": "square-law", "threshold": "0.7 V"},
    {"edges": [1, 4], "law": "level1", "lambda": "0.1 1/V", "kp": "1e-4 A/V^2"},
    {"edges": [2], "law": "diode", "saturation_current": "1 nA", "ideality": 1.5},
    {"edges": [5], "law": "open"},
    {"edges": [6], "law": "short", "resistance": "10 ohm"},
]


def test_single_edges_may_follow_other_laws():
    board = build(EVERYWHERE, edge_laws=ONE_OF_EACH, strength="1e-3 A/V^2", level1={"gamma": "1 V^0.5"})
    kinds = [SQUARE_LAW, LEVEL1, DIODE, SQUARE_LAW, LEVEL1, RESISTOR, RESISTOR, SQUARE_LAW]
    assert board.free.kind[:8].tolist() == kinds
    np.testing.assert_allclose(board.free.threshold[[0, 1, 3]], [0.7, 0.75, 0.62])
    np.testing.assert_allclose(board.free.strength[[0, 3, 5, 6]], [1e-3, 1e-3, 0, 0.1])
    np.testing.assert_allclose(board.free.strength[1], 1e-4 * 138 / 7.8)
    np.testing.assert_allclose(board.free.more[4, :3], [1.0, 0.94995, 0.1])  # the rest from the board's card
    assert board.free.more[2, 0] == pytest.approx(1e-9)
    learning = np.isin(board.free.kind, (SQUARE_LAW, LEVEL1))
    for name in RATES:
        assert np.array_equal(getattr(board.edges, name) != 0, learning)
    assert board.open_edges == (5,)


def test_spreads_leave_diodes_and_resistors_alone():
    board = build({"strength_spread": 0.1, "threshold_spread": "50 mV"}, edge_laws=ONE_OF_EACH)
    for edge, strength in ((2, 0.0), (5, 0.0), (6, 0.1)):
        assert board.free.strength[edge] == board.clamped.strength[edge] == strength
        assert board.free.threshold[edge] == 0


def test_faults_replace_other_laws():
    board = build({"faults": {"open": [2], "shorted": [1]}}, edge_laws=ONE_OF_EACH)
    assert board.free.kind[[1, 2]].tolist() == [RESISTOR, RESISTOR]
    assert board.free.strength[[1, 2]].tolist() == [1.0, 0.0]
    level1 = build({"faults": {"open": list(range(E))}}, law="level1")
    assert not level1.free.leaks  # an open edge has no junctions either


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"edges": [3], "law": "open"}, r"board\.edge_laws\.0\.edges: no such edge \(got 3\)"),
        ({"edges": [2], "law": "level1"}, "cannot become a transistor"),
        ({"edges": [2], "law": "square-law"}, "cannot become a transistor"),
    ],
)
def test_edge_laws_that_do_not_fit_the_network_are_refused(entry, says):
    with pytest.raises(ConfigError, match=says):
        build(wiring=two_edge(), edge_laws=[entry])


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([{"edges": [1], "law": "triode"}], "square-law"),
        ([{"edges": [1], "law": "diode", "kp": "1 A/V^2"}], "kp"),
        ([{"edges": [1], "law": "diode", "saturation_current": "1 V"}], "wrong unit"),
        ([{"edges": [1], "law": "short", "resistance": "0 ohm"}], "greater than"),
        ([{"edges": [-1], "law": "open"}], "greater than or equal"),
        ([{"edges": [], "law": "open"}], "at least 1"),
        ([{"edges": [1], "law": "open"}, {"edges": [1, 2], "law": "diode"}], "names edge 1 twice"),
    ],
)
def test_bad_edge_laws_are_refused(entries, says):
    with pytest.raises(ValidationError, match=says):
        BoardSettings.model_validate({"edge_laws": entries})


def test_conductances_follow_the_nominal_law():
    gates = np.array([[0.5, 2.0, 3.0], [1.0, 4.0, 0.0]])
    spread = {"threshold_spread": "0.1 V", "faults": {"open": [0]}}
    config = BenchConfig.model_validate({"imperfections": spread})
    got = conductances(config, two_edge().network, gates)
    expected = 8.5e-4 * np.maximum(gates - 0.62, 0)
    expected[:, 2] = 1 / 500
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert conductances(config, two_edge().network, gates[0]).shape == (3,)


def test_conductances_of_other_laws():
    board = {"law": "level1", "edge_laws": [{"edges": [0], "law": "short", "resistance": "10 ohm"}]}
    config = BenchConfig.model_validate({"board": board})
    got = conductances(config, two_edge().network, [3.0, 3.0, 3.0])
    channel = 6.24961e-5 * 138 / 7.8 * (3.0 - 0.75)
    np.testing.assert_allclose(got, [0.1, channel / (1 + channel * 73.213 * 1.3), 1 / 500], rtol=1e-12)


def test_a_board_is_its_seed():
    doses = preset_values("harsh")
    first, again, other = (build(doses, seed=s) for s in (1, 1, 2))
    for part in ("free", "clamped", "edges", "converters", "chances"):
        pairs = zip(getattr(first, part), getattr(again, part), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)
    assert not np.array_equal(first.edges.bias, other.edges.bias)
    software = build(doses, clamp_circuit=ClampCircuit.SOFTWARE)
    assert software.converters.software_clamp
