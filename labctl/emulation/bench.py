"""EmulatedBench: every instrument of a bench file as an emulator at its address, all on one plant."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from drivers.hardware.config import BlockTiming, SupplySettings
from labctl.bench_files.hardware_file import EmulationSettings, FaultSettings, HardwareBenchFile
from labctl.emulation.addresses import Place, serial_place, visa_place
from labctl.emulation.daq import EmulatedDaq
from labctl.experiment.build import build_network
from protocols.errors import ConfigError, InstrumentError
from protocols.messages import say
from sim_backend import BenchConfig
from sim_backend.emulators.bench_plant import BenchPlant
from sim_backend.emulators.controller.device import ControllerEmulator
from sim_backend.emulators.controller.plant import BoardParts
from sim_backend.emulators.controller.port import PtyPort, SerialPort, TcpPort
from sim_backend.emulators.faults import Fault, FaultInjector
from sim_backend.emulators.scpi.meter import Keithley2000, Keysight34465A, ScpiMeter
from sim_backend.emulators.scpi.server import ScpiServer
from sim_backend.emulators.scpi.supply import KeysightE36312A, RigolDP832A, ScpiSupply

SUPPLIES: dict[str, Callable[..., ScpiSupply]] = {
    "keysight-e36300": KeysightE36312A,
    "rigol-dp800": RigolDP832A,
}
METERS: dict[str, Callable[..., ScpiMeter]] = {
    "keysight-34460": Keysight34465A,
    "keithley-2000": Keithley2000,
}
ENOUGH = 0.9  # of its supply voltage the board needs to work

T = TypeVar("T")


@dataclass(frozen=True)
class EmulatedInstrument:
    """An emulated instrument that listens: its name, what it claims to be, and its address."""

    instrument: str
    is_a: str
    address: str


class EmulatedBench:
    """Start emulators of all instruments of a bench file; use as a context manager, or start and stop.

    `config` is the bench file with the addresses as taken: a port 0 in the file becomes a free one. The
    emulators themselves are `supply`, `meter`, `controller` and `daq`, None where the file has none.
    """

    def __init__(self, config: HardwareBenchFile, faults: Sequence[FaultSettings] = ()) -> None:
        if config.emulation is None:
            raise ConfigError(
                say("has no [emulation] table, so there is nothing to emulate it with"),
                key="emulation",
                allowed=say(
                    "add [emulation], empty for an ideal board, to a bench file with simulated = true"
                ),
            )
        if not config.simulated:
            raise ConfigError(
                say("is the file of a real bench"),
                key="simulated",
                value=False,
                allowed=say("say simulated = true"),
            )
        there = [name for name in ("supply", "meter") if getattr(config.instruments, name) is not None]
        there.append(str(config.timing))
        for fault in (*config.emulation.faults, *faults):
            if fault.instrument not in there:
                raise ConfigError(
                    say("is at an instrument that is not emulated"),
                    key="--fault" if fault in faults else "emulation.faults",
                    value=fault.instrument,
                    allowed=say("emulated are {there}", there=", ".join(there)),
                )
        self._file = config
        self.config = config
        self._emulation: EmulationSettings = config.emulation
        self._faults = (*config.emulation.faults, *faults)
        self._supply_device: ScpiSupply | None = None
        self.plant: BenchPlant | None = None
        self.supply: ScpiServer | None = None
        self.meter: ScpiServer | None = None
        self.controller: ControllerEmulator | None = None
        self.daq: EmulatedDaq | None = None
        self._stack = ExitStack()
        self._rehearsing = True  # the plant is compiled before anything is switched on

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> EmulatedBench:
        """Start to listen everywhere. Raises InstrumentError, in one sentence, when a port is taken."""
        self.config = self._file
        try:
            with ExitStack() as stack:
                self._rehearsing = True
                self._start(stack)
                self._rehearsing = False
                self._stack = stack.pop_all()
        finally:
            if self.controller is None and self.daq is None:
                self.supply = self.meter = None
        return self

    def stop(self) -> None:
        """Take every instrument off its line; stopping twice is harmless."""
        self._stack.close()

    def __enter__(self) -> EmulatedBench:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def listeners(self) -> list[EmulatedInstrument]:
        """Return what listens where."""
        found = []
        instruments = self.config.instruments
        for name, server in (("supply", self.supply), ("meter", self.meter)):
            if server is not None:
                maker, model, *_ = server.device.dialect.identification.split(",")
                found.append(EmulatedInstrument(name, f"{maker} {model}", server.resource))
        if self.controller is not None:
            found.append(EmulatedInstrument("controller", "controller board", self.controller.url))
        if self.daq is not None and instruments.daq is not None:
            found.append(
                EmulatedInstrument(
                    "daq", f"NI gRPC device server, {instruments.daq.device}", self.daq.address
                )
            )
        return found

    def is_safe(self) -> bool:
        """Say whether every emulated instrument holds its safe state now, whatever was said on the wires."""
        return not self.unsafe()

    def unsafe(self) -> list[str]:
        """Return what is not in its safe state now: by looking into the emulators, not by asking them."""
        wrong = []
        if self.controller is not None:
            held = self.controller.held()
            wrong += [f"controller: source {q} at {v:g} V" for q, v in enumerate(held.sources_V) if v != 0.0]
            wrong += ["controller: learning on"] if held.learning_on else []
            wrong += [] if held.clamps_released else ["controller: clamps held"]
        if self.daq is not None:
            wrong += self.daq.unsafe()
        if self._supply_device is not None and self.config.safe_state.supply_off:
            for c in self._supply_channels():
                output = self._supply_device.outputs[c]
                if output.on or output.set_V != 0.0:
                    wrong.append(f"supply: channel {c} at {output.set_V:g} V, {'on' if output.on else 'off'}")
        return wrong

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _start(self, stack: ExitStack) -> None:
        instruments = self._file.instruments
        if instruments.supply is not None:
            self._supply_device = self._made_supply(instruments.supply)
            self.supply = self._served("supply", instruments.supply.address, self._supply_device, stack)
        if self._file.timing is BlockTiming.CONTROLLER and instruments.controller is not None:
            self.controller = self._started_controller(instruments.controller.address, stack)
        if self._file.timing is BlockTiming.DAQ and instruments.daq is not None:
            self.daq = stack.enter_context(
                EmulatedDaq(self._file, self.sim_config(), self._injector("daq"), self._is_powered)
            )
            self._set("daq", self.daq.address)
        if instruments.meter is not None:
            device = METERS[instruments.meter.family](self._metered, seed=self._emulation.seed)
            self.meter = self._served("meter", instruments.meter.address, device, stack)

    def _served(
        self, name: str, address: str, device: ScpiSupply | ScpiMeter, stack: ExitStack
    ) -> ScpiServer:
        place = visa_place(address, f"instruments.{name}.address")
        server = ScpiServer(device, host=place.host, port=place.port, faults=self._injector(name))
        _listen(name, place, server.start)
        stack.callback(server.stop)
        self._set(name, server.resource)
        return server

    def _started_controller(self, address: str, stack: ExitStack) -> ControllerEmulator:
        place = serial_place(address, "instruments.controller.address")
        plant = self.plant = self._made_plant()
        network = build_network(self._file.network)
        parts = BoardParts(network, crossed=self._crossed_sources(), crossed_outputs=self._crossed_outputs())
        port: SerialPort = _listen("controller", place, lambda: _opened_port(place))
        emulator = ControllerEmulator(plant, parts, port, faults=self._injector("controller"))
        stack.callback(emulator.stop)
        emulator.start()
        self._set("controller", emulator.url)
        return emulator

    def _made_plant(self) -> BenchPlant:
        wires, off = self._file.wires, self._emulation.off
        crossed, read = self._crossed_sources(), self._crossed_outputs()
        sources = {wires.sources[n].node for n in off if n in wires.sources}
        outputs = {node for n in off if n in wires.outputs for node in wires.outputs[n].nodes}
        return BenchPlant(
            self.sim_config(),
            self._emulation.seed,
            self._is_powered,
            touching=self._touching_nodes(),
            sources_off={crossed.get(n, n) for n in sources},
            outputs_off={read.get(n, n) for n in outputs},
        )

    def sim_config(self) -> BenchConfig:
        """Return the board behind the emulators as the simulator takes it."""
        emulation = self._emulation
        return BenchConfig(
            name=self._file.name,
            serial=self._file.serial,
            board=emulation.board,
            imperfections=emulation.imperfections,
        )

    def _crossed_sources(self) -> dict[int, int]:
        wires, crossed = self._file.wires.sources, dict[int, int]()
        for one, other in self._emulation.swapped:
            if one in wires and other in wires:
                a, b = wires[one].node, wires[other].node
                crossed |= {a: b, b: a}
        return crossed

    def _crossed_outputs(self) -> dict[int, int]:
        wires, crossed = self._file.wires.outputs, dict[int, int]()
        for one, other in self._emulation.swapped:
            if one in wires and other in wires:
                for a, b in zip(wires[one].nodes, wires[other].nodes, strict=False):
                    crossed |= {a: b, b: a}
        return crossed

    def _touching_nodes(self) -> list[tuple[int, int]]:
        wires, crossed = self._file.wires.sources, self._crossed_sources()
        nodes = [(wires[a].node, wires[b].node) for a, b in self._emulation.touching]
        return [(crossed.get(a, a), crossed.get(b, b)) for a, b in nodes]

    # ── supply and meter ─────────────────────────────────────────────────────────────────────────

    def _made_supply(self, settings: SupplySettings) -> ScpiSupply:
        nominal_V = {c.channel: c.voltage for c in settings.channels}
        current_A = self._emulation.board_current

        def load(channel: int, voltage_V: float) -> float:
            volts = nominal_V.get(channel, 0.0)
            return current_A * voltage_V / volts if volts else 0.0

        return SUPPLIES[settings.family](load)

    def _supply_channels(self) -> Iterable[int]:
        settings = self._file.instruments.supply
        return [c.channel for c in settings.channels] if settings is not None else []

    def _is_powered(self) -> bool:
        settings, device = self._file.instruments.supply, self._supply_device
        if settings is None or device is None or self._rehearsing:
            return True
        return all(
            abs(device.outputs.terminals(c.channel)[0]) >= ENOUGH * abs(c.voltage) for c in settings.channels
        )

    def _metered(self) -> float:
        """Return what stands between the meter's probes, in volts."""
        meter, supply = self._file.instruments.meter, self._supply_device
        if meter is not None and meter.across_channel is not None and supply is not None:
            return float(supply.outputs.terminals(meter.across_channel)[0])
        plant = self.daq.plant if self.daq is not None else self.plant
        if meter is not None and meter.across_node is not None and plant is not None:
            return plant.probe(meter.across_node)
        return 0.0

    # ── faults and addresses ─────────────────────────────────────────────────────────────────────

    def _injector(self, instrument: str) -> FaultInjector:
        faults: list[Fault] = [f.fault() for f in self._faults if f.instrument == instrument]
        return FaultInjector(faults)

    def _set(self, instrument: str, address: str) -> None:
        part = getattr(self.config.instruments, instrument).model_copy(update={"address": address})
        instruments = self.config.instruments.model_copy(update={instrument: part})
        self.config = self.config.model_copy(update={"instruments": instruments})


def _opened_port(place: Place) -> SerialPort:
    return PtyPort(place.path) if place.path is not None else TcpPort(place.host, place.port)


def _listen(name: str, place: Place, listen: Callable[[], T]) -> T:
    """Start to listen; raises InstrumentError in one sentence when somebody else does already."""
    try:
        return listen()
    except OSError as error:
        where = str(place.path) if place.path is not None else f"port {place.port} of {place.host}"
        raise InstrumentError(
            f"emulated {name}",
            say(
                "{place} cannot be used: {error}",
                place=where,
                error=(os.strerror(error.errno) if error.errno else error),
            ),
            say("stop the emulator or program that uses it, or change the address in the bench file"),
        ) from error
