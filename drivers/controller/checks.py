"""Limits of a controller board, checked last before the wire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.errors import OutOfLimit
from drivers.limits import ChannelLimits, PulseLimits
from protocols.bench import Limits
from protocols.block import CycleBlock, FloatArray
from protocols.messages import say
from protocols.task import Wiring
from protocols.wire.messages import Welcome

SLACK_V = 1e-9  # what a sum of decimal fractions may miss a limit by


@dataclass(frozen=True)
class Checker:
    """Check values against the limits of one board in one wiring; every method raises OutOfLimit."""

    name: str
    url: str
    nodes: ChannelLimits
    gates: ChannelLimits
    pulse: PulseLimits
    block_cycles: int
    wiring: Wiring

    def limits(self) -> Limits:
        """Return the limits as a bench tells them."""
        return Limits(
            self.nodes.min_V,
            self.nodes.max_V,
            self.gates.min_V,
            self.gates.max_V,
            self.pulse.max_s,
            self.block_cycles,
        )

    def sources(self, inputs_V: FloatArray) -> FloatArray:
        """Return source voltages (…, S), cut to the limits where they miss them by rounding only."""
        inputs = self._shaped(inputs_V, len(self.wiring.sources), "source")
        for column, source in enumerate(self.wiring.sources):
            self._within(self.nodes, say("source {source}", source=source.name), inputs[..., column])
        return np.clip(inputs, self.nodes.min_V, self.nodes.max_V)

    def labels(self, labels_V: FloatArray) -> FloatArray:
        """Return labels (…, T); a differential output may be negative."""
        labels = self._shaped(labels_V, len(self.wiring.outputs), "label")
        span_V = self.nodes.max_V - self.nodes.min_V
        for column, output in enumerate(self.wiring.outputs):
            limits = self.nodes if output.negative is None else ChannelLimits(-span_V, span_V)
            self._within(limits, say("label of {output}", output=output.name), labels[..., column])
        return labels

    def gate_voltages(self, gates_V: FloatArray) -> FloatArray:
        """Return gate voltages (E,)."""
        gates = self._shaped(gates_V, self.wiring.network.n_edges, "gate")
        if gates.ndim != 1:
            raise self._too_much(
                say("{shape} gate voltages do not fit", shape=gates.shape),
                say("one per edge is needed"),
            )
        for edge, volts in enumerate(gates):
            self._within(self.gates, say("the gate of edge {edge}", edge=edge), volts)
        return np.clip(gates, self.gates.min_V, self.gates.max_V)

    def pulse_s(self, length_s: float) -> None:
        """Check the length of a learning pulse."""
        self.pulse.check_s(self.name, self.url, length_s)

    def block(self, block: CycleBlock) -> None:
        """Check everything a block would have the board do."""
        if len(block) > self.block_cycles:
            raise self._too_much(
                say(
                    "{count} cycles are too many, a block holds {block_cycles}",
                    count=len(block),
                    block_cycles=self.block_cycles,
                ),
                say("use shorter blocks"),
            )
        self.sources(block.inputs)
        self.labels(block.labels)
        if block.margins.shape[1:] != block.labels.shape[1:] or not np.isfinite(block.margins).all():
            raise self._too_much(
                say("the margins do not fit the outputs"), say("give one per data point and output")
            )
        longest_s = block.method.time.longest_s()
        if not 0.0 < longest_s <= self.pulse.max_s:
            raise self._too_much(
                say(
                    "a pulse of {longest_s:g} s is outside 0…{max_s:g} s",
                    longest_s=longest_s,
                    max_s=self.pulse.max_s,
                ),
                say("shorten the learning pulse"),
            )

    def _within(self, limits: ChannelLimits, channel: str, volts: FloatArray) -> None:
        values = np.ravel(volts)
        bad = values[~((values >= limits.min_V - SLACK_V) & (values <= limits.max_V + SLACK_V))]  # NaN too
        if bad.size:
            limits.check_V(self.name, self.url, channel, float(bad[0]))

    def _shaped(self, values: FloatArray, last: int, what: str) -> FloatArray:
        array = np.asarray(values, dtype=np.float64)
        if array.shape[-1:] != (last,):
            raise self._too_much(
                say("{shape} {what} voltages do not fit", shape=array.shape, what=what),
                say("{last} are needed", last=last),
            )
        return array

    def _too_much(self, happened: str, action: str) -> OutOfLimit:
        return OutOfLimit(
            self.name, self.url, happened, action=say("nothing was sent; {action}", action=action)
        )


def narrowed(
    board: Welcome, nodes: ChannelLimits | None, gates: ChannelLimits | None, pulse_max_s: float | None
) -> Limits:
    """Return what a board allows within the bench file's limits of nodes and gates (V) and pulses (s)."""
    on_nodes = ChannelLimits(board.node_min_V, board.node_max_V)
    on_gates = ChannelLimits(board.gate_min_V, board.gate_max_V)
    on_nodes = on_nodes if nodes is None else on_nodes.within(nodes)
    on_gates = on_gates if gates is None else on_gates.within(gates)
    pulse_s = board.pulse_max_s if pulse_max_s is None else min(board.pulse_max_s, pulse_max_s)
    return Limits(on_nodes.min_V, on_nodes.max_V, on_gates.min_V, on_gates.max_V, pulse_s, board.block_cycles)
