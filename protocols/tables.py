"""What all TOML tables share: one frozen base, and the words that several kinds of bench file use."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of a file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ClampCircuit(StrEnum):
    """How the clamped targets are driven."""

    ANALOG = "analog"  # a mixing circuit of the board: follows the free output while learning lasts
    SOFTWARE = "software"  # outputs set once per cycle from the free reading
