"""Orders: which data point each training cycle visits.

An order is a pure function of the cycle numbers asked for, a seed and, for a Markov chain, the
point visited just before; cutting a run into blocks elsewhere changes nothing for the
deterministic orders, and the random ones draw from a stream seeded by (seed, first cycle).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from protocols.block import FloatArray, IntArray
from protocols.errors import ConfigError
from protocols.messages import say


class OrderKind(StrEnum):
    """How data points follow one another."""

    SEQUENTIAL = "sequential"
    RANDOM = "random"
    MARKOV = "markov"
    TASK_CYCLE = "task-cycle"


@dataclass(frozen=True, eq=False)
class Order:
    """Visit the data points in this order.

    `half_period_cycles` cycles are spent on each group in turn (task cycle of period τ = 2·half);
    inside a group the points follow sequentially. `transition` (P, P) holds relative
    probabilities, row = from. Raises ConfigError for a matrix or period that cannot be used.
    """

    kind: OrderKind
    groups: IntArray
    half_period_cycles: int = 1
    transition: FloatArray | None = None

    def __post_init__(self) -> None:
        points = len(self.groups)
        if self.kind is OrderKind.MARKOV:
            if self.transition is None or self.transition.shape != (points, points):
                raise ConfigError(
                    say("a Markov order needs a {points}×{points} matrix", points=points), key="transition"
                )
            weights = self.transition
            if not np.isfinite(weights).all() or (weights < 0).any() or (weights.sum(axis=1) <= 0).any():
                raise ConfigError(say("each row needs non-negative weights, not all zero"), key="transition")
        if self.kind is OrderKind.TASK_CYCLE:
            if self.half_period_cycles < 1:
                raise ConfigError(say("half a period is less than one cycle"), key="period")
            if len(np.unique(self.groups)) < 2:
                raise ConfigError(
                    say("a task cycle needs at least two groups"),
                    key="groups",
                    allowed=say("number the tasks 0, 1, …"),
                )

    def points(self, first_cycle: int, count: int, seed: int, previous: int) -> IntArray:
        """Return the data point of `count` cycles from `first_cycle` on, shape (count,)."""
        cycles = first_cycle + np.arange(count)
        if self.kind is OrderKind.SEQUENTIAL:
            return cycles % len(self.groups)
        if self.kind is OrderKind.TASK_CYCLE:
            return self._task_cycle(cycles)
        rng = np.random.default_rng([seed, first_cycle, 1])
        if self.kind is OrderKind.RANDOM:
            return rng.integers(len(self.groups), size=count)
        return self._markov(count, rng, previous)

    def _task_cycle(self, cycles: IntArray) -> IntArray:
        names, counts = np.unique(self.groups, return_counts=True)
        turn = cycles // self.half_period_cycles
        group = turn % len(names)
        members = np.argsort(self.groups, kind="stable")
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        visits = (turn // len(names)) * self.half_period_cycles + cycles % self.half_period_cycles
        chosen: IntArray = members[starts[group] + visits % counts[group]]
        return chosen

    def _markov(self, count: int, rng: np.random.Generator, previous: int) -> IntArray:
        if self.transition is None:  # checked when made; this tells the type checker
            raise ConfigError(say("a Markov order needs a matrix"), key="transition")
        ladder = np.cumsum(self.transition / self.transition.sum(axis=1, keepdims=True), axis=1)
        chosen = np.empty(count, dtype=np.int64)
        point = previous
        for k, draw in enumerate(rng.random(count)):
            point = min(int(np.searchsorted(ladder[point], draw, side="right")), len(ladder) - 1)
            chosen[k] = point
        return chosen
