"""The `[engine]` table of a bench file: how the process that owns the bench behaves."""

from __future__ import annotations

from pydantic import Field

from protocols.tables import Table
from protocols.units import Second

UNWATCHED_S = 10.0  # what `when_unwatched = "stop"` waits for


class EngineSettings(Table):
    """How the engine runs; the bench itself does not see these."""

    stop_when_unwatched: Second | None = Field(
        None, gt=0, description="stop and keep when no client has asked anything for so long; left out: go on"
    )
    realtime_priority: int | None = Field(
        None, ge=1, le=99, description="SCHED_FIFO priority to ask the system for; left out: none"
    )
