"""One group of boards in step: their arrays with the boards as last axis, filled from their plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocols.block import BoolArray, CycleBlock, FloatArray
from protocols.errors import InstrumentError
from protocols.messages import say
from protocols.method import Contrast
from sim_backend.lane_alone import finish_part
from sim_backend.plant.cycle_arrays import NoiseDraws
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.lane_arrays import (
    LaneConverters,
    LaneDrift,
    LaneEdges,
    LaneMemory,
    LaneNudged,
    LaneTrace,
    NudgeScratch,
    PulseScratch,
)
from sim_backend.plant.lane_cycle import run_lanes
from sim_backend.plant.lanes import LANES, LaneDevices, LaneScratch
from sim_backend.plant.newton import EXTRA_SLOTS, NO_FACTORS
from sim_backend.simulation import Plant, output_scratch, room_for_noise, rule_of


@dataclass(frozen=True, eq=False)
class EnsembleRecord:
    """What a block did on every board.

    Free outputs as read and clamped outputs (B, n, T) in volts, learning time and lateness (B, n) in
    seconds, and which data points are wrong (B, P).
    """

    free_outputs: FloatArray
    clamped_outputs: FloatArray
    learning_time_s: FloatArray
    lateness_s: FloatArray
    wrong: BoolArray

    @classmethod
    def room(cls, boards: int, cycles: int, outputs: int, points: int) -> EnsembleRecord:
        """Return room for a block; in memory a cycle's boards are neighbours, as they are written."""

        def by_cycle(*more: int) -> FloatArray:
            return np.empty((cycles, boards, *more)).swapaxes(0, 1)

        wrong = np.empty((boards, points), dtype=np.bool_)
        return cls(by_cycle(outputs), by_cycle(outputs), by_cycle(), by_cycle(), wrong)


