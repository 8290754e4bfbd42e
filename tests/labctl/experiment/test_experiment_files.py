"""Experiment files: what is read, what is refused, and the sentence a technician gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labctl.experiment import build_plan, load_experiment, override
from labctl.experiment.load import validate
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from protocols import ConfigError, Contrast, Hinge, Limits, Nudge, OrderKind, Timing
from sim_backend import BenchConfig

EXAMPLES = Path(__file__).parents[3] / "examples"
LIMITS = Limits(0.0, 0.4532, 0.75, 5.03, 0.1, 20_000)

MINIMAL = """
name = "minimal"
[task]
sources = [{ name = "V1", node = 1 }, { name = "V-", node = 4, voltage = "0 V" }]
outputs = [{ name = "O", node = 0 }]
[task.train]
inputs = { V1 = ["100 mV", "200 mV"] }
labels = { O = ["20 mV", "40 mV"] }
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, "utf-8")
    return path


def plan_of(path: Path, *overrides: str, seed: int = 0):
    return build_plan(load_experiment(path, overrides).settings, LIMITS, seed)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_example_makes_a_plan(path: Path) -> None:
    plan = plan_of(path)
    assert plan.cycles > 0
    assert plan.task.wiring.network.n_edges == (3 if path.stem.startswith("two-edge") else 32)


def test_minimal_file_gets_documented_defaults(tmp_path: Path) -> None:
    plan = plan_of(write(tmp_path, MINIMAL))
    assert plan.method.name == "overclamping"
    assert plan.order.kind is OrderKind.SEQUENTIAL
    np.testing.assert_allclose(plan.task.train.inputs, [[0.1, 0.0], [0.2, 0.0]])
    np.testing.assert_allclose(plan.task.train.labels, [[0.02], [0.04]])


@pytest.mark.parametrize(
    ("override_text", "parts"),
    [
        ("training.cycels=5", ["training.cycels", "unknown key", "did you mean cycles"]),
        ("task.sources=5", ["task.sources", "must be a list"]),
        ("training.cycles=many", ["training.cycles", "must be a whole number"]),
        ("name=5", ["name: must be a text"]),
        ("colour=red", ["colour", "unknown key", "network"]),
        ('method.standard.pulse="5 V"', ["method.standard.pulse", "wrong unit", "5 V", "100 us"]),
        ("method.standard.pulse=5", ["method.standard.pulse", "has no unit", "100 us"]),
        ("method.standard.eta=0", ["method.standard.eta", "above 0"]),
        ("method.standard.eta=-0.5", ["method.standard.eta", "above 0", "-0.5"]),
        ("method=coupled", ["method.kind", "'standard'", "coupled"]),
        ('task.train.labels.O=["20 mV","900 mV"]', ["task.train.labels.O", "900 mV", "0 to 453.2 mV"]),
        ('task.train.inputs.V1=["-5 mV","90 mV"]', ["task.train.inputs.V1", "-5 mV", "range"]),
        ("task.outputs.O.node=1", ["task.outputs.O", "also a source"]),
        ("task.outputs.O.node=16", ["task.outputs.O", "no such node", "16", "0 to 15"]),
        ("task.train.inputs.V1=[]", ["task.train.inputs", "empty"]),
        ("task.train.labels.O=[]", ["task.train.labels.O", "empty"]),
        ('task.train.labels.X=["1 mV"]', ["task.train.labels", "outputs are O"]),
        ("training.cycles=0", ["training.cycles", "at least 1"]),
        ('training.initial_gates="6 V"', ["training.initial_gates", "walls"]),
        ("training.order=markov", ["training.order", "transition"]),
        ("training.order=task-cycle", ["training.order", "period"]),
        ('method.overclamping.max_pulse="2 s"', ["method.overclamping", "pulse", "0.1 s"]),
        ("network.rows=0", ["network.rows", "at least 1"]),
        ("task.sources.V9.node=3", ["V9", "V1"]),
        ("method.hinge=rest", ["method.hinge", "classification"]),
    ],
)
def test_bad_values_get_one_sentence(tmp_path: Path, override_text: str, parts: list[str]) -> None:
    path = write(tmp_path, MINIMAL)
    with pytest.raises(ConfigError) as caught:
        prepare(RunRequest(path, overrides=(override_text,)))
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in parts:
        assert part in sentence


def test_missing_file_and_broken_toml_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml: file not found"):
        load_experiment(tmp_path / "nothing.toml")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_experiment(write(tmp_path, "name = "))
    with pytest.raises(ConfigError, match="task: is missing"):
        load_experiment(write(tmp_path, 'name = "x"'))


