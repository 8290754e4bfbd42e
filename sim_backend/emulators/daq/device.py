"""The emulated DAQ device: its make, its terminals, and what is held on them.

The plant on the other side of the terminals is a `DaqPlant`. Time is the device's own: it passes
with sample clocks and pulses, so what a run gives does not depend on how fast the machine is. A device
that is given a wall clock does not stay behind it: between calls gates leak as they would on a bench.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray
from sim_backend.emulators.daq.errors import Code, DaqFault

Lines = NDArray[np.bool_]
Places = NDArray[np.int64]


class DaqPlant(Protocol):
    """What hangs on the terminals of a DAQ device."""

    def settle(self, ao_V: FloatArray, lines: Lines) -> FloatArray:
        """Return the analog inputs (AI,) at rest for outputs (AO,), in volts, and digital lines (DO,)."""

    def scan(self, ao_V: FloatArray, lines: Lines, period_s: float, samples: int) -> FloatArray:
        """Return the analog inputs (AI, samples) at the edges of a clock, in volts; that time passes."""

    def pulse(self, ao_V: FloatArray, lines: Lines, length_s: float) -> None:
        """Let the learning switch be on for this long, with these outputs and lines."""

    def wait(self, duration_s: float) -> None:
        """Let this much time pass with learning off."""


class SteppedPlant:
    """A plant that can settle, learn and wait: the rest is one after the other."""

    def settle(self, ao_V: FloatArray, lines: Lines) -> FloatArray:
        """Return the analog inputs (AI,) for outputs and lines, in volts."""
        raise NotImplementedError

    def learn(self, pulse_s: float) -> None:
        """Let the learning switch be on for this long, with outputs and lines as last settled."""
        raise NotImplementedError

    def wait(self, duration_s: float) -> None:
        """Let this much time pass with learning off."""
        raise NotImplementedError

    def pulse(self, ao_V: FloatArray, lines: Lines, length_s: float) -> None:
        """Let the learning switch be on for this long, with these outputs and lines."""
        self.settle(ao_V, lines)
        self.learn(length_s)

    def scan(self, ao_V: FloatArray, lines: Lines, period_s: float, samples: int) -> FloatArray:
        """Return the analog inputs (AI, samples) at the edges of a clock, in volts; that time passes."""
        scans = []
        for _ in range(samples):
            scans.append(self.settle(ao_V, lines))
            self.wait(period_s)
        return np.stack(scans, axis=1)


@dataclass(frozen=True)
class DeviceModel:
    """A make of device: how many terminals, which ranges and rates, what it can do besides."""

    product_type: str = "PCIe-6363"
    serial: int = 0x01D0C0DE
    analog_inputs: int = 32
    analog_outputs: int = 4
    lines: int = 32
    counters: int = 4
    range_V: float = 10.0
    input_rate_Hz: float = 2e6
    multi_input_rate_Hz: float = 1e6
    output_rate_Hz: float = 2.86e6
    line_rate_Hz: float = 10e6
    timebase_Hz: float = 100e6
    reads_own_outputs: bool = True
    watchdog: bool = False
    self_calibrated: tuple[int, int, int, int, int] | None = (2026, 3, 2, 9, 30)
    is_simulated: bool = True


# A lattice task needs an output per source and per clamp, more than the four of the real 6363.
BENCH_MODEL = DeviceModel(product_type="emulated 6363, 16 AO", analog_outputs=16)

_TERMINAL = re.compile(r"(?P<device>[^/]+)/(?P<rest>.+)", re.ASCII)
_OWN_OUTPUT = re.compile(r"_ao(\d+)_vs_aognd")


@dataclass(frozen=True)
class Terminal:
    """One terminal: kind is ai, ao, line, ctr, or `echo` for an output read by the device itself."""

    kind: str
    number: int


class DaqDevice:
    """One device: what its outputs hold, and the way from them to its inputs.

    `now` is a wall clock in seconds; without one, no time passes between calls.
    """

    def __init__(
        self,
        plant: DaqPlant,
        name: str = "Dev1",
        model: DeviceModel = BENCH_MODEL,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.plant = plant
        self.name = name
        self.model = model
        self.present = True
        self.clock_s = 0.0
        self._now = now
        self._began_s = now() if now is not None else 0.0
        self.ao_V = np.zeros(model.analog_outputs)
        self.lines = np.zeros(model.lines, dtype=np.bool_)
        self._seen_V = np.zeros(model.analog_inputs + model.analog_outputs)
        self.edges = np.zeros(model.counters, dtype=np.int64)
        self.counter_high = np.zeros(model.counters, dtype=np.bool_)
        self.learn_counter = 0
        self.learn_time_s = 0.0

    # ── names ───────────────────────────────────────────────────────────────────────────────────

    def ai_names(self) -> list[str]:
        """Return the analog inputs."""
        return [f"{self.name}/ai{i}" for i in range(self.model.analog_inputs)]

    def ao_names(self) -> list[str]:
        """Return the analog outputs."""
        return [f"{self.name}/ao{i}" for i in range(self.model.analog_outputs)]

    def line_names(self) -> list[str]:
        """Return the digital lines."""
        return [f"{self.name}/port0/line{i}" for i in range(self.model.lines)]

    def counter_names(self) -> list[str]:
        """Return the counters."""
        return [f"{self.name}/ctr{i}" for i in range(self.model.counters)]

    def terminal(self, physical: str) -> Terminal:
        """Return the terminal of a physical name; raises DaqFault -200220 or -200170."""
        found = _TERMINAL.fullmatch(physical.strip().removeprefix("/"))
        if found is None or found["device"].lower() != self.name.lower():
            raise DaqFault(Code.INVALID_DEVICE, f"Device Specified: {physical.split('/')[0]}")
        rest = found["rest"]
        echo = _OWN_OUTPUT.fullmatch(rest)
        if echo and self.model.reads_own_outputs and int(echo[1]) < self.model.analog_outputs:
            return Terminal("echo", int(echo[1]))
        counts = {
            "ai": self.model.analog_inputs,
            "ao": self.model.analog_outputs,
            "port0/line": self.model.lines,
            "ctr": self.model.counters,
        }
        for prefix, count in counts.items():
            number = rest[len(prefix) :]
            if rest.startswith(prefix) and number.isdecimal() and int(number) < count:
                return Terminal(prefix.removeprefix("port0/"), int(number))
        raise DaqFault(Code.NO_SUCH_CHANNEL, f"Physical Channel Name: {rest}\nDevice Name: {self.name}")

    # ── what happens at the terminals ───────────────────────────────────────────────────────────

    def drive(self, outputs: list[int], volts: FloatArray) -> None:
        """Put these outputs to these volts."""
        self.ao_V[outputs] = volts

    def switch(self, lines: list[int], states: Sequence[bool]) -> None:
        """Put these lines to these states."""
        self.lines[lines] = states

    def places(self, terminals: Sequence[Terminal]) -> Places:
        """Return inputs and outputs read back as `sense` takes them."""
        inputs = self.model.analog_inputs
        return np.array([t.number + inputs * (t.kind == "echo") for t in terminals], dtype=np.int64)

    def sense(self, places: Places) -> FloatArray:
        """Read inputs once, in volts; an input beyond its range reads the range's end."""
        most, inputs = self.model.range_V, self.plant.settle(self.ao_V, self.lines)
        there = min(len(inputs), self.model.analog_inputs)
        self._seen_V[:there] = np.minimum(np.maximum(inputs[:there], -most), most)
        self._seen_V[self.model.analog_inputs :] = self.ao_V
        return self._seen_V[places]

    def scan(self, places: Places, period_s: float, samples: int) -> FloatArray:
        """Read inputs at each edge of a clock, (places, samples), with outputs and lines as they are."""
        most, inputs = self.model.range_V, self.plant.scan(self.ao_V, self.lines, period_s, samples)
        there = min(len(inputs), self.model.analog_inputs)
        seen_V = np.zeros((len(self._seen_V), samples))
        seen_V[:there] = np.minimum(np.maximum(inputs[:there], -most), most)
        seen_V[self.model.analog_inputs :] = self.ao_V[:, None]
        self.clock_s += samples * period_s
        return seen_V[places]

    def pulse(self, counter: int, length_s: float) -> None:
        """Give one pulse on a counter's output; on the learning counter the plant learns."""
        self.edges[counter] += 1
        self.clock_s += length_s
        if counter == self.learn_counter:
            self.plant.pulse(self.ao_V, self.lines, length_s)
            self.learn_time_s += length_s
        else:
            self.plant.wait(length_s)

    def wait(self, duration_s: float) -> None:
        """Let time pass on the device's clock."""
        if duration_s > 0.0:
            self.clock_s += duration_s
            self.plant.wait(duration_s)

    def catch_up(self) -> None:
        """Let the time pass that has passed on the wall clock, if there is one."""
        if self._now is not None:
            self.wait(self._now() - self._began_s - self.clock_s)

    def check_present(self) -> None:
        """Raise DaqFault -201003 when the device was pulled out."""
        if not self.present:
            raise DaqFault(Code.DEVICE_GONE, f"Device Name: {self.name}")
