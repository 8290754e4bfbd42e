"""Many boards at once: other seeds, other doses, one task; in step where they can, in threads always."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import numpy as np

from protocols.block import CycleBlock, FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.task import Wiring
from sim_backend.board.config import BenchConfig
from sim_backend.lane_group import EnsembleRecord, LaneGroup
from sim_backend.plant.compilation import is_compiled
from sim_backend.plant.edge_law import RESISTOR, SQUARE_LAW
from sim_backend.plant.lanes import LANES
from sim_backend.simbench import BLOCK_CYCLES
from sim_backend.simulation import Plant


class Ensemble:
    """Boards that run the same blocks: one seed each, and one bench configuration each or for all.

    A board does what SimBench does with the same configuration and seed, to the tolerance of its solver.
    Boards of square-law transistors and resistors go LANES at a time, unless fewer than `fewest_in_step`
    are alike: empty lanes cost as much as full ones. Any others go one by one.
    """

    def __init__(
        self,
        configs: BenchConfig | Sequence[BenchConfig],
        seeds: Sequence[int],
        threads: int | None = None,
        fewest_in_step: int = LANES // 4,
    ) -> None:
        every = [configs] * len(seeds) if isinstance(configs, BenchConfig) else list(configs)
        if not seeds or len(every) != len(seeds):
            raise ProtocolError(
                say(
                    "{count} configurations do not fit {seeds_count} seeds",
                    count=len(every),
                    seeds_count=len(seeds),
                )
            )
        self._configs, self._seeds = every, list(seeds)
        self._fewest_in_step = fewest_in_step
        self._threads = threads or os.cpu_count() or 1
        self._plants: list[Plant] = []
        self._groups: list[LaneGroup] = []
        self._alone: list[int] = []

    def __len__(self) -> int:
        return len(self._seeds)

    def open(self, wiring: Wiring) -> None:
        """Wire every board; gates start at their lower walls."""
        if self._plants:
            raise ProtocolError(say("the ensemble is already open: close it first"))
        self._plants = [Plant(c, wiring, s) for c, s in zip(self._configs, self._seeds, strict=True)]
        fit = [b for b, plant in enumerate(self._plants) if _goes_in_step(plant)]
        keyed = sorted(fit, key=lambda b: (_likeness(self._plants[b]), b))
        self._groups = []
        for _, alike in groupby(keyed, key=lambda b: _likeness(self._plants[b])):
            boards = list(alike)
            for start in range(0, len(boards), LANES):
                chosen = boards[start : start + LANES]
                if len(chosen) < self._fewest_in_step:
                    continue
                self._groups.append(LaneGroup(chosen, [self._plants[b] for b in chosen]))

        in_step = {b for group in self._groups for b in group.boards}
        self._alone = sorted(set(range(len(self))) - in_step)

    def close(self) -> None:
        """Forget the boards."""
        self._plants, self._groups, self._alone = [], [], []

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge the gates, (E,) or (B, E), in volts; the walls limit them."""
        edges = len(self._opened()[0].gates)
        gates = np.broadcast_to(np.asarray(gates_V, dtype=float), (len(self), edges))
        for plant, wanted in zip(self._plants, gates, strict=True):
            plant.gates[:] = np.clip(wanted, plant.board.edges.wall_low, plant.board.edges.wall_high)
        for group in self._groups:
            group.load_gates()

    def gates(self) -> FloatArray:
        """Return the true gate voltages (B, E), without any reading's errors."""
        for group in self._groups:
            group.store_gates()
        return np.array([plant.gates for plant in self._opened()])

    def run(self, block: CycleBlock) -> EnsembleRecord:
        """Run the same block on every board. Snapshots are not taken: read gates() between blocks."""
        self._opened()
        if self._groups and not is_compiled("lane_cycle.run_lanes"):
            print(
                "Compiling the ensemble for first use; this takes up to a minute, once.",
                file=sys.stderr,
                flush=True,
            )
        if len(block) > BLOCK_CYCLES or len(block.snapshots):
            raise ProtocolError(
                say(
                    "a block of an ensemble holds up to {block_cycles} cycles and no snapshots",
                    block_cycles=BLOCK_CYCLES,
                )
            )
        record = EnsembleRecord.room(len(self), len(block), block.labels.shape[1], len(block.wrong))
        groups, alone = self._groups, self._alone
        if block.method.chop_cycles:  # lanes keep the copies' roles
            groups, alone = [], list(range(len(self)))
            self.gates()
        with ThreadPoolExecutor(self._threads) as pool:
            jobs = [pool.submit(group.run, block, record) for group in groups]
            jobs += [pool.submit(self._run_alone, b, block, record) for b in alone]
            for job in jobs:
                job.result()
        if block.method.chop_cycles:
            for group in self._groups:
                group.load_gates()
        return record

    def _run_alone(self, b: int, block: CycleBlock, record: EnsembleRecord) -> None:
        plant = self._plants[b]
        own = plant.run(block, plant.clock_s)
        plant.clock_s = float(own.start_s[-1] + own.learning_time_s[-1]) + plant.board.converters.overhead
        record.free_outputs[b], record.clamped_outputs[b] = own.free_outputs, own.clamped_outputs
        record.learning_time_s[b], record.lateness_s[b] = own.learning_time_s, own.lateness_s
        record.wrong[b] = own.wrong

    def _opened(self) -> list[Plant]:
        if not self._plants:
            raise ProtocolError(say("the ensemble is not open"))
        return self._plants


def _goes_in_step(plant: Plant) -> bool:
    kinds = np.concatenate([plant.board.free.kind, plant.board.clamped.kind])
    return bool(np.isin(kinds, (RESISTOR, SQUARE_LAW)).all()) and not plant.board.free.leaks


def _likeness(plant: Plant) -> tuple[object, ...]:
    """Return what boards must share to go in step: kinds of edges, circuit, clamps, full scale."""
    board, k = plant.board, plant.board.converters
    noises = k.adc_noise > 0, k.pulse_jitter > 0, board.chances.dropped > 0, board.chances.late > 0
    return (
        board.free.kind.tobytes(),
        board.wires_off,
        board.open_edges,
        k.software_clamp,
        k.node_max,
        noises,
    )
