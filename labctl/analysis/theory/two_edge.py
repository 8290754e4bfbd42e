"""The two-edge board in closed form: outputs, solution lines, wells (DESIGN §2.1).

Gates are (G₋, G₊) in volts: transistors to the rails V₋ and V₊; a fixed resistor joins the output
to the input. Both edges are taken as ohmic: gates well above V_T plus the highest node voltage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory.linear_task import LinearTask
from labctl.analysis.theory.two_tasks import Well
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True)
class SolutionLine:
    """A solution line G₊ = slope·G₋ + intercept in gate space; intercept in volts."""

    slope: float
    intercept_V: float

    @property
    def normal(self) -> FloatArray:
        """Return the unit normal (2,), along d = (V₋ − L, V₊ − L)."""
        normal: FloatArray = np.array([-self.slope, 1.0]) / np.hypot(self.slope, 1.0)
        return normal

    @property
    def direction(self) -> FloatArray:
        """Return the unit vector (2,) along the line, G₋ rising."""
        direction: FloatArray = np.array([1.0, self.slope]) / np.hypot(self.slope, 1.0)
        return direction

    def distance_V(self, gates_V: FloatArray) -> FloatArray:
        """Return how far gates (…, 2) lie off the line, in volts, with the normal's sign."""
        away: FloatArray = np.asarray(gates_V, dtype=float) @ self.normal - self.intercept_V * self.normal[1]
        return away

    def nearest(self, gates_V: FloatArray) -> FloatArray:
        """Return the point of the line closest to gates (2,), in volts."""
        point: FloatArray = np.asarray(gates_V, dtype=float) - self.distance_V(gates_V) * self.normal
        return point

    def crossing(self, other: SolutionLine) -> FloatArray:
        """Return where two lines cross (2,), in volts. Raises ProtocolError when they are parallel."""
        if abs(self.slope - other.slope) < 1e-12:
            raise ProtocolError(say("the solution lines are parallel: these tasks have no common solution"))
        minus = (other.intercept_V - self.intercept_V) / (self.slope - other.slope)
        return np.array([minus, self.slope * minus + self.intercept_V])


