"""Where the parts of a drawn network go: plain edges, periodic stubs, parallel edges, labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from labctl.store.reading import floats, ints
from protocols.block import BoolArray, FloatArray, IntArray

STUB = 0.42  # length of a stub, in lattice pitches
WRAPS_ABOVE = 1.5  # an edge longer than this many median edges goes around the lattice
_TWIN_GAP = 0.16  # between parallel edges, in lattice pitches


@dataclass(frozen=True, eq=False)
class Layout:
    """A network on the page, in units of its shortest spacing.

    nodes (N, 2); ends (E, 2, 2) start and end point of each edge; wraps (E,) which edges leave the
    boundary: they are drawn as a stub at each of their two nodes, tips (E, 2, 2); lattice: whether the
    nodes stand on a full rectangular grid.
    """

    nodes: FloatArray
    tail: IntArray
    head: IntArray
    ends: FloatArray
    wraps: BoolArray
    tips: FloatArray
    lattice: bool

    def segments(self, edge: int) -> list[FloatArray]:
        """Return the straight pieces edge is drawn with, each (2, 2)."""
        if not self.wraps[edge]:
            return [self.ends[edge]]
        return [np.array([self.nodes[n], t]) for n, t in zip(self._pair(edge), self.tips[edge], strict=True)]

    def clear_point(self, edge: int) -> tuple[float, float]:
        """Return a point well inside an edge's first piece, the furthest from all other edges."""
        start, end = self.segments(edge)[0]
        others = [piece for e in range(len(self.tail)) if e != edge for piece in self.segments(e)]
        points = [start + share * (end - start) for share in (0.5, 0.4, 0.6, 0.3, 0.7)]
        clear = [min((_distance(p, piece) for piece in others), default=0.0) for p in points]
        # A third of a pitch is room enough; beyond that the middle is best.
        best = points[int(np.argmax(np.minimum(clear, 0.3) - 0.05 * np.array([0, 1, 1, 2, 2])))]
        return float(best[0]), float(best[1])

    def bounds(self) -> tuple[float, float, float, float]:
        """Return left, right, bottom and top of everything drawn."""
        points = np.concatenate([self.nodes, self.tips[self.wraps].reshape(-1, 2)])
        (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
        return float(left), float(right), float(bottom), float(top)

    def free_direction(self, node: int, preferred: ArrayLike = (1.0, 1.0)) -> FloatArray:
        """Return the unit vector away from node that is furthest from its edges; ties go to `preferred`."""
        leaving = []
        for edge in np.flatnonzero((self.tail == node) | (self.head == node)):
            which = 0 if self.tail[edge] == node else 1
            far = self.tips[edge, which] if self.wraps[edge] else self.nodes[self._pair(int(edge))[1 - which]]
            leaving.append(np.arctan2(*(far - self.nodes[node])[::-1]))
        angles = np.pi / 4 * np.arange(8)
        wanted = np.arctan2(*np.asarray(preferred, dtype=float)[::-1])
        apart = np.array([min((_between(a, b) for b in leaving), default=np.pi) for a in angles])
        # An eighth of a turn beside any edge is room enough; beyond that, taste decides.
        score = np.minimum(apart, 0.8) - 0.1 * np.array([_between(a, wanted) for a in angles])
        best = float(angles[int(np.argmax(score))])
        return np.array([np.cos(best), np.sin(best)])

    def _pair(self, edge: int) -> tuple[int, int]:
        return int(self.tail[edge]), int(self.head[edge])


def lay_out(run: xr.Dataset) -> Layout:
    """Place nodes and edges of a run's network."""
    places = np.column_stack([floats(run, "node_x"), floats(run, "node_y")])
    tail, head = ints(run, "edge_tail"), ints(run, "edge_head")
    nodes = places / _pitch(places)
    step = nodes[head] - nodes[tail]
    length = np.hypot(step[:, 0], step[:, 1])
    lattice = is_grid(nodes)
    along = (np.abs(step) < 1e-6).any(axis=1)
    wraps = along & (length > WRAPS_ABOVE * np.median(length)) & lattice
    outward = -step / np.maximum(length, 1e-12)[:, None]
    tips = np.stack([nodes[tail] + STUB * outward, nodes[head] - STUB * outward], axis=1)
    ends = np.stack([nodes[tail], nodes[head]], axis=1) + _twin_offsets(tail, head, step, wraps)
    return Layout(nodes, tail, head, ends, wraps, tips, lattice)


def is_grid(nodes: FloatArray) -> bool:
    """Tell whether the nodes (N, 2) fill a rectangular grid of even spacing."""
    columns, rows = np.unique(nodes[:, 0].round(6)), np.unique(nodes[:, 1].round(6))
    if len(columns) * len(rows) != len(nodes) or len(np.unique(nodes.round(6), axis=0)) != len(nodes):
        return False
    gaps = np.concatenate([np.diff(columns), np.diff(rows)])
    return bool(gaps.size and np.ptp(gaps) < 1e-6)


def _pitch(places: FloatArray) -> float:
    apart = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))
    apart = apart[apart > 1e-9]
    return float(apart.min()) if apart.size else 1.0


def _twin_offsets(tail: IntArray, head: IntArray, step: FloatArray, wraps: BoolArray) -> FloatArray:
    """Shift parallel edges sideways so that each is seen, shape (E, 1, 2)."""
    pairs = np.sort(np.column_stack([tail, head]), axis=1)
    shift = np.zeros((len(tail), 1, 2))
    for pair in np.unique(pairs, axis=0):
        twins = np.flatnonzero((pairs == pair).all(axis=1) & ~wraps)
        if len(twins) < 2:
            continue
        first = step[twins[0]]
        across = np.array([-first[1], first[0]]) / max(float(np.hypot(*first)), 1e-12)
        for place, edge in enumerate(twins):
            shift[edge, 0] = across * _TWIN_GAP * (place - 0.5 * (len(twins) - 1))
    return shift


def _between(a: float, b: float) -> float:
    return float(abs((a - b + np.pi) % (2 * np.pi) - np.pi))


def _distance(point: FloatArray, piece: FloatArray) -> float:
    """Return how far a point is from a straight piece (2, 2)."""
    start, step = piece[0], piece[1] - piece[0]
    share = np.clip(np.dot(point - start, step) / max(float(np.dot(step, step)), 1e-12), 0.0, 1.0)
    return float(np.hypot(*(point - start - share * step)))
