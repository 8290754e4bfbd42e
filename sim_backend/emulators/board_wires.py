"""The wires between a DAQ device and the simulated board: plugged as told, swapped, off, or in contact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray
from protocols.task import Wiring
from sim_backend.board.config import BenchConfig
from sim_backend.emulators.terminals import Terminals, WiringFaults


class BoardWires:
    """What arrives at the other end of each wire."""

    def __init__(self, terminals: Terminals, faults: WiringFaults) -> None:
        self._terminals = terminals
        self._faults = faults
        self._rewired = faults != WiringFaults()
        self._loose_inputs = {self.exchanged(name) for name in faults.off if name.startswith("ai")}
        loose = [_number(self.exchanged(name)) for name in faults.off if name.startswith("ao")]
        self._loose_labels = [place for place in loose if place in terminals.labels]

    def exchanged(self, terminal: str) -> str:
        """Return the terminal whose place on the board this terminal's wire is in."""
        for one, other in self._faults.swapped:
            if terminal in (one, other):
                return other if terminal == one else one
        return terminal

    def outputs(self, ao_V: FloatArray) -> FloatArray:
        """Return what arrives at each output's place on the board."""
        arrived = np.array(ao_V, dtype=float)
        if not self._rewired:
            return arrived
        for one, other in self._faults.touching:
            a, b = _number(one), _number(other)
            arrived[[a, b]] = 0.5 * (arrived[a] + arrived[b])
        for one, other in self._faults.swapped:
            if one.startswith("ao"):
                a, b = _number(one), _number(other)
                arrived[[a, b]] = arrived[[b, a]]
        arrived[self._loose_labels] = 0.0
        return arrived

    def inputs(self, volts: FloatArray) -> FloatArray:
        """Return what arrives at each input, (inputs, samples), in volts; one that hangs loose reads 0 V."""
        for name in self._loose_inputs:
            volts[_number(name)] = 0.0
        for one, other in self._faults.swapped:
            if one.startswith("ai"):
                a, b = _number(one), _number(other)
                volts[[a, b]] = volts[[b, a]]
        return volts

    def lines(self, states: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the lines as they arrive; one that hangs loose is low."""
        arrived = np.array(states, dtype=np.bool_)
        if not self._rewired:
            return arrived
        for one, other in self._faults.swapped:
            if one.startswith("port"):
                a, b = _line(one), _line(other)
                arrived[[a, b]] = arrived[[b, a]]
        arrived[[_line(name) for name in self._faults.off if name.startswith("port")]] = False
        return arrived

    def with_loose_wires(self, config: BenchConfig, wiring: Wiring) -> BenchConfig:
        """Return the settings with the board's nodes undriven that no output reaches any more."""
        nodes = set(config.imperfections.faults.wires_off)
        for name in self._faults.off:
            place = _number(self.exchanged(name)) if name.startswith("ao") else -1
            if place in self._terminals.sources:
                nodes.add(wiring.source_nodes[self._terminals.sources.index(place)])
            elif place in self._terminals.clamps:
                nodes.add(wiring.target_nodes[self._terminals.clamps.index(place)])
        faults = config.imperfections.faults.model_copy(update={"wires_off": tuple(sorted(nodes))})
        doses = config.imperfections.model_copy(update={"faults": faults})
        return config.model_copy(update={"imperfections": doses})


def _number(terminal: str) -> int:
    return int(terminal[2:])


def _line(terminal: str) -> int:
    return int(terminal.rpartition("line")[2])
