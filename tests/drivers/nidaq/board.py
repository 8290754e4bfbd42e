"""A DAQ board wired to a simulated learning board, both behind gRPC, and the bench that drives it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drivers.hardware.config import LimitSettings
from drivers.hardware.daq_settings import DaqSettings
from drivers.hardware.daq_timed import DaqTimedBoard
from protocols import InstrumentError, Wiring
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, BoardSettings, Imperfections
from sim_backend.emulators.daq.device import BENCH_MODEL, DaqDevice, DeviceModel
from sim_backend.emulators.daq.server import DaqServer
from sim_backend.emulators.wired_plant import Terminals, WiredPlant, WiringFaults

from .emulated import TIMEOUT_S


def wired(wiring: Wiring, address: str = "", *, circuit: str = "software", **changes: Any) -> DaqSettings:
    """Return settings for a wiring: terminals counted up in the order in which they are needed."""
    outputs, inputs, lines = (iter([f"{kind}{n}" for n in range(32)]) for kind in ("ao", "ai", "port0/line"))
    targets = wiring.target_nodes
    made: dict[str, Any] = {
        "address": address,
        "sources": {node: next(outputs) for node in wiring.source_nodes},
        "clamp": {"circuit": circuit, "line": next(lines)},
        "read": {
            "free": {node: next(inputs) for node in targets},
            "clamped": {node: next(inputs) for node in targets},
        },
        "mux": {
            "free": next(inputs), "clamped": next(inputs), "gate": next(inputs), "enable": next(lines),
            "address": [next(lines) for _ in range(5)],
        },
        "learn": {"hold": next(lines), "watcher": "ctr1", "chop": next(lines)},
        "charge": {"output": next(outputs), "line": next(lines)},
        "samples": 2,
        "timeout": f"{4 * TIMEOUT_S} s",
    }  # fmt: skip
    if circuit == "software":
        made["clamp"] |= {
            "toward": {node: next(outputs) for node in targets},
            "away": {node: next(outputs) for node in targets},
            "away_line": next(lines),
        }
    else:
        made["clamp"]["labels"] = {o.positive: next(outputs) for o in wiring.outputs}
    return DaqSettings.model_validate(made | changes)


def terminals(settings: DaqSettings, wiring: Wiring) -> Terminals:
    """Return the same wires as the plant takes them."""

    def n(terminal: str | None) -> int | None:
        return None if terminal is None else int(re.findall(r"\d+", terminal)[-1])

    def all_of(table: dict[int, str], nodes: Any) -> tuple[Any, ...]:
        return tuple(n(table[node]) for node in nodes) if table else ()

    clamp, mux, learn = settings.clamp, settings.mux, settings.learn
    return Terminals(
        sources=all_of(settings.sources, wiring.source_nodes),
        clamps=all_of(clamp.toward, wiring.target_nodes),
        away=all_of(clamp.away, wiring.target_nodes),
        labels=all_of(clamp.labels, [o.positive for o in wiring.outputs]),
        free=all_of(settings.read.free, wiring.target_nodes),
        clamped=all_of(settings.read.clamped, wiring.target_nodes),
        free_mux=n(mux.free), clamped_mux=n(mux.clamped), gate_mux=n(mux.gate), enable=n(mux.enable),
        address=tuple(int(re.findall(r"\d+", line)[-1]) for line in mux.address),
        hold=n(learn.hold), chop=n(learn.chop), clamp=n(clamp.line), away_line=n(clamp.away_line),
        charge=n(settings.charge.output), charge_line=n(settings.charge.line),
    )  # fmt: skip


def sim_config(doses: dict[str, str] | None = None, circuit: str = "software", **board: Any) -> BenchConfig:
    """Return the settings of the simulated board behind the wires; SimBench takes the same."""
    settings = BoardSettings(clamp_circuit=ClampCircuit(circuit), **board)
    return BenchConfig(board=settings, imperfections=Imperfections.model_validate(doses or {}))


class DaqRig:
    """A served board and the bench on it."""

    def __init__(self, wiring: Wiring, plant: WiredPlant, server: DaqServer, bench: DaqTimedBoard) -> None:
        self.wiring, self.plant, self.server, self.bench = wiring, plant, server, bench

    def is_safe(self) -> bool:
        """Say whether outputs are at 0 V, gates held, clamps off, by looking into the emulator."""
        volts, lines = self.server.held()
        t = self.plant.terminals
        held, clamped = lines[t.hold or 0], lines[t.clamp or 0]
        return not any(volts) and held and not clamped


@contextmanager
def daq_rig(
    wiring: Wiring,
    doses: dict[str, str] | None = None,
    *,
    seed: int = 0,
    circuit: str = "software",
    gates_V: Any = None,
    opened: bool = True,
    model: DeviceModel = BENCH_MODEL,
    limits: LimitSettings | None = None,
    wiring_faults: WiringFaults | None = None,
    **changes: Any,
) -> Iterator[DaqRig]:
    """Serve a board with these doses and open a bench on it; gates as given."""
    wires = wired(wiring, circuit=circuit)
    plant = WiredPlant(
        sim_config(doses, circuit),
        wiring,
        terminals(wires, wiring),
        seed,
        eta=wires.clamp.eta,
        wiring_faults=wiring_faults,
    )
    with DaqServer(DaqDevice(plant, model=model)) as server:
        settings = wired(wiring, server.address, circuit=circuit, **changes)
        bench = DaqTimedBoard(settings, limits)
        rig = DaqRig(wiring, plant, server, bench)
        try:
            if opened:
                bench.open(wiring)
            if gates_V is not None:
                plant.set_gates(gates_V)
            yield rig
        finally:
            with contextlib.suppress(InstrumentError):
                bench.close()
