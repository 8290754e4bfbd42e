"""What calibrations say of a board, put right at the border of a bench: commands, readings, conductances.

`drivers.corrected_bench` puts them around a bench, which knows nothing of it. A command is changed so that
the node gets the voltage asked for, a
reading so that it tells the voltage there is (docs/decisions/0018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from protocols.bench import Limits
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.messages import Message, say
from protocols.method import Hinge, Nudge
from protocols.task import Output, Wiring


class ConverterLine(NamedTuple):
    """What comes out of a converter for what goes in: gain·x + offset_V, in volts."""

    gain: float = 1.0
    offset_V: float = 0.0


@dataclass(frozen=True, eq=False)
class Corrections:
    """Measured lines of a board's converters by node, and of its transistors by edge.

    sources: voltage of the node for a command; readings: reading of a target for its voltage. threshold_V
    and strength_A_per_V2: (E,), nan where unknown, or None. What is not in here is taken as nominal.
    """

    sources: Mapping[int, ConverterLine] = field(default_factory=dict)
    readings: Mapping[int, ConverterLine] = field(default_factory=dict)
    threshold_V: FloatArray | None = None
    strength_A_per_V2: FloatArray | None = None

    def at(self, wiring: Wiring, limits: Limits, *, clamps_from_readings: bool = False) -> CorrectionMap:
        """Return the corrections of an experiment's wires.

        clamps_from_readings: the clamps start from what was read (software), not from the node (analog).
        """
        sources = [self.sources.get(node, ConverterLine()) for node in wiring.source_nodes]
        middle_V = 0.5 * (limits.node_min_V + limits.node_max_V)
        outputs = [self._output(output, middle_V) for output in wiring.outputs]
        return CorrectionMap(
            self, limits, *_columns(sources), *_columns(outputs), clamps_from_readings=clamps_from_readings
        )

    def conductances(self, gates_V: FloatArray, nominal_S: FloatArray) -> FloatArray:
        """Return conductances near 0 V (…, E) in siemens: S·(g − V_T) where both are known, else nominal."""
        if self.threshold_V is None or self.strength_A_per_V2 is None:
            return nominal_S
        found = self.strength_A_per_V2 * np.maximum(np.asarray(gates_V) - self.threshold_V, 0.0)
        known = np.isfinite(self.threshold_V) & np.isfinite(self.strength_A_per_V2)
        return np.where(known, found, nominal_S)

    def _output(self, output: Output, middle_V: float) -> ConverterLine:
        """Return the line of an output.

        Of a differential output only the difference is told: its gain is the mean one, and a difference of
        the two gains is taken off as it is in the middle of the node range.
        """
        positive = self.readings.get(output.positive, ConverterLine())
        if output.negative is None:
            return positive
        negative = self.readings.get(output.negative, ConverterLine())
        apart_V = positive.offset_V - negative.offset_V + (positive.gain - negative.gain) * middle_V
        return ConverterLine(0.5 * (positive.gain + negative.gain), apart_V)


@dataclass(frozen=True, eq=False)
class CorrectionMap:
    """Corrections of the sources (S,) and outputs (T,) of one wiring."""

    corrections: Corrections
    limits: Limits
    source_gain: FloatArray
    source_offset_V: FloatArray
    output_gain: FloatArray
    output_offset_V: FloatArray
    clamps_from_readings: bool = False

    def inputs(self, asked_V: FloatArray) -> FloatArray:
        """Return what to write (…, S) so that the nodes get what is asked, in volts.

        What is asked within the limits is written within them: a voltage that a source does not reach from
        there, it comes as near to as it can. What is asked beyond them stays, for the driver to refuse.
        """
        asked = np.asarray(asked_V, dtype=float)
        if asked.shape[-1:] != self.source_gain.shape:
            return asked  # the bench says what is wrong with it
        low, high = self.limits.node_min_V, self.limits.node_max_V
        written = np.clip((asked - self.source_offset_V) / self.source_gain, low, high)
        return np.where((asked >= low) & (asked <= high), written, asked)

    def outputs(self, read_V: FloatArray) -> FloatArray:
        """Return the voltages (…, T) behind what was read."""
        voltages: FloatArray = (read_V - self.output_offset_V) / self.output_gain
        return voltages

    def as_read(self, outputs_V: FloatArray) -> FloatArray:
        """Return what is read (…, T) of outputs at these voltages."""
        readings: FloatArray = self.output_gain * outputs_V + self.output_offset_V
        return readings

    def block(self, block: CycleBlock) -> CycleBlock:
        """Return the block with commands for its inputs, and with what it compares readings with as it reads.

        Labels that a clamp pulls toward by voltage, and not by comparison, stay what they are.
        """
        if block.labels.shape[1:] != self.output_gain.shape:
            return block  # the bench says what is wrong with it
        labels = block.labels
        compared = self.clamps_from_readings or block.method.clamp.nudge is not Nudge.PROPORTIONAL
        if compared:
            labels = self.as_read(labels)
            if block.method.hinge is not Hinge.OFF:  # there the sign of a label tells the class
                labels = np.where((labels >= 0.0) == (block.labels >= 0.0), labels, block.labels)
        return replace(block, inputs=self.inputs(block.inputs), labels=labels, margins=self._margins(block))

    def record(self, record: CycleRecord) -> CycleRecord:
        """Return the record with the voltages of the free outputs.

        Clamped outputs and nodes come by other converters, of which no calibration tells.
        """
        return replace(record, free_outputs=self.outputs(record.free_outputs))

    def out_of_reach(self, wiring: Wiring) -> list[Message]:
        """Say of every source which part of the node range it does not reach."""
        low, high = self.limits.node_min_V, self.limits.node_max_V
        least = np.maximum(self.source_gain * low + self.source_offset_V - low, 0.0)
        most = np.maximum(high - self.source_gain * high - self.source_offset_V, 0.0)
        found = []
        for source, below_V, above_V in zip(wiring.sources, least, most, strict=True):
            parts = [say("the lowest {below_mV:.2g} mV", below_mV=1e3 * below_V)] if below_V > 0.0 else []
            parts += [say("the highest {above_mV:.2g} mV", above_mV=1e3 * above_V)] if above_V > 0.0 else []
            if len(parts) > 1:
                parts = [say("{first} and {last}", first=parts[0], last=parts[1])]
            if parts:
                found.append(
                    say(
                        "source {source} does not reach {parts} of the node range",
                        source=source.name,
                        parts=parts[0],
                    )
                )
        return found

    def _margins(self, block: CycleBlock) -> FloatArray:
        """Return the margins (P, T) as they are read: on the side of each point's label."""
        if block.method.hinge is Hinge.OFF:
            return block.margins
        side = np.ones_like(block.margins)
        side[block.points] = np.where(block.labels >= 0.0, 1.0, -1.0)
        margins: FloatArray = side * self.as_read(side * block.margins)
        return margins


def _columns(lines: list[ConverterLine]) -> tuple[FloatArray, FloatArray]:
    return np.array([line.gain for line in lines]), np.array([line.offset_V for line in lines])
