"""The board that all emulated instruments of one bench share: fed by the supply, probed by the meter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from protocols.bench import Identity, Limits, NodeReading
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.errors import InstrumentError
from protocols.messages import say
from protocols.task import Wiring
from sim_backend.board.config import BenchConfig
from sim_backend.simbench import SimBench

Pair = tuple[int, int]


class BenchPlant:
    """A SimBench behind the controller's pins, with its supply and with the wires as they are.

    `powered` says whether the supply feeds the board: without it every node rests at 0 V, gates take no
    charge and no block runs. `touching` are pairs of nodes whose source wires are in contact: each then
    drives both to the mean. `sources_off` and `outputs_off` are nodes whose wires hang loose.
    Implements `controller_plant.BoardPlant`; `probe` may come from another thread.
    """

    def __init__(
        self,
        config: BenchConfig,
        seed: int = 0,
        powered: Callable[[], bool] = lambda: True,
        *,
        touching: Sequence[Pair] = (),
        sources_off: Collection[int] = (),
        outputs_off: Collection[int] = (),
    ) -> None:
        self._config, self._seed = config, seed
        self._bench = SimBench(config, seed)
        self._powered = powered
        self._touching = tuple(touching)
        self._off = frozenset(sources_off), frozenset(outputs_off)
        self._lock = threading.Lock()
        self._wiring: Wiring | None = None
        self._columns: list[Pair] = []
        self._driven: FloatArray = np.zeros(0)

    def open(self, wiring: Wiring) -> None:
        """Wire the board; the gates stand anywhere."""
        with self._lock:
            self._bench = SimBench(self._as_wired(wiring), self._seed)
            self._bench.open(wiring)
            nodes = list(wiring.source_nodes)
            self._columns = [
                (nodes.index(a), nodes.index(b)) for a, b in self._touching if a in nodes and b in nodes
            ]
            self._wiring, self._driven = wiring, np.zeros(len(nodes))

    def close(self) -> None:
        """Take the wires off; harmless when there are none."""
        with self._lock:
            self._bench.close()
            self._wiring = None

    def safe_state(self) -> object:
        """Hold the gates, put the sources to 0 V."""
        with self._lock:
            self._driven = np.zeros_like(self._driven)
            return self._bench.safe_state()

    def limits(self) -> Limits:
        """Return what the board stands."""
        return self._bench.limits()

    def identity(self) -> Identity:
        """Return who the board is."""
        return self._bench.identity()

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate, shape (E,), in volts."""
        with self._lock:
            if self._powered():
                self._bench.reset_gates(gates_V)

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run cycles. Raises InstrumentError when the supply is off."""
        with self._lock:
            if not self._powered():
                raise InstrumentError("board", say("its supply is off, or below its voltage"))
            if self._columns:
                block = replace(block, inputs=self._mixed(block.inputs))
            self._driven = block.inputs[-1]
            return self._bench.run(block)

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S), in volts."""
        with self._lock:
            inputs = self._mixed(inputs_V)
            self._driven = inputs[-1]
            outputs = self._bench.measure(inputs)
            return outputs if self._powered() else np.zeros_like(outputs)

    def read_gates(self) -> FloatArray:
        """Read every gate, shape (E,), in volts; resistors read NaN."""
        with self._lock:
            return self._bench.read_gates()

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all nodes of both copies for inputs (P, S), in volts."""
        with self._lock:
            self._driven = self._mixed(inputs_V)[-1]
            nodes = self._bench.read_nodes(self._mixed(inputs_V))
            if self._powered():
                return nodes
            return NodeReading(np.zeros_like(nodes.free), np.zeros_like(nodes.clamped))

    def probe(self, node: int) -> float:
        """Return what stands on a node of the free copy right now, in volts, as a meter sees it."""
        with self._lock:
            if self._wiring is None or not self._powered():
                return 0.0
            return float(self._bench.read_nodes(self._driven[None]).free[0, node])

    def _as_wired(self, wiring: Wiring) -> BenchConfig:
        """Return the settings with the loose wires among those that this wiring uses."""
        doses = self._config.imperfections
        sources, targets = set(wiring.source_nodes), set(wiring.target_nodes)
        off = (self._off[0] & sources) | (self._off[1] & targets)
        off |= set(doses.faults.wires_off) & (sources | targets)
        faults = doses.faults.model_copy(update={"wires_off": tuple(sorted(off))})
        return self._config.model_copy(update={"imperfections": doses.model_copy(update={"faults": faults})})

    def _mixed(self, inputs_V: FloatArray) -> FloatArray:
        """Return what arrives at the nodes where wires touch."""
        inputs = np.array(inputs_V, dtype=float)
        for one, other in self._columns:
            inputs[..., [one, other]] = inputs[..., [one, other]].mean(axis=-1, keepdims=True)
        return inputs
