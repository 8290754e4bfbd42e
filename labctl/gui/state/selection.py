"""The edges somebody has pointed at: chosen in one view, shown in all."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

MOST = 6  # as many as there are colours to tell apart


class Selection(QObject):
    """Edges highlighted everywhere, in the order they were chosen; at most MOST."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._edges: list[int] = []

    @property
    def edges(self) -> tuple[int, ...]:
        """Return the chosen edges."""
        return tuple(self._edges)

    def toggle(self, edge: int, *, add: bool = False) -> None:
        """Choose an edge alone, or with `add` beside the others; one already chosen is let go."""
        if edge in self._edges:
            self._edges = [e for e in self._edges if e != edge] if add or len(self._edges) == 1 else [edge]
        else:
            self._edges = [*self._edges[-(MOST - 1) :], edge] if add else [edge]
        self.changed.emit()

    def choose(self, edges: tuple[int, ...]) -> None:
        """Choose exactly these."""
        self._edges = list(edges[:MOST])
        self.changed.emit()

    def clear(self) -> None:
        """Let all go."""
        self.choose(())
