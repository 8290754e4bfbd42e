"""Every bench the contract is held against: add a factory here and the whole suite runs on it."""

from collections.abc import Callable
from dataclasses import dataclass

from protocols import Bench
from sim_backend import BenchConfig, BoardSettings, ClampCircuit, Imperfections, SimBench, preset_values


@dataclass(frozen=True)
class Subject:
    """A bench under contract.

    make: a new, closed bench. ideal: gates, sources and readings are exact. simulated: what its identity
    must say. reading_V: how far two readings of the same voltage may differ, node and gate.
    """

    name: str
    make: Callable[[], Bench]
    ideal: bool
    simulated: bool
    node_reading_V: float
    gate_reading_V: float


def _sim(preset: str, circuit: ClampCircuit = ClampCircuit.ANALOG) -> Bench:
    doses = Imperfections.model_validate(preset_values(preset))
    return SimBench(BenchConfig(board=BoardSettings(clamp_circuit=circuit), imperfections=doses), seed=3)


SUBJECTS = [
    Subject("sim-ideal", lambda: _sim("ideal"), True, True, 1e-9, 0.0),
    Subject("sim-software-clamp", lambda: _sim("ideal", ClampCircuit.SOFTWARE), True, True, 1e-9, 0.0),
    Subject("sim-lattice-paper", lambda: _sim("lattice-paper"), False, True, 2e-3, 0.02),
]
