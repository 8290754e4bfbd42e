"""Tasks: which nodes are driven, which are read, and what the readings should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocols.block import frozen
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.network import Network


class TaskKind(StrEnum):
    """What a task asks for: values on a curve, a side of a margin, or a response at a distance."""

    REGRESSION = "regression"
    CLASSIFICATION = "classification"
    ALLOSTERY = "allostery"


@dataclass(frozen=True)
class Source:
    """A node driven in both copies; a rail has one voltage for every data point."""

    node: int
    name: str
    rail_V: float | None = None


@dataclass(frozen=True)
class Output:
    """A reading O = V(positive) − V(negative), or V(positive) alone when single-ended."""

    name: str
    positive: int
    negative: int | None = None

    @property
    def nodes(self) -> tuple[int, ...]:
        """Return the target nodes this output uses."""
        return (self.positive,) if self.negative is None else (self.positive, self.negative)


@dataclass(frozen=True)
class Wiring:
    """The board as a technician wires it for one task.

    Raises ConfigError when a node is missing, used twice as a source, or both source and target,
    and when a target cannot be reached from any source.
    """

    network: Network
    sources: tuple[Source, ...]
    outputs: tuple[Output, ...]

    def __post_init__(self) -> None:
        source_nodes = [s.node for s in self.sources]
        for s in self.sources:
            _check_node(self.network, s.node, f"sources.{s.name}")
        if len(set(source_nodes)) != len(source_nodes):
            raise ConfigError(say("two sources drive the same node"), key="sources", value=source_nodes)
        if not self.sources:
            raise ConfigError(say("a task needs at least one source"), key="sources")
        if not self.outputs:
            raise ConfigError(say("a task needs at least one output"), key="outputs")
        for o in self.outputs:
            for node in o.nodes:
                _check_node(self.network, node, f"outputs.{o.name}")
                if node in source_nodes:
                    raise ConfigError(
                        say("target node is also a source"),
                        key=f"outputs.{o.name}",
                        value=node,
                        allowed=say("choose a node that no source drives"),
                    )
        targets = self.target_nodes
        if len(set(targets)) != len(targets):
            raise ConfigError(say("two outputs share a target node"), key="outputs", value=list(targets))
        floating = set(self.network.unreachable(source_nodes)) & set(targets)
        if floating:
            raise ConfigError(
                say("no edges join this target to any source"), key="outputs", value=min(floating)
            )

    @property
    def source_nodes(self) -> tuple[int, ...]:
        """Return the driven node of each source, in order."""
        return tuple(s.node for s in self.sources)

    @property
    def target_nodes(self) -> tuple[int, ...]:
        """Return every target node: positive (then negative) of each output, in order."""
        return tuple(node for o in self.outputs for node in o.nodes)

    def output_matrix(self) -> NDArray[np.float64]:
        """Return the matrix that turns target-node voltages into outputs, shape (T, targets)."""
        matrix = np.zeros((len(self.outputs), len(self.target_nodes)))
        column = 0
        for row, o in enumerate(self.outputs):
            matrix[row, column] = 1.0
            column += 1
            if o.negative is not None:
                matrix[row, column] = -1.0
                column += 1
        return matrix


@dataclass(frozen=True, eq=False)
class DataSet:
    """Data points: inputs (P, S) and labels (P, T) in volts; classes and groups (P,) if any."""

    inputs: NDArray[np.float64]
    labels: NDArray[np.float64]
    classes: NDArray[np.int64] | None = None
    groups: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        inputs = np.atleast_2d(np.asarray(self.inputs, dtype=float))
        labels = np.atleast_2d(np.asarray(self.labels, dtype=float))
        if inputs.ndim != 2 or labels.ndim != 2:
            raise ConfigError(say("inputs and labels are tables: one row per data point"), key="inputs")
        if labels.size == 0 or inputs.size == 0:
            raise ConfigError(
                say("the data set is empty"),
                key="inputs",
                allowed=say("give at least one data point with a label"),
            )
        if len(labels) != len(inputs):
            raise ConfigError(
                say("inputs and labels differ in length"), key="labels", value=[len(inputs), len(labels)]
            )
        object.__setattr__(self, "inputs", frozen(inputs))
        object.__setattr__(self, "labels", frozen(labels))
        groups = self.groups if len(self.groups) else np.zeros(len(inputs), dtype=np.int64)
        object.__setattr__(self, "groups", frozen(np.asarray(groups, dtype=np.int64)))
        if self.classes is not None:
            object.__setattr__(self, "classes", frozen(np.asarray(self.classes, dtype=np.int64)))
            if len(self.classes) != len(inputs):
                raise ConfigError(
                    say("one class per data point is needed"), key="classes", value=len(self.classes)
                )
        if len(self.groups) != len(inputs):
            raise ConfigError(say("one group per data point is needed"), key="groups", value=len(self.groups))

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Task:
    """A wiring with the data to learn and, if given, data to test on.

    `margin_V` is the output a classified point must pass on its label's side to count as right.
    Raises ConfigError for shapes that do not fit the wiring.
    """

    kind: TaskKind
    wiring: Wiring
    train: DataSet
    test: DataSet | None = None
    margin_V: float = 0.0

    def __post_init__(self) -> None:
        for name, data in (("train", self.train), ("test", self.test)):
            if data is None:
                continue
            sources, outputs = len(self.wiring.sources), len(self.wiring.outputs)
            if data.inputs.shape[1] != sources:
                raise ConfigError(
                    say("{sources} inputs per point needed", sources=sources),
                    key=name,
                    value=data.inputs.shape[1],
                )
            if data.labels.shape[1] != outputs:
                raise ConfigError(
                    say("{outputs} labels per point needed", outputs=outputs),
                    key=name,
                    value=data.labels.shape[1],
                )
            if self.kind is TaskKind.CLASSIFICATION and data.classes is None:
                raise ConfigError(say("a classification task needs a class for each point"), key=name)

    def check_range(self, low_V: float, high_V: float) -> None:
        """Raise ConfigError when an input or label lies outside the board's node range, in volts."""
        for name, data in (("train", self.train), ("test", self.test)):
            if data is None:
                continue
            for column, source in enumerate(self.wiring.sources):
                _check_values(f"{name}.inputs.{source.name}", data.inputs[:, column], low_V, high_V)
            for column, output in enumerate(self.wiring.outputs):
                low = low_V if output.negative is None else low_V - high_V
                high = high_V if output.negative is None else high_V - low_V
                _check_values(f"{name}.labels.{output.name}", data.labels[:, column], low, high)


