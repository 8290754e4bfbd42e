"""What the kernels of a training cycle read and write: the method as numbers, memory, noise, results."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_backend.plant.newton import Vector


class Ports(NamedTuple):
    """Nodes of sources and targets, which source wires are on; output, sign and share of each target."""

    source: NDArray[np.uint32]
    wired: NDArray[np.bool_]
    target: NDArray[np.uint32]
    output: NDArray[np.uint32]
    sign: Vector
    share: Vector


class Rule(NamedTuple):
    """A Method as numbers; names and units as in protocols.method."""

    nudge: int
    eta: float
    amplitude: float
    direction: int
    symmetric: bool
    timing: int
    pulse: float
    reference: float
    max_pulse: float
    step: float
    dead_band: float
    normalise: bool
    hinge: int
    tolerance: float
    chop: int


class Memory(NamedTuple):
    """What the plant remembers per data point (P, …): the fields of learning.Copies, and if visited (P,)."""

    free: NDArray[np.float64]
    clamped: NDArray[np.float64]
    lu_free: NDArray[np.float64]
    lu_clamped: NDArray[np.float64]
    free_shift: NDArray[np.float64]
    clamped_shift: NDArray[np.float64]
    free_rate: NDArray[np.float64]
    clamped_rate: NDArray[np.float64]
    slope: NDArray[np.float64]
    bend: NDArray[np.float64]
    reuse_budget: NDArray[np.float64]
    visited: NDArray[np.bool_]


class NoiseDraws(NamedTuple):
    """Random numbers of a block, drawn beforehand.

    Standard normal: reading and clamp (n, T), pulse (n,); dropped (n,) tells whether a cycle's reading
    is lost, late (n,) by how many seconds it starts too late. Length 0 where the board has no such noise.
    """

    reading: NDArray[np.float64]
    clamp: NDArray[np.float64]
    pulse: Vector
    dropped: NDArray[np.bool_]
    late: Vector


class ThresholdDrift(NamedTuple):
    """Slow common drift of all thresholds: amplitude (V), period (s), phase, undrifted thresholds (E,)."""

    amplitude: float
    period: float
    phase: float
    free: Vector
    clamped: Vector


class OutputScratch(NamedTuple):
    """Work arrays: target voltages (T,); outputs (O,) as they are and as read, in volts, and which rest."""

    volts: Vector
    true_outputs: Vector
    read_outputs: Vector
    resting: NDArray[np.bool_]


class Trace(NamedTuple):
    """Where a block writes what happened; shapes as in protocols.CycleRecord."""

    free_outputs: NDArray[np.float64]
    clamped_outputs: NDArray[np.float64]
    learning_time: Vector
    start: Vector
    lateness: Vector
    snapshot_gates: NDArray[np.float64]
    snapshot_free: NDArray[np.float64]
    snapshot_clamped: NDArray[np.float64]
