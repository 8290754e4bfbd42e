"""The imperfection ledger: zero is ideal, each dose does its own thing and nothing else."""

import numpy as np
import pytest

from protocols import Hinge, Method, TimeRule
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, Imperfections
from sim_backend.board.build import build_board

from .boards import INPUTS, LABELS, bench, block, gates_for, lattice_wiring, repeated, two_edge
from .doses import DOSES, NAMES, doses

RATES = {f"edges.{name}" for name in ("rate", "bias", "offset_rate", "leak", "charge")}
DEVICES = {f"{copy}.{name}" for copy in ("free", "clamped") for name in ("kind", "threshold", "strength")}
DRIFT = {"chances.drift", "chances.drift_period", "chances.drift_phase"}
# What of a board that has every imperfection each dose changes, as "part.field".
CHANGES = {
    "bias_mean": {"edges.bias"},
    "bias_spread": {"edges.bias"},
    "bias_growth": {"edges.growth"},
    "bias_reference": {"edges.reference"},
    "contrast_offset": {"edges.offset_rate"},
    "gate_leak": {"edges.leak"},
    "threshold_spread": {"free.threshold", "clamped.threshold"},
    "threshold_mismatch": {"clamped.threshold"},
    "strength_spread": {"free.strength", "clamped.strength"},
    "strength_mismatch": {"clamped.strength"},
    "rate_error": {"edges.rate", "edges.offset_rate"},
    "rate_spread": {"edges.rate", "edges.offset_rate"},
    "pulse_charge": {"edges.charge"},
    "pulse_charge_spread": {"edges.charge"},
    "wall_spread": {"edges.wall_low", "edges.wall_high"},
    "threshold_drift": DRIFT,
    "threshold_drift_period": DRIFT,
    "dropped_samples": {"chances.dropped"},
    "late_cycles": {"chances.late"},
    "late_by": {"chances.late_by"},
    "dead_edges": RATES,
    "open_edges": RATES | DEVICES | {"open_edges"},
    "shorted_edges": RATES | DEVICES,
    "short_resistance": {"free.strength", "clamped.strength"},
    "wire_off": {f"converters.{n}" for n in ("clamp_gain", "clamp_offset", "adc_gain", "adc_offset")}
    | {"wires_off"},
    "gate_adc_noise": set(),
    "gate_adc_step": set(),
}


SEED = 11  # at these doses it draws dead, open and shorted edges, and takes one of two targets off


def parts(imperfections, seed=SEED):
    """Return everything drawn for a board as one flat dictionary."""
    board = build_board(BenchConfig(imperfections=imperfections), lattice_wiring(), seed)
    flat = {"wires_off": np.array(board.wires_off), "open_edges": np.array(board.open_edges)}
    for part in ("free", "clamped", "edges", "converters", "chances"):
        flat |= {f"{part}.{name}": np.copy(value) for name, value in getattr(board, part)._asdict().items()}
    return flat


def test_every_dose_is_known_to_these_tests():
    assert set(DOSES) == set(NAMES)


