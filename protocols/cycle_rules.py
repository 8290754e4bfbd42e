"""The rules of a training cycle as plain arithmetic: what a reading means for nudge and learning time.

For benches whose cycles are stepped by the host, such as a DAQ board. A simulated bench has the same
rules in compiled code, a controller board in its firmware (docs/controller-protocol.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protocols.block import BoolArray, FloatArray
from protocols.method import Hinge, Method, Nudge, Timing

_EDGE = 1e-9  # relative: a pulse may miss its limit by rounding


@dataclass(frozen=True, eq=False)
class Decision:
    """What to do in a cycle, after its free reading.

    pulse_s: learning time in seconds, 0 for none. released: the clamps stay off. resting (T,): outputs
    without a nudge. displacement_V (T,): by how much each output of the clamped copy is moved from the
    free one, direction included, 0 where it rests. now_wrong: whether the data point is not right yet.
    """

    pulse_s: float
    released: bool
    resting: BoolArray
    displacement_V: FloatArray
    now_wrong: bool

    @property
    def clamps(self) -> bool:
        """Say whether the clamps are connected: without a pulse both copies stay free."""
        return self.pulse_s > 0.0 and not self.released


class CycleRules:
    """The rules of a block: its method, and which data points are still wrong.

    wrong (P,) as the block says; pulse_step_s and pulse_max_s are those of the bench's learning switch.
    """

    def __init__(
        self, method: Method, wrong: BoolArray, *, pulse_step_s: float = 0.0, pulse_max_s: float = np.inf
    ) -> None:
        self.method = method
        self.wrong: BoolArray = np.array(wrong, dtype=np.bool_)
        self._step_s = pulse_step_s
        self._max_s = pulse_max_s

    def chopped(self, cycle: int) -> bool:
        """Say whether the two copies have changed roles in this cycle of the run."""
        period = self.method.chop_cycles
        return period > 0 and (cycle // period) % 2 == 1

    def decide(
        self, point: int, outputs_V: FloatArray, labels_V: FloatArray, margins_V: FloatArray
    ) -> Decision:
        """Decide by a free reading (T,), labels (T,) and margins (T,) of a data point, in volts.

        A reading that is not a number leaves the data point as it was: no pulse, clamps released.
        """
        method = self.method
        nowhere = np.zeros(len(outputs_V))
        if not np.all(np.isfinite(outputs_V)):
            return Decision(0.0, True, nowhere.astype(np.bool_), nowhere, bool(self.wrong[point]))
        errors_V = np.abs(labels_V - outputs_V)
        if method.hinge is Hinge.OFF:
            resting = np.zeros(len(outputs_V), dtype=np.bool_)
            short = bool(np.any(errors_V > method.tolerance_V))
        else:
            side = np.where(labels_V >= 0.0, 1.0, -1.0)
            resting = side * outputs_V >= margins_V
            short = not bool(np.all(resting))
        self.wrong[point] = short
        released = bool(np.all(resting))
        if not released:
            pulse_s = self._pulse_s(float(np.max(errors_V[~resting])))
        else:
            pulse_s = self._pulse_s(method.time.reference_V) if method.hinge is Hinge.UNCLAMP else 0.0
        displacement_V = np.where(resting, 0.0, self._displacement_V(outputs_V, labels_V))
        return Decision(pulse_s, released, resting, displacement_V, short)

    def _displacement_V(self, outputs_V: FloatArray, labels_V: FloatArray) -> FloatArray:
        clamp = self.method.clamp
        side = np.where(labels_V >= outputs_V, 1.0, -1.0)
        if clamp.nudge is Nudge.CONSTANT:
            moved = clamp.amplitude_V * side
        elif clamp.nudge is Nudge.FAR_LABEL:
            moved = clamp.eta * (clamp.amplitude_V * side - outputs_V)
        else:
            moved = clamp.eta * (labels_V - outputs_V)
        displaced: FloatArray = clamp.direction * moved
        return displaced

    def _pulse_s(self, error_V: float) -> float:
        """Return the learning time for the largest remaining error, in seconds."""
        rule = self.method.time
        if error_V < rule.dead_band_V:
            return 0.0
        time_s, cap_s = rule.pulse_s, rule.pulse_s
        if rule.timing is Timing.PROPORTIONAL:
            cap_s = rule.max_pulse_s
            time_s = min(rule.pulse_s * error_V / rule.reference_V, cap_s)
        if rule.normalise:
            time_s /= max(int(np.count_nonzero(self.wrong)), 1)
        time_s = nearest_below(nearest_below(time_s, rule.step_s, cap_s), self._step_s, self._max_s)
        return min(max(time_s, 0.0), self._max_s)


def nearest_below(value: float, step: float, cap: float) -> float:
    """Round to the nearest multiple of step that is not above cap; step 0 means exact."""
    rounded = step * float(np.round(value / step)) if step > 0.0 else value
    return rounded if rounded <= cap * (1.0 + _EDGE) else max(rounded - step, 0.0)


def target_displacements(displacement_V: FloatArray, output_matrix: FloatArray) -> FloatArray:
    """Share each output's displacement (T,) among its target nodes, with their signs; shape (targets,).

    output_matrix (T, targets) is Wiring.output_matrix(): a differential output moves half on each node.
    """
    nodes_per_output = np.abs(output_matrix).sum(axis=1)
    shared: FloatArray = (displacement_V / nodes_per_output) @ output_matrix
    return shared
