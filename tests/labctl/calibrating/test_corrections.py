"""Calibrations applied: benches whose converters are off do what they are told, and tell what is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import tomlkit

from benchmarks.calibration_truth import true_values
from calibration import Calibration, CalibrationStore
from calibration.records import now_utc
from drivers.corrected_bench import CorrectedBench, with_corrections
from drivers.corrections import ConverterLine, Corrections
from drivers.hardware import HardwareBench
from labctl.bench_files.calibration_settings import ANSWERED
from labctl.bench_files.load import load_hardware, read_hardware
from labctl.calibrating.applied import applied_in, corrections_of
from labctl.calibrating.carrying_out import BenchToCalibrate, calibrate, prepare_bench, standard_wiring
from labctl.emulation import EmulatedBench
from labctl.emulation.free_ports import with_free_ports
from labctl.runs import preflight
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from protocols import CycleBlock, Hinge, Method, Nudge, Output, ProtocolError, Source, TimeRule, Wiring
from protocols.bench import Bench as BenchPort
from protocols.bench import KeepsAlive, MadeOfInstruments, Metered, Restorable
from protocols.errors import ConfigError
from protocols.method import ClampRule
from sim_backend import BenchConfig, SimBench

REPOSITORY = Path(__file__).parents[3]
# Doses like lattice-paper's, larger; without quantisation, so that what is left over can be told.
OFF = {"source_offset": "4 mV", "source_gain": "1 %", "adc_offset": "3 mV", "adc_gain": "1 %"}
OFF |= {"adc_noise": "20 uV", "threshold_spread": "50 mV", "strength_spread": "2 %"}
WIRING = standard_wiring()
INPUTS = np.random.default_rng(4).uniform(0.08, 0.38, (60, 6))
LIMITS = SimBench().limits()


@contextmanager
def emulated(tmp_path: Path, file: str = "emulated.toml", metered: int | None = None) -> Iterator[dict]:
    """The values of a bench file whose emulators run, with converters that are off."""
    bench, values = read_hardware(str(REPOSITORY / "benches" / file))
    values = json.loads(json.dumps(values))
    values["emulation"]["imperfections"] = OFF
    values["calibration"] = {"store": str(tmp_path / "kept")}
    if metered is not None:
        values["instruments"]["meter"] |= {"across_node": metered}
        values["instruments"]["meter"].pop("across_channel")
    config = with_free_ports(type(bench).model_validate(values))
    with EmulatedBench(config) as running:
        for name in ("supply", "meter", "controller"):
            values["instruments"][name]["address"] = getattr(running.config.instruments, name).address
        yield values


def ready(values: dict) -> BenchToCalibrate:
    return prepare_bench(load_hardware(values, "bench.toml"), None, None, 0, "test")


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """An emulated bench, what its dac and adc calibrations say, and how it does without and with them."""
    with emulated(tmp_path_factory.mktemp("bench"), metered=7) as values:
        bench = ready(values)
        found = {name: calibrate(bench, name, figures=False).calibration for name in ("dac", "adc")}
        corrections = corrections_of(found, WIRING.network)
        config = bench.loaded.make().config
        yield (
            values,
            found,
            corrections,
            {
                name: _errors(with_corrections(HardwareBench(config), c))
                for name, c in (("raw", None), ("corrected", corrections))
            },
        )


def _errors(bench: HardwareBench) -> dict[str, np.ndarray]:
    """How far source nodes are from what is asked, and readings from the nodes; volts."""
    bench.open(WIRING)
    try:
        bench.reset_gates(np.full(32, 3.0))
        nodes = bench.read_nodes(INPUTS).free
        asked = nodes[:, list(WIRING.source_nodes)] - INPUTS
        read = bench.measure(INPUTS) - nodes[:, list(WIRING.target_nodes)]
    finally:
        bench.close()
    return {"sources": asked, "readings": read}


def test_what_is_left_is_what_the_calibrations_state(corrected):
    _, found, _, errors = corrected
    for what, routine, names, at in (
        ("sources", "dac", ("source offset", "source gain error"), WIRING.source_nodes),
        ("readings", "adc", ("reading offset", "reading gain error"), WIRING.target_nodes),
    ):
        offset_u, gain_u = (found[routine].column(n, "node", 16)[1][list(at)] for n in names)
        stated = 2 * np.hypot(offset_u, gain_u * INPUTS.max())
        raw, left = (np.abs(errors[k][what].mean(axis=0)) for k in ("raw", "corrected"))
        noise = 20e-6 / np.sqrt(len(INPUTS))
        assert raw.max() > 1e-3
        assert np.all(left <= stated + 4 * noise), (left, stated)
        assert left.max() < raw.max() / 30
        assert np.abs(errors["corrected"][what]).max() < 0.2e-3  # at every level, single readings


def test_the_multimeter_is_the_reference_where_there_is_one(corrected, tmp_path):
    _, found, _, _ = corrected
    for name in ("dac", "adc"):
        assert found[name].method.startswith("multimeter at node 7 as reference")
        assert found[name].conditions["meter_node"] == 7
        assert abs(found[name].conditions["node_reading_offset_V"]) < 1e-4
    with emulated(tmp_path) as values:  # its meter is across the supply
        assert calibrate(ready(values), "adc", figures=False).calibration.method.startswith("loop-back")


def test_a_run_applies_what_is_valid_and_its_manifest_says_what(corrected, tmp_path):
    values, found, corrections, _ = corrected
    bench = tmp_path / "bench.toml"
    bench.write_text(tomlkit.dumps(values), "utf-8")
    request = RunRequest(
        REPOSITORY / "examples" / "memory-cycle.toml", str(bench), out=tmp_path / "runs", figures=False,
        overrides=("training.cycles=40", "record.rounds=2"),
    )  # fmt: skip
    run = prepare(request)
    sheet = preflight.check(run, None, guardian="")
    assert any(line.startswith("applied: dac of ") for line in sheet.calibrations)
    manifest = json.loads((carry_out(run).folder / "manifest.json").read_text("utf-8"))
    assert [c["id"] for c in manifest["corrections"]["calibrations"]] == [found[n].id for n in ("dac", "adc")]
    again = applied_in(manifest)
    assert (dict(again.sources), dict(again.readings)) == (
        dict(corrections.sources),
        dict(corrections.readings),
    )

    store = CalibrationStore(Path(values["calibration"]["store"]))
    then = now_utc() - timedelta(days=40)
    late = {"issued": then, "expires": then + timedelta(days=30)}
    store.append(found["dac"].model_copy(update=late))
    expired = prepare(request)
    assert expired.applied.corrections.sources == {}
    assert expired.applied.corrections.readings
    (warning,) = (w for w in expired.applied.warnings if w.startswith("dac"))
    assert "dac expired 10 days ago" in warning
    assert "not applied" in warning
    assert warning in preflight.check(expired, None, guardian="").warnings


def test_calibrations_of_another_board_stop_a_run_unless_a_reason_is_given(corrected, tmp_path):
    values, found, _, _ = corrected
    mine = found["adc"].conditions[ANSWERED]
    assert mine == "emulated 4×4 board EMU-0001"
    other = found["adc"].conditions | {ANSWERED: "emulated 4×4 board EMU-0099"}
    CalibrationStore(tmp_path / "kept").append(found["adc"].model_copy(update={"conditions": other}))
    bench = tmp_path / "bench.toml"
    bench.write_text(tomlkit.dumps({**values, "calibration": {"store": str(tmp_path / "kept")}}), "utf-8")
    request = RunRequest(REPOSITORY / "examples" / "memory-cycle.toml", str(bench), out=tmp_path / "runs")
    with pytest.raises(
        ConfigError, match=r"answers is .* EMU-0001, its .* with .* EMU-0099 .*--uncalibrated"
    ):
        preflight.check(prepare(request), None, guardian="")
    passed = preflight.check(
        prepare(replace(request, uncalibrated="only its label is old")), None, guardian=""
    )
    assert any("let pass: only its label is old" in warning for warning in passed.warnings)


# ── the arithmetic ───────────────────────────────────────────────────────────────────────────────

THREE = Wiring(WIRING.network, (Source(5, "a"), Source(7, "b")), (Output("single", 10), Output("pair", 0, 8)))
LINES = Corrections(
    {5: ConverterLine(1.01, 2e-3), 7: ConverterLine(0.98, -3e-3)},
    {10: ConverterLine(1.02, 1e-3), 0: ConverterLine(1.01, -2e-3), 8: ConverterLine(0.99, 1e-3)},
)


def test_limits_hold_for_what_is_written_and_for_what_is_asked():
    mapped = LINES.at(THREE, LIMITS)
    top = LIMITS.node_max_V
    written = mapped.inputs(np.array([[0.2, 0.2], [0.0, top], [top + 0.01, -0.1]]))
    assert written[0] == pytest.approx([(0.2 - 2e-3) / 1.01, (0.2 + 3e-3) / 0.98])
    assert written[1].tolist() == [0.0, top]  # as near as the limits allow
    assert written[2].tolist() == [top + 0.01, -0.1]  # for the driver to refuse
    told = mapped.out_of_reach(THREE)
    assert told == [
        "source a does not reach the lowest 2 mV of the node range",
        "source b does not reach the highest 12 mV of the node range",
    ]


def test_outputs_come_back_as_the_voltages_they_are():
    mapped = LINES.at(THREE, LIMITS)
    middle = 0.5 * LIMITS.node_max_V
    positive, negative = middle + 0.03, middle - 0.03
    read = np.array([1.02 * 0.3 + 1e-3, 1.01 * positive - 2e-3 - 0.99 * negative - 1e-3])
    assert mapped.outputs(read) == pytest.approx([0.3, 0.06])
    assert mapped.as_read(mapped.outputs(read)) == pytest.approx(read)


@pytest.mark.parametrize("nudge", list(Nudge))
def test_what_is_compared_with_readings_is_put_as_it_reads(nudge):
    """The same decisions fall as on a board whose converters are right."""
    block = CycleBlock(
        0, np.array([0, 1]), np.full((2, 2), 0.2), np.array([[0.3, 0.02], [0.1, -0.02]]),
        Method(clamp=ClampRule(nudge), time=TimeRule(), hinge=Hinge.REST),
        np.full((2, 2), 0.018), np.ones(2, dtype=bool),
    )  # fmt: skip
    mapped = LINES.at(THREE, LIMITS)
    sent = mapped.block(block)
    true = np.array([[0.0181, 0.0179], [-0.02, -0.0181]])
    side = np.where(block.labels >= 0, 1, -1)
    past = side * true >= block.margins
    as_read = np.where(sent.labels >= 0, 1, -1) * mapped.as_read(true) >= sent.margins
    assert as_read.tolist() == past.tolist()
    kept = np.array_equal(sent.labels, block.labels)
    assert kept == (nudge is Nudge.PROPORTIONAL)
    assert not np.array_equal(
        LINES.at(THREE, LIMITS, clamps_from_readings=True).block(block).labels, block.labels
    )


def test_conductances_are_measured_ones_where_they_are_known():
    known = np.array([0.7, np.nan, 0.6])
    found = Corrections(threshold_V=known, strength_A_per_V2=np.array([1e-3, 1e-3, 9e-4]))
    nominal = np.array([5.0, 6.0, 7.0])
    assert found.conductances(np.array([1.7, 1.7, 0.5]), nominal) == pytest.approx([1e-3, 6.0, 0.0])
    assert Corrections().conductances(known, nominal) is nominal


def test_a_simulated_bench_corrected_reads_and_drives_true():
    doses = {k: OFF[k] for k in ("source_offset", "source_gain", "adc_offset", "adc_gain")}
    config = BenchConfig.model_validate({"imperfections": doses})
    truth = true_values(config, WIRING, 3)
    lines = {
        what: {
            n: ConverterLine(1 + truth[f"{what} gain error"][n], truth[f"{what} offset"][n])
            for n in np.flatnonzero(np.isfinite(truth[f"{what} offset"]))
        }
        for what in ("source", "reading")
    }
    bench = with_corrections(SimBench(config, 3), Corrections(lines["source"], lines["reading"]))
    with pytest.raises(ProtocolError):
        bench.measure(INPUTS)
    bench.open(WIRING)
    bench.reset_gates(np.full(32, 3.0))
    nodes = bench.read_nodes(INPUTS).free
    assert nodes[:, list(WIRING.source_nodes)] == pytest.approx(INPUTS, abs=1e-12)
    assert bench.measure(INPUTS) == pytest.approx(nodes[:, [10, 0]], abs=1e-12)
    bench.close()


def test_a_corrected_bench_offers_what_the_bench_offers_and_no_more():
    none = Corrections()
    config, _ = read_hardware(str(REPOSITORY / "benches" / "emulated.toml"))
    kinds = (KeepsAlive, MadeOfInstruments, Metered, Restorable)

    class PlainBench(CorrectedBench):
        """A bench with nothing beside the port."""

    for bench in (SimBench(), HardwareBench(config), PlainBench(SimBench(), none)):
        around = with_corrections(bench, none)
        assert around is not bench
        assert isinstance(around, BenchPort)
        assert [isinstance(around, kind) for kind in kinds] == [isinstance(bench, kind) for kind in kinds]
        assert with_corrections(bench, None) is bench


def test_a_corrected_simulated_bench_goes_back_to_its_state():
    bench = with_corrections(SimBench(seed=3), LINES)
    bench.open(THREE)
    bench.reset_gates(np.full(32, 3.0))
    state, before = bench.state(), bench.measure(np.array([[0.1, 0.3]]))
    bench.reset_gates(np.full(32, 2.0))
    bench.restore(state)
    assert bench.measure(np.array([[0.1, 0.3]])) == pytest.approx(before)
    bench.close()


def test_nothing_is_corrected_on_a_simulated_bench_that_does_not_ask(tmp_path):
    store = CalibrationStore(tmp_path / "kept")
    now = now_utc()
    common = {"id": "1", "serial": "SIM-0001 seed 0", "board": "b", "issued": now, "operator": "o"}
    line = {"channel": "node 1", "uncertainty": 0, "unit": ""}
    values = [{"quantity": "source offset", "value": 1e-3}, {"quantity": "source gain error", "value": 0.01}]
    record = Calibration.model_validate(
        common
        | {"routine": "dac", "expires": now + timedelta(days=1), "method": "m", "conditions": {}, "raw": ""}
        | {"verdict": "pass", "values": [line | v for v in values]}
    )
    store.append(record)
    for asks, corrected in (("", False), ("apply = true\n", True)):
        bench = tmp_path / "bench.toml"
        bench.write_text(f'kind = "sim"\n[calibration]\nstore = "{store.folder}"\n{asks}', "utf-8")
        run = prepare(RunRequest(REPOSITORY / "examples" / "regression.toml", str(bench)))
        assert (run.applied.corrections is not None) == corrected
    assert run.applied.corrections.sources == {1: ConverterLine(1.01, 1e-3)}
    assert "not corrected is" in run.applied.warnings[0]  # the other sources were not calibrated
