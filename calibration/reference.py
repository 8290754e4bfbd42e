"""What volts are: the bench's multimeter where it measures a node, else the node readings themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.board_under_test import BoardUnderTest
from calibration.linear_fit import LineFit, fit_line
from protocols.bench import Metered
from protocols.block import FloatArray
from protocols.messages import say

LEVELS = 40


@dataclass(frozen=True)
class Reference:
    """How node readings tell volts: reading = gain·V + offset, as one converter reads all nodes in turn.

    line is None when nothing but the readings themselves tells volts; node is the metered one.
    """

    line: LineFit | None = None
    node: int = -1

    def volts(self, readings_V: FloatArray) -> FloatArray:
        """Return the voltages behind node readings."""
        if self.line is None:
            return readings_V
        voltages: FloatArray = (readings_V - self.line.offset) / self.line.gain
        return voltages

    def widened(self, fitted: LineFit) -> LineFit:
        """Return a line fitted against this reference with the reference's own uncertainty in it."""
        if self.line is None:
            return fitted
        gain_u, offset_u = self.line.gain_u, self.line.offset_u
        return fitted._replace(
            gain_u=float(np.hypot(fitted.gain_u, gain_u)),
            offset_u=float(np.hypot(fitted.offset_u, offset_u)),
        )

    def words(self, loop_back: str) -> str:
        """Return what a record says of its method; `loop_back`: what is done without a meter."""
        if self.line is None:
            return f"loop-back: {loop_back}, straight line"
        return f"multimeter at node {self.node} as reference of the node readings: {loop_back}, straight line"

    def conditions(self) -> dict[str, float | int | str]:
        """Return what the meter said of the node readings, for the record."""
        if self.line is None:
            return {}
        return {
            "meter_node": self.node,
            "node_reading_gain_error": self.line.gain - 1.0,
            "node_reading_offset_V": self.line.offset,
        }


def reference_of(board: BoardUnderTest) -> Reference:
    """Compare the node readings with the multimeter, if there is one across a node.

    All sources stand at one level after another, so that no current flows and the metered node follows
    wherever it is.
    """
    bench = board.bench
    node = bench.metered_node() if isinstance(bench, Metered) else None
    if node is None or not isinstance(bench, Metered):
        return Reference()
    levels = np.linspace(0.04, 0.96, LEVELS) * board.limits.node_max_V
    board.set_gates(3.0)
    metered, read = [], []
    for k, level in enumerate(levels):
        board.told(say("multimeter at node {node}", node=node), k, LEVELS)
        row = np.full((1, len(board.wiring.sources)), level)
        read.append(float(board.read_nodes(row).free[0, node]))
        volts = bench.meter_reading()
        if volts is None:
            return Reference()
        metered.append(volts)
    return Reference(fit_line(np.array(metered), np.array(read)), node)