@dataclass(frozen=True)
class TwoEdgeBoard:
    """The two-edge board and its learning rule, without walls.

    Rails, threshold in volts; strength S in A/V²; learning rate α = A²/(V₀RC) in 1/(V·s); eta: nudge.
    node_voltages False drops the node voltages from the conductances, k = S·(G − V_T), as the
    paper's notebook does; True is the square law, k = S·(G − V_T − mean of both ends).
    """

    low_V: float = 0.0181
    high_V: float = 0.4351
    threshold_V: float = 0.7
    strength_A_per_V2: float = 8.5e-4
    input_resistance_ohm: float = 500.0
    learning_rate_per_V_s: float = 1 / (0.33 * 100 * 22e-6)
    eta: float = 1.0
    node_voltages: bool = True

    @property
    def rails_V(self) -> FloatArray:
        """Return (V₋, V₊)."""
        return np.array([self.low_V, self.high_V])

    def output_V(self, gates_V: FloatArray, input_V: float) -> FloatArray:
        """Return the free output O at gates (…, 2), shape (…), in volts.

        Kirchhoff at the output node: linear in O for linear edges, quadratic for the square law.
        """
        above = np.asarray(gates_V, dtype=float) - self.threshold_V
        input_S = 1 / self.input_resistance_ohm
        total = self.strength_A_per_V2 * above.sum(axis=-1) + input_S
        squares = self.rails_V**2 / 2 if self.node_voltages else np.zeros(2)
        current = self.strength_A_per_V2 * (above @ self.rails_V - squares.sum()) + input_S * input_V
        curvature = self.strength_A_per_V2 if self.node_voltages else 0.0
        output: FloatArray = 2 * current / (total + np.sqrt(total**2 - 4 * curvature * current))
        return output

    def gradient(self, gates_V: FloatArray, input_V: float) -> FloatArray:
        """Return ∂O/∂G at gates (…, 2), same shape, dimensionless: S·(V_i − O)/K."""
        output = self.output_V(gates_V, input_V)
        total = self._conductance(np.asarray(gates_V, dtype=float), output)
        slope: FloatArray = self.strength_A_per_V2 * self._drops(output) / total[..., None]
        return slope

    def velocity_V_per_s(
        self, gates_V: FloatArray, input_V: float, label_V: float, bias_V_per_s: FloatArray
    ) -> FloatArray:
        """Return dG/dt at gates (…, 2) while one data point is trained, in V/s; nothing is linearised.

        α·[(ΔV^F)² − (ΔV^C)²] + b with the clamped output O + η(L − O).
        """
        output = self.output_V(gates_V, input_V)
        clamped = output + self.eta * (label_V - output)
        contrast = self._drops(output) ** 2 - self._drops(clamped) ** 2
        velocity: FloatArray = self.learning_rate_per_V_s * contrast + bias_V_per_s
        return velocity

    def drops_V(self, label_V: float) -> FloatArray:
        """Return d = (V₋ − L, V₊ − L), in volts: what the edges see on the solution line."""
        return self._drops(np.asarray(label_V, dtype=float))

    def line(self, input_V: float, label_V: float) -> SolutionLine:
        """Return the gates at which O = L: exactly a straight line. Raises ProtocolError beyond the rails."""
        self._check_label(label_V)
        slope = (label_V - self.low_V) / (self.high_V - label_V)
        low, high = self._offsets(label_V)
        pull = (input_V - label_V) / (self.high_V - label_V)
        through_input = pull / (self.strength_A_per_V2 * self.input_resistance_ohm)
        return SolutionLine(slope, high - slope * low - through_input)

    def effective_task(self, line: SolutionLine) -> tuple[float, float]:
        """Return the input and label in volts whose solution line is the one measured.

        Real edges differ a little from their nominal strength, so a measured line belongs to a
        slightly other task. Raises ProtocolError unless the slope is positive.
        """
        if not line.slope > 0:
            raise ProtocolError(
                say("a solution line between the rails rises (got slope {slope})", slope=repr(line.slope))
            )
        label = (self.low_V + line.slope * self.high_V) / (1 + line.slope)
        low, high = self._offsets(label)
        through_input = high - line.slope * low - line.intercept_V
        scale = self.strength_A_per_V2 * self.input_resistance_ohm * (self.high_V - label)
        return label + through_input * scale, label

    def well(self, gates_V: FloatArray, label_V: float) -> Well:
        """Return the well of a task at gates (2,) on its solution line.

        λ = 2αηS|d|²/K and σ = S|d|/K, K the conductance of all edges seen from the output.
        """
        d = self.drops_V(label_V)
        length = float(np.linalg.norm(d))
        total = float(self._conductance(np.asarray(gates_V, dtype=float), np.asarray(label_V)))
        sensitivity = self.strength_A_per_V2 * length / total
        rate = 2 * self.learning_rate_per_V_s * self.eta * length * sensitivity
        return Well(d / length, rate, sensitivity)

    def linear_task(
        self, input_V: float, label_V: float, near_V: FloatArray, bias_V_per_s: FloatArray
    ) -> LinearTask:
        """Linearise a task about the point of its solution line closest to gates `near_V` (2,)."""
        point = self.line(input_V, label_V).nearest(near_V)
        well = self.well(point, label_V)
        jacobian = well.sensitivity * well.normal
        response = well.rate_per_s / well.sensitivity * well.normal
        return LinearTask(point, jacobian[None, :], np.zeros(1), response[:, None], bias_V_per_s)

    def _check_label(self, label_V: float) -> None:
        if not self.low_V < label_V < self.high_V:
            raise ProtocolError(
                say(
                    "a label must lie between the rails to be reached (got {label_V} V)",
                    label_V=repr(label_V),
                )
            )

    def _drops(self, output_V: FloatArray) -> FloatArray:
        drops: FloatArray = self.rails_V - output_V[..., None]
        return drops

    def _offsets(self, label_V: float) -> FloatArray:
        """Return the gate voltage at which each edge would cease to conduct with O = L."""
        means = (self.rails_V + label_V) / 2 if self.node_voltages else np.zeros(2)
        return self.threshold_V + means

    def _conductance(self, gates_V: FloatArray, output_V: FloatArray) -> FloatArray:
        """Return −∂(current into the output node)/∂O, in siemens."""
        lost = output_V[..., None] if self.node_voltages else 0.0
        edges = self.strength_A_per_V2 * (gates_V - self.threshold_V - lost)
        total: FloatArray = edges.sum(axis=-1) + 1 / self.input_resistance_ohm
        return total
