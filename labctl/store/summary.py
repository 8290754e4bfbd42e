"""What a run achieved, read from what it stored: the measured part of its summary."""

from __future__ import annotations

from typing import Any

from labctl.store.live_reader import LiveReader


def measured(live: LiveReader) -> dict[str, Any]:
    """Return errors of the first and last round, cycles and learning time; empty before the first round."""
    first, last = live.round_at(0), live.round_at(-1)
    if first is None or last is None:
        return {}

    def value(name: str) -> float | None:
        return float(last[name]) if name in last else None

    extent = live.extent()
    return {
        "cycles": extent.cycles,
        "learning_time_s": extent.learning_time_s,
        "error_start_V2": float(first["train_error"]),
        "error_end_V2": value("train_error"),
        "mse_end_V2": value("train_mse"),
        "test_error_end_V2": value("test_error"),
        "accuracy_end": value("train_accuracy"),
        "worst_margin_end_V": value("train_worst_margin"),
    }
