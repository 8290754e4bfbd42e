"""Deadline telemetry: how many cycles started late, and by how much, without keeping them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np

from protocols.block import FloatArray, IntArray

EDGES_S: FloatArray = np.concatenate([[0.0], 10.0 ** np.arange(-6, 1.5, 0.5)])  # 0, 1 µs, 3.2 µs, … 10 s


class Histogram(TypedDict):
    """Late cycles by how late they were: cycles[k] from from_s[k] to from_s[k + 1], the last open-ended."""

    from_s: list[float]
    cycles: list[int]


class LatenessSummary(TypedDict):
    """What the manifest and the summary of a run tell of its deadlines."""

    late_cycles: int
    lateness_worst_s: float
    lateness_histogram: Histogram


def _no_counts() -> IntArray:
    return np.zeros(len(EDGES_S), dtype=np.int64)


@dataclass
class LatenessTally:
    """Cycles seen, late ones, the worst lateness in seconds, and a histogram.

    histogram[k] counts late cycles from EDGES_S[k] up to EDGES_S[k+1], the last one all beyond. A cycle is
    late when its lateness is above 0; a lateness that is no number counts as late, beyond every edge.
    """

    cycles: int = 0
    late: int = 0
    worst_s: float = 0.0
    histogram: IntArray = field(default_factory=_no_counts)

    def add(self, lateness_s: FloatArray) -> None:
        """Count the cycles of a block."""
        self.cycles += len(lateness_s)
        late = lateness_s[~(lateness_s <= 0.0)]
        if len(late):
            self.late += len(late)
            known = late[np.isfinite(late)]
            self.worst_s = max(self.worst_s, float(known.max(initial=0.0)))
            bins = np.searchsorted(EDGES_S, late, side="right") - 1
            self.histogram = self.histogram + np.bincount(bins, minlength=len(EDGES_S))

    def summary(self) -> LatenessSummary:
        """Return the numbers for the run's summary and manifest."""
        return {
            "late_cycles": self.late,
            "lateness_worst_s": self.worst_s,
            "lateness_histogram": {"from_s": EDGES_S.tolist(), "cycles": self.histogram.tolist()},
        }
