"""A bench without physics that knows what it drives, and can fail at any call."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import numpy as np

from protocols import (
    CycleBlock,
    CycleRecord,
    Identity,
    InstrumentError,
    Limits,
    NodeReading,
    SafeState,
    Wiring,
)

from ...protocols.builders import CHAIN, make_limits, make_record

DRIVES_V = 0.3


class PoweredBench:
    """Implements `protocols.Bench`; `before_call(name, number)` may raise, or act, before any call."""

    def __init__(self, before_call: Callable[[str, int], None] = lambda name, number: None) -> None:
        self.sources_V = (0.0, 0.0)
        self.learning = False
        self.is_open = False
        self.calls: list[str] = []
        self.before_call = before_call

    @property
    def is_safe(self) -> bool:
        return not self.learning and self.sources_V == (0.0, 0.0)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.before_call(name, len(self.calls))

    def open(self, wiring: Wiring) -> None:
        self._called("open")
        self.is_open = True

    def close(self) -> None:
        self._called("close")
        if self.is_open:
            self.sources_V, self.learning, self.is_open = (0.0, 0.0), False, False

    def safe_state(self) -> SafeState:
        self._called("safe_state")
        self.sources_V, self.learning = (0.0, 0.0), False
        return SafeState(False, self.sources_V, True)

    def limits(self) -> Limits:
        return make_limits()

    def identity(self) -> Identity:
        return Identity("powered", "powered bench", "1", True)

    def reset_gates(self, gates_V: Any) -> None:
        self._called("reset_gates")
        self.sources_V = (DRIVES_V, DRIVES_V)

    def run(self, block: CycleBlock) -> CycleRecord:
        self.sources_V, self.learning = (DRIVES_V, DRIVES_V), True
        self._called("run")  # in the middle of it
        self.learning = False
        return make_record(block.first_cycle, len(block), len(block.wrong))

    def measure(self, inputs_V: Any) -> Any:
        self.sources_V = (DRIVES_V, DRIVES_V)
        self._called("measure")
        return np.full((len(inputs_V), 1), 0.05)

    def read_gates(self) -> Any:
        self._called("read_gates")
        return np.full(CHAIN.n_edges, 2.0)

    def read_nodes(self, inputs_V: Any) -> NodeReading:
        self._called("read_nodes")
        nodes = np.zeros((len(inputs_V), CHAIN.nodes))
        return NodeReading(nodes, nodes)

    def conductances(self, gates_V: Any) -> Any:
        return np.full(np.shape(gates_V), 1e-3)


def unplugged() -> InstrumentError:
    return InstrumentError("DAQ", "no answer", "plug it in")


def press_emergency_off() -> None:
    """What the engine's own thread sees when somebody presses it."""
    signal.raise_signal(signal.SIGUSR1)
