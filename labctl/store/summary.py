"""What a run achieved, read from what it stored: the measured part of its summary."""

from __future__ import annotations

from dataclasses import dataclass

from labctl.store.live_reader import LiveReader


@dataclass(frozen=True)
class RunResults:
    """Cycles and learning time of a run, its errors before the first and at the last round.

    None where nothing was measured: there is no test set, or no classes.
    """

    cycles: int
    learning_time_s: float
    error_start_V2: float
    error_end_V2: float | None
    mse_end_V2: float | None
    test_error_end_V2: float | None
    accuracy_end: float | None
    worst_margin_end_V: float | None


def measured(live: LiveReader) -> RunResults | None:
    """Return what a run came to; None before the first round."""
    first, last = live.round_at(0), live.round_at(-1)
    if first is None or last is None:
        return None

    def value(name: str) -> float | None:
        return float(last[name]) if name in last else None

    extent = live.extent()
    return RunResults(
        cycles=extent.cycles,
        learning_time_s=extent.learning_time_s,
        error_start_V2=float(first["train_error"]),
        error_end_V2=value("train_error"),
        mse_end_V2=value("train_mse"),
        test_error_end_V2=value("test_error"),
        accuracy_end=value("train_accuracy"),
        worst_margin_end_V=value("train_worst_margin"),
    )
