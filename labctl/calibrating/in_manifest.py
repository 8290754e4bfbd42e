"""What a run's manifest says of its corrections; light to import, for it is told between processes."""

from __future__ import annotations

from typing import TypedDict


class CalibrationInUse(TypedDict):
    """A calibration that a run's numbers come from, as its manifest keeps it; times in ISO 8601."""

    routine: str
    id: str
    method: str
    issued: str
    expires: str
    operator: str


class CorrectionsInUse(TypedDict):
    """Every number that a run was corrected by, as its manifest keeps it.

    sources, readings: gain and offset (V) by node; threshold (V) and strength (A/V²) by edge.
    """

    calibrations: list[CalibrationInUse]
    sources: dict[str, list[float]]
    readings: dict[str, list[float]]
    threshold_V: list[float | None] | None
    strength_A_per_V2: list[float | None] | None


class InManifest(TypedDict):
    """What a run's manifest says of its corrections; None when nothing is corrected."""

    corrections: CorrectionsInUse | None
