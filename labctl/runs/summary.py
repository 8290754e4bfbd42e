"""What a run came to, as `labctl run --json` prints it and the manifest keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from protocols.messages import Message


@dataclass(frozen=True)
class LatenessHistogram:
    """Cycles by how late they started: cycles[k] from from_s[k] to from_s[k + 1], the last open-ended."""

    from_s: tuple[float, ...]
    cycles: tuple[int, ...]


@dataclass(frozen=True)
class RunSummary:
    """What a run came to: the keys of `labctl run --json`. None where there is nothing to tell.

    resumed: how the last resumption found the bench, as in the manifest.
    """

    run_id: str
    path: str
    status: str
    reason: Message
    name: str
    task: str
    method: str
    bench: str
    imperfections: str
    seed: int
    cycles: int
    learning_time_s: float
    error_start_V2: float
    error_end_V2: float | None
    mse_end_V2: float | None
    test_error_end_V2: float | None
    accuracy_end: float | None
    worst_margin_end_V: float | None
    wall_time_s: float
    cycles_per_s: float
    late_cycles: int
    lateness_worst_s: float
    lateness_histogram: LatenessHistogram
    resumed: dict[str, Any] | None
    figures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)
