"""Every routine finds what was put into a board, within the bars and within what it states itself."""

import numpy as np
import pytest

from benchmarks.calibration_truth import BARS
from calibration import ROUTINES
from calibration.records import COVERAGE_FACTOR
from protocols.block import CycleBlock
from protocols.method import Method, TimeRule
from sim_backend import BenchConfig, SimBench

from .boards import LATTICE, SEED, TWO_EDGE, bench, calibrate, config, faults, true_values

NODES, EDGES = LATTICE.network.nodes, LATTICE.network.n_edges


@pytest.fixture(scope="module")
def truth():
    return true_values(config(), LATTICE, SEED)


PER_EDGE = [
    ("edges", "threshold"),
    ("edges", "strength"),
    ("edges", "threshold mismatch"),
    ("gates", "gate leak"),
    ("bias", "bias"),
    ("bias", "contrast offset"),
    ("learning-rate", "learning rate"),
    ("gates", "pulse charge"),
    ("gates", "wall low"),
    ("gates", "wall high"),
]


@pytest.mark.parametrize(("routine", "quantity"), PER_EDGE)
def test_every_edge_comes_out_as_it_is(found, truth, routine, quantity):
    mean, u = found[routine].column(quantity, "edge", EDGES)
    known = np.isfinite(mean)
    error = (mean - truth[quantity])[known]
    assert known.sum() >= EDGES - 2
    if quantity in BARS:
        absolute, relative = BARS[quantity]
        assert np.all(np.abs(error) <= np.maximum(absolute, relative * np.abs(truth[quantity][known])))
    if quantity != "strength":  # its errors on one board are nearly all the same, that of the scale
        assert np.mean(np.abs(error) <= COVERAGE_FACTOR * u[known]) > 0.8
    assert np.all(np.abs(error) <= 5 * u[known])  # nothing is claimed that is far off
    assert np.median(u[known]) < 3 * np.sqrt(np.mean(error**2)) + 1e-12  # nor is everything called uncertain


@pytest.mark.parametrize(
    ("routine", "quantity"),
    [
        ("dac", "source offset"),
        ("dac", "source gain error"),
        ("adc", "reading offset"),
        ("adc", "reading gain error"),
        ("clamp", "clamp offset"),
        ("clamp", "clamp gain error"),
    ],
)
def test_every_converter_comes_out_as_it_is(found, truth, routine, quantity):
    mean, u = found[routine].column(quantity, "node", NODES)
    wired = np.isfinite(truth[quantity])
    assert np.all(np.abs(mean - truth[quantity])[wired] <= 5 * u[wired])
    assert np.nanmax(u) < 3e-4


def test_steps_noise_and_times_come_out_as_they_are(found):
    def one(routine, quantity):
        return [v.value for v in found[routine].values if v.quantity == quantity]

    assert one("dac", "source step") == pytest.approx(6 * [1.777e-3], rel=1e-3)
    assert one("clamp", "label step") == pytest.approx(2 * [1.777e-3], rel=1e-3)
    assert one("adc", "reading step") == pytest.approx(2 * [0.1106e-3], rel=1e-6)
    total = np.hypot(0.1e-3, 0.1106e-3 / np.sqrt(12))
    assert one("adc", "reading noise") == pytest.approx(2 * [total], rel=0.2)
    total = np.hypot(2e-3, 2.43e-3 / np.sqrt(12))
    assert one("gates", "gate reading noise") == pytest.approx([total], rel=0.03)
    assert one("timing", "pulse jitter") == pytest.approx([50e-9], rel=0.1)
    assert one("timing", "pulse step") == pytest.approx([1e-6], rel=0.1)
    assert one("timing", "cycle overhead") == pytest.approx([200e-6], rel=1e-6)


def test_a_healthy_board_raises_no_alarm(found):
    assert faults(*found.values()) == set()
    assert all(c.verdict == "pass" for c in found.values())


def test_calibrations_say_how_they_were_made(found):
    for name, calibration in found.items():
        assert calibration.routine == name
        assert calibration.expires - calibration.issued == ROUTINES[name].valid_for
        assert "sources at nodes 15 7 13 5 2 8; targets at nodes 10 0" in calibration.board
        assert calibration.method


def test_bias_that_grows_with_the_gates_is_told_from_bias_that_does_not():
    doses = {"bias_growth": "0.03 1/V", "bias_reference": "90 V"}
    found = calibrate(bench(config(**doses), 5), "bias", seed=5)
    growth, reference = found.single("bias growth"), found.single("bias reference")
    factor = 1 + 0.03 * (reference.value - 90)
    assert growth.value == pytest.approx(0.03 / factor, abs=5 * growth.uncertainty)
    truth = true_values(config(**doses), LATTICE, 5)["bias"] * factor
    mean, _ = found.column("bias", "edge", EDGES)
    assert np.all(np.abs(mean - truth) < np.maximum(0.05, 0.1 * np.abs(truth)))


