"""Large lattices: seconds per training cycle, and how they grow with the number of edges."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from benchmarks.timing import Effort, Spread, seconds
from benchmarks.workloads import opened, xor_lattice

WARM_UP_PASSES = 5
LONGEST_BLOCK = 20_000


@cache
def s_per_cycle(n: int, effort: Effort) -> tuple[float, ...]:
    """Return seconds per cycle of steady training on an n×n lattice, one value per repetition."""
    work = xor_lattice(n)
    bench = opened(work, "ideal")
    points = len(work.train)
    warm_up = work.block(WARM_UP_PASSES * points)
    first = seconds(lambda: bench.run(warm_up), 1)[0] / len(warm_up)
    passes = max(1, round(effort.lattice_seconds / first / points))
    block = work.block(min(points * passes, LONGEST_BLOCK))
    return tuple(taken / len(block) for taken in seconds(lambda: bench.run(block), effort.repetitions))


def lattice32(effort: Effort) -> dict[str, Spread]:
    """Measure the 32×32 lattice, 2048 edges."""
    return {"lattice32_s_per_cycle": Spread.of(s_per_cycle(32, effort))}


def lattice100(effort: Effort) -> dict[str, Spread]:
    """Measure the 100×100 lattice, 20,000 edges."""
    return {"lattice100_s_per_cycle": Spread.of(s_per_cycle(100, effort))}


def growth(effort: Effort) -> dict[str, Spread]:
    """Fit how the time per cycle grows with the edges, once per repetition of all sizes."""
    edges = [2 * n * n for n in effort.sizes]
    rounds = zip(*(s_per_cycle(n, effort) for n in effort.sizes), strict=True)
    return {"growth_exponent": Spread.of([exponent(edges, times) for times in rounds])}


def exponent(edges: Sequence[float], times: Sequence[float]) -> float:
    """Return the least-squares slope of log(time) against log(edges)."""
    slope, _ = np.polyfit(np.log(edges), np.log(times), 1)
    return float(slope)
