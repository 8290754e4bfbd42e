"""The task table of an experiment file: sources, outputs and data."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from protocols.messages import say
from protocols.tables import Table
from protocols.task import TaskKind
from protocols.units import Volt, parse_quantity


def _column(value: Any) -> Any:
    """Read a column of voltages: a list of quantities, or numbers with one unit."""
    if isinstance(value, dict):
        unknown = set(value) - {"values", "unit"}
        if unknown or set(value) != {"values", "unit"}:
            raise ValueError(say('write a list of voltages, or { values = [1, 2], unit = "mV" }'))
        scale = parse_quantity(f"1 {value['unit']}", "V")
        numbers = value["values"]
        if not isinstance(numbers, list) or any(isinstance(x, bool | str) for x in numbers):
            raise ValueError(say("values must be a list of plain numbers"))
        return [float(x) * scale for x in numbers]
    if not isinstance(value, list):
        raise ValueError(say('write a list of voltages, or { values = [1, 2], unit = "mV" }'))
    return [parse_quantity(x, "V") for x in value]


ValueColumn = Annotated[
    list[float], BeforeValidator(_column, json_schema_input_type=list[str] | dict[str, str])
]


class SourceSettings(Table):
    """A driven node: a rail with a constant voltage, an input, or the complement of another input."""

    name: str = Field(min_length=1)
    node: int = Field(ge=0)
    voltage: Volt | None = None
    complement_of: str | None = Field(None, description="drives full scale minus that input")

    @model_validator(mode="after")
    def _one_meaning(self) -> SourceSettings:
        if self.voltage is not None and self.complement_of is not None:
            raise ValueError(say("a source has either a voltage or a complement_of, not both"))
        return self


class OutputSettings(Table):
    """A reading: V(node), or V(positive) − V(negative)."""

    name: str = Field("O", min_length=1)
    node: int | None = Field(None, ge=0)
    positive: int | None = Field(None, ge=0)
    negative: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _single_or_differential(self) -> OutputSettings:
        single = self.node is not None and self.positive is None and self.negative is None
        differential = self.node is None and self.positive is not None and self.negative is not None
        if not (single or differential):
            raise ValueError(say("give either node, or both positive and negative"))
        return self


class CircleSettings(Table):
    """Points spread evenly on a circle in the plane of two inputs."""

    x: str
    y: str
    diameter: Volt = Field(gt=0)
    centre: Volt = Field(0.2266, ge=0)
    points: int = Field(8, ge=1)


class DataSettings(Table):
    """Data points: a column per input and per output, or points on a circle with classes."""

    inputs: dict[str, ValueColumn] = Field({})
    labels: dict[str, ValueColumn] = Field({})
    classes: list[Annotated[int, Field(ge=0, le=1)]] = Field([])
    groups: list[Annotated[int, Field(ge=0)]] = Field([])
    circle: CircleSettings | None = None


class TaskSettings(Table):
    """What the network should learn, and where it is wired."""

    kind: TaskKind = TaskKind.REGRESSION
    sources: list[SourceSettings] = Field(min_length=1)
    outputs: list[OutputSettings] = Field(min_length=1)
    label: Volt | None = Field(None, gt=0, description="classes 0 and 1 mean −label and +label")
    margin: Volt = Field(0.0, ge=0, description="|output| that is far enough; 0 means the label itself")
    train: DataSettings
    test: DataSettings | None = None

    @model_validator(mode="after")
    def _names_differ(self) -> TaskSettings:
        for kind, names in (("sources", self.sources), ("outputs", self.outputs)):
            if len({x.name for x in names}) != len(names):
                raise ValueError(say("two {kind} have the same name", kind=kind))
        if self.kind is TaskKind.CLASSIFICATION and self.label is None:
            raise ValueError(say("a classification task needs a label voltage"))
        return self
