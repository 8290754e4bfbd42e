"""Training methods from the experiment file: each runs on the simulated bench and does what it is for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from labctl.experiment import Experiment, build_plan, load_experiment, validate
from labctl.experiment.model import MethodKind
from labctl.runs.session import Session
from protocols import ConfigError, Contrast, Limits, Nudge, Timing
from protocols.engine import EngineState, Event
from protocols.plan import Plan
from sim_backend import BenchConfig, Imperfections, SimBench

EXAMPLES, DOCS = (Path(__file__).parents[3] / name for name in ("examples", "docs"))
LIMITS = Limits(0.0, 0.4532, 0.75, 5.03, 0.1, 20_000)
SHORT = ("training.cycles=6000", "record.rounds=3", 'record.spacing="linear"')
AMPLITUDE = 'method.overclamping.amplitude="100 mV"'

METHODS = {
    "standard": ("method=standard",),
    "gain": ("method=standard", "method.standard.eta=5"),
    "symmetric": ("method=symmetric",),
    "dead band": ("method=standard", 'method.standard.dead_band="1 mV"'),
    "label servo": ("method=label-servo",),
    "chopping": ("method=chopping",),
    "overclamping": ("method=overclamping", AMPLITUDE),
    "overclamping, far label": ("method=overclamping", 'method.overclamping.far_label="453 mV"'),
    "symmetric overclamping": ("method=symmetric-overclamping", AMPLITUDE),
    "overclamping, chopped": ("method=overclamping", AMPLITUDE, "method.chop_rounds=1"),
    "symmetric overclamping, chopped": ("method=symmetric-overclamping", AMPLITUDE, "method.chop_rounds=2"),
    "overclamping, dead band": ("method=overclamping", AMPLITUDE, 'method.overclamping.dead_band="0.5 mV"'),
    "overclamping, normalised": ("method=overclamping", AMPLITUDE, "method.overclamping.normalise=true"),
    "gain, chopped": ("method=standard", "method.standard.eta=5", "method.chop_rounds=1"),
    "dead band, chopped": ("method=chopping", 'method.standard.dead_band="1 mV"'),
    "label servo, chopped": ("method=label-servo", "method.chop_rounds=1"),
}


class Watch:
    """Keeps the training error and the gates of every round."""

    def __init__(self) -> None:
        self.errors_V2: list[float] = []
        self.gates_V: list[np.ndarray] = []

    def on_event(self, event: Event, state: EngineState) -> None:
        if event.round is not None and state.progress.train is not None:
            self.errors_V2.append(state.progress.train.mse_V2)
            self.gates_V.append(event.round.gates)


def plan_of(example: str, *overrides: str) -> Plan:
    return build_plan(load_experiment(EXAMPLES / example, overrides).settings, LIMITS, seed=1)


def train(example: str, *overrides: str, imperfections: Imperfections | None = None) -> tuple[Watch, float]:
    """Train on a simulated board; return what was seen, and the learning time in seconds."""
    watch = Watch()
    bench = SimBench(BenchConfig(imperfections=imperfections or Imperfections()), seed=1)
    state = Session(plan_of(example, *overrides), bench, (watch,)).run()
    assert state.outcome == "completed"
    return watch, state.progress.learning_time_s


@pytest.mark.parametrize("name", METHODS)
def test_every_method_learns_the_four_points(name: str) -> None:
    watch, learning_s = train("four-point.toml", *METHODS[name], *SHORT)
    assert watch.errors_V2[-1] < 0.5 * watch.errors_V2[0]
    assert 0 < learning_s <= 6000 * 100e-6 + 1e-9


def test_anti_clamping_unlearns_what_was_learnt() -> None:
    watch, _ = train("four-point.toml", "method=anti", *SHORT)
    assert watch.errors_V2[-1] > 2 * watch.errors_V2[0]


def test_what_takes_the_bias_away_takes_the_floor_away() -> None:
    """A two-edge board, two tasks in turn, its bias as measured: error and drift at the end, by method."""
    bias = Imperfections(bias_mean="3 V/s")
    setting = (
        *SHORT,
        'training.order={ kind = "sequential" }',
        "training.cycles=20000",
        'method.overclamping.max_pulse="100 us"',
    )

    def ends(*method: str) -> float:
        watch, _ = train("two-edge-cycle.toml", *method, *setting, imperfections=bias)
        return watch.errors_V2[-1]

    standard = ends("method=standard")
    assert standard > 1e-6
    assert ends("method=chopping") < standard / 20
    assert ends("method=overclamping", AMPLITUDE) < standard / 100
    assert ends("method=symmetric-overclamping", AMPLITUDE) < standard / 100
    assert ends("method=standard", "method.standard.eta=5") < standard / 10


def test_learning_stops_where_the_error_does() -> None:
    every = [train("four-point.toml", *METHODS[n], *SHORT)[1] for n in ("standard", "symmetric overclamping")]
    assert every[0] == pytest.approx(0.6)
    assert every[1] < 0.2 * every[0]


def test_the_rules_a_file_asks_for() -> None:
    symmetric = plan_of("four-point.toml", *METHODS["symmetric overclamping, chopped"]).method
    assert (symmetric.clamp.nudge, symmetric.clamp.contrast) == (Nudge.CONSTANT, Contrast.SYMMETRIC)
    assert (symmetric.time.timing, symmetric.chop_cycles) == (Timing.PROPORTIONAL, 8)
    gain = plan_of("four-point.toml", *METHODS["gain, chopped"]).method
    assert (gain.clamp.eta, gain.time.timing, gain.chop_cycles) == (5, Timing.FIXED, 4)
    servo = plan_of("four-point.toml", *METHODS["label servo, chopped"]).method
    assert servo.servo is not None
    assert servo.chop_cycles == 4


DOCUMENTED = re.findall(r"```toml\n(.*?)```", (DOCS / "methods.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("written", DOCUMENTED, ids=lambda t: t.split('kind = "')[1].split('"')[0])
def test_what_the_page_on_methods_says_to_write_is_understood(written: str) -> None:
    values = {**load_experiment(EXAMPLES / "four-point.toml").values, **tomllib.loads(written)}
    method = build_plan(validate(Experiment, values, "methods.md"), LIMITS, seed=0).method
    assert method.name == values["method"]["kind"]


def test_the_page_on_methods_has_every_kind() -> None:
    kinds = {tomllib.loads(text)["method"]["kind"] for text in DOCUMENTED}
    assert kinds == {str(kind) for kind in MethodKind}


@pytest.mark.parametrize(
    ("example", "overrides", "says"),
    [
        ("circle.toml", ("method=label-servo",), "label servo needs a task without a hinge"),
        ("four-point.toml", ("method.hinge=rest",), "a hinge needs a classification task"),
        ("four-point.toml", ("method.chop_rounds=-1",), "method.chop_rounds"),
        ("four-point.toml", ("method=standard", "method.standard.eta=0"), "method.standard.eta"),
        ("four-point.toml", ('method.overclamping.max_pulse="1 s"',), "longest learning pulse"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    example: str, overrides: tuple[str, ...], says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        plan_of(example, *overrides)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("half", "fits"), [(2, False), (6, False), (1, True), (4, True), (3, True), (1000, True)]
)
def test_chopping_must_not_be_in_step_with_the_task_cycle(half: int, fits: bool) -> None:
    """With two points the roles change every 2 cycles; in turns of 2 each task would always meet the same."""
    order = f'training.order={{ kind = "task-cycle", period_cycles = {2 * half} }}'
    cycles = ("method=chopping", order, "training.cycles=4000", "record.rounds=3")
    if fits:
        assert plan_of("memory-cycle.toml", *cycles).method.chop_cycles == 2
        return
    with pytest.raises(ConfigError, match="in step with the task cycle"):
        plan_of("memory-cycle.toml", *cycles)
