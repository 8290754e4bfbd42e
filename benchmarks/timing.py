"""Timing: repeat a piece of work, warm, and keep median and range."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class CannotRun(Exception):
    """A measurement that this machine cannot make, with the reason."""


@dataclass(frozen=True)
class Effort:
    """How much work to spend: repetitions of a measurement, and the cycles or seconds in each.

    starts: repetitions of what starts a process of its own and takes seconds. block_cycles: cycles per
    block of the 4×4 board, blocks of them per repetition. ensemble_cycles: cycles per board. sizes:
    lattices n×n whose growth is fitted. lattice_seconds: about how long one repetition on a lattice
    takes. ngspice_cycles, least_squares_cycles: cycles per repetition. solves: random networks solved.
    """

    repetitions: int
    starts: int
    block_cycles: int
    blocks: int
    ensemble_boards: int
    ensemble_cycles: int
    sizes: tuple[int, ...]
    lattice_seconds: float
    ngspice_cycles: int
    least_squares_cycles: int
    solves: int


FULL = Effort(7, 3, 20_000, 5, 1000, 1000, (16, 24, 32, 48, 64, 100), 0.3, 2000, 400, 20_000)
QUICK = Effort(3, 1, 2000, 1, 20, 100, (8, 12, 16), 0.02, 100, 20, 250)


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of `count` repetitions."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise repeated values."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def times(self, factor: float) -> Spread:
        """Return every value times a positive factor."""
        return Spread(factor * self.median, factor * self.low, factor * self.high, self.count)

    def rate(self, work: float) -> Spread:
        """Turn seconds for an amount of work into work per second."""
        return Spread(work / self.median, work / self.high, work / self.low, self.count)

    def over(self, other: Spread) -> Spread:
        """Divide by another measurement; the range is the widest the two allow."""
        return Spread(
            self.median / other.median,
            self.low / other.high,
            self.high / other.low,
            min(self.count, other.count),
        )


def seconds(
    work: Callable[[], object], repetitions: int, before: Callable[[], object] | None = None
) -> list[float]:
    """Time `work` several times after one run that is not timed; `before` runs untimed each time."""
    taken = []
    for _ in range(repetitions + 1):
        if before is not None:
            before()
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken[1:]
