"""The nominal law of every edge: what the bench file says, before any imperfection."""

from __future__ import annotations

from numpy.typing import ArrayLike

from protocols.block import FloatArray
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.network import Network
from sim_backend.board.config import BenchConfig, BoardSettings
from sim_backend.board.edge_settings import (
    DiodeEdges,
    EdgeLawSettings,
    LawKind,
    Level1Card,
    Level1Edges,
    OpenEdges,
    SquareLawEdges,
)
from sim_backend.plant.laws import Diode, EdgeLaw, Level1, MixedLaw, Open, Short, SquareLaw


def nominal_law(board: BoardSettings, network: Network) -> MixedLaw:
    """Return the law of the board's edges. Raises ConfigError for an edge the network does not have."""
    default = SquareLaw(board.threshold, board.strength)
    by_edge: dict[int, EdgeLaw] = {}
    for number, entry in enumerate(board.edge_laws):
        law = _law_of(entry, board)
        for edge in entry.edges:
            _check(edge, entry, network, f"board.edge_laws.{number}.edges")
            by_edge[edge] = law
    return MixedLaw(level1(board.level1) if board.law is LawKind.LEVEL1 else default, by_edge)


def conductances(config: BenchConfig, network: Network, gates_V: ArrayLike) -> FloatArray:
    """Turn gate voltages (…, E) into conductances (…, E) at 0 V by the nominal law, in siemens."""
    return nominal_law(config.board, network).conductance(gates_V, network)


def level1(card: Level1Card) -> Level1:
    """Return the transistors of a card."""
    return Level1(
        vto_V=card.vto,
        gamma_sqrt_V=card.gamma,
        phi_V=card.phi,
        kp_A_per_V2=card.kp,
        lambda_per_V=card.lambda_,
        rsh_ohm=card.rsh,
        length_m=card.length,
        width_m=card.width,
        drain_squares=card.nrd,
        source_squares=card.nrs,
        gmin_S=card.gmin,
    )


def _law_of(entry: EdgeLawSettings, board: BoardSettings) -> EdgeLaw:
    if isinstance(entry, SquareLawEdges):
        threshold = board.threshold if entry.threshold is None else entry.threshold
        return SquareLaw(threshold, board.strength if entry.strength is None else entry.strength)
    if isinstance(entry, Level1Edges):
        written = {
            name: getattr(entry, name) for name in entry.model_fields_set & Level1Card.model_fields.keys()
        }
        return level1(board.level1.model_copy(update=written))
    if isinstance(entry, DiodeEdges):
        return Diode(entry.saturation_current, entry.ideality)
    return Open() if isinstance(entry, OpenEdges) else Short(entry.resistance)


def _check(edge: int, entry: EdgeLawSettings, network: Network, key: str) -> None:
    if edge >= network.n_edges:
        raise ConfigError(
            say("no such edge"),
            key=key,
            value=edge,
            allowed=say("edges are 0 to {last}", last=network.n_edges - 1),
        )
    if edge in network.fixed_resistance and isinstance(entry, SquareLawEdges | Level1Edges):
        raise ConfigError(
            say("is a fixed resistor of the network: it cannot become a transistor"),
            key=key,
            value=edge,
            allowed=say("diode, open and short may replace a fixed resistor"),
        )
