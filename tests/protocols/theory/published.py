"""Inputs of the published two-edge analysis, and wells made of them (arXiv:2505.22887, DESIGN §2.6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory import LinearTask, SolutionLine, TwoEdgeBoard

NOMINAL_RATE = 1 / (0.33 * 100 * 22e-6)


@dataclass(frozen=True)
class Published:
    lines: tuple[SolutionLine, SolutionLine]  # measured
    drifts_V_per_s: tuple[tuple[float, float], tuple[float, float]]
    near_V: tuple[float, float]  # where the bias was measured
    fitted_bias_V_per_s: tuple[float, float]
    fitted_rate: float  # of the direct fit, in units of the nominal one

    def tasks(self, bias: np.ndarray, rate: float = 2.0) -> tuple[LinearTask, LinearTask]:
        board = TwoEdgeBoard(node_voltages=False, learning_rate_per_V_s=rate * NOMINAL_RATE)
        a, b = (
            board.linear_task(*board.effective_task(line), np.array(self.near_V), bias) for line in self.lines
        )
        return a, b


EXP1 = Published(
    (SolutionLine(2.7257, -3.3003), SolutionLine(0.43914, 1.6061)),
    ((1.870, 5.084), (4.148, 1.867)),
    (3.0, 3.5),
    (2.96, 4.90),
    2.42,
)
EXP2 = Published(
    (SolutionLine(2.5678, -2.901), SolutionLine(0.74821, 1.9224)),
    ((0.639, 1.642), (0.785, 0.599)),
    (3.1, 4.3),
    (-0.28, 2.12),
    2.01,
)
