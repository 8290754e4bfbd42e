"""The ledger of imperfections: names, units and seeds; the page that lists them, the presets, bad doses."""

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import sim_backend
from protocols import ConfigError
from sim_backend import PRESETS, BenchConfig, Imperfections, preset_values, read_doses
from sim_backend.board.build import build_board

from .boards import lattice_wiring, two_edge
from .doses import DOSES, IDEAL, NAMES, TABLES, doses

PAGE = Path(__file__).parents[2] / "docs" / "imperfections.md"


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
    assert (paper.bias_mean, paper.bias_spread) == pytest.approx((0.4, 1.0))
    assert (paper.rate_error, paper.contrast_offset) == pytest.approx((0.8, 2.5e-3))
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
        ({"per_edge": {"bias": [1.0]}}, "entry 0 has no unit"),
        ({"per_edge": {"bias": ["1 V/s", "2 mV"]}}, "entry 1 has the wrong unit"),
        ({"per_edge": {"bias": "1 V/s"}}, "write a list"),
        ({"per_edge": {"bias": {"values": [1.0]}}}, "write a list"),
        ({"per_edge": {"bias": {"values": ["1 V/s"], "unit": "V/s"}}}, "plain numbers"),
        ({"per_edge": {"gate_leak": ["-1 V/s"]}}, "entry 0 must be at least 0"),
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
