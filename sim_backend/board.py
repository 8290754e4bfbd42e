"""The realised board: nominal parts with one draw of every imperfection, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from protocols.block import FloatArray
from protocols.network import Network
from protocols.task import Wiring
from sim_backend.config import BenchConfig, ClampCircuit
from sim_backend.edge_law import Devices
from sim_backend.laws import SquareLaw


class Edges(NamedTuple):
    """How gates move: per-edge rates for compiled code.

    rate (E,) α in 1/(V·s), 0 for a resistor; bias (E,) in V/s; offset_rate (E,) = 2α·o in 1/s; leak (E,)
    in V/s; growth in 1/V and reference in V of the bias; lower and upper wall in V.
    """

    rate: FloatArray
    bias: FloatArray
    offset_rate: FloatArray
    leak: FloatArray
    growth: float
    reference: float
    wall_low: float
    wall_high: float


class Converters(NamedTuple):
    """What stands between numbers and volts: sources, clamps, readings, the pulse.

    source_* (S,), clamp_* and adc_* per target node, volts; steps are quantisation steps, 0 for none.
    """

    source_gain: FloatArray
    source_offset: FloatArray
    source_step: float
    label_step: float
    clamp_gain: FloatArray
    clamp_offset: FloatArray
    adc_gain: FloatArray
    adc_offset: FloatArray
    adc_noise: float
    adc_step: float
    pulse_step: float
    pulse_jitter: float
    pulse_max: float
    overhead: float
    node_max: float
    software_clamp: bool


@dataclass(frozen=True, eq=False)
class Board:
    """One board: devices of both copies, edges, and the converters of one wiring."""

    free: Devices
    clamped: Devices
    edges: Edges
    converters: Converters


def build_board(config: BenchConfig, wiring: Wiring, seed: int) -> Board:
    """Draw a board from its settings; the same seed draws the same board."""
    network, doses = wiring.network, config.imperfections
    count = network.n_edges

    def per_edge(name: str) -> FloatArray:
        return doses.draw(name, seed, count)

    threshold = config.board.threshold + per_edge("threshold_spread")
    strength = config.board.strength * (1 + per_edge("strength_spread"))
    mismatch_V, mismatch = per_edge("threshold_mismatch"), per_edge("strength_mismatch")
    free = SquareLaw(threshold, strength).devices(network)
    clamped = SquareLaw(threshold + mismatch_V, strength * (1 + mismatch)).devices(network)
    return Board(free, clamped, _edges(config, network, seed), _converters(config, wiring, seed))


def _edges(config: BenchConfig, network: Network, seed: int) -> Edges:
    doses, board = config.imperfections, config.board
    count = network.n_edges
    learns = network.transistors().astype(float)
    rate = board.learning_rate * learns
    bias = (doses.bias_mean + doses.draw("bias_spread", seed, count)) * learns
    spread = doses.draw("gate_leak", seed, count)
    return Edges(
        rate=rate,
        bias=bias,
        offset_rate=2 * rate * doses.draw("contrast_offset", seed, count),
        leak=np.clip(doses.gate_leak + 0.25 * spread, 0.5 * doses.gate_leak, 1.5 * doses.gate_leak) * learns,
        growth=doses.bias_growth,
        reference=doses.bias_reference,
        wall_low=board.gate_min,
        wall_high=board.gate_max,
    )


def _converters(config: BenchConfig, wiring: Wiring, seed: int) -> Converters:
    doses, board = config.imperfections, config.board
    network = wiring.network
    sources, targets = list(wiring.source_nodes), list(wiring.target_nodes)

    def at(name: str, nodes: list[int]) -> FloatArray:
        return doses.draw(name, seed, network.nodes)[nodes]

    return Converters(
        source_gain=1 + at("source_gain", sources),
        source_offset=at("source_offset", sources),
        source_step=doses.source_step,
        label_step=doses.label_step,
        clamp_gain=1 + at("clamp_gain", targets),
        clamp_offset=at("clamp_offset", targets),
        adc_gain=1 + at("adc_gain", targets),
        adc_offset=at("adc_offset", targets),
        adc_noise=doses.adc_noise,
        adc_step=doses.adc_step,
        pulse_step=doses.pulse_step,
        pulse_jitter=doses.pulse_jitter,
        pulse_max=board.pulse_max,
        overhead=board.cycle_overhead,
        node_max=board.node_max,
        software_clamp=board.clamp_circuit is ClampCircuit.SOFTWARE,
    )
