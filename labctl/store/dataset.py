"""run.nc: a finished run as one netCDF-4 file that xarray opens as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray
from numpy.typing import NDArray

from labctl.store.recorder import Recorder
from protocols.bench import Limits
from protocols.block import FloatArray
from protocols.metrics import Score
from protocols.plan import Plan
from protocols.task import DataSet

Variable = tuple[tuple[str, ...], NDArray[Any], dict[str, str]]


@dataclass(frozen=True, eq=False)
class DecisionMap:
    """Outputs over the plane of two inputs: x (X,), y (Y,) and outputs (Y, X, T), in volts."""

    x: FloatArray
    y: FloatArray
    outputs: FloatArray


def run_dataset(
    recorder: Recorder, plan: Plan, limits: Limits, attributes: dict[str, Any], decision: DecisionMap | None
) -> xarray.Dataset:
    """Assemble everything recorded into a dataset with units and long names."""
    variables: dict[str, Variable] = {}
    variables |= _rounds(recorder)
    variables |= _cycles(recorder, plan)
    variables |= _wiring(plan)
    variables |= _data("train", plan.task.train)
    if plan.task.test is not None:
        variables |= _data("test", plan.task.test)
    if decision is not None:
        variables["map_x"] = (("map_x",), decision.x, _about("V", "first input of the decision map"))
        variables["map_y"] = (("map_y",), decision.y, _about("V", "second input of the decision map"))
        variables["map_output"] = (("map_y", "map_x", "output"), decision.outputs, _about("V", "free output"))
    attributes = {
        **attributes,
        "Conventions": "labctl-run 1",
        "task_kind": str(plan.task.kind),
        "method": plan.method.name,
        "margin_V": plan.task.margin_V,
        "gate_min_V": limits.gate_min_V,
        "gate_max_V": limits.gate_max_V,
        "node_max_V": limits.node_max_V,
    }
    coordinates = {k: v for k, v in variables.items() if k in _COORDINATES}
    data = {k: v for k, v in variables.items() if k not in _COORDINATES}
    return xarray.Dataset(data, coordinates, attributes)


_COORDINATES = (
    "cycle",
    "round_cycle",
    "learning_time",
    "wall_time",
    "snapshot_cycle",
    "edge_name",
    "source_name",
    "output_name",
    "map_x",
    "map_y",
)


def write_dataset(dataset: xarray.Dataset, path: Path) -> None:
    """Write run.nc, complete or not at all: a temporary file is renamed into place."""
    compressed = {
        name: {"zlib": True, "complevel": 4}
        for name, v in dataset.variables.items()
        if v.dtype.kind == "f" and v.size > 1000
    }
    temporary = path.with_suffix(".nc.part")
    dataset.to_netcdf(temporary, engine="h5netcdf", encoding=compressed)
    temporary.replace(path)


def open_run(path: Path) -> xarray.Dataset:
    """Open run.nc, or the run folder it lies in, fully loaded."""
    file = path / "run.nc" if path.is_dir() else path
    with xarray.open_dataset(file, engine="h5netcdf") as dataset:
        return dataset.load()


def _about(units: str, long_name: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name}


def _rounds(recorder: Recorder) -> dict[str, Variable]:
    rounds = recorder.rounds
    one = ("round",)
    found: dict[str, Variable] = {
        "round_cycle": (one, np.array(recorder.round_cycle), _about("1", "cycles trained before the round")),
        "learning_time": (one, np.array(recorder.learning_time_s), _about("s", "learning time")),
        "wall_time": (one, np.array(recorder.wall_time_s), _about("s", "wall time since the start")),
        "gate_voltage": (
            ("round", "edge"),
            np.array([r.gates for r in rounds]),
            _about("V", "gate voltage as read"),
        ),
        "conductance": (
            ("round", "edge"),
            np.array([r.conductances for r in rounds]),
            _about("S", "conductance at 0 V"),
        ),
        "train_output": (
            ("round", "train_point", "output"),
            np.array([r.train_outputs for r in rounds]),
            _about("V", "free output, training set"),
        ),
        "free_node": (
            ("round", "train_point", "node"),
            np.array([r.nodes.free for r in rounds]),
            _about("V", "node voltage, free copy"),
        ),
        "clamped_node": (
            ("round", "train_point", "node"),
            np.array([r.nodes.clamped for r in rounds]),
            _about("V", "node voltage, clamped copy with clamps released"),
        ),
    }
    tests = [r.test_outputs for r in rounds if r.test_outputs is not None]
    if tests:
        found["test_output"] = (
            ("round", "test_point", "output"),
            np.array(tests),
            _about("V", "free output, test set"),
        )
    for name, scores in (("train", recorder.train_scores), ("test", recorder.test_scores)):
        found |= _scores(name, [s for s in scores if s is not None])
    return found


def _scores(name: str, scores: list[Score]) -> dict[str, Variable]:
    if not scores:
        return {}
    one = ("round",)
    found: dict[str, Variable] = {
        f"{name}_error": (one, np.array([s.error_V2 for s in scores]), _about("V^2", f"error, {name} set")),
        f"{name}_mse": (
            one,
            np.array([s.mse_V2 for s in scores]),
            _about("V^2", f"mean square error, {name} set"),
        ),
    }
    if scores[0].accuracy is not None:
        found[f"{name}_accuracy"] = (
            one,
            np.array([s.accuracy for s in scores], dtype=float),
            _about("1", f"fraction of the {name} set on the right side"),
        )
        found[f"{name}_worst_margin"] = (
            one,
            np.array([s.worst_margin_V for s in scores], dtype=float),
            _about("V", f"smallest output on its label's side, {name} set"),
        )
    return found


def _cycles(recorder: Recorder, plan: Plan) -> dict[str, Variable]:
    records = recorder.records
    outputs, edges = len(plan.task.wiring.outputs), plan.task.wiring.network.n_edges
    nodes = plan.task.wiring.network.nodes

    def joined(parts: list[NDArray[Any]], *shape: int) -> NDArray[Any]:
        return np.concatenate(parts) if parts else np.zeros((0, *shape))

    one, per_output = ("cycle",), ("cycle", "output")
    kept = [r.snapshots for r in records if len(r.snapshots.cycles)]
    return {
        "cycle": (one, joined(list(recorder.cycles)), _about("1", "cycle number")),
        "cycle_point": (one, joined([r.points for r in records]), _about("1", "data point")),
        "cycle_free_output": (
            per_output,
            joined([r.free_outputs for r in records], outputs),
            _about("V", "free output as read"),
        ),
        "cycle_clamped_output": (
            per_output,
            joined([r.clamped_outputs for r in records], outputs),
            _about("V", "clamped output at the end of the pulse"),
        ),
        "cycle_learning_time": (
            one,
            joined([r.learning_time_s for r in records]),
            _about("s", "learning pulse given"),
        ),
        "cycle_start": (one, joined([r.start_s for r in records]), _about("s", "start on the bench's clock")),
        "cycle_lateness": (
            one,
            joined([r.lateness_s for r in records]),
            _about("s", "lateness of the start"),
        ),
        "snapshot_cycle": (("snapshot",), joined([s.cycles for s in kept]), _about("1", "cycle number")),
        "snapshot_gate": (
            ("snapshot", "edge"),
            joined([s.gates for s in kept], edges),
            _about("V", "gate voltage at the end of the pulse"),
        ),
        "snapshot_free_node": (
            ("snapshot", "node"),
            joined([s.free_nodes for s in kept], nodes),
            _about("V", "node voltage at the end of the pulse, free copy"),
        ),
        "snapshot_clamped_node": (
            ("snapshot", "node"),
            joined([s.clamped_nodes for s in kept], nodes),
            _about("V", "node voltage at the end of the pulse, clamped copy"),
        ),
    }


def _wiring(plan: Plan) -> dict[str, Variable]:
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


def _data(name: str, data: DataSet) -> dict[str, Variable]:
    point = f"{name}_point"
    found: dict[str, Variable] = {
        f"{name}_input": ((point, "source"), np.array(data.inputs), _about("V", f"inputs, {name} set")),
        f"{name}_label": ((point, "output"), np.array(data.labels), _about("V", f"labels, {name} set")),
        f"{name}_group": ((point,), np.array(data.groups), _about("1", f"task of each point, {name} set")),
    }
    if data.classes is not None:
        found[f"{name}_class"] = ((point,), np.array(data.classes), _about("1", f"class, {name} set"))
    return found
