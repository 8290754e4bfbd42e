"""What the published lattice runs measured, in volts and seconds.

Stored readings are fractions: node voltage = fraction · NODEMULT, gate voltage = fraction · GATEMULT.
Arrays over the board are (row, column, round); edges are numbered as in `protocols.network.lattice`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.importing.lattice_task import LatticeTask
from labctl.importing.matlab import MatlabFields
from labctl.importing.recording import SourceFile, conductance_at_zero
from labctl.store.live import Static
from protocols.block import FloatArray, IntArray
from protocols.messages import say

THRESHOLD_V, STRENGTH_A_PER_V2 = 0.62, 8.5e-4  # of the published analysis, Experiment2.m
ROWS = COLUMNS = 4


class Readings:
    """The measured arrays of a run, in volts and seconds, for the rounds that are kept."""

    def __init__(
        self, fields: MatlabFields, kept: IntArray, measured: NDArray[np.bool_], task: LatticeTask
    ) -> None:
        self._task, self._measured = task, measured
        rounds = fields.numbers("LearnTimes").size
        board = (ROWS, COLUMNS, rounds)
        self.learning_s = np.cumsum(fields.numbers("LearnTimes").reshape(-1))[kept] / 1e6
        self.wall_s = np.cumsum(fields.numbers("AbsoluteTimes").reshape(-1))[kept] / 1e6
        cycle = fields.numbers("DOTEST").reshape(-1)[:rounds][kept].astype(np.int64) - 1
        self.cycle = np.minimum(cycle, cycle[measured][-1])  # nothing is trained once the board has stopped
        halves = [
            fields.numbers(f"{n}Capacitors", *board).reshape(-1, rounds).T for n in ("Vertical", "Horizontal")
        ]
        self.gates: FloatArray = fields.number("GATEMULT") * np.hstack(halves)[kept]
        self._node_raw, self._clamped_raw = (
            fields.numbers(n, *board).reshape(-1, rounds).T[kept]
            for n in ("TrainFreeState", "TrainClampedState")
        )
        self._targets, points = len(task.target_nodes), len(task.train_inputs)
        shape = (self._targets, points, rounds)
        self._raw = fields.numbers("TrainMeasurements", *shape)[:, :, kept]
        self._raw_clamped = (
            fields.numbers("TrainMeasurementsClamped", *shape)[:, :, kept]
            if "TrainMeasurementsClamped" in fields
            else np.full_like(self._raw, np.nan)
        )
        tests = fields.whole("TST", 0)
        self._test = (
            fields.numbers("TestMeasurements", self._targets, tests, rounds)[:, :, kept] if tests else None
        )
        self._eta = eta_of_rounds(fields, kept)
        distance = self._node_raw[:, None, task.source_nodes] - task.train_inputs[None]
        self.point: IntArray = np.argmin(np.sum(distance**2, axis=2), axis=1)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the layout of a run has a place for."""
        task, seen = self._task, np.flatnonzero(self._measured)
        outputs, clamped = (self._per_round(raw) for raw in (self._raw, self._raw_clamped))
        free, clamped_nodes = (task.full_scale_V * raw for raw in (self._node_raw, self._clamped_raw))
        nodes = np.full((len(self.cycle), len(task.train_inputs), free.shape[1]), np.nan)
        nodes[seen, self.point[seen]] = free[seen]
        found = {
            "round_cycle": self.cycle,
            "learning_time": self.learning_s,
            "wall_time": self.wall_s,
            "gate_voltage": self.gates,
            "conductance": conductance_at_zero(self.gates, THRESHOLD_V, STRENGTH_A_PER_V2),
            "train_output": outputs,
            "free_node": nodes,
            "cycle": self.cycle[seen],
            "cycle_point": self.point[seen],
            "cycle_free_output": outputs[seen, self.point[seen]],
            "cycle_clamped_output": clamped[seen, self.point[seen]],
            "cycle_start": self.wall_s[seen],
            "snapshot_cycle": self.cycle[seen],
            "snapshot_gate": self.gates[seen],
            "snapshot_free_node": free[seen],
            "snapshot_clamped_node": clamped_nodes[seen],
        }
        if self._test is not None and task.has_test:
            found["test_output"] = self._per_round(self._test)
        return found

    def extra(self) -> dict[str, Static]:
        """Return what was measured beyond the layout: η, which rounds are real, clamped outputs, a map."""
        clamped = self._per_round(self._raw_clamped)
        clamped[~self._measured] = np.nan
        found: dict[str, Static] = {
            "round_measured": (
                ("round",),
                self._measured.astype(np.int8),
                _about("1", "1 if really measured"),
            ),
            "round_eta": (("round",), self._eta, _about("1", "nudge when the round was measured")),
            "train_clamped_output": (
                ("round", "train_point", "output"),
                clamped,
                _about("V", "clamped output, training set"),
            ),
        }
        grid = self._task.grid
        if grid is not None and self._test is not None:
            x, y, at = grid
            found["map_x"] = (("map_x",), x, _about("V", "first input of the decision map"))
            found["map_y"] = (("map_y",), y, _about("V", "second input of the decision map"))
            last = self._per_round(self._test)[-1]
            found["map_output"] = (("map_y", "map_x", "output"), last[at], _about("V", "free output"))
        return found

    def mismatch_V(self) -> float:
        """Return how far the node readings are from the outputs at the same targets, at worst, in volts."""
        seen = np.flatnonzero(self._measured)
        outputs = self._raw[:, self.point[seen], seen].T
        apart = self._node_raw[seen][:, self._task.target_nodes] - outputs
        return self._task.full_scale_V * float(np.max(np.abs(apart)))

    def _per_round(self, raw: NDArray[np.float64]) -> FloatArray:
        return np.moveaxis(self._task.outputs(raw), 1, 0)


def rounds_kept(source: SourceFile, fields: MatlabFields) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return the rounds that hold readings, and which of them were measured rather than carried forward.

    A board that stops itself repeats its last readings up to the number of rounds it was asked for.
    """
    needed = (
        "LearnTimes",
        "AbsoluteTimes",
        "HorizontalCapacitors",
        "VerticalCapacitors",
        "TrainMeasurements",
    )
    parameters_only = source.refuse(
        say("the file holds the parameters of a run only, nothing measured"),
        say("import the file that was saved after the run"),
    )
    if any(name not in fields for name in needed):
        raise parameters_only
    gates = fields.numbers("HorizontalCapacitors")
    rounds = fields.numbers("LearnTimes").size
    if gates.shape[-1] != rounds or fields.numbers("DOTEST").size < rounds:
        raise source.refuse(say("its arrays differ in their number of rounds: the run was saved half way"))
    flat = np.nan_to_num(gates.reshape(-1, rounds))
    filled = np.flatnonzero(np.any(flat != 0, axis=0))
    clock = fields.numbers("AbsoluteTimes").reshape(-1)
    if clock.size != rounds or not filled.size or not np.any(clock > 0):
        raise parameters_only
    kept = np.arange(filled[-1] + 1)
    return kept, kept <= int(np.flatnonzero(clock > 0)[-1])


def eta_of_rounds(fields: MatlabFields, kept: IntArray) -> FloatArray:
    """Return η of each round; a schedule entry of 0 means the one of the whole run."""
    whole = fields.number("ETA")
    steps = fields.numbers("ETAS").reshape(-1) if "ETAS" in fields else np.zeros(0)
    if steps.size <= kept[-1]:
        return np.full(len(kept), whole / 129)
    chosen: FloatArray = steps[kept] / 129
    return np.where(chosen > 0, chosen, whole / 129)


def _about(units: str, long_name: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name}
