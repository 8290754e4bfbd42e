"""Benches from files, presets and overrides: what `labctl run` hands to the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from labctl.bench_files.load import load_bench
from labctl.experiment.load import split_overrides
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from protocols import ConfigError, Output, Source, Wiring, periodic_lattice, two_edge_board

EXAMPLES = Path(__file__).parents[3] / "examples"
LATTICE = Wiring(periodic_lattice(4, 4), (Source(5, "low", 0.1), Source(15, "x")), (Output("O", 10, 0),))
STAR = Wiring(
    two_edge_board(), (Source(1, "-", 0.0181), Source(2, "+", 0.4351), Source(3, "x")), (Output("O", 0),)
)


def load(*overrides: str, imperfections: str | None = None, bench: str = "sim"):
    """Load a bench with `--set` overrides as the command line does."""
    _, bench_keys, doses = split_overrides(overrides)
    return load_bench(bench, imperfections, 1, bench_keys, doses)


def doses_of(*overrides: str) -> dict[str, object]:
    return {entry["name"]: entry["dose"] for entry in load(*overrides).file.ledger(1)}


def test_overrides_reach_every_kind_of_dose() -> None:
    assert doses_of('imperfections.adc_noise="0.2 mV"')["adc_noise"] == pytest.approx(2e-4)
    assert doses_of("imperfections.adc_noise=0.2 mV")["adc_noise"] == pytest.approx(2e-4)
    assert doses_of("imperfections.faults.open=[3]")["faults.open"] == [3]
    given = 'imperfections.per_edge.bias=["1 V/s", "-500 mV/s", 0]'
    assert doses_of(given)["per_edge.bias"] == pytest.approx([1.0, -0.5, 0.0])
    given = 'imperfections.per_edge.bias={values=[1, -500, 0], unit="mV/s"}'
    assert doses_of(given)["per_edge.bias"] == pytest.approx([1e-3, -0.5, 0.0])


def test_overrides_change_a_preset_one_dose_at_a_time() -> None:
    bench = load('imperfections.per_edge.bias=["1 V/s", 0, 0]', imperfections="small-network-exp1")
    ledger = {entry["name"]: entry["dose"] for entry in bench.file.ledger(1)}
    assert ledger["per_edge.bias"] == [1.0, 0.0, 0.0]
    assert ledger["per_edge.threshold"] == [0.7, 0.7, 0.7]
    assert ledger["rate_error"] == 1.42
    assert "small-network-exp1 with per_edge.bias" in bench.imperfections
    bench.check(STAR)


def test_overrides_reach_the_laws_of_edges() -> None:
    bench = load('bench.board.edge_laws=[{edges=[1, 2], law="diode"}]', "bench.board.law=level1")
    board = bench.file.in_si()["board"]
    assert board["law"] == "level1"
    assert (board["edge_laws"][0]["law"], board["edge_laws"][0]["edges"]) == ("diode", [1, 2])
    bench.check(LATTICE)


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        (
            "imperfections.per_edge.bias=[1, 2]",
            ["imperfections.per_edge.bias", "entry 0", "no unit", "0.4 V/s"],
        ),
        ('imperfections.per_edge.bais=["1 V/s"]', ["per_edge.bais", "unknown key", "did you mean bias"]),
        ("imperfections.faults.open=[-3]", ["imperfections.faults.open", "at least 0", "-3"]),
        ("imperfections.faults.open=3", ["imperfections.faults.open"]),
        ("imperfections.faults.opened=[3]", ["faults.opened", "unknown key", "did you mean open"]),
        ("imperfections.dead_edges=1.5", ["imperfections.dead_edges", "at most 1", "1.5"]),
        ("imperfections.short_resistance=0 ohm", ["imperfections.short_resistance", "above 0"]),
        ("bench.board.law=triode", ["board.law", "square-law", "level1", "triode"]),
    ],
)
def test_bad_values_are_refused_before_a_board_is_built(override: str, parts: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(override)
    for part in parts:
        assert part in str(caught.value)


def test_what_does_not_fit_the_wiring_is_refused_by_check(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"per_edge\.threshold: .*3 values.*32 edges"):
        load(imperfections="small-network-exp1").check(LATTICE)
    file = tmp_path / "mine.toml"
    file.write_text("[faults]\nopen = [99]\n", "utf-8")
    with pytest.raises(
        ConfigError, match=r"mine\.toml: imperfections\.faults\.open: no such edge \(got 99\)"
    ):
        load(imperfections=str(file)).check(LATTICE)
    file.write_text('[[board.edge_laws]]\nedges = [99]\nlaw = "diode"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"mine\.toml: board\.edge_laws\.0\.edges: no such edge"):
        load(bench=str(file)).check(LATTICE)


def test_prepared_runs_take_the_new_doses() -> None:
    overrides = ("imperfections.faults.open=[3]", "imperfections.dropped_samples=1 %")
    run = prepare(RunRequest(EXAMPLES / "circle.toml", imperfections="harsh", overrides=overrides))
    doses = {entry["name"]: entry["dose"] for entry in run.bench.file.ledger(1)}
    assert doses["faults.open"] == [3]
    assert doses["dropped_samples"] == pytest.approx(0.01)
    run.bench.check(run.plan.task.wiring)
