"""What a self-test may find wrong with a wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from protocols.block import FloatArray


class WireTrouble(StrEnum):
    """What may be wrong with wires."""

    SWAPPED = "swapped"
    MISPLACED = "misplaced"
    OPEN = "open"
    SHORTED = "shorted"
    WEAK = "weak"
    REVERSED = "reversed"
    STUCK = "stuck"


@dataclass(frozen=True)
class WireFault:
    """What is wrong, with which wires, in which copy ("free", "clamped", "both"); one sentence for people."""

    trouble: WireTrouble
    wires: tuple[str, ...]
    copy: str
    sentence: str


def same(one: FloatArray, other: FloatArray, tolerance_V: float) -> bool:
    """Say whether two rows of readings agree, in volts."""
    return bool(np.max(np.abs(one - other)) <= tolerance_V)
