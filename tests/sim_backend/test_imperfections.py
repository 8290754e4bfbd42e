"""The imperfection ledger: zero is ideal, each dose does its own thing and nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import sim_backend
from protocols import ConfigError, Hinge, Method, TimeRule
from sim_backend import PRESETS, BenchConfig, ClampCircuit, Imperfections, preset_values, read_doses
from sim_backend.board import build_board
from sim_backend.measured import Faults, PerEdge, PerNode

from .boards import INPUTS, LABELS, bench, block, gates_for, lattice_wiring, repeated, two_edge

PAGE = Path(__file__).parents[2] / "docs" / "imperfections.md"
TABLES = {"per_edge": PerEdge, "per_node": PerNode, "faults": Faults}
IDEAL = Imperfections().model_dump(exclude={"description"})
NAMES = [name for name in Imperfections.model_fields if name not in ("description", *TABLES)]
DOSES = {  # one plausible dose each, in SI
    "bias_mean": 0.4,
    "bias_spread": 1.0,
    "bias_growth": 0.012,
    "bias_reference": 6.5,
    "contrast_offset": 5e-3,
    "threshold_spread": 0.05,
    "threshold_mismatch": 2e-3,
    "strength_spread": 0.02,
    "strength_mismatch": 0.005,
    "source_offset": 1e-3,
    "source_gain": 0.002,
    "source_step": 1.777e-3,
    "label_step": 1.777e-3,
    "clamp_offset": 3e-3,
    "clamp_gain": 0.05,
    "adc_offset": 2e-4,
    "adc_gain": 1e-3,
    "adc_noise": 1e-4,
    "adc_step": 1.106e-4,
    "gate_adc_noise": 2e-3,
    "gate_adc_step": 2.43e-3,
    "gate_leak": 1e-3,
    "pulse_step": 30e-6,
    "pulse_jitter": 5e-8,
    "rate_error": 1.42,
    "rate_spread": 0.1,
    "pulse_charge": -2e-5,
    "pulse_charge_spread": 1e-5,
    "wall_spread": 0.02,
    "threshold_drift": 5e-3,
    "threshold_drift_period": 600.0,
    "dead_edges": 0.1,
    "open_edges": 0.1,
    "shorted_edges": 0.1,
    "short_resistance": 5.0,
    "dropped_samples": 0.01,
    "late_cycles": 0.02,
    "late_by": 3e-3,
    "wire_off": 0.1,
}
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


def doses(**values):
    """Return imperfections from plain SI numbers."""
    text = {}
    for name, value in values.items():
        unit = Imperfections.model_fields[name].json_schema_extra["unit"]
        text[name] = f"{value!r} {unit}".strip()
    return Imperfections.model_validate(text)


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


def test_ledger_names_unit_dose_and_seed_of_every_imperfection():
    imperfections = doses(**DOSES)
    ledger = imperfections.ledger(5)
    tables = [f"{table}.{name}" for table, model in TABLES.items() for name in model.model_fields]
    assert [entry["name"] for entry in ledger] == NAMES + tables
    assert all(entry["meaning"] for entry in ledger)
    ledger = ledger[: len(NAMES)]
    for entry in ledger:
        assert set(entry) >= {"name", "unit", "dose", "seed"}
        assert entry["dose"] == pytest.approx(DOSES[entry["name"]], rel=1e-12)
        assert entry["unit"] in ("V", "V/s", "1/V", "s", "ohm", "")
        assert isinstance(entry["seed"], int)
        again = np.random.default_rng(entry["seed"]).standard_normal(3) * entry["dose"]
        assert np.array_equal(again, imperfections.draw(entry["name"], 5, 3))  # the ledger repeats the board
    assert len({entry["seed"] for entry in ledger}) == len(ledger)
    assert {e["seed"] for e in ledger}.isdisjoint(e["seed"] for e in imperfections.ledger(6))


def test_ledger_lists_measured_values_and_faults_without_a_seed():
    given = {"per_edge": {"bias": ["1 V/s", "-0.5 V/s", 0]}, "faults": {"open": [1]}}
    ledger = {entry["name"]: entry for entry in Imperfections.model_validate(given).ledger(5)}
    assert ledger["per_edge.bias"]["dose"] == [1.0, -0.5, 0.0]
    assert (ledger["per_edge.bias"]["unit"], ledger["per_edge.bias"]["seed"]) == ("V/s", None)
    assert ledger["faults.open"]["dose"] == [1]
    assert ledger["faults.dead"]["dose"] == ledger["per_edge.threshold"]["dose"] == []
    json.dumps(list(ledger.values()))  # the manifest stores it


def test_measured_converters_replace_drawn_ones_node_by_node():
    volts, wiring = [1e-3 * n for n in range(16)], lattice_wiring()
    given = {"adc_offset": "5 mV", "source_gain": "1 %"}
    given["per_node"] = {"adc_offset": {"values": volts, "unit": "V"}, "clamp_gain": [0.01] * 16}
    board = build_board(BenchConfig.model_validate({"imperfections": given}), wiring, 3)
    assert board.converters.adc_offset.tolist() == [volts[n] for n in wiring.target_nodes]
    assert board.converters.clamp_gain == pytest.approx(1.01)
    drawn = Imperfections(source_gain="1 %").draw("source_gain", 3, 16)[list(wiring.source_nodes)]
    assert board.converters.source_gain == pytest.approx(1 + drawn)
    given["per_node"] = {"adc_offset": ["1 mV"]}
    with pytest.raises(ConfigError, match=r"per_node.adc_offset.*16 nodes"):
        build_board(BenchConfig.model_validate({"imperfections": given}), wiring, 3)


# Every imperfection DESIGN §2.5 names, and the doses that stand for it.
DESIGN = {
    "learning bias, constant and growing with the gate": [
        "bias_mean",
        "bias_spread",
        "bias_growth",
        "per_edge.bias",
    ],
    "learning rate": ["rate_error", "rate_spread"],
    "contrast-circuit input offsets": ["contrast_offset", "per_edge.contrast_offset"],
    "free/clamped threshold mismatch": ["threshold_mismatch", "per_edge.threshold_mismatch"],
    "free/clamped strength mismatch": ["strength_mismatch", "per_edge.strength_mismatch"],
    "source/label DAC offset, gain, quantisation": [
        "source_offset",
        "source_gain",
        "source_step",
        "label_step",
        "per_node.source_offset",
        "per_node.source_gain",
    ],
    "clamp offset": ["clamp_offset", "clamp_gain", "per_node.clamp_offset", "per_node.clamp_gain"],
    "ADC noise, offset, quantisation": [
        "adc_noise",
        "adc_offset",
        "adc_gain",
        "adc_step",
        "per_node.adc_offset",
        "per_node.adc_gain",
    ],
    "the same at a gate": ["gate_adc_noise", "gate_adc_step"],
    "gate leak while held": ["gate_leak", "per_edge.gate_leak"],
    "charge injected per learning pulse": ["pulse_charge", "pulse_charge_spread", "per_edge.pulse_charge"],
    "gate walls": ["wall_spread", "per_edge.wall_low", "per_edge.wall_high"],
    "dead, stuck-open and stuck-short edges": [
        "dead_edges",
        "open_edges",
        "shorted_edges",
        "short_resistance",
    ],
    "the same, deliberately": ["faults.dead", "faults.open", "faults.shorted"],
    "pulse-length jitter and quantisation": ["pulse_jitter", "pulse_step"],
    "slow threshold drift": ["threshold_drift", "threshold_drift_period"],
    "dropped or late samples": ["dropped_samples", "late_cycles", "late_by"],
    "a node wire that has come off": ["wire_off", "faults.wires_off"],
    "spread of the devices": [
        "threshold_spread",
        "strength_spread",
        "per_edge.threshold",
        "per_edge.strength",
    ],
    "what goes with those": ["bias_reference", "per_edge.rate_error"],
}


def test_every_imperfection_of_the_design_has_its_doses():
    named = [name for names in DESIGN.values() for name in names]
    assert sorted(named) == sorted(entry["name"] for entry in Imperfections().ledger(0))


def page_rows():
    """Return the cells of every table row of the page that starts with a name in backticks."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_names_every_imperfection_with_its_unit():
    told = {row[0].strip("`"): row[1] for row in page_rows()}
    entries = {entry["name"]: entry["unit"] for entry in Imperfections().ledger(0)}
    assert {name: told.get(name) for name in entries} == entries
    assert set(told) == set(entries) | set(PRESETS)


