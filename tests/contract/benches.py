"""Every bench the contract is held against: add a subject here and the whole suite runs on it.

Emulated benches talk through the real drivers to emulators on this machine's ports; a real bench is
the one given with `pytest tests/contract --bench BENCH.toml`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.hardware import HardwareBench
from drivers.hardware.config import OutputWire, SourceWire
from labctl.bench_files.hardware_file import check_wires
from labctl.bench_files.load import read_hardware
from labctl.emulation import EmulatedBench, HardwareBenchFile
from labctl.emulation.free_ports import with_free_ports
from protocols import Bench, ConfigError, Wiring
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, BoardSettings, Imperfections, SimBench, preset_values

from ..drivers.nidaq.board import wired

BENCHES = Path(__file__).parents[2] / "benches"
SEED = 3


@dataclass(frozen=True)
class Subject:
    """A bench under contract.

    make: a new, closed bench. ideal: gates, sources and readings are exact. simulated: what its identity
    must say. node_reading_V, gate_reading_V: how far two readings of the same voltage may differ.
    answer_V: how far the record of a block may be from SimBench's, where that is known; `twin` is the
    SimBench to compare with. emulated: the instruments behind it, which can be looked into. rewired: it
    has wires that can be plugged elsewhere. one_of: of so many drawn examples a slow bench tries one.
    """

    name: str
    make: Callable[[], Bench]
    ideal: bool
    simulated: bool
    node_reading_V: float
    gate_reading_V: float
    answer_V: float = 1e-9
    twin: Callable[[], Bench] | None = None
    emulated: EmulatedBench | None = None
    rewired: bool = False
    one_of: int = 1


@dataclass(frozen=True)
class Candidate:
    """How to get a subject ready; it is used inside the context."""

    name: str
    ready: Callable[[pytest.Config, Wiring], Any]


def _sim(preset: str, circuit: ClampCircuit = ClampCircuit.ANALOG) -> Bench:
    doses = Imperfections.model_validate(preset_values(preset))
    return SimBench(BenchConfig(board=BoardSettings(clamp_circuit=circuit), imperfections=doses), seed=SEED)


def _simulated(name: str, make: Callable[[], Bench], ideal: bool, node_V: float, gate_V: float) -> Candidate:
    @contextmanager
    def ready(config: pytest.Config, wiring: Wiring) -> Iterator[Subject]:
        yield Subject(name, make, ideal, True, node_V, gate_V, twin=make)

    return Candidate(name, ready)


def _emulated(
    name: str, file: str, preset: str, ideal: bool, node_V: float, gate_V: float, answer_V: float = 1e-9
) -> Candidate:
    @contextmanager
    def ready(config: pytest.Config, wiring: Wiring) -> Iterator[Subject]:
        bench, _ = read_hardware(str(BENCHES / file))
        if bench.instruments.daq is not None:
            bench = _plugged(bench, wiring)
        doses = Imperfections.model_validate(preset_values(preset))
        behind = bench.emulation.model_copy(update={"seed": SEED, "imperfections": doses})
        with EmulatedBench(with_free_ports(bench.model_copy(update={"emulation": behind}))) as running:
            yield Subject(
                name,
                lambda: HardwareBench(running.config),
                ideal,
                True,
                node_V,
                gate_V,
                answer_V,
                twin=lambda: SimBench(running.sim_config(), seed=SEED),
                emulated=running,
                rewired=running.controller is not None,
                one_of=1 if running.controller is not None else 20,
            )

    return Candidate(name, ready)


def _plugged(bench: HardwareBenchFile, wiring: Wiring) -> HardwareBenchFile:
    """Return a DAQ bench with its wires plugged to the nodes of this wiring."""
    wires = bench.wires.model_copy(
        update={
            "sources": {s.name: SourceWire(node=s.node) for s in wiring.sources},
            "outputs": {o.name: OutputWire(positive=o.positive, negative=o.negative) for o in wiring.outputs},
        }
    )
    instruments = bench.instruments.model_copy(update={"daq": wired(wiring, bench.instruments.daq.address)})
    limits = bench.limits.model_copy(update={"block_cycles": 100})
    return bench.model_copy(update={"instruments": instruments, "wires": wires, "limits": limits})


@contextmanager
def _given(config: pytest.Config, wiring: Wiring) -> Iterator[Subject]:
    file = str(config.getoption("--bench"))
    bench, _ = read_hardware(file)
    try:
        check_wires(bench, wiring, file)
    except ConfigError as error:
        pytest.skip(f"the contract's wiring does not fit this bench: {error}")
    yield Subject(
        "given",
        lambda: HardwareBench(bench),
        ideal=False,
        simulated=bench.simulated,
        node_reading_V=5e-3,
        gate_reading_V=0.05,
    )


CANDIDATES = [
    _simulated("sim-ideal", lambda: _sim("ideal"), True, 1e-9, 0.0),
    _simulated("sim-software-clamp", lambda: _sim("ideal", ClampCircuit.SOFTWARE), True, 1e-9, 0.0),
    _simulated("sim-lattice-paper", lambda: _sim("lattice-paper"), False, 2e-3, 0.02),
    _emulated("controller-ideal", "emulated.toml", "ideal", True, 1e-9, 0.0),
    _emulated("controller-lattice-paper", "emulated.toml", "lattice-paper", False, 2e-3, 0.02),
    _emulated("daq-ideal", "emulated-daq.toml", "ideal", True, 1e-6, 1e-9, answer_V=1e-6),
]


def candidates(config: pytest.Config) -> list[Candidate]:
    """Return every candidate, the bench given with --bench among them."""
    return CANDIDATES + ([Candidate("given", _given)] if config.getoption("--bench") else [])
