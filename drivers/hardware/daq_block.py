"""Blocks on a DAQ-timed bench: checked before they begin, written down while they go on."""

from __future__ import annotations

import time

import numpy as np

from protocols.bench import Limits
from protocols.block import BoolArray, CycleBlock, CycleRecord, FloatArray, Snapshots
from protocols.checks import check_block, checked_inputs
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.task import Wiring

SLACK_V = 1e-9  # an input may miss its limit by rounding


class BlockWriter:
    """Keep what happens in a block, cycle by cycle, and when; pace the cycles if they have a period.

    Times are in seconds since `origin_s` of the monotonic clock. Without a period no cycle is ever late.
    """

    def __init__(self, block: CycleBlock, wiring: Wiring, period_s: float, origin_s: float) -> None:
        n, outputs, kept = len(block), len(wiring.outputs), len(block.snapshots)
        network = wiring.network
        self._block = block
        self._period_s, self._origin_s = period_s, origin_s
        self._planned_s = time.monotonic()
        self._free, self._clamped = np.empty((n, outputs)), np.empty((n, outputs))
        self._time, self._start, self._late = np.empty(n), np.empty(n), np.zeros(n)
        self._gates = np.empty((kept, network.n_edges))
        self._nodes = np.empty((kept, network.nodes)), np.empty((kept, network.nodes))
        self._kept = 0

    def begin(self, cycle: int) -> None:
        """Wait until a cycle is due, and note when it began and how late."""
        early_s = self._planned_s - time.monotonic()
        if early_s > 0.0:
            time.sleep(early_s)
        now_s = time.monotonic()
        self._start[cycle] = now_s - self._origin_s
        if self._period_s > 0.0:
            self._late[cycle] = max(now_s - self._planned_s, 0.0)
            self._planned_s = max(self._planned_s, now_s - self._period_s) + self._period_s

    def write(self, cycle: int, free_V: FloatArray, clamped_V: FloatArray, pulse_s: float) -> None:
        """Note outputs (T,) of both copies and the pulse given."""
        self._free[cycle], self._clamped[cycle], self._time[cycle] = free_V, clamped_V, pulse_s

    def keep(self, gates_V: FloatArray, free_V: FloatArray, clamped_V: FloatArray) -> None:
        """Keep the next snapshot: gates (E,) and nodes (N,) of both copies."""
        self._gates[self._kept] = gates_V
        self._nodes[0][self._kept], self._nodes[1][self._kept] = free_V, clamped_V
        self._kept += 1

    def record(self, wrong: BoolArray) -> CycleRecord:
        """Return the record of the whole block."""
        block = self._block
        return CycleRecord(
            first_cycle=block.first_cycle,
            points=block.points,
            free_outputs=self._free,
            clamped_outputs=self._clamped,
            learning_time_s=self._time,
            start_s=self._start,
            lateness_s=self._late,
            wrong=np.array(wrong),
            snapshots=Snapshots(block.first_cycle + block.snapshots, self._gates, *self._nodes),
        )


def check_run(block: CycleBlock, wiring: Wiring, limits: Limits) -> None:
    """Raise ProtocolError unless the bench can run the block: shapes, numbers, limits."""
    check_block(block, wiring, limits)
    check_inputs(block.inputs, wiring, limits)


def check_inputs(inputs_V: FloatArray, wiring: Wiring, limits: Limits) -> FloatArray:
    """Return inputs as (P, S), in volts; raises ProtocolError when they do not fit wiring and limits."""
    inputs = checked_inputs(inputs_V, wiring)
    low, high = limits.node_min_V, limits.node_max_V
    outside = inputs[(inputs < low - SLACK_V) | (inputs > high + SLACK_V)]
    if outside.size:
        raise ProtocolError(
            say(
                "an input of {input_V:.6g} V is outside the bench's {low_V:g}…{high_V:g} V",
                input_V=outside[0],
                low_V=low,
                high_V=high,
            )
        )
    allowed: FloatArray = np.clip(inputs, low, high)
    return allowed
