"""CycleBlock and CycleRecord: the unit of real time (DESIGN §3.1).

The engine hands a bench a block of training cycles as arrays and gets a record of arrays back.
Whoever runs the block, a compiled loop, a sample clock or a controller board, decides how to be
in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.method import Method

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def _empty() -> IntArray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class CycleBlock:
    """n training cycles, frozen: everything a bench must know to run them.

    points (n,) data point of each cycle; inputs (n, S) and labels (n, T) in volts; margins (P, T) in
    volts, the |output| beyond which an output of that data point rests when the method has a hinge; wrong
    (P,) which data points were not yet right when the block starts (for normalised learning times);
    snapshots: cycles of the block after whose pulse gates and node voltages are kept.
    Raises ProtocolError when the shapes do not agree.
    """

    first_cycle: int
    points: IntArray
    inputs: FloatArray
    labels: FloatArray
    method: Method
    margins: FloatArray
    wrong: BoolArray
    snapshots: IntArray = field(default_factory=_empty)

    def __post_init__(self) -> None:
        n = len(self.points)
        if n == 0:
            raise ProtocolError(say("a block needs at least one cycle"))
        if len(self.inputs) != n or len(self.labels) != n:
            raise ProtocolError(
                say(
                    "block of {cycles} cycles has {inputs} inputs, {labels} labels",
                    cycles=n,
                    inputs=len(self.inputs),
                    labels=len(self.labels),
                )
            )
        if (
            self.points.min() < 0
            or self.points.max() >= len(self.wrong)
            or len(self.margins) != len(self.wrong)
        ):
            raise ProtocolError(say("a cycle names a data point that has no margin or no wrong flag"))
        if self.snapshots.size and (self.snapshots.min() < 0 or self.snapshots.max() >= n):
            raise ProtocolError(say("a snapshot cycle lies outside the block"))
        if np.any(np.diff(self.snapshots) <= 0):
            raise ProtocolError(say("snapshot cycles must rise"))
        for name in ("points", "inputs", "labels", "margins", "wrong", "snapshots"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.points)

    def part(self, start: int, stop: int) -> CycleBlock:
        """Return cycles start to stop − 1 as a block of their own, with what is known before the whole."""
        if start == 0 and stop == len(self):
            return self
        kept = self.snapshots[(self.snapshots >= start) & (self.snapshots < stop)]
        return replace(
            self,
            first_cycle=self.first_cycle + start,
            points=self.points[start:stop],
            inputs=self.inputs[start:stop],
            labels=self.labels[start:stop],
            snapshots=kept - start,
        )


@dataclass(frozen=True, eq=False)
class Snapshots:
    """States kept inside a block: cycles (k,), gates (k, E), nodes of both copies (k, N), in volts."""

    cycles: IntArray
    gates: FloatArray
    free_nodes: FloatArray
    clamped_nodes: FloatArray


@dataclass(frozen=True, eq=False)
class CycleRecord:
    """What a bench did with a block.

    points (n,) data point of each cycle, as asked for; free_outputs and clamped_outputs (n, T) in
    volts as read; learning_time_s (n,) as given; start_s (n,) of each cycle on the bench's clock and
    lateness_s (n,) against the plan; wrong (P,) at the end of the block.
    """

    first_cycle: int
    points: IntArray
    free_outputs: FloatArray
    clamped_outputs: FloatArray
    learning_time_s: FloatArray
    start_s: FloatArray
    lateness_s: FloatArray
    wrong: BoolArray
    snapshots: Snapshots

    def __len__(self) -> int:
        return len(self.learning_time_s)


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy that cannot be written to: whoever made the array may go on using it."""
    copy = np.array(array)
    copy.setflags(write=False)
    return copy
