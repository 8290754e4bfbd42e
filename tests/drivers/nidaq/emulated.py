"""An emulated DAQ board with wires from its outputs to its inputs, and drivers for it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from drivers.limits import ChannelLimits, PulseLimits
from drivers.nidaq.board import NidaqBoard
from drivers.nidaq.drive import DriveChannel, NidaqDrive
from drivers.nidaq.lines import DigitalLine, NidaqLines
from drivers.nidaq.pulse import NidaqLearnSwitch
from drivers.nidaq.sense import NidaqSense, SenseChannel
from drivers.nidaq.timed import NidaqTimed
from protocols import InstrumentError
from sim_backend.emulators.daq.device import DaqDevice, DeviceModel, SteppedPlant
from sim_backend.emulators.daq.server import DaqServer
from sim_backend.emulators.faults import FaultInjector


def crowding() -> float:
    """Return how much longer than alone this process takes for a tenth of a second's work, 1 to 20.

    Time limits that hold on an idle machine would fail on a crowded one for no fault of the drivers.
    """
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    while time.process_time() - cpu_s < 0.1:
        pass
    return min(max((time.perf_counter() - wall_s) / 0.1, 1.0), 20.0)


CROWDING = crowding()
TIMEOUT_S = 1.5 * CROWDING
RIPPLE_V = 1e-3
MODEL = DeviceModel(analog_inputs=8, lines=8)


@dataclass
class Wires(SteppedPlant):
    """A plant of wires: ai0 hangs on ao0, ai1 on ao1; ai2 reads a gate that pulses charge by 1 V/s.

    Every look at the inputs is a little different, as noise makes it on a real board.
    """

    gate_V: float = 0.0
    looks: int = 0
    pulses: list[float] = field(default_factory=list)

    def settle(self, ao_V: np.ndarray, lines: np.ndarray) -> np.ndarray:
        self.looks += 1
        ripple_V = RIPPLE_V * math.sin(self.looks)
        return np.array([ao_V[0] + ripple_V, ao_V[1], self.gate_V, 5.0 * lines[0], 0.0, 0.0, 0.0, 0.0])

    def learn(self, pulse_s: float) -> None:
        self.gate_V += pulse_s
        self.pulses.append(pulse_s)

    def wait(self, duration_s: float) -> None:
        pass


@dataclass
class Emulated:
    """A running server and the drivers of the board behind it; everything closed again afterwards."""

    wires: Wires
    server: DaqServer
    board: NidaqBoard
    drive: NidaqDrive
    sense: NidaqSense
    lines: NidaqLines
    switch: NidaqLearnSwitch
    timed: NidaqTimed

    @property
    def faults(self) -> FaultInjector:
        """Return what breaks things."""
        return self.server.faults

    def open(self) -> None:
        """Open every driver."""
        for part in (self.drive, self.sense, self.lines, self.switch):
            part.open()

    def close(self) -> None:
        """Close every driver, whatever the others do."""
        for part in (self.switch, self.lines, self.sense, self.drive):
            try:
                part.close()
            except InstrumentError:
                self.wires.pulses.append(math.nan)
        self.timed.close()

    def is_safe(self) -> bool:
        """Say whether the outputs are at 0 V and the gates are held."""
        volts, lines = self.server.held()
        return not any(volts) and lines[7]


def parts(server: DaqServer, *, timeout_s: float = TIMEOUT_S, echo: bool = True, **board: Any) -> Emulated:
    """Return closed drivers for a server, whose plant must be Wires."""
    made = NidaqBoard("DAQ", "Dev1", server.address, timeout_s=timeout_s, **board)
    outputs = {
        "x": DriveChannel("ao0", ChannelLimits(0.0, 5.0)),
        "y": DriveChannel("ao1", ChannelLimits(-1.0, 2.0)),
    }
    drive = NidaqDrive("outputs", made, outputs, echo=echo)
    ten = ChannelLimits(-10.0, 10.0)
    inputs = {name: SenseChannel(f"ai{k}", ten) for k, name in enumerate(("x", "y", "gate", "line"))}
    sense = NidaqSense("inputs", made, inputs, drive=drive, rate_Hz=50e3)
    lines = NidaqLines("lines", made, {
        "flag": DigitalLine("port0/line0", safe=False),
        "a0": DigitalLine("port0/line1"), "a1": DigitalLine("port0/line2"),
        "hold": DigitalLine("port0/line7", safe=True),
    })  # fmt: skip
    limits = PulseLimits(1e-6, 0.1, 1e-7)
    switch = NidaqLearnSwitch(
        "learn switch", made, "ctr0", limits, lines=lines, hold_line="hold", watcher="ctr1"
    )
    timed = NidaqTimed(made, drive, sense, switch)
    wires = server.device.plant
    if not isinstance(wires, Wires):
        raise TypeError("a plant of wires is needed")
    return Emulated(wires, server, made, drive, sense, lines, switch, timed)


@contextmanager
def emulated(*, opened: bool = True, **more: Any) -> Iterator[Emulated]:
    """Run an emulated board with drivers; `more` goes to the model if it knows it, else to the drivers."""
    known = {key: more.pop(key) for key in list(more) if key in DeviceModel.__dataclass_fields__}
    with DaqServer(DaqDevice(Wires(), model=replace(MODEL, **known))) as server:
        made = parts(server, **more)
        try:
            if opened:
                made.open()
            yield made
        finally:
            made.close()


def assert_helpful(error: InstrumentError, *words: str) -> None:
    """Hold a message to: one sentence, the instrument, the address, what to do; and these words."""
    text = str(error)
    assert "\n" not in text
    assert "grpc://127.0.0.1" in text or not hasattr(error, "address"), text
    assert getattr(error, "action", "x"), text
    for word in words:
        assert word in text, text