class LaneGroup:
    """Up to LANES alike boards; a group that is not full runs its last board several times over."""

    def __init__(self, boards: Sequence[int], plants: Sequence[Plant]) -> None:
        self.boards = list(boards)
        self.plants = list(plants)
        filled = [*plants, *[plants[-1]] * (LANES - len(plants))]
        self._filled = filled
        first = filled[0]
        self.circuit, self.ports = first.circuit, first.ports
        self.free = _lane_devices([p.board.free for p in filled])
        self.clamped = _lane_devices([p.board.clamped for p in filled])
        self.edges = LaneEdges._make(
            _last_axis([p.board.edges[i] for p in filled]) for i in range(len(LaneEdges._fields))
        )
        self.converters = LaneConverters._make(
            np.array([p.board.converters[i] for p in filled]) for i in range(len(LaneConverters._fields))
        )
        self.drift = LaneDrift(
            amplitude=np.array([p.drift.amplitude for p in filled]),
            period=np.array([p.drift.period for p in filled]),
            phase=np.array([p.drift.phase for p in filled]),
            free=_last_axis([p.drift.free for p in filled]),
            clamped=_last_axis([p.drift.clamped for p in filled]),
        )
        self.gates = np.zeros((len(first.gates), LANES))
        self.clock = np.zeros(LANES)
        self.memory = self._memory(0)
        self.scratch = _lane_scratch(len(self.circuit.order))
        self.pulse = _pulse_scratch(len(self.gates), first.wiring.network.nodes)
        self.quickest = max(float(self.edges.rate.max()), 1e-300)
        self.noise: NoiseDraws | None = (
            None  # kept from block to block: fresh memory costs more than the numbers
        )
        self.noise_for = 0, 0
        self.load_gates()

    def load_gates(self) -> None:
        """Take the gates of the plants over."""
        for lane, plant in enumerate(self._filled):
            self.gates[:, lane] = plant.gates

    def store_gates(self) -> None:
        """Give the gates back to the plants."""
        for lane, plant in enumerate(self.plants):
            plant.gates[:] = self.gates[:, lane]

    def run(self, block: CycleBlock, record: EnsembleRecord) -> None:
        """Run a block and write this group's rows of the record. Raises InstrumentError."""
        first, points, outputs = self._filled[0], len(block.wrong), block.labels.shape[1]
        if points > len(self.memory.visited):
            self.memory = self._memory(points)
        boards = np.array([*self.boards, *[self.boards[-1]] * (LANES - len(self.boards))])
        targets = len(self.ports.target)
        wrong = np.array([block.wrong] * LANES, dtype=np.bool_)
        trace = LaneTrace(
            boards,
            record.free_outputs.swapaxes(0, 1),
            record.clamped_outputs.swapaxes(0, 1),
            record.learning_time_s.swapaxes(0, 1),
            record.lateness_s.swapaxes(0, 1),
        )
        scratch = NudgeScratch(first.nudged(block.method), output_scratch(targets, outputs))
        nudged = LaneNudged(
            node=self.ports.target,
            base=_room(targets),
            toward=_room(targets),
            away=_room(targets),
            follow_gain=_room(targets),
            sign=self.ports.sign,
            output=self.ports.output,
            output_start=_room(outputs),
            output_now=_room(outputs),
            follows=scratch.nudged.follows,
            symmetric=block.method.clamp.contrast is Contrast.SYMMETRIC,
            low=scratch.nudged.low,
            high=scratch.nudged.high,
        )
        at = np.zeros(2, dtype=np.int64)
        work = (
            self.circuit,
            self.ports,
            self.free,
            self.clamped,
            self.edges,
            self.converters,
            self.drift,
            rule_of(block.method),
            bool(np.any(self.edges.growth != 0.0)),
            bool(np.any(self.edges.charge != 0.0)),
            bool(np.any(self.converters.overhead > 0.0)),
            self.quickest,
            self.gates,
            self.memory,
            np.array(block.points, dtype=np.int64),
            np.array(block.inputs, dtype=float),
            np.array(block.labels, dtype=float),
            np.array(block.margins, dtype=float),
            wrong,
            wrong.sum(axis=1).astype(np.int64),
            self.clock,
            nudged,
            self.scratch,
            self.pulse,
            scratch,
            trace,
            self._draw(len(block), targets),
            at,
        )
        while not run_lanes(*work):
            if not finish_part(self, int(block.points[at[0]]), int(at[1]), nudged, scratch.nudged):
                raise InstrumentError(
                    "plant",
                    say(
                        "voltages did not settle in cycle {first_cycle}",
                        first_cycle=block.first_cycle + at[0],
                    ),
                )
        for lane, board in enumerate(self.boards):
            record.wrong[board] = wrong[lane]

    def _draw(self, cycles: int, targets: int) -> NoiseDraws:
        """Draw the noise of a block, every board from its own streams."""
        if self.noise is None or self.noise_for != (cycles, targets):
            self.noise = room_for_noise(self.plants[0].board, cycles, targets, LANES)
            self.noise_for = cycles, targets
        for lane, plant in enumerate(self.plants):
            plant.draws.draw(plant.board, NoiseDraws(*(room[lane] for room in self.noise)))
        for room in self.noise:
            room[len(self.plants) :] = room[len(self.plants) - 1]
        return self.noise

    def _memory(self, points: int) -> LaneMemory:
        nodes = self._filled[0].wiring.network.nodes
        free = np.zeros((points, nodes, LANES))
        free[:, self.circuit.order] = 0.5 * self._filled[0].config.board.node_max
        slots = len(self.circuit.column) + EXTRA_SLOTS
        factors = [np.zeros((points, slots, LANES)) for _ in range(2)]
        for lu in factors:
            lu[:, -1] = NO_FACTORS
        moves = [np.zeros_like(free) for _ in range(4)]
        pulses = [np.zeros((points, rows, LANES)) for rows in (len(self.gates), len(self.gates), 2)]
        visited = np.zeros(points, dtype=np.bool_)
        return LaneMemory._make([free, np.zeros_like(free), *factors, *moves, *pulses, visited])


def _lane_devices(devices: Sequence[Devices]) -> LaneDevices:
    return LaneDevices(
        devices[0].kind.copy(),
        _last_axis([d.threshold for d in devices]),
        _last_axis([d.strength for d in devices]),
    )


def _last_axis(values: Sequence[Any]) -> NDArray[np.float64]:
    return np.ascontiguousarray(np.stack([np.asarray(v, dtype=float) for v in values], axis=-1))


def _lane_scratch(unknowns: int) -> LaneScratch:
    vectors = [np.zeros(LANES) for _ in range(10)]
    return LaneScratch._make([_room(unknowns + 1), _room(unknowns), *vectors])


def _pulse_scratch(edges: int, nodes: int) -> PulseScratch:
    by_edge = [_room(edges) for _ in range(3)]
    by_lane = [np.zeros(LANES) for _ in range(9)]
    by_node = [_room(nodes) for _ in range(2)]
    masks = [np.zeros(LANES, dtype=np.bool_) for _ in range(4)]
    return PulseScratch._make([*by_edge, *by_lane, *by_node, *masks])


def _room(rows: int) -> FloatArray:
    return np.zeros((rows, LANES))
