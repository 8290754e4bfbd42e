"""Frames: plots are drawn when they are due, the longest waiting first, within a budget."""

from __future__ import annotations

import time
from collections.abc import Collection

from PyQt6.QtCore import QObject, QTimer

from labctl.gui.plots.dock import PlotDock

FRAME_MS = 15
BUDGET_S = 0.03  # of drawing per frame; what is left waits for the next


class Frames(QObject):
    """Draws plots again and again until `stop`."""

    def __init__(self, docks: Collection[PlotDock]) -> None:
        super().__init__()
        self._docks = docks
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.draw)
        self._timer.start(FRAME_MS)

    def draw(self) -> None:
        """Draw one frame."""
        began = time.monotonic()
        due = [dock for dock in self._docks if dock.is_due(began)]
        for dock in sorted(due, key=lambda d: d.drawn_at):
            dock.draw_now()
            if time.monotonic() - began > BUDGET_S:
                break

    def stop(self) -> None:
        """Draw no more."""
        self._timer.stop()
