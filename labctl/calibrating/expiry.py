"""Calibrations that expire while a run goes on: told beforehand, and told when it happens.

The run goes on as it is: what is applied stays applied, for a step in the middle of the data would be worse.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calibration.records import now_utc
from labctl.bench_files.load import LoadedBench
from labctl.calibrating import gate as calibration_gate
from labctl.calibrating.advice import repeating
from labctl.calibrating.applied import Applied
from protocols.engine import EngineState, Event
from protocols.messages import say

_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Expiry:
    """When a calibration that a run relies on expires; options: of the command that repeats it."""

    routine: str
    expires: datetime
    options: str = ""

    def sentence(self) -> str:
        """Say that it has expired during the run."""
        return say(
            "{routine} expired at {expires} UTC, while the run went on; {again} before the next one",
            routine=self.routine,
            expires=f"{self.expires:%Y-%m-%d %H:%M}",
            again=repeating(self.options)(self.routine),
        )


def expiries(bench: LoadedBench, applied: Applied) -> list[Expiry]:
    """Return the calibrations, required or applied, that are valid now, the first to expire first."""
    required = [e for e in calibration_gate.look(bench).entries if e.usable]
    found = {e.routine: e.expires for e in required if e.expires is not None}
    found |= {c.routine: c.expires for c in applied.calibrations}
    options = bench.options()
    return sorted((Expiry(*item, options) for item in found.items()), key=lambda e: e.expires)


def before_end(found: Sequence[Expiry], duration_s: float, now: datetime | None = None) -> list[str]:
    """Warn of those that expire before a run of this length, in seconds, ends."""
    end = (now or now_utc()) + timedelta(seconds=duration_s)
    return [
        say(
            "{routine} expires at {expires} UTC, before the run is expected to end",
            routine=e.routine,
            expires=f"{e.expires:%Y-%m-%d %H:%M}",
        )
        for e in found
        if e.expires <= end
    ]


class ExpiryWatch:
    """A listener that tells once of each calibration that expires during a run."""

    def __init__(
        self, found: Sequence[Expiry], tell: Callable[[Expiry], None], clock: Callable[[], datetime] = now_utc
    ) -> None:
        self._waiting, self._tell, self._clock = list(found), tell, clock
        self._looked_at = 0.0

    def on_event(self, event: Event, state: EngineState) -> None:
        """Look at the clock, once a second at most."""
        if not self._waiting or time.monotonic() - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        now = self._clock()
        while self._waiting and self._waiting[0].expires <= now:
            self._tell(self._waiting.pop(0))
