"""What of a run never changes, and what a round read, as variables of run.nc."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labctl.store.codec import smallest_unsigned
from labctl.store.live import Static
from protocols.bench import Limits
from protocols.block import CycleRecord, FloatArray, IntArray
from protocols.engine import Progress, Round
from protocols.metrics import Score
from protocols.order import OrderKind
from protocols.plan import Plan
from protocols.task import DataSet


@dataclass(frozen=True, eq=False)
class DecisionMap:
    """Outputs over the plane of two inputs: x (X,), y (Y,) and outputs (Y, X, T)."""

    x_V: FloatArray
    y_V: FloatArray
    outputs_V: FloatArray

    def variables(self) -> dict[str, Static]:
        """Return the map as variables of run.nc."""
        return {
            "map_x": (("map_x",), self.x_V, _about("V", "first input of the decision map")),
            "map_y": (("map_y",), self.y_V, _about("V", "second input of the decision map")),
            "map_output": (("map_y", "map_x", "output"), self.outputs_V, _about("V", "free output")),
        }


def plan_attributes(plan: Plan) -> dict[str, str | float]:
    """Return what is said of a run before it begins: its task and its method."""
    return {"task_kind": str(plan.task.kind), "method": plan.method.name, "margin_V": plan.task.margin_V}


def run_attributes(plan: Plan, limits: Limits) -> dict[str, str | float]:
    """Return what run.nc says of itself whatever happens in the run."""
    return {
        "Conventions": "labctl-run 1",
        **plan_attributes(plan),
        "gate_min_V": limits.gate_min_V,
        "gate_max_V": limits.gate_max_V,
        "node_max_V": limits.node_max_V,
        **_period(plan),
    }


def _period(plan: Plan) -> dict[str, str | float]:
    """Return the period of a task cycle in cycles and in seconds of learning time with nominal pulses."""
    order = plan.order
    if order.kind is not OrderKind.TASK_CYCLE:
        return {}
    cycles = order.half_period_cycles * len(np.unique(order.groups))
    return {"period_cycles": cycles, "period_s": cycles * plan.method.time.pulse_s}


def static_variables(plan: Plan) -> dict[str, Static]:
    """Return wiring and data points."""
    found = _wiring(plan) | _data("train", plan.task.train)
    return found | _data("test", plan.task.test) if plan.task.test is not None else found


def round_arrays(reading: Round, progress: Progress, wall_time_s: float) -> dict[str, NDArray[Any]]:
    """Return a measurement round by the names of the layout; `progress` is as it is after the round."""
    found: dict[str, ArrayLike] = {
        "round_cycle": progress.cycle,
        "learning_time": progress.learning_time_s,
        "wall_time": wall_time_s,
        "gate_voltage": reading.gates,
        "conductance": reading.conductances,
        "train_output": reading.train_outputs,
        "free_node": reading.nodes.free,
        "clamped_node": reading.nodes.clamped,
    }
    if reading.test_outputs is not None:
        found["test_output"] = reading.test_outputs
    for name, found_score in (("train", progress.train), ("test", progress.test)):
        if found_score is not None:
            found |= _score(name, found_score)
    return {name: np.asarray(value) for name, value in found.items()}


def block_arrays(record: CycleRecord, kept: slice | IntArray) -> dict[str, NDArray[Any]]:
    """Return the rows kept of a block by the names of the layout, and its snapshots.

    kept: which cycles, counted from the block's first.
    """
    duration_s = np.full(len(record), np.nan, dtype=np.float32)
    duration_s[:-1] = np.diff(record.start_s)
    found = {
        "cycle_point": smallest_unsigned(record.points[kept]),
        "cycle_free_output": record.free_outputs[kept],
        "cycle_clamped_output": record.clamped_outputs[kept],
        "cycle_learning_time": record.learning_time_s[kept],
        "cycle_start": record.start_s[kept],
        "cycle_duration": duration_s[kept],
        "cycle_lateness": record.lateness_s[kept],
    }
    looks = record.snapshots
    if len(looks.cycles):
        found |= {
            "snapshot_cycle": looks.cycles,
            "snapshot_gate": looks.gates,
            "snapshot_free_node": looks.free_nodes,
            "snapshot_clamped_node": looks.clamped_nodes,
        }
    return found


def _score(name: str, found: Score) -> dict[str, float]:
    values = {f"{name}_error": found.error_V2, f"{name}_mse": found.mse_V2}
    if found.accuracy is not None and found.worst_margin_V is not None:
        values |= {f"{name}_accuracy": found.accuracy, f"{name}_worst_margin": found.worst_margin_V}
    return values


def _about(units: str, long_name: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name}


def _wiring(plan: Plan) -> dict[str, Static]:
    wiring = plan.task.wiring
    network = wiring.network
    ends = network.endpoints()
    ohm = np.array([network.fixed_resistance.get(e, np.nan) for e in range(network.n_edges)])
    positions = np.array(network.positions)
    rails = np.array([np.nan if s.rail_V is None else s.rail_V for s in wiring.sources])
    negative = np.array([-1 if o.negative is None else o.negative for o in wiring.outputs])
    return {
        "edge_name": (("edge",), np.array(network.edge_names(), dtype=object), _about("1", "edge")),
        "edge_tail": (("edge",), ends[:, 0], _about("1", "first node of the edge")),
        "edge_head": (("edge",), ends[:, 1], _about("1", "second node of the edge")),
        "edge_is_transistor": (
            ("edge",),
            network.transistors().astype(np.int8),
            _about("1", "1 if it learns"),
        ),
        "edge_resistance": (("edge",), ohm, _about("ohm", "fixed resistance, none for a transistor")),
        "node_x": (("node",), positions[:, 0], _about("1", "position for drawing")),
        "node_y": (("node",), positions[:, 1], _about("1", "position for drawing")),
        "source_name": (
            ("source",),
            np.array([s.name for s in wiring.sources], dtype=object),
            _about("1", "source"),
        ),
        "source_node": (("source",), np.array(wiring.source_nodes), _about("1", "node it drives")),
        "source_rail": (("source",), rails, _about("V", "constant voltage, none when it varies")),
        "output_name": (
            ("output",),
            np.array([o.name for o in wiring.outputs], dtype=object),
            _about("1", "output"),
        ),
        "output_positive": (
            ("output",),
            np.array([o.positive for o in wiring.outputs]),
            _about("1", "node read, or read as +"),
        ),
        "output_negative": (("output",), negative, _about("1", "node read as −; −1 when single-ended")),
    }


def _data(name: str, data: DataSet) -> dict[str, Static]:
    point = f"{name}_point"
    found: dict[str, Static] = {
        f"{name}_input": ((point, "source"), np.array(data.inputs), _about("V", f"inputs, {name} set")),
        f"{name}_label": ((point, "output"), np.array(data.labels), _about("V", f"labels, {name} set")),
        f"{name}_group": ((point,), np.array(data.groups), _about("1", f"task of each point, {name} set")),
    }
    if data.classes is not None:
        found[f"{name}_class"] = ((point,), np.array(data.classes), _about("1", f"class, {name} set"))
    return found
