"""The watchdog timer of an emulated device: lines go where they are safe when the host falls silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sim_backend.emulators.daq.device import DaqDevice


class Watchdog:
    """A timer that puts lines into their expiration states; unlike samples, it runs on the wall clock.

    Nothing runs in the background: `look` notices an expiry when the device is next dealt with or
    looked at, and the device cannot tell the difference.
    """

    def __init__(
        self, name: str, device: DaqDevice, timeout_s: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self.states: Mapping[int, bool] = {}
        self.expired = False
        self._device = device
        self._now = now
        self._due: float | None = None

    def start(self) -> None:
        """Begin to count down."""
        self._due = self._now() + self.timeout_s

    def stop(self) -> None:
        """Count no more."""
        self._due = None

    def reset(self) -> None:
        """Begin anew, unless it has expired."""
        self.look()
        if self._due is not None:
            self.start()

    def clear(self) -> None:
        """Unlock the outputs after an expiry and begin anew."""
        self.expired = False
        self.start()

    def look(self) -> None:
        """Expire if it is time."""
        if self._due is not None and self.timeout_s >= 0.0 and self._now() >= self._due:
            self._due, self.expired = None, True
            for line, state in self.states.items():
                self._device.lines[line] = state