def test_zero_doses_are_exactly_ideal():
    zero, seeded = parts(Imperfections(), seed=1), parts(Imperfections(), seed=2)
    for name, value in zero.items():
        assert np.array_equal(value, seeded[name]), name
    for name in ("edges.bias", "edges.offset_rate", "edges.leak", "edges.charge", "wires_off", "open_edges"):
        assert not np.any(zero[name])
    assert not any(np.any(value) for name, value in zero.items() if name.startswith("chances."))
    assert np.all(zero["edges.rate"] == BenchConfig().board.learning_rate)
    for copy in ("free", "clamped"):
        assert np.all(zero[f"{copy}.threshold"] == 0.62)
        assert np.all(zero[f"{copy}.strength"] == 8.5e-4)
    for name, value in zero.items():
        if name.endswith("_gain"):
            assert np.all(value == 1)
        elif name.endswith(("_offset", "_step", "_noise", "_jitter")):
            assert np.all(value == 0)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ideal_readings_are_exact(seed):
    wiring = lattice_wiring()
    gates = gates_for(wiring)
    opened = bench(wiring, seed=seed, gates=gates)
    other = bench(wiring, seed=99, gates=gates)
    inputs = np.array([INPUTS["lattice"]])
    assert np.array_equal(opened.read_gates(), gates)
    assert np.array_equal(opened.measure(inputs), other.measure(inputs))
    nodes = opened.read_nodes(inputs)
    assert np.array_equal(nodes.free, nodes.clamped)
    assert opened.measure(inputs)[0, 0] == nodes.free[0, 10] - nodes.free[0, 0]
    assert np.array_equal(nodes.free[0, [5, 7, 15, 13]], inputs[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_dose_changes_only_its_own_thing(name):
    # on the ideal board and on a board that has everything else already
    others = {k: v for k, v in DOSES.items() if k != name}
    for base in ({}, others):
        before, after = parts(doses(**base)), parts(doses(**base, **{name: DOSES[name]}))
        changed = {key for key, value in after.items() if not np.array_equal(value, before[key])}
        allowed = CHANGES.get(name, {f"converters.{name}"})
        assert changed == allowed if base else changed <= allowed


@pytest.mark.parametrize("name", NAMES)
def test_draws_scale_with_the_dose_and_follow_the_seed(name):
    single, double = doses(**{name: DOSES[name]}), doses(**{name: 2 * DOSES[name]})
    assert np.array_equal(2 * single.draw(name, 3, 50), double.draw(name, 3, 50))
    assert not np.array_equal(single.draw(name, 3, 50), single.draw(name, 4, 50))


def test_draws_have_the_stated_statistics():
    n = 40_000
    for name in ("bias_spread", "contrast_offset", "threshold_mismatch", "adc_offset"):
        sample = doses(**{name: DOSES[name]}).draw(name, 11, n) / DOSES[name]
        assert abs(sample.mean()) < 5 / np.sqrt(n)
        assert abs(sample.std() - 1) < 5 / np.sqrt(2 * n)
        assert abs(np.mean(np.abs(sample) < 1) - 0.6827) < 0.015
    first, second = (doses(**{k: DOSES[k]}).draw(k, 11, n) for k in ("bias_spread", "contrast_offset"))
    assert abs(np.corrcoef(first, second)[0, 1]) < 5 / np.sqrt(n)


def test_bias_has_its_mean_and_spread_over_edges():
    boards = [parts(doses(bias_mean=0.4, bias_spread=1.0), seed)["edges.bias"] for seed in range(60)]
    bias = np.concatenate(boards)
    assert bias.mean() == pytest.approx(0.4, abs=0.1)
    assert bias.std() == pytest.approx(1.0, abs=0.1)


def pulses(opened, count=1, **time):
    """Run pulses without a nudge."""
    method = Method(hinge=Hinge.UNCLAMP, time=TimeRule(**time))
    return opened.run(repeated(INPUTS["lattice"], LABELS["lattice"], count, method, margins=[[-1.0]]))


def test_bias_moves_gates_at_its_rate_and_grows_with_their_sum():
    gates = np.full(32, 3.0)
    opened = bench(lattice_wiring(), gates=gates, doses={"bias_mean": "0.5 V/s"})
    pulses(opened, pulse_s=0.1)
    np.testing.assert_allclose(opened.read_gates(), 3.05, rtol=0, atol=1e-7)
    growing = {"bias_mean": "0.5 V/s", "bias_growth": "0.1 1/V", "bias_reference": "90 V"}
    opened = bench(lattice_wiring(), gates=gates, doses=growing)
    pulses(opened, pulse_s=0.1)
    # d(ΣG)/dt = 32·b·(1 + κ·(ΣG − reference)) from ΣG − reference = 6 V
    rate = 32 * 0.5 * 0.1
    total = (6 + 10) * np.exp(rate * 0.1) - 10 + 90
    assert opened.read_gates().sum() == pytest.approx(total, abs=1e-4)  # a few µV for each of 32 gates


def test_contrast_offset_adds_twice_alpha_offset_drop():
    wiring, gates = lattice_wiring(), np.full(32, 3.0)
    dose = {"contrast_offset": "5 mV"}
    opened = bench(wiring, gates=gates, doses=dose, seed=5)
    v = opened.read_nodes(np.array([INPUTS["lattice"]])).free[0]
    a, b = np.array(wiring.network.edges).T
    pulses(opened, pulse_s=20e-6)
    offset = Imperfections.model_validate(dose).draw("contrast_offset", 5, 32)
    expected = 2 * 1377.410468 * offset * (v[a] - v[b]) * 20e-6
    np.testing.assert_allclose(opened.read_gates() - gates, expected, rtol=2e-3, atol=1e-9)


@pytest.mark.parametrize("step", ["0.1106 mV", "1.777 mV"])
def test_readings_are_multiples_of_the_converter_step(step):
    opened = bench(two_edge(), gates=[2.0, 3.0, 0], doses={"adc_step": step, "gate_adc_step": "2.43 mV"})
    inputs = np.column_stack([np.full(50, 0.0181), np.full(50, 0.4351), np.linspace(0, 0.45, 50)])
    read, size = opened.measure(inputs)[:, 0], float(step.split()[0]) * 1e-3
    np.testing.assert_allclose(read / size, np.round(read / size), rtol=0, atol=1e-9)
    exact = bench(two_edge(), gates=[2.0, 3.0, 0]).measure(inputs)[:, 0]
    assert np.max(np.abs(read - exact)) <= 0.5001 * size
    gate = opened.read_gates()[:2] / 2.43e-3
    np.testing.assert_allclose(gate, np.round(gate), rtol=0, atol=1e-9)


def test_sources_are_multiples_of_their_step_then_gain_and_offset():
    dose = {"source_step": "1.777 mV", "source_gain": "0.5 %", "source_offset": "1 mV"}
    wiring = lattice_wiring()
    opened = bench(wiring, gates=gates_for(wiring), doses=dose, seed=3)
    inputs = np.random.default_rng(0).uniform(0.02, 0.43, (30, 4))
    got = opened.read_nodes(inputs).free[:, list(wiring.source_nodes)]
    drawn = Imperfections.model_validate(dose)
    nodes = list(wiring.source_nodes)
    gain, offset = (drawn.draw(f"source_{k}", 3, 16)[nodes] for k in ("gain", "offset"))
    expected = (1 + gain) * 1.777e-3 * np.round(inputs / 1.777e-3) + offset
    np.testing.assert_allclose(got, np.clip(expected, 0, 0.4532), rtol=0, atol=1e-15)


def test_readings_carry_gain_offset_and_noise():
    wiring, inputs = two_edge(), np.tile(INPUTS["two-edge"], (4000, 1))
    exact = bench(wiring, gates=[2.0, 3.0, 0]).measure(inputs[:1])[0, 0]
    dose = {"adc_gain": "1 %", "adc_offset": "2 mV"}
    drawn = Imperfections.model_validate(dose)
    fixed = bench(wiring, gates=[2.0, 3.0, 0], doses=dose, seed=6).measure(inputs[:1])[0, 0]
    gain, offset = (drawn.draw(f"adc_{k}", 6, 4)[0] for k in ("gain", "offset"))
    assert fixed == pytest.approx((1 + gain) * exact + offset, abs=1e-12)
    noisy = bench(wiring, gates=[2.0, 3.0, 0], doses={"adc_noise": "0.1 mV"}).measure(inputs)[:, 0]
    assert noisy.std() == pytest.approx(1e-4, rel=0.08)
    assert abs(noisy.mean() - exact) < 1e-5
    many = bench(wiring, gates=[2.0, 3.0, 0], doses={"gate_adc_noise": "2 mV"})
    reads = np.array([many.read_gates()[:2] for _ in range(2000)]) - [2.0, 3.0]
    assert reads.std() == pytest.approx(2e-3, rel=0.08)


def test_reading_noise_of_a_differential_output_adds_from_both_nodes():
    opened = bench(lattice_wiring(), gates=np.full(32, 3.0), doses={"adc_noise": "0.1 mV"})
    read = opened.measure(np.tile(INPUTS["lattice"], (4000, 1)))[:, 0]
    assert read.std() == pytest.approx(np.sqrt(2) * 1e-4, rel=0.08)


def test_clamps_land_off_by_gain_and_offset():
    dose = {"clamp_gain": "5 %", "clamp_offset": "3 mV"}
    drawn = Imperfections.model_validate(dose)
    gain, offset = (drawn.draw(f"clamp_{k}", 2, 4)[0] for k in ("gain", "offset"))
    opened = bench(two_edge(), gates=[2.0, 3.0, 0], doses=dose, seed=2, circuit=ClampCircuit.SOFTWARE)
    record = opened.run(block(INPUTS["two-edge"], [0.31], Method(time=TimeRule(pulse_s=1e-6))))
    free = record.free_outputs[0, 0]
    expected = free + (1 + gain) * (128 / 129) * (0.31 - free) + offset
    assert record.clamped_outputs[0, 0] == pytest.approx(expected, abs=1e-9)


def test_labels_are_multiples_of_their_step():
    opened = bench(two_edge(), gates=[2.0, 3.0, 0], doses={"label_step": "5 mV"})
    record = opened.run(block(INPUTS["two-edge"], [0.312], Method(time=TimeRule(pulse_s=1e-6))))
    free = record.free_outputs[0, 0]
    assert record.clamped_outputs[0, 0] == pytest.approx(free + (128 / 129) * (0.310 - free), abs=1e-6)


def test_pulses_are_multiples_of_their_step():
    for asked, given in ((44e-6, 30e-6), (46e-6, 60e-6), (14e-6, 0.0), (100e-6, 90e-6)):
        opened = bench(lattice_wiring(), gates=np.full(32, 3.0), doses={"pulse_step": "30 us"})
        record = opened.run(block(INPUTS["lattice"], [0.06], Method(time=TimeRule(pulse_s=asked))))
        assert record.learning_time_s[0] == pytest.approx(given, abs=1e-15)


def test_pulses_jitter_by_their_dose_and_never_below_zero():
    opened = bench(lattice_wiring(), gates=np.full(32, 3.0), doses={"pulse_jitter": "5 us"})
    times = pulses(opened, 4000, pulse_s=100e-6).learning_time_s
    assert times.mean() == pytest.approx(100e-6, rel=0.01)
    assert times.std() == pytest.approx(5e-6, rel=0.08)
    opened = bench(lattice_wiring(), gates=np.full(32, 3.0), doses={"pulse_jitter": "5 us"})
    assert pulses(opened, 500, pulse_s=2e-6).learning_time_s.min() == 0.0


def test_gates_leak_in_a_straight_line_while_held():
    # dead band: no learning at all, so 400 cycles of 200 µs overhead are 80 ms of holding
    gates = np.full(32, 3.0)
    gates[0] = 0.75
    opened = bench(lattice_wiring(), gates=gates, doses={"gate_leak": "1 V/s"}, seed=8)
    method = Method(time=TimeRule(dead_band_V=1.0))
    records = [
        opened.run(repeated(INPUTS["lattice"], [0.06], 200, method, snapshots=[99, 199])) for _ in range(2)
    ]
    assert all(not r.learning_time_s.any() for r in records)
    at = np.concatenate([r.snapshots.gates[:, 1:] for r in records])  # before the hold of their cycle
    slopes = np.diff(at, axis=0) / (100 * 200e-6)
    np.testing.assert_allclose(slopes, np.tile(slopes[:1], (3, 1)), rtol=1e-9)
    assert np.all((slopes <= -0.5 + 1e-9) & (slopes >= -1.5 - 1e-9))
    assert slopes.mean() == pytest.approx(-1.0, abs=0.2)
    assert slopes.std() > 0.05
    assert opened.read_gates()[0] == 0.75  # the wall stops it
