"""A bench whose wires are not where they should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from protocols.bench import NodeReading
from protocols.block import CycleBlock, CycleRecord, FloatArray


@dataclass
class MiswiredBench:
    """Any bench, with pairs of wires swapped or touching; everything else is the bench's own.

    sources, readings, clamps: pairs of numbers of swapped source, reading and clamp wires; touching:
    pairs of source wires in contact, which both stand at the mean of what they are told.
    """

    inner: Any
    sources: Sequence[tuple[int, int]] = ()
    readings: Sequence[tuple[int, int]] = ()
    clamps: Sequence[tuple[int, int]] = ()
    touching: Sequence[tuple[int, int]] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the targets, through whatever wires there are."""
        return _swapped(self.inner.measure(self._driven(inputs_V)), self.readings)

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all nodes for what the sources really drive."""
        reading: NodeReading = self.inner.read_nodes(self._driven(inputs_V))
        return reading

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block on the wires as they are."""
        labels = _swapped(np.array(block.labels), self.clamps)
        record = self.inner.run(replace(block, inputs=self._driven(block.inputs), labels=labels))
        return replace(record, free_outputs=_swapped(record.free_outputs, self.readings))

    def _driven(self, inputs_V: FloatArray) -> FloatArray:
        driven = _swapped(np.array(inputs_V), self.sources)
        for i, j in self.touching:
            driven[:, [i, j]] = driven[:, [i, j]].mean(axis=1, keepdims=True)
        return driven


def _swapped(columns: FloatArray, pairs: Sequence[tuple[int, int]]) -> FloatArray:
    out = np.array(columns)
    for i, j in pairs:
        out[:, [i, j]] = out[:, [j, i]]
    return out
