"""Tasks that take turns: the cycle the gates settle into, its span and its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory.linear_task import LinearTask
from labctl.analysis.theory.propagator import row_space
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class SteadyCycle:
    """The cycle of period τ that K tasks settle into, each trained for τ/K.

    switches_V (K, E): gates at the end of each task's turn; period_s; drift_V_per_s (E,): how fast the
    whole cycle moves along directions that no task feels (nothing opposes the bias there).
    felt (E, r): orthonormal directions that at least one task feels.
    """

    tasks: tuple[LinearTask, ...]
    period_s: float
    switches_V: FloatArray
    drift_V_per_s: FloatArray
    felt: FloatArray

    @property
    def start_V(self) -> FloatArray:
        """Return the gates (E,) where the first task's turn begins, one period of drift earlier."""
        start: FloatArray = self.switches_V[-1] - self.drift_V_per_s * self.period_s
        return start

    @property
    def span_V(self) -> float:
        """Return the cycle span D as a board shows it, in volts: common drift included, each edge once.

        The root mean square distance between the gates at successive switches, D = |G(end α) − G(end β)|
        for two tasks.
        """
        return _rms_length(np.diff(np.vstack([self.start_V, self.switches_V]), axis=0))

    @property
    def span_felt_V(self) -> float:
        """Return the cycle span without what is common drift: the orbit closes there."""
        return _rms_length(np.diff(np.vstack([self.start_V, self.switches_V]), axis=0) @ self.felt)

    @property
    def error_V2(self) -> float:
        """Return the combined error Ē: mean over tasks and over the switches, in V²."""
        return float(np.mean([task.error_V2(self.switches_V) for task in self.tasks]))

    def path_V(self, samples: int = 61) -> FloatArray:
        """Return the gates along one period, (K·samples, E): `samples` evenly spaced times in each turn.

        For two tasks on two edges this is the bowtie: fast relaxation normal to the solution line,
        then drift along it, and back.
        """
        turn_s = self.period_s / len(self.tasks)
        gates, path = self.start_V, []
        for task in self.tasks:
            path += [task.propagator(float(t))(gates) for t in np.linspace(0.0, turn_s, samples)]
            gates = path[-1]
        return np.array(path)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Steady cycles over periods τ (n,): span D and D felt in volts, combined error in V²."""

    tau_s: FloatArray
    D_V: FloatArray
    D_felt_V: FloatArray
    error_V2: FloatArray


def steady_cycle(tasks: Sequence[LinearTask], period_s: float) -> SteadyCycle:
    """Find the cycle that tasks trained in turn for τ/K each settle into.

    Its start solves (1 − A_β·A_α)·G₀ = A_β·b_α + b_β on the complement of the common null space
    (DESIGN §2.6); on that null space, where nothing is fixed, it starts where
    the first task was linearised. Raises ProtocolError without tasks, for gates of
    different numbers, and for a period that is not above 0.
    """
    check_tasks(tasks)
    if not (period_s > 0 and np.isfinite(period_s)):
        raise ProtocolError(say("the period must be above 0 s (got {period_s})", period_s=repr(period_s)))
    felt, null = row_space(np.concatenate([t.jacobian for t in tasks]))
    turns = [t.propagator(period_s / len(tasks)) for t in tasks]
    whole, shift = np.eye(felt.shape[1]), np.zeros(felt.shape[1])
    for turn in turns:  # closed on `felt`: no task feels the null space, so nothing comes back from it
        inner = felt.T @ turn.matrix @ felt
        whole, shift = inner @ whole, inner @ shift + felt.T @ turn.shift
    start = felt @ np.linalg.solve(np.eye(len(whole)) - whole, shift)
    start = start + null @ (null.T @ tasks[0].gates_V)
    switches, gates = [], start
    for turn in turns:
        gates = turn(gates)
        switches.append(gates)
    drift = null @ (null.T @ (gates - start)) / period_s
    return SteadyCycle(tuple(tasks), period_s, np.array(switches), drift, felt)


def sweep_periods(tasks: Sequence[LinearTask], tau_s: FloatArray) -> Sweep:
    """Compute the steady cycle at every period τ (n,), in seconds."""
    taus = np.asarray(tau_s, dtype=float)
    cycles = [steady_cycle(tasks, float(tau)) for tau in taus]
    return Sweep(
        taus,
        np.array([c.span_V for c in cycles]),
        np.array([c.span_felt_V for c in cycles]),
        np.array([c.error_V2 for c in cycles]),
    )


def check_tasks(tasks: Sequence[LinearTask]) -> None:
    """Raise ProtocolError unless there are tasks and all are about the same number of gates."""
    if not tasks:
        raise ProtocolError(say("a cycle needs at least one task"))
    if len({len(t.gates_V) for t in tasks}) > 1:
        raise ProtocolError(say("tasks that take turns must be about the same gates"))


def _rms_length(steps: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.sum(steps**2, axis=1))))
