"""The published lattice runs: MATLAB objects of the class Experiment2, as labctl recordings.

What the file says of the task, the method and the timing becomes an experiment file; what it does not say is
noted, one sentence each.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from labctl.experiment.tables import TomlTable
from labctl.importing.lattice_readings import COLUMNS, ROWS, Readings, eta_of_rounds, rounds_kept
from labctl.importing.lattice_task import LatticeTask, one_hot, read_task
from labctl.importing.matlab import MatlabFields
from labctl.importing.recording import PAPER, Recording, SourceFile, quantity
from protocols.bench import Limits
from protocols.messages import say
from protocols.task import TaskKind

_UPPER_WALL_V = 5.2  # the published gates end at 5.0 to 5.27 V; the files do not say where


def read_lattice(source: SourceFile, fields: MatlabFields) -> Recording:
    """Turn a published run into a recording. Raises ConfigError without measurements or for other boards."""
    kept, measured = rounds_kept(source, fields)
    task = read_task(source, fields)
    _check_board(source, fields)
    read = Readings(fields, kept, measured, task)
    method, method_inferred = _method(fields, task)
    pulse_s = 1e-6 * fields.number("ALF", 100) * fields.number("DUP", 1)
    gates = read.gates
    period = {} if not task.half_period else {"kind": "task-cycle", "period_cycles": 2 * task.half_period}
    experiment: TomlTable = {
        "name": _name(fields, task, pulse_s),
        "description": f"Reconstructed from {source.path.name}, measured on the 4×4 board of {PAPER}.",
        "network": {"kind": "lattice", "rows": ROWS, "columns": COLUMNS, "periodic": True},
        "task": task.values,
        "method": method,
        "training": {
            "cycles": max(fields.whole("EPO") * fields.whole("TRA"), int(read.cycle[-1]), 1),
            "order": period or "random",
            "initial_gates": quantity(float(np.mean(gates[0])), "V"),
            "gate_spread": "0 V",
            "noise": {
                "inputs": quantity(task.full_scale_V * fields.number("SNO", 0) / 1000, "V"),
                "labels": quantity(task.full_scale_V * fields.number("TNO", 0) / 1000, "V"),
            },
            "stop_after_perfect_rounds": fields.whole("KIL", 0)
            if task.kind is TaskKind.CLASSIFICATION
            else 0,
        },
        "record": {"rounds": max(len(gates), 2)},
    }
    lowest = 8 * fields.number("VMN", 18) / 129 + fields.number("VMNSHIFT", -0.37)
    limits = Limits(
        node_min_V=0.0,
        node_max_V=task.full_scale_V,
        gate_min_V=round(min(lowest, float(np.mean(gates[0]))), 3),
        gate_max_V=_UPPER_WALL_V,
        pulse_max_s=1.0,
        block_cycles=1,
    )
    carried = int(np.sum(~measured))
    mismatch_V = read.mismatch_V()
    return Recording(
        experiment,
        limits,
        read.arrays(),
        bench="published 4×4 board",
        extra=read.extra(),
        attributes=_timing(task, pulse_s),
        inferred=(
            "conductance: computed from the gates by the square law with V_T = 0.62 V, S = 8.5e-4 A/V²",
            "gate_min_V: 8·VMN/129 − 0.37 V as in the published code; "
            "gate_max_V: 5.2 V, where published gates end",
            "free_node, cycle_point: the data point whose inputs are nearest the voltages at the sources",
            *_told_of_carried(int(np.sum(~measured))),
            *task.inferred,
            *method_inferred,
        ),
        facts={
            "parameters": fields.scalars(),
            "node_reading_minus_output_worst_V": mismatch_V,
            "eta_schedule": eta_of_rounds(fields, kept).tolist(),
        },
        started=_started(fields),
        reason=(
            f"the board stopped itself after {int(np.sum(measured))} of {len(kept)} rounds"
            if carried
            else "all rounds were measured"
        ),
    )


def _check_board(source: SourceFile, fields: MatlabFields) -> None:
    size = fields.numbers("NSIZE").reshape(-1).tolist() if "NSIZE" in fields else [4.0, 4.0]
    whole = fields.whole("VEG", 4) == ROWS and fields.whole("HEG", 4) == COLUMNS
    if size != [ROWS, COLUMNS] or not whole:
        raise source.refuse(
            say("its network is not the whole periodic 4×4 lattice, the only one labctl imports")
        )


def _method(fields: MatlabFields, task: LatticeTask) -> tuple[TomlTable, list[str]]:
    """Return the [method] table and what had to be concluded for it."""
    eta, pulse_s = fields.number("ETA") / 129, 1e-6 * fields.number("ALF", 100) * fields.number("DUP", 1)
    update = fields.whole("UPD", 1) if task.kind is TaskKind.CLASSIFICATION else 0
    hinge = {0: "off", 1: "rest", 4: "rest"}.get(update, "unclamp")
    inferred = (
        []
        if not _ramped(fields)
        else ["η was raised in steps (round_eta); the experiment has its last value"]
    )
    if update != 4:
        kind = "anti" if fields.number("ANT", 0) else "standard"
        return {
            "kind": kind,
            "hinge": hinge,
            "standard": {"eta": eta, "pulse": quantity(pulse_s, "s")},
        }, inferred
    inferred.append(
        "the pulse law of overclamping: the controller's arithmetic was never published; taken as "
        "ALF·UPT/1000 at an error as large as the label, in steps of MNA"
    )
    law = {
        "far_label": quantity(task.full_scale_V * one_hot(fields), "V"),
        "eta": eta,
        "pulse": quantity(pulse_s * fields.number("UPT", 1000) / 1000, "s"),
        "reference_error": quantity(task.label_V, "V"),
        "pulse_step": quantity(1e-6 * fields.number("MNA", 0), "s"),
        "normalise": bool(fields.number("NOR", 0)),
    }
    return {"kind": "overclamping", "hinge": hinge, "overclamping": law}, inferred


def _ramped(fields: MatlabFields) -> bool:
    steps = fields.numbers("ETAS") if "ETAS" in fields else np.zeros(0)
    return bool(np.any((steps > 0) & (steps != fields.number("ETA"))))


def _told_of_carried(rounds: int) -> list[str]:
    if not rounds:
        return []
    return [f"{rounds} rounds after the board stopped itself repeat its last readings (round_measured 0)"]


def _timing(task: LatticeTask, pulse_s: float) -> TomlTable:
    if not task.half_period:
        return {}
    return {"period_cycles": 2 * task.half_period, "period_s": 2 * task.half_period * pulse_s}


def _name(fields: MatlabFields, task: LatticeTask, pulse_s: float) -> str:
    """Name a run by its series and what tells it from the others: the circle's diameter, or the period."""
    plain = "".join(c for c in fields.text("Name", "run") if c.isalnum() or c in "_ .()+-") or "run"
    diameter_V = _circle_diameter_V(task)
    if diameter_V:
        method = "overclamping" if fields.whole("UPD", 1) == 4 else "standard"
        return f"{plain[:32]} {1e3 * diameter_V:.0f} mV {method}"
    period_s = 2 * task.half_period * pulse_s
    return f"{plain[:40]} {period_s:.4g} s" if period_s else plain[:60]


def _circle_diameter_V(task: LatticeTask) -> float:
    """Return the diameter of the circle on which the points of two inputs lie, 0 if they do not."""
    moving = np.ptp(task.train_inputs, axis=0) > 0
    points = task.train_inputs[:, moving]
    if points.shape[1] != 2 or len(points) < 5:
        return 0.0
    radii = np.hypot(*(points - points.mean(axis=0)).T)
    return 2 * task.full_scale_V * float(radii.mean()) if np.ptp(radii) < 1e-6 else 0.0


def _started(fields: MatlabFields) -> str | None:
    """Return when the run was set up, local time of the lab, as an ISO date."""
    try:
        return datetime.strptime(fields.text("Date"), "%y-%m-%d-%H-%M-%S").isoformat()
    except ValueError:
        return None
