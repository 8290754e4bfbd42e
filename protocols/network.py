"""Networks: nodes joined by transistor edges and fixed resistors.

A network is wiring only; what the devices do electrically belongs to the bench. Edges are
numbered, and every per-edge array in labctl (gate voltages, conductances, biases) uses that order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from protocols.errors import ConfigError
from protocols.messages import say

Edge: TypeAlias = tuple[int, int]
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Network:
    """Wire nodes 0…n-1 by edges; an edge is a transistor unless it has a fixed resistance.

    `edges` are (node, node) pairs; parallel edges are allowed, self-loops are not.
    `fixed_resistance` maps an edge number to ohms. `positions` (x, y) are for drawing only.
    Raises ConfigError for a node out of range, a self-loop, or a resistance that is not positive.
    """

    nodes: int
    edges: tuple[Edge, ...]
    fixed_resistance: Mapping[int, float] = field(default_factory=dict)
    positions: tuple[Point, ...] = ()
    name: str = "network"

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", tuple((int(a), int(b)) for a, b in self.edges))
        object.__setattr__(self, "fixed_resistance", dict(self.fixed_resistance))
        object.__setattr__(self, "positions", tuple(self.positions) or _circle_layout(self.nodes))
        if self.nodes < 2:
            raise ConfigError(say("a network needs at least two nodes"), key="nodes", value=self.nodes)
        if not self.edges:
            raise ConfigError(say("a network needs at least one edge"), key="edges")
        for number, (a, b) in enumerate(self.edges):
            if not (0 <= a < self.nodes and 0 <= b < self.nodes):
                raise ConfigError(
                    say("edge {number} names a node that does not exist", number=number),
                    key="edges",
                    value=[a, b],
                    allowed=say("nodes are 0 to {nodes}", nodes=self.nodes - 1),
                )
            if a == b:
                raise ConfigError(
                    say("edge {number} joins a node to itself", number=number), key="edges", value=[a, b]
                )
        for number, ohm in self.fixed_resistance.items():
            if not 0 <= number < len(self.edges):
                raise ConfigError(say("no such edge"), key="fixed_resistance", value=number)
            if not (ohm > 0 and math.isfinite(ohm)):
                raise ConfigError(say("a resistance must be above 0 ohm"), key="fixed_resistance", value=ohm)
        if len(self.positions) != self.nodes:
            raise ConfigError(
                say("one position per node is needed"), key="positions", value=len(self.positions)
            )

    @property
    def n_edges(self) -> int:
        """Count all edges, transistors and resistors."""
        return len(self.edges)

    def endpoints(self) -> NDArray[np.int64]:
        """Return the two end nodes of every edge, shape (E, 2)."""
        return np.array(self.edges, dtype=np.int64)

    def transistors(self) -> NDArray[np.bool_]:
        """Return which edges learn, shape (E,)."""
        return np.array([e not in self.fixed_resistance for e in range(self.n_edges)])

    def edge_names(self) -> list[str]:
        """Return one readable name per edge, such as '03-07'; parallel edges get a letter."""
        width = len(str(self.nodes - 1))
        names: list[str] = []
        seen: Counter[tuple[int, int]] = Counter()
        for a, b in self.edges:
            twins = seen[a, b]
            seen[a, b] += 1
            names.append(f"{a:0{width}d}-{b:0{width}d}" + ("" if twins == 0 else chr(ord("a") + twins)))
        return names

    def unreachable(self, fixed: Iterable[int]) -> list[int]:
        """Return the nodes that no path of edges joins to any node in `fixed`: they float."""
        import networkx  # slow to import, and only needed where networks are checked

        graph = networkx.Graph(self.edges)
        graph.add_nodes_from(range(self.nodes))
        reached: set[int] = set()
        for node in fixed:
            if node not in reached:
                reached |= networkx.node_connected_component(graph, node)
        return [node for node in range(self.nodes) if node not in reached]

    def dead_ends(self, fixed: Iterable[int]) -> dict[int, int]:
        """Map each node that can carry no current at rest to the node whose voltage it takes.

        Such nodes hang on the rest of the network by a single node, with no fixed node behind it.
        """
        supply = -1
        import networkx  # slow to import, and only needed where networks are checked

        graph = networkx.Graph(self.edges)
        graph.add_nodes_from(range(self.nodes))
        graph.add_edges_from((supply, node) for node in fixed)
        live = set(fixed)
        for component in networkx.biconnected_components(graph):
            if supply in component:
                live |= component - {supply}
        graph.remove_nodes_from([supply])
        anchors: dict[int, int] = {}
        frontier = sorted(live)
        while frontier:
            node = frontier.pop()
            for other in graph[node]:
                if other not in live and other not in anchors:
                    anchors[other] = anchors.get(node, node)
                    frontier.append(other)
        return anchors


def periodic_lattice(rows: int, columns: int) -> Network:
    """Build the lattice of the board: node = columns·row + column, wrapped around both ways.

    Edge order: all vertical edges (r,c)-(r+1,c) row by row, then all horizontal edges
    (r,c)-(r,c+1), as the published board numbers them.
    """
    return lattice(rows, columns, periodic=True)


def lattice(rows: int, columns: int, *, periodic: bool = True) -> Network:
    """Build a rectangular lattice, periodic or with open boundaries."""
    if rows < 1 or columns < 1 or rows * columns < 2:
        raise ConfigError(say("a lattice needs at least two nodes"), key="rows", value=[rows, columns])
    vertical = [
        (columns * r + c, columns * ((r + 1) % rows) + c)
        for r in range(rows if periodic and rows > 1 else rows - 1)
        for c in range(columns)
    ]
    horizontal = [
        (columns * r + c, columns * r + (c + 1) % columns)
        for r in range(rows)
        for c in range(columns if periodic and columns > 1 else columns - 1)
    ]
    positions = tuple((float(c), float(rows - 1 - r)) for r in range(rows) for c in range(columns))
    kind = "periodic lattice" if periodic else "open lattice"
    return Network(
        rows * columns, tuple(vertical + horizontal), positions=positions, name=f"{rows}×{columns} {kind}"
    )


def two_edge_board(input_resistance: float = 500.0) -> Network:
    """Build the two-edge board: output 0 joined to rails and input (DESIGN §2.1).

    Nodes: 0 output, 1 rail V₋, 2 rail V₊, 3 input. Edges: 0 = G₋ (to V₋), 1 = G₊ (to V₊),
    2 = fixed resistor to the input, in ohm.
    """
    return Network(
        4,
        ((1, 0), (2, 0), (3, 0)),
        fixed_resistance={2: input_resistance},
        positions=((1.0, 0.5), (0.0, 0.0), (0.0, 1.0), (2.0, 0.5)),
        name="two-edge board",
    )


def _circle_layout(nodes: int) -> tuple[Point, ...]:
    angles = 2 * np.pi * np.arange(nodes) / max(nodes, 1)
    return tuple((float(np.cos(t)), float(np.sin(t))) for t in angles)
