"""The emulated DAQ board of a bench: its terminals wired to the plant as the bench file says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import TracebackType

import numpy as np

from drivers.hardware.daq_settings import DaqSettings
from labctl.bench_files.hardware_file import EmulationSettings, HardwareBenchFile
from labctl.emulation.addresses import grpc_place
from protocols.block import FloatArray
from protocols.errors import ConfigError, InstrumentError
from protocols.messages import say
from protocols.task import Wiring
from sim_backend import BenchConfig
from sim_backend.emulators.daq.device import DaqDevice, Lines
from sim_backend.emulators.daq.server import DaqServer
from sim_backend.emulators.faults import FaultInjector
from sim_backend.emulators.wired_plant import Terminals, WiredPlant, WiringFaults

INPUTS = 32


class FedPlant:
    """A wired plant that only works while its supply feeds it; implements `daq_device.DaqPlant`."""

    def __init__(self, plant: WiredPlant, powered: Callable[[], bool]) -> None:
        self.wired = plant
        self._powered = powered

    def settle(self, ao_V: FloatArray, lines: Lines) -> FloatArray:
        """Return the analog inputs at rest; 0 V without a supply."""
        inputs = self.wired.settle(ao_V, lines)
        return inputs if self._powered() else np.zeros_like(inputs)

    def scan(self, ao_V: FloatArray, lines: Lines, period_s: float, samples: int) -> FloatArray:
        """Return the analog inputs at the edges of a clock; 0 V without a supply."""
        inputs = self.wired.scan(ao_V, lines, period_s, samples)
        return inputs if self._powered() else np.zeros_like(inputs)

    def pulse(self, ao_V: FloatArray, lines: Lines, length_s: float) -> None:
        """Let the gates learn for one pulse; without a supply they hold."""
        if self._powered():
            self.wired.pulse(ao_V, lines, length_s)
        else:
            self.wired.wait(length_s)

    def wait(self, duration_s: float) -> None:
        """Let time pass with the gates held."""
        self.wired.wait(duration_s)

    def probe(self, node: int) -> float:
        """Return what stands on a node of the free copy, in volts; 0 V without a supply."""
        return self.wired.probe(node) if self._powered() else 0.0


class EmulatedDaq:
    """An NI gRPC device server for the board of a bench file; use as a context manager."""

    def __init__(
        self,
        config: HardwareBenchFile,
        board: BenchConfig,
        faults: FaultInjector,
        powered: Callable[[], bool],
    ) -> None:
        settings, emulation = config.instruments.daq, config.emulation
        if settings is None or emulation is None:
            raise ConfigError(say("has no DAQ board to emulate"), key="instruments.daq")
        self._settings = settings
        self._wiring = config.wiring()
        wired = WiredPlant(
            board,
            self._wiring,
            terminals_of(settings, self._wiring),
            emulation.seed,
            eta=settings.clamp.eta,
            wiring_faults=_wiring_faults(config, settings, emulation),
        )
        place = grpc_place(settings.address, "instruments.daq.address")
        self._host, self._port = place.host, place.port
        self.plant = FedPlant(wired, powered)
        self.server = DaqServer(
            DaqDevice(self.plant, settings.device, now=time.monotonic if emulation.real_time else None),
            host=place.host,
            port=place.port,
            faults=faults,
        )

    @property
    def address(self) -> str:
        """Return the address a bench file names."""
        return self.server.address

    def __enter__(self) -> EmulatedDaq:
        try:
            self.server.start()
        except OSError as error:
            raise InstrumentError(
                "emulated daq",
                say("port {port} of {host} cannot be used", port=self._port, host=self._host),
                say("stop the emulator or program that uses it, or change the address in the bench file"),
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()

    def unsafe(self) -> list[str]:
        """Return which outputs and lines are not in their safe state now."""
        volts, lines = self.server.held()
        wires = self._settings.outputs()
        wrong = [f"daq: {wire} at {volts[_number(t)]:g} V" for wire, t in wires.items() if volts[_number(t)]]
        if not lines[_number(self._settings.learn.hold)]:
            wrong.append("daq: the hold line is low, gates may learn")
        if lines[_number(self._settings.clamp.line)]:
            wrong.append("daq: the clamps are connected")
        return wrong


def terminals_of(daq: DaqSettings, wiring: Wiring) -> Terminals:
    """Return a bench file's terminals as the wired plant takes them. Raises ConfigError for a missing one."""

    def by_node(table: dict[int, str], nodes: list[int], key: str) -> tuple[int, ...]:
        missing = [node for node in nodes if node not in table]
        if missing:
            raise ConfigError(say("has no terminal for a node that is wired"), key=key, value=missing[0])
        return tuple(_number(table[node]) for node in nodes)

    targets = list(wiring.target_nodes)
    clamp, mux, key = daq.clamp, daq.mux, "instruments.daq"
    positive = [output.positive for output in wiring.outputs]
    return Terminals(
        sources=tuple(_number(t) for t in daq.sources.values()),
        clamps=by_node(clamp.toward, targets, f"{key}.clamp.toward") if clamp.toward else (),
        away=by_node(clamp.away, targets, f"{key}.clamp.away") if clamp.away else (),
        labels=by_node(clamp.labels, positive, f"{key}.clamp.labels") if clamp.labels else (),
        free=by_node(daq.read.free, targets, f"{key}.read.free"),
        clamped=by_node(daq.read.clamped, targets, f"{key}.read.clamped"),
        free_mux=_number(mux.free),
        clamped_mux=_number(mux.clamped),
        gate_mux=_number(mux.gate),
        address=tuple(_number(line) for line in mux.address),
        enable=_number(mux.enable),
        hold=_number(daq.learn.hold),
        clamp=_number(clamp.line),
        away_line=None if clamp.away_line is None else _number(clamp.away_line),
        chop=None if daq.learn.chop is None else _number(daq.learn.chop),
        charge=_number(daq.charge.output),
        charge_line=_number(daq.charge.line),
        inputs=INPUTS,
    )


def _wiring_faults(config: HardwareBenchFile, daq: DaqSettings, emulation: EmulationSettings) -> WiringFaults:
    """Return swapped, loose and touching wires by terminal."""
    sources, outputs, clamps = config.wires.sources, config.wires.outputs, daq.clamp.wires()

    def terminal(wire: str) -> str:
        if wire in clamps:
            return clamps[wire]
        if wire.startswith("address line "):
            return daq.mux.address[_number(wire)]
        node = sources[wire].node if wire in sources else outputs[wire].positive
        table = daq.sources if wire in sources else daq.read.free
        if node not in table:
            raise ConfigError(say("no terminal drives or reads this wire"), key="instruments.daq", value=wire)
        return table[node]

    def pairs(given: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((terminal(a), terminal(b)) for a, b in given)

    return WiringFaults(
        pairs(emulation.swapped), tuple(map(terminal, emulation.off)), pairs(emulation.touching)
    )


def _number(terminal: str) -> int:
    return int(re.findall(r"\d+", terminal)[-1])