def test_edges_that_do_not_learn_have_no_part_in_the_growth_of_the_bias():
    broken = {"dead": [6], "shorted": [11], "open": [20]}
    settings = config(bias_growth="0.03 1/V", bias_reference="80 V", faults=broken)
    found = calibrate(bench(settings, 7), "bias", seed=7)
    growth, reference = found.single("bias growth"), found.single("bias reference")
    factor = 1 + 0.03 * (reference.value - 80)
    assert reference.value < 90  # of 29 gates, about 2.9 V each
    assert growth.value == pytest.approx(0.03 / factor, abs=5 * growth.uncertainty)
    learning = np.delete(np.arange(EDGES), [6, 11, 20])
    truth = (true_values(settings, LATTICE, 7)["bias"] * factor)[learning]
    mean, u = (column[learning] for column in found.column("bias", "edge", EDGES))
    assert np.all(np.abs(mean - truth) < np.maximum(0.05, 0.1 * np.abs(truth)))
    assert np.all(np.abs(mean - truth) < 5 * u)


@pytest.mark.parametrize("preset", ["small-network-exp1", "small-network-exp2"])
def test_walls_that_nobody_told_of_do_not_spoil_the_bias(preset):
    settings = config(preset)  # the gates stop 0.24 V inside the bench's limits
    found = calibrate(SimBench(settings, seed=1), "bias", TWO_EDGE, seed=1)
    assert faults(found) == set()
    doses = settings.imperfections
    factor = 1 + doses.bias_growth * (found.single("bias reference").value - doses.bias_reference)
    truth = true_values(settings, TWO_EDGE, 1)["bias"][:2] * factor
    mean, _ = found.column("bias", "edge", 3)
    assert np.all(np.abs(mean[:2] - truth) < np.maximum(0.05, 0.1 * np.abs(truth)))


class SlowToRead(SimBench):
    """A bench on which time passes while gates are read: 10 ms each time."""

    def read_gates(self):
        gates = super().read_gates()
        ports = len(LATTICE.sources), len(LATTICE.outputs)
        never = Method("hold", time=TimeRule(dead_band_V=1e3))
        inputs, labels, none = np.zeros((2, ports[0])), np.zeros((2, ports[1])), np.zeros(2, dtype=np.int64)
        margins, wrong = np.full((1, ports[1]), -1e3), np.ones(1, dtype=bool)
        self.run(CycleBlock(0, none, inputs, labels, never, margins, wrong, none[:0]))
        return gates


def test_gates_that_leak_while_they_are_read_leak_no_faster_for_it():
    settings = config(board={"cycle_overhead": "5 ms"}, gate_leak="10 mV/s")
    found = calibrate(SlowToRead(settings, seed=SEED), "gates", seed=SEED)
    truth = true_values(settings, LATTICE, SEED)["gate leak"]
    mean, _ = found.column("gate leak", "edge", EDGES)
    assert mean == pytest.approx(truth, rel=0.05)


def test_a_fixed_resistor_gives_the_scale_of_all_currents():
    doses = {"strength_spread": 0.1, "threshold_spread": "60 mV"}
    board = {"gate_min": "0.99 V", "gate_max": "5.18 V"}
    found = calibrate(bench(config("ideal", board, **doses), 2), "edges", TWO_EDGE)
    truth = true_values(config("ideal", board, **doses), TWO_EDGE, 2)
    mean, _ = found.column("strength", "edge", 3)
    assert abs(truth["strength"][:2].mean() / 8.5e-4 - 1) > 0.02  # the mean is not the nominal one
    assert mean[:2] == pytest.approx(truth["strength"][:2], rel=2e-3)
    assert np.isnan(mean[2])  # a resistor has none


def test_a_board_that_learns_fast_is_measured_too():
    doses = {"rate_error": 1.42, "bias_growth": 0, "gate_adc_noise": "0.5 mV", "gate_adc_step": 0}
    doses["per_edge"] = {"bias": {"values": [2.9, 4.8, 0], "unit": "V/s"}}
    board = {"gate_min": "0.99 V", "gate_max": "5.18 V"}
    found = calibrate(bench(config("ideal", board, **doses), 0), "bias", TWO_EDGE)
    mean, _ = found.column("bias", "edge", 3)
    assert mean[:2] == pytest.approx([2.9, 4.8], abs=0.02)
    offset, _ = found.column("contrast offset", "edge", 3)
    assert np.all(np.abs(offset[:2]) < 0.1e-3)


def test_a_bench_that_reports_the_pulses_it_set_is_not_taken_for_a_measurement():
    timing = calibrate(SimBench(BenchConfig(), seed=1), "timing")
    assert [f.kind for f in timing.findings] == ["not measured"]
    assert {v.quantity: v.uncertainty for v in timing.values}["pulse jitter"] >= 0.05e-6
