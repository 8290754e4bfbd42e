"""Values of single parts of a board: what is measured, what is drawn, and what is broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray
from protocols.errors import ConfigError
from protocols.messages import Message, say
from protocols.network import Network
from protocols.task import Wiring
from sim_backend.board.imperfections import Imperfections

# What to look at when the named property of an edge comes out impossible.
_RESPONSIBLE = {
    "strength": "strength_spread, strength_mismatch and per_edge.strength",
    "rate_error": "rate_error and rate_spread",
    "wall": "wall_spread, per_edge.wall_low and per_edge.wall_high",
}


class Parts(NamedTuple):
    """The doses with the seed and the network they are drawn for."""

    doses: Imperfections
    seed: int
    network: Network

    def drawn(self, name: str, stream: str = "") -> FloatArray:
        """Draw the named dose for every edge (E,)."""
        return self.doses.draw(name, self.seed, self.network.n_edges, stream)

    def either(self, name: str, drawn: FloatArray) -> FloatArray:
        """Return the measured values (E,) of the named property if there are any, else what was drawn."""
        values = getattr(self.doses.per_edge, name)
        if not values:
            return drawn
        if len(values) != self.network.n_edges:
            raise ConfigError(
                say("needs one value per edge"),
                key=f"imperfections.per_edge.{name}",
                value=f"{len(values)} values",
                allowed=say(
                    "the network has {edges} edges, fixed resistors counted", edges=self.network.n_edges
                ),
            )
        return np.array(values, dtype=float)

    def at_nodes(self, name: str, nodes: list[int]) -> FloatArray:
        """Return the named property of the converters at these nodes: measured if it is, else drawn."""
        values = getattr(self.doses.per_node, name)
        if not values:
            return self.doses.draw(name, self.seed, self.network.nodes)[nodes]
        if len(values) != self.network.nodes:
            raise ConfigError(
                say("needs one value per node"),
                key=f"imperfections.per_node.{name}",
                value=f"{len(values)} values",
                allowed=say("the network has {nodes} nodes", nodes=self.network.nodes),
            )
        return np.array(values, dtype=float)[nodes]

    def struck(self, name: str) -> set[int]:
        """Draw which transistors the named probability strikes."""
        struck = self.doses.strike(name, self.seed, self.network.n_edges)
        return {int(e) for e in np.flatnonzero(struck & self.network.transistors())}

    def refuse(self, bad: NDArray[np.bool_], problem: Callable[[int], Message], name: str) -> None:
        """Raise ConfigError for the first bad edge (E,); `problem` says it of an edge's number."""
        if bad.any():
            raise ConfigError(
                problem(int(np.argmax(bad))),
                key="imperfections",
                allowed=say(
                    "look at {responsible} (seed {seed})", responsible=_RESPONSIBLE[name], seed=self.seed
                ),
            )


class Broken(NamedTuple):
    """Edges whose gate never moves, that are open, that are shorted; nodes whose wire has come off."""

    dead: tuple[int, ...]
    open: tuple[int, ...]
    shorted: tuple[int, ...]
    wires_off: tuple[int, ...]


def find_broken(parts: Parts, wiring: Wiring) -> Broken:
    """Return what is broken: the faults listed and what the probabilities draw besides.

    A listed fault wins over a drawn one, open over shorted. Raises ConfigError for a fault where
    there is nothing to break.
    """
    faults = parts.doses.faults
    faults.check(parts.network.n_edges, parts.network.nodes)
    for edge in faults.dead:
        if edge in parts.network.fixed_resistance:
            raise _nothing_to_break("dead", edge, say("is a fixed resistor: it has no gate"))
    opened = (parts.struck("open_edges") - set(faults.shorted)) | set(faults.open)
    shorted = (parts.struck("shorted_edges") | set(faults.shorted)) - opened
    dead = parts.struck("dead_edges") | set(faults.dead)
    return Broken(*(tuple(sorted(s)) for s in (dead, opened, shorted, _wires_off(parts, wiring))))


def _wires_off(parts: Parts, wiring: Wiring) -> set[int]:
    wired = set(wiring.source_nodes) | set(wiring.target_nodes)
    for node in parts.doses.faults.wires_off:
        if node not in wired:
            there = ", ".join(map(str, sorted(wired)))
            raise _nothing_to_break(
                "wires_off", node, say("is neither source nor target here: wires go to {there}", there=there)
            )
    # Drawn for all nodes of the board, so that another task on it finds the same wires off.
    struck = parts.doses.strike("wire_off", parts.seed, parts.network.nodes)
    return {node for node in wired if struck[node]} | set(parts.doses.faults.wires_off)


def _nothing_to_break(name: str, number: int, problem: str) -> ConfigError:
    return ConfigError(problem, key=f"imperfections.faults.{name}", value=number)