@pytest.mark.parametrize(
    ("doses", "part"),
    [
        ("imperfections.adc_noise=2 s", "imperfections.adc_noise: has the wrong unit"),
        ("imperfections.adc_nois=2 mV", "did you mean adc_noise"),
        ("imperfections.adc_noise=-1 mV", "at least 0"),
        ("bench.board.gate_min=6 V", "gate_min must be below gate_max"),
    ],
)
def test_bench_and_doses_are_checked_too(tmp_path: Path, doses: str, part: str) -> None:
    with pytest.raises(ConfigError, match=part):
        prepare(RunRequest(write(tmp_path, MINIMAL), overrides=(doses,)))


def test_unknown_preset_and_bench_kind(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    with pytest.raises(ConfigError, match="presets are ideal, lattice-paper"):
        prepare(RunRequest(path, imperfections="perfect"))
    bench = tmp_path / "bench.toml"
    bench.write_text('kind = "daq"', "utf-8")
    with pytest.raises(ConfigError, match="kind"):
        prepare(RunRequest(path, bench=str(bench)))
    with pytest.raises(ConfigError, match="file not found"):
        prepare(RunRequest(path, bench=str(tmp_path / "none.toml")))


def test_override_reaches_entries_by_name_and_kind_by_table() -> None:
    values = {
        "task": {"sources": [{"name": "V1", "node": 1}]},
        "method": {"kind": "standard", "hinge": "off"},
    }
    override(values, "task.sources.V1.node=7")
    override(values, "method=anti")
    override(values, "training.cycles=12")
    override(values, "name=plain text")
    assert values["task"]["sources"][0]["node"] == 7
    assert values["method"] == {"kind": "anti", "hinge": "off"}
    assert values["training"]["cycles"] == 12
    assert values["name"] == "plain text"


def test_methods_become_rules(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    anti = plan_of(path, "method=anti").method
    assert (anti.clamp.direction, anti.time.timing) == (-1, Timing.FIXED)
    symmetric = plan_of(path, "method=symmetric-overclamping").method
    assert symmetric.clamp.contrast is Contrast.SYMMETRIC
    assert symmetric.time.timing is Timing.PROPORTIONAL
    far = plan_of(path, "method.overclamping.far_label=453.2 mV").method
    assert far.clamp.nudge is Nudge.FAR_LABEL
    assert far.clamp.amplitude_V == pytest.approx(0.4532)
    assert far.hinge is Hinge.OFF


def test_classification_rests_past_its_label() -> None:
    plan = plan_of(EXAMPLES / "circle.toml")
    assert plan.method.hinge is Hinge.REST
    np.testing.assert_allclose(np.abs(plan.task.train.labels), 0.01813)


def test_complement_and_period_of_the_memory_cycle() -> None:
    plan = plan_of(EXAMPLES / "memory-cycle.toml")
    train = plan.task.train.inputs
    np.testing.assert_allclose(train[:, 0] + train[:, 1], 0.4532)
    assert plan.order.half_period_cycles == 1000  # τ/2 = 0.1 s of 100 µs pulses
    assert set(np.diff(plan.rounds)) == {1000}


def test_seed_draws_the_initial_gates(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    first, again, other = (plan_of(path, seed=s).initial_gates_V for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_graph_and_two_edge_networks(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    graph = plan_of(
        path,
        'network={kind="graph", nodes=5, edges=[[0,1],[0,4],[0,2]], '
        'resistors=[{edge=2, resistance="500 ohm"}]}',
    )
    assert graph.task.wiring.network.fixed_resistance == {2: 500.0}
    with pytest.raises(ConfigError, match="joins a node to itself"):
        plan_of(path, 'network={kind="graph", nodes=5, edges=[[0,0]]}')


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"law": "diode", "edges": [1], "ideality": -1}, "board.edge_laws.0.ideality: must be above 0"),
        ({"law": "short"}, "board.edge_laws.0.edges: is missing"),
        (
            {"law": "square-law", "edges": [1], "thresold": 1},
            "board.edge_laws.0.thresold: unknown key; did you mean threshold? "
            "keys here are law, edges, threshold, strength",
        ),
    ],
)
def test_a_mistake_in_an_edge_law_is_told_by_the_key_in_the_file(entry, says):
    with pytest.raises(ConfigError) as caught:
        validate(BenchConfig, {"board": {"edge_laws": [entry]}}, "bench.toml")
    assert says in str(caught.value)
