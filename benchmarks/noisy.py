"""A simulated bench whose every reading is noisy: node readings and snapshots too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from protocols.bench import NodeReading
from protocols.block import CycleBlock, CycleRecord, FloatArray
from sim_backend import SimBench


class NoisyBench:
    """SimBench, but nodes and snapshots pass converters with the preset's noise and steps.

    SimBench reads nodes and keeps snapshots exactly; a real board does not. Everything else is
    SimBench's own. seed: of this noise.
    """

    def __init__(self, bench: SimBench, seed: int = 0) -> None:
        self.inner = bench
        self._rng = np.random.default_rng([seed, 77])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all nodes of both copies, with noise and quantisation."""
        exact = self.inner.read_nodes(inputs_V)
        return NodeReading(self._nodes(exact.free), self._nodes(exact.clamped))

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block; what it kept on the way is as noisy as any reading."""
        record = self.inner.run(block)
        doses, kept = self.inner.config.imperfections, record.snapshots
        gates = self._read(kept.gates, doses.gate_adc_noise, doses.gate_adc_step)
        noisy = replace(
            kept,
            gates=gates,
            free_nodes=self._nodes(kept.free_nodes),
            clamped_nodes=self._nodes(kept.clamped_nodes),
        )
        return replace(record, snapshots=noisy)

    def _nodes(self, volts: FloatArray) -> FloatArray:
        doses = self.inner.config.imperfections
        return self._read(volts, doses.adc_noise, doses.adc_step)

    def _read(self, volts: FloatArray, noise: float, step: float) -> FloatArray:
        read = volts + noise * self._rng.standard_normal(volts.shape)
        return step * np.round(read / step) if step > 0 else read
