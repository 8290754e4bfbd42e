"""The limit of fast alternation: the error floor, the slope of the span, and where the floor doubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory.linear_task import LinearTask
from labctl.analysis.theory.propagator import row_space
from labctl.analysis.theory.steady_cycle import check_tasks, steady_cycle
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class SmallPeriod:
    """What remains as τ → 0.

    gates_V (E,): where all tasks together hold the gates; floor_V2: combined error there; span_rate_V_per_s:
    D/τ, common drift included; drift_V_per_s (E,): of the whole, along directions no task feels.
    """

    gates_V: FloatArray
    floor_V2: float
    span_rate_V_per_s: float
    drift_V_per_s: FloatArray


def small_period(tasks: Sequence[LinearTask]) -> SmallPeriod:
    """Let tasks take turns infinitely fast: the gates then see the mean of all pulls and biases.

    The floor is where that mean vanishes (on the complement of the common null space), and within
    one turn each task moves the gates by its own velocity there, so D/τ is their
    rms over K (D = τ/2·|v̄| for two tasks).
    """
    check_tasks(tasks)
    felt, null = row_space(np.concatenate([t.jacobian for t in tasks]))
    stiffness = np.mean([t.stiffness_per_s for t in tasks], axis=0)
    force = np.mean([t.force_V_per_s for t in tasks], axis=0)
    held = np.linalg.solve(felt.T @ stiffness @ felt, felt.T @ force)
    gates = felt @ held + null @ (null.T @ tasks[0].gates_V)
    velocities = np.array([t.velocity_V_per_s(gates) for t in tasks])
    rate = np.sqrt(np.mean(np.sum(velocities**2, axis=1))) / len(tasks)
    floor = np.mean([t.error_V2(gates) for t in tasks])
    drift = null @ (null.T @ velocities.mean(axis=0))
    return SmallPeriod(gates, float(floor), float(rate), drift)


def doubling_period(tasks: Sequence[LinearTask], factor: float = 2.0) -> float:
    """Find the period τ at which the combined error is `factor` times its floor, in seconds.

    Slower alternation than this lets each task forget the other. Raises ProtocolError when there is
    no floor to double (no bias and tasks that agree) or the error never gets there.
    """
    if not factor > 1:
        raise ProtocolError(say("the factor must be above 1 (got {factor})", factor=repr(factor)))
    floor = small_period(tasks).floor_V2
    scale = max(float(np.abs(t.residual_V).max(initial=0.0)) for t in tasks)
    if floor <= max(1e-24, (1e-12 * scale) ** 2):
        raise ProtocolError(say("these tasks have no error floor, so no period doubles it"))
    rate = max(float(np.linalg.norm(t.stiffness_per_s, 2)) for t in tasks)
    low, high = 1e-4 / rate, 1e-4 / rate
    while steady_cycle(tasks, high).error_V2 < factor * floor:
        low, high = high, 2 * high
        if high * rate > 1e9:
            raise ProtocolError(say("the error never reaches {factor:g} times its floor", factor=factor))
    while high / low > 1 + 1e-10:
        middle = float(np.sqrt(low * high))
        below = steady_cycle(tasks, middle).error_V2 < factor * floor
        low, high = (middle, high) if below else (low, middle)
    return high
