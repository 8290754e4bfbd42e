"""The published boards: how the two-edge board is set for each experiment, and its linear theory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory import LinearTask, SolutionLine, TwoEdgeBoard
from protocols.block import FloatArray
from sim_backend import Imperfections, preset_values

Overrides = tuple[tuple[str, object], ...]

PULSE_S = 100e-6  # of the published two-edge runs and of the experiment files
ETA = 0.992  # nudge of the experiment files
GATE_MIN_V, GATE_MAX_V = 0.99, 5.18
TASK_NAMES = ("α", "β")


@dataclass(frozen=True)
class TwoEdge:
    """One published experiment on the two-edge board.

    tasks_mV: input and label of α and β, effective ones: those whose simulated solution lines are the
    measured ones (see the presets). reference_V: the gates (G₋, G₊) where the bias was measured and near
    which the publication linearises.
    """

    imperfections: str
    tasks_mV: tuple[tuple[float, float], tuple[float, float]]
    initial_gates_V: float
    reference_V: tuple[float, float]

    @property
    def tasks_V(self) -> tuple[tuple[float, float], ...]:
        """Return input and label of α and β in volts."""
        return tuple((1e-3 * x, 1e-3 * label) for x, label in self.tasks_mV)

    def bench(self) -> Overrides:
        """Return the settings of the bench this experiment ran on."""
        return (
            ("bench.board.gate_min", f'"{GATE_MIN_V} V"'),
            ("bench.board.gate_max", f'"{GATE_MAX_V} V"'),
            ("bench.board.threshold", '"0.7 V"'),
        )

    def cycle(self) -> Overrides:
        """Return the overrides of `two-edge-cycle.toml` that make it this experiment."""
        inputs, labels = zip(*self.tasks_mV, strict=True)
        start = ("training.initial_gates", f'"{self.initial_gates_V} V"')
        return (*self.bench(), *columns("train", inputs, labels), start)

    def model(self) -> TwoEdgeBoard:
        """Return the board of the theory, with the preset's learning rate."""
        doses = self._doses()
        rate = TwoEdgeBoard().learning_rate_per_V_s * (1.0 + doses.rate_error)
        return TwoEdgeBoard(learning_rate_per_V_s=rate, eta=ETA)

    def bias_V_per_s(self, gates_V: FloatArray) -> FloatArray:
        """Return the preset's bias (2,) at gates (2,), in V/s."""
        doses = self._doses()
        grown = 1.0 + doses.bias_growth * (float(np.sum(gates_V)) - doses.bias_reference)
        bias: FloatArray = np.array(doses.per_edge.bias[:2]) * grown
        return bias

    def lines(self) -> tuple[SolutionLine, ...]:
        """Return the solution lines of α and β."""
        model = self.model()
        return tuple(model.line(*task) for task in self.tasks_V)

    def crossing_V(self) -> FloatArray:
        """Return the gates (2,) at which both tasks are solved, in volts."""
        alpha, beta = self.lines()
        return alpha.crossing(beta)

    def linear_tasks(self, near_V: FloatArray | None = None) -> list[LinearTask]:
        """Return α and β linearised near gates (2,); where both are solved, unless said."""
        model = self.model()
        near = self.crossing_V() if near_V is None else near_V
        return [model.linear_task(*task, near, self.bias_V_per_s(near)) for task in self.tasks_V]

    def walls_V(self) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper walls (2,) of both gates, in volts."""
        edges = self._doses().per_edge
        return np.array(edges.wall_low[:2]), np.array(edges.wall_high[:2])

    def _doses(self) -> Imperfections:
        return Imperfections(**preset_values(self.imperfections))


def columns(data: str, inputs_mV: Sequence[float], labels_mV: Sequence[float]) -> Overrides:
    """Return the overrides that make data set `data` these inputs and labels, one point each."""
    return (
        (f"task.{data}.inputs.input", f'{{ values = {list(inputs_mV)}, unit = "mV" }}'),
        (f"task.{data}.labels.O", f'{{ values = {list(labels_mV)}, unit = "mV" }}'),
    )


TWO_EDGE = {
    "exp1": TwoEdge("small-network-exp1", ((418.6, 323.2), (27.2, 145.3)), 3.2, (3.0, 3.5)),
    "exp2": TwoEdge("small-network-exp2", ((405.1, 318.2), (43.4, 196.6)), 3.5, (3.1, 4.3)),
}
TITLES = {
    "exp1": "Two-edge board, experiment 1",
    "exp2": "Two-edge board, experiment 2",
    "lattice": "4×4 lattice, two-point cycle",
}
