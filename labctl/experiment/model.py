"""The experiment file as a schema: every key, its unit and its default."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from labctl.experiment.tasks import TaskSettings
from protocols.messages import say
from protocols.order import OrderKind
from protocols.plan import Spacing
from protocols.tables import Table
from protocols.units import Ohm, PerSecond, Ratio, Second, Volt


class LatticeSettings(Table):
    """A rectangular lattice; node = columns·row + column."""

    kind: Literal["lattice"] = "lattice"
    rows: int = Field(4, ge=1, le=1000)
    columns: int = Field(4, ge=1, le=1000)
    periodic: bool = True


class TwoEdgeSettings(Table):
    """The two-edge board: node 0 output, 1 rail V₋, 2 rail V₊, 3 input."""

    kind: Literal["two-edge"]
    input_resistance: Ohm = Field(500.0, gt=0)


class ResistorSettings(Table):
    """An edge, by number, that is a fixed resistor instead of a transistor."""

    edge: int = Field(ge=0)
    resistance: Ohm = Field(gt=0)


class GraphSettings(Table):
    """Any graph: node count, edges as pairs of nodes, some of them fixed resistors."""

    kind: Literal["graph"]
    nodes: int = Field(ge=2)
    edges: list[tuple[int, int]] = Field(min_length=1)
    resistors: list[ResistorSettings] = Field([])
    positions: list[tuple[float, float]] = Field([])


def _lattice_by_default(value: Any) -> Any:
    return {"kind": "lattice", **value} if isinstance(value, dict) else value


NetworkSettings = Annotated[
    LatticeSettings | TwoEdgeSettings | GraphSettings,
    Field(discriminator="kind"),
    BeforeValidator(_lattice_by_default),
]


class MethodKind(StrEnum):
    """Training methods by name (DESIGN §2.4)."""

    STANDARD = "standard"
    ANTI = "anti"
    SYMMETRIC = "symmetric"
    OVERCLAMPING = "overclamping"
    SYMMETRIC_OVERCLAMPING = "symmetric-overclamping"
    LABEL_SERVO = "label-servo"
    CHOPPING = "chopping"


class StandardSettings(Table):
    """Proportional nudge O + η(L − O) with a fixed learning time (standard, anti, symmetric)."""

    eta: Ratio = Field(128 / 129, gt=0)
    pulse: Second = Field(100e-6, gt=0)
    dead_band: Volt = Field(0.0, ge=0)


class OverclampingSettings(Table):
    """A nudge that does not shrink with the error, and a learning time that does.

    Either a constant `amplitude`, or the published circuit: η toward a `far_label` beyond the label.
    The pulse is `pulse` at an error of `reference_error`, in proportion to the error, at most `max_pulse`,
    rounded to multiples of `pulse_step`.
    """

    amplitude: Volt = Field(0.1, gt=0)
    far_label: Volt | None = None
    eta: Ratio = Field(32 / 129, gt=0)
    pulse: Second = Field(100e-6, gt=0)
    reference_error: Volt = Field(0.02, gt=0)
    max_pulse: Second = Field(400e-6, gt=0)
    pulse_step: Second = Field(0.0, ge=0)
    normalise: bool = Field(False, description="divide by the number of data points still wrong")
    dead_band: Volt = Field(0.0, ge=0)


class ServoSettings(Table):
    """A label servo: each label is shifted by z, z′ = gain·error, until its output is right."""

    gain: PerSecond = Field(50.0, gt=0, description="per second of the data point's learning time")
    limit: Volt = Field(0.1, gt=0, description="a label is not shifted further than this")
    interval_cycles: int = Field(100, ge=1, description="shifts are renewed at least this often")


class MethodSettings(Table):
    """The training method: `kind` chooses; the tables keep the settings of both families.

    Chopping goes with any kind: `chop_rounds` says after how many rounds through the data points the
    copies change roles (0: never, but 1 for the kind "chopping").
    """

    kind: MethodKind = MethodKind.OVERCLAMPING
    hinge: Literal["auto", "off", "rest", "unclamp"] = "auto"
    tolerance: Volt = Field(1e-3, gt=0, description="an output this close to its label counts as right")
    standard: StandardSettings = StandardSettings()
    overclamping: OverclampingSettings = OverclampingSettings()
    servo: ServoSettings = ServoSettings()
    chop_rounds: int | None = Field(None, ge=0)


class OrderSettings(Table):
    """The order of the data points; `order = "random"` is short for `{ kind = "random" }`."""

    kind: OrderKind = OrderKind.SEQUENTIAL
    transition: list[list[float]] | None = None
    period: Second | None = Field(None, gt=0, description="τ of a task cycle, in learning time")
    period_cycles: int | None = Field(None, ge=2, description="τ of a task cycle, in cycles")

    @model_validator(mode="after")
    def _fits_kind(self) -> OrderSettings:
        cycle = self.kind is OrderKind.TASK_CYCLE
        given = [self.period is not None, self.period_cycles is not None]
        if cycle and sum(given) != 1:
            raise ValueError(say("a task cycle needs either period or period_cycles"))
        if not cycle and any(given):
            raise ValueError(say("period has no meaning for the order {kind}", kind=self.kind))
        if (self.kind is OrderKind.MARKOV) != (self.transition is not None):
            raise ValueError(say("a Markov order, and only it, needs a transition matrix"))
        return self


def _order_by_name(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class NoiseSettings(Table):
    """Noise added on purpose to inputs (rails excepted) and labels, standard deviations."""

    inputs: Volt = Field(0.0, ge=0)
    labels: Volt = Field(0.0, ge=0)


class TrainingSettings(Table):
    """How long, in which order, from which gates."""

    cycles: int = Field(200_000, ge=1)
    order: Annotated[OrderSettings, BeforeValidator(_order_by_name)] = OrderSettings()
    initial_gates: Volt = Field(2.15, ge=0)
    gate_spread: Volt = Field(0.05, ge=0, description="gates start evenly within ± this, drawn by the seed")
    noise: NoiseSettings = NoiseSettings()
    stop_below: Volt = Field(0.0, ge=0, description="end once the rms training error is below this")
    stop_after_perfect_rounds: int = Field(0, ge=0, description="0: train all cycles")


class RecordSettings(Table):
    """What is kept: single cycles, and measurement rounds with all gates and node voltages.

    Outputs and learning time are kept of every cycle of a run of up to `cycle_rows`, and of every n-th of a
    longer one. Gates and nodes are kept at each round and at the end of the pulse just before it.
    """

    rounds: int = Field(100, ge=2)
    spacing: Spacing = Spacing.LOG
    cycle_rows: int = Field(
        10_000_000, ge=1, description="at most this many single cycles are kept, evenly spread"
    )


class Experiment(Table):
    """One training session, independent of the bench it runs on."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w .()+-]+$")
    description: str = ""
    network: NetworkSettings = LatticeSettings()
    task: TaskSettings
    method: MethodSettings = MethodSettings()
    training: TrainingSettings = TrainingSettings()
    record: RecordSettings = RecordSettings()