@pytest.mark.parametrize(("preset", "cell"), [("lattice-paper", 3), ("harsh", 4)])
def test_the_page_shows_the_doses_of_the_presets(preset, cell):
    rows = {row[0].strip("`"): (row[1], row[cell]) for row in page_rows() if len(row) == 5}
    shown = {}
    for name, (unit, value) in rows.items():
        if value:
            shown[name] = f"{value} {unit}" if value.replace(".", "").isdigit() else value
    values = Imperfections.model_validate(preset_values(preset))
    assert set(rows) == set(NAMES)
    page, doses = Imperfections.model_validate(shown).model_dump(), values.model_dump()
    assert {n: page[n] for n in NAMES} == pytest.approx({n: doses[n] for n in NAMES}, rel=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_load_and_say_their_sources(name):
    imperfections = Imperfections.model_validate(preset_values(name))
    assert imperfections.description
    assert (imperfections.model_dump(exclude={"description"}) == IDEAL) == (name == "ideal")
    wiring = two_edge() if name.startswith("small-network") else lattice_wiring()
    board = build_board(BenchConfig(imperfections=imperfections), wiring, 1)
    assert all(np.all(np.isfinite(values)) for part in (board.free, board.edges) for values in part)
    assert read_doses(name) == preset_values(name)
    lines = (Path(sim_backend.__file__).parent / "presets" / f"{name}.toml").read_text("utf-8").splitlines()
    assert name == "ideal" or any(line.startswith("# ") for line in lines)


def test_the_harsh_preset_has_everything_on():
    harsh = Imperfections.model_validate(preset_values("harsh"))
    assert [name for name in NAMES if getattr(harsh, name) == IDEAL[name]] == []


@pytest.mark.parametrize(
    ("number", "bias", "rate_error", "growth", "reference", "walls"),
    [(1, (2.96, 4.90), 1.42, 0.012, 6.5, (5.03, 5.18)), (2, (-0.284, 2.12), 1.01, 0.221, 7.4, (5.03, 5.19))],
)
def test_the_small_network_presets_have_the_published_fits(
    number, bias, rate_error, growth, reference, walls
):
    fitted = Imperfections.model_validate(preset_values(f"small-network-exp{number}"))
    board = build_board(BenchConfig(imperfections=fitted), two_edge(), 1)
    np.testing.assert_allclose(board.edges.bias, [*bias, 0], rtol=1e-12)
    np.testing.assert_allclose(board.edges.rate, [(1 + rate_error) * 1377.410468] * 2 + [0], rtol=1e-9)
    assert (board.edges.growth, board.edges.reference) == pytest.approx((growth, reference))
    np.testing.assert_allclose(board.edges.wall_high[:2], walls, rtol=1e-12)
    np.testing.assert_allclose(board.edges.wall_low[:2], 0.99, rtol=1e-12)
    np.testing.assert_allclose(board.free.threshold[:2], 0.7, rtol=1e-12)
    assert two_edge().network.edges[0] == (1, 0)  # G₋ goes to node 1, which stands at V₋


def test_the_lattice_preset_has_the_published_doses():
    paper = Imperfections.model_validate(preset_values("lattice-paper"))
    assert (paper.bias_mean, paper.bias_spread, paper.contrast_offset) == pytest.approx((0.4, 1.0, 5e-3))
    assert paper.source_step == pytest.approx(0.4532 / 255, rel=1e-3)  # 8 bit over the node range
    assert paper.adc_step == pytest.approx(0.4532 / 4095, rel=1e-2)  # 12 bit


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"bias_sprad": "1 V/s"}, "bias_sprad"),
        ({"bias_spread": "1 V"}, "wrong unit"),
        ({"bias_spread": 1.0}, "no unit"),
        ({"adc_noise": "-1 mV"}, "greater than or equal"),
        ({"dead_edges": 1.5}, "less than or equal"),
        ({"short_resistance": "0 ohm"}, "greater than"),
        ({"rate_error": "-150 %"}, "greater than or equal"),
        ({"per_edge": {"bais": []}}, "bais"),
        ({"per_edge": {"bias": [1.0]}}, "edge 0 has no unit"),
        ({"per_edge": {"bias": ["1 V/s", "2 mV"]}}, "edge 1 has the wrong unit"),
        ({"per_edge": {"bias": "1 V/s"}}, "write a list"),
        ({"per_edge": {"bias": {"values": [1.0]}}}, "write a list"),
        ({"per_edge": {"bias": {"values": ["1 V/s"], "unit": "V/s"}}}, "plain numbers"),
        ({"per_edge": {"gate_leak": ["-1 V/s"]}}, "edge 0 must be at least 0"),
        ({"faults": {"open": [-1]}}, "greater than or equal"),
        ({"faults": {"open": [3], "shorted": [2, 3]}}, "edge 3 cannot be both open and shorted"),
    ],
)
def test_unknown_keys_wrong_units_and_negative_doses_are_refused(bad, says):
    with pytest.raises(ValidationError, match=says):
        Imperfections.model_validate(bad)


def test_doses_may_come_from_a_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('bias_mean = "1 V/s"\n', "utf-8")
    assert Imperfections.model_validate(read_doses(str(file))).bias_mean == 1.0
    with pytest.raises(ConfigError, match="no such imperfection preset"):
        read_doses("latice-paper")
    with pytest.raises(ConfigError, match="not found"):
        read_doses(str(tmp_path / "none.toml"))
    file.write_text("bias_mean = = 3", "utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_doses(str(file))
