"""What a run came to, as `labctl run --json` prints it and the manifest keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Required, TypedDict

from labctl.calibrating.in_manifest import CorrectionsInUse
from labctl.store.lateness import Histogram
from protocols.messages import Message


class Resumed(TypedDict, total=False):
    """How a resumption found the bench, as a run's manifest keeps it; gates only of boards that hold them."""

    from_cycle: Required[int]
    cycles_repeated: Required[int]
    gates_read_at_cycle: int
    gate_drift_worst_V: float
    gate_drift_rms_V: float
    corrections: CorrectionsInUse | None
    time: str


@dataclass(frozen=True)
class RunSummary:
    """What a run came to: the keys of `labctl run --json`. None where there is nothing to tell.

    resumed: how the last resumption found the bench.
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
    lateness_histogram: Histogram
    resumed: Resumed | None
    figures: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return what JSON can hold."""
        return asdict(self)
