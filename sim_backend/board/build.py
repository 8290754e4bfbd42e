"""The realised board: nominal parts with one draw of every imperfection, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray
from protocols.messages import Message, say
from protocols.tables import ClampCircuit
from protocols.task import Wiring
from sim_backend.board.config import BenchConfig
from sim_backend.board.imperfections import Imperfections
from sim_backend.board.nominal import nominal_law
from sim_backend.board.parts import Broken, Parts, find_broken
from sim_backend.plant.board_arrays import Chances, Converters, Edges
from sim_backend.plant.edge_law import RESISTOR, Devices
from sim_backend.plant.laws import GATED, EdgeLaw, MixedLaw, Open, Short


@dataclass(frozen=True, eq=False)
class SimulatedBoard:
    """One board: devices of both copies, edges, converters of one wiring, and what is broken.

    wires_off: source and target nodes whose wire has come off; open_edges: edges that conduct nothing,
    by a fault or by the bench file.
    """

    free: Devices
    clamped: Devices
    edges: Edges
    converters: Converters
    chances: Chances
    wires_off: tuple[int, ...]
    open_edges: tuple[int, ...]


def build_board(config: BenchConfig, wiring: Wiring, seed: int) -> SimulatedBoard:
    """Draw a board from its settings; the same seed draws the same board.

    Raises ConfigError when a list per edge, a fault or an edge law does not fit the network, and when
    what is drawn cannot be built.
    """
    parts = Parts(config.imperfections, seed, wiring.network)
    broken = find_broken(parts, wiring)
    law = _with_faults(nominal_law(config.board, parts.network), broken, parts.doses.short_resistance)
    free, clamped = _devices(law, parts)
    return SimulatedBoard(
        free,
        clamped,
        _edges(config, parts, np.isin(free.kind, GATED) & ~np.isin(np.arange(len(free.kind)), broken.dead)),
        _converters(config, parts, wiring, broken.wires_off),
        _chances(parts.doses, seed),
        broken.wires_off,
        tuple(int(e) for e in np.flatnonzero((free.kind == RESISTOR) & (free.strength == 0))),
    )


def _with_faults(law: MixedLaw, broken: Broken, short_ohm: float) -> MixedLaw:
    opened: dict[int, EdgeLaw] = dict.fromkeys(broken.open, Open())
    return MixedLaw(law.default, {**law.by_edge, **opened, **dict.fromkeys(broken.shorted, Short(short_ohm))})


def _devices(law: MixedLaw, parts: Parts) -> tuple[Devices, Devices]:
    """Return the devices of the free and the clamped copy."""
    nominal = law.devices(parts.network)
    gated = np.isin(nominal.kind, GATED)
    threshold = parts.either("threshold", nominal.threshold + parts.drawn("threshold_spread"))
    strength = parts.either("strength", nominal.strength * (1 + parts.drawn("strength_spread")))
    mismatch_V = parts.either("threshold_mismatch", parts.drawn("threshold_mismatch"))
    mismatch = parts.either("strength_mismatch", parts.drawn("strength_mismatch"))

    def copy(threshold: FloatArray, strength: FloatArray, name: Message) -> Devices:
        parts.refuse(
            gated & (strength <= 0),
            lambda e: say("edge {edge} gets no strength in the {copy} copy", edge=e, copy=name),
            "strength",
        )
        return nominal._replace(
            threshold=np.where(gated, threshold, nominal.threshold),
            strength=np.where(gated, strength, nominal.strength),
        )

    return (
        copy(threshold, strength, say("free")),
        copy(threshold + mismatch_V, strength * (1 + mismatch), say("clamped")),
    )


def _edges(config: BenchConfig, parts: Parts, learns: NDArray[np.bool_]) -> Edges:
    doses, board = parts.doses, config.board
    on = learns.astype(float)
    error = parts.either("rate_error", doses.rate_error + parts.drawn("rate_spread"))
    rate = board.learning_rate * (1 + error) * on
    parts.refuse(rate < 0, lambda e: say("edge {edge} gets a learning rate below 0", edge=e), "rate_error")
    bias = parts.either("bias", doses.bias_mean + parts.drawn("bias_spread"))
    fall, spread = doses.gate_leak, parts.drawn("gate_leak")
    leak = parts.either("gate_leak", np.clip(fall + 0.25 * spread, 0.5 * fall, 1.5 * fall))
    charge = parts.either("pulse_charge", doses.pulse_charge + parts.drawn("pulse_charge_spread"))
    low = parts.either("wall_low", board.gate_min + parts.drawn("wall_spread"))
    high = parts.either("wall_high", board.gate_max + parts.drawn("wall_spread", "wall_spread.high"))
    parts.refuse(
        learns & (low >= high),
        lambda e: say("edge {edge} gets its lower wall above its upper one", edge=e),
        "wall",
    )
    return Edges(
        rate=rate,
        bias=bias * on,
        offset_rate=2 * rate * parts.either("contrast_offset", parts.drawn("contrast_offset")),
        leak=leak * on,
        charge=charge * on,
        wall_low=low,
        wall_high=high,
        growth=doses.bias_growth,
        reference=doses.bias_reference,
    )


def _converters(config: BenchConfig, parts: Parts, wiring: Wiring, wires_off: tuple[int, ...]) -> Converters:
    doses, board = parts.doses, config.board
    sources, targets = list(wiring.source_nodes), list(wiring.target_nodes)
    # A target whose wire is off is neither read nor driven: its reading is the converter's bare noise.
    joined = (~np.isin(targets, wires_off)).astype(float)

    return Converters(
        source_gain=1 + parts.at_nodes("source_gain", sources),
        source_offset=parts.at_nodes("source_offset", sources),
        source_step=doses.source_step,
        label_step=doses.label_step,
        clamp_gain=(1 + parts.at_nodes("clamp_gain", targets)) * joined,
        clamp_offset=parts.at_nodes("clamp_offset", targets) * joined,
        adc_gain=(1 + parts.at_nodes("adc_gain", targets)) * joined,
        adc_offset=parts.at_nodes("adc_offset", targets) * joined,
        adc_noise=doses.adc_noise,
        adc_step=doses.adc_step,
        pulse_step=doses.pulse_step,
        pulse_jitter=doses.pulse_jitter,
        pulse_max=board.pulse_max,
        overhead=board.cycle_overhead,
        node_max=board.node_max,
        software_clamp=board.clamp_circuit is ClampCircuit.SOFTWARE,
    )


def _chances(doses: Imperfections, seed: int) -> Chances:
    drifts = doses.threshold_drift > 0 and doses.threshold_drift_period > 0
    return Chances(
        dropped=doses.dropped_samples,
        late=doses.late_cycles,
        late_by=doses.late_by,
        drift=doses.threshold_drift if drifts else 0.0,
        drift_period=doses.threshold_drift_period if drifts else 0.0,
        drift_phase=doses.phase("threshold_drift", seed) if drifts else 0.0,
    )
