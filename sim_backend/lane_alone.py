"""Boards of a group that do not come to rest in step, one by one, by the solver of single boards.

Rare, so plain Python around compiled code.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from protocols.block import FloatArray
from sim_backend.plant.board_arrays import Edges
from sim_backend.plant.circuit import Circuit
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.lane_arrays import LaneEdges, LaneMemory, LaneNudged, PulseScratch
from sim_backend.plant.lane_cycle import DECIDING, LEARNING, LEARNING_RELEASED
from sim_backend.plant.lanes import LaneDevices, LaneScratch
from sim_backend.plant.learning import TOLERANCE_V, learn_once
from sim_backend.plant.learning_arrays import Copies, Nudged, no_copies, no_scratch
from sim_backend.plant.newton import NO_FACTORS, Vector, relax
from sim_backend.simulation import Plant

NEUTRAL_V = 0.2  # where unknown nodes start


class GroupArrays(Protocol):
    """What a group of boards in step holds: arrays with the boards as last axis; see LaneGroup."""

    plants: list[Plant]
    circuit: Circuit
    free: LaneDevices
    clamped: LaneDevices
    edges: LaneEdges
    gates: FloatArray
    memory: LaneMemory
    scratch: LaneScratch
    pulse: PulseScratch
    quickest: float


def finish_part(group: GroupArrays, point: int, following: int, n: LaneNudged, m: Nudged) -> bool:
    """Do what boards did not manage in step, before the part `following` of a cycle at this data point.

    n holds every board's nudge, m is room for one. Returns whether all came to rest.
    """
    if following in (DECIDING, LEARNING):
        stuck = np.flatnonzero(group.scratch.going > 0.0)
        return all(_settle(group, point, lane, following == LEARNING) for lane in stuck.tolist())
    held = following == LEARNING_RELEASED
    pulse = group.pulse
    unfinished = np.flatnonzero(pulse.inside & (pulse.left > 0.0))
    return all(_learn(group, point, lane, held, n, m) for lane in unfinished.tolist())


def _settle(group: GroupArrays, point: int, lane: int, second: bool) -> bool:
    """Bring one copy of one board to rest, its targets undriven, from a neutral start."""
    copies = _take_out(group, point, lane)
    x, lanes = (copies.w, group.clamped) if second else (copies.v, group.free)
    settled = _rest(group, _devices(group, lanes, lane), lane, x, copies.lu_free)
    _put_back(group, point, lane, copies)
    return settled


def _learn(group: GroupArrays, point: int, lane: int, held: bool, n: LaneNudged, m: Nudged) -> bool:
    """Give one board the rest of its pulse; `held` tells whether its clamps are on."""
    copies = _take_out(group, point, lane)
    copies.v[group.circuit.order] = copies.w[group.circuit.order] = NEUTRAL_V
    free, clamped = _devices(group, group.free, lane), _devices(group, group.clamped, lane)
    if not (m.symmetric and held) and not _rest(group, free, lane, copies.v, copies.lu_free):
        return False
    m.released[0] = not held
    for name in ("base", "toward", "away", "follow_gain", "output_start"):
        getattr(m, name)[:] = getattr(n, name)[:, lane]
    edges = Edges._make(
        float(x[lane]) if x.ndim == 1 else np.ascontiguousarray(x[:, lane]) for x in group.edges
    )
    gates = np.ascontiguousarray(group.gates[:, lane])
    settled = learn_once(
        group.circuit,
        free,
        clamped,
        edges,
        gates,
        copies,
        m,
        float(group.pulse.left[lane]),
        group.quickest,
        1.0,
        no_scratch(len(group.circuit.order), len(gates)),
    )
    group.gates[:, lane] = gates
    _put_back(group, point, lane, copies)
    return bool(settled)


def _rest(group: GroupArrays, d: Devices, lane: int, x: Vector, lu: Vector) -> bool:
    """Bring the unknown nodes of x (N,) to rest from a neutral start, at the gates of this board."""
    c = group.circuit
    x[c.order] = NEUTRAL_V
    gates = np.ascontiguousarray(group.gates[:, lane])
    scratch = no_scratch(len(c.order), len(gates))
    return bool(relax(c, d, gates, x, len(c.order), lu, TOLERANCE_V, scratch.residual, scratch.row))


def _devices(group: GroupArrays, lanes: LaneDevices, lane: int) -> Devices:
    return group.plants[0].board.free._replace(
        kind=lanes.kind,
        threshold=np.ascontiguousarray(lanes.threshold[:, lane]),
        strength=np.ascontiguousarray(lanes.strength[:, lane]),
    )


def _take_out(group: GroupArrays, point: int, lane: int) -> Copies:
    """Return one board's voltages at a data point, with no factors."""
    copies = no_copies(group.circuit, group.memory.free.shape[1])
    copies.v[:] = group.memory.free[point, :, lane]
    copies.w[:] = group.memory.clamped[point, :, lane]
    return copies


def _put_back(group: GroupArrays, point: int, lane: int, copies: Copies) -> None:
    """Give one board's voltages back to its group; its factors there are made anew."""
    memory = group.memory
    memory.free[point, :, lane], memory.clamped[point, :, lane] = copies.v, copies.w
    memory.lu_free[point, -1, lane] = memory.lu_clamped[point, -1, lane] = NO_FACTORS