def circle_points(
    diameter_V: float, count: int, centre_V: Sequence[float] = (0.2266, 0.2266), phase_rad: float = 0.0
) -> NDArray[np.float64]:
    """Place `count` points evenly on a circle in the plane of two inputs, in volts, shape (count, 2).

    The points run clockwise from (centre + radius, centre), as in the published Fig. 5 runs.
    """
    angle = phase_rad + 2 * np.pi * np.arange(count) / count
    offsets = np.column_stack([np.cos(angle), -np.sin(angle)])
    points: NDArray[np.float64] = np.asarray(centre_V, dtype=float) + 0.5 * diameter_V * offsets
    return points


def class_labels(classes: ArrayLike, label_V: float) -> NDArray[np.float64]:
    """Turn classes 0 and 1 into differential labels −label and +label, in volts, shape (P, 1)."""
    values = np.asarray(classes)
    if not np.isin(values, (0, 1)).all():
        raise ConfigError(say("a class is 0 or 1"), key="classes", value=values.tolist())
    return np.where(values == 1, label_V, -label_V)[:, None].astype(float)


def _check_node(network: Network, node: int, key: str) -> None:
    if not 0 <= node < network.nodes:
        raise ConfigError(
            say("no such node"),
            key=key,
            value=node,
            allowed=say("nodes are 0 to {nodes}", nodes=network.nodes - 1),
        )


def _check_values(key: str, values: NDArray[np.float64], low_V: float, high_V: float) -> None:
    slack = 1e-9
    bad = values[~((values >= low_V - slack) & (values <= high_V + slack))]
    if bad.size:
        raise ConfigError(
            say("a voltage lies outside the board's range"),
            key=key,
            value=f"{1e3 * bad[0]:g} mV",
            allowed=say(
                "the board takes {low_mV:g} to {high_mV:g} mV here",
                low_mV=1e3 * low_V,
                high_mV=1e3 * high_V,
            ),
        )
