"""One DAQmx task of the emulated device: its channels, timing, buffers and state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np

from protocols.block import FloatArray
from sim_backend.emulators.daq.device import DaqDevice, Places, Terminal
from sim_backend.emulators.daq.errors import Code, DaqFault


class ChannelKind(StrEnum):
    """What a task's channels are; all of a task are of one kind."""

    AI = "ai"
    AO = "ao"
    DI = "di"
    DO = "do"
    CO = "co"
    CI = "ci"


class Mode(IntEnum):
    """Sample modes, numbered as in DAQmx."""

    FINITE = 10178
    CONTINUOUS = 10123


@dataclass
class Channel:
    """A virtual channel: its terminals (several for a port of lines) and its range in volts."""

    name: str
    terminals: tuple[Terminal, ...]
    min_V: float = -10.0
    max_V: float = 10.0


@dataclass
class PulseShape:
    """A counter's pulse: delay before, time high, time low after, in seconds."""

    delay_s: float
    low_s: float
    high_s: float
    idle_high: bool = False


@dataclass
class SampleClock:
    """A sample clock: where it comes from ("" is the task's own), its rate and how much it clocks."""

    source: str
    rate_Hz: float
    mode: Mode
    samples: int


@dataclass
class _LookedUp:
    """What follows from a task's channels and clock."""

    terminals: tuple[Terminal, ...]
    numbers: list[int]
    ranges_V: tuple[FloatArray, FloatArray]
    places: Places | None = None
    resources: frozenset[str] | None = None


@dataclass
class DaqTask:
    """A task and everything it remembers.

    buffer (channels, samples), oldest first; `counts` is the counter whose output edges it counts;
    `regenerates`: an output buffer that is through starts again, else the task has `failed`.
    """

    name: str
    kind: ChannelKind | None = None
    channels: list[Channel] = field(default_factory=list)
    clock: SampleClock | None = None
    trigger: str = ""
    pulse: PulseShape | None = None
    running: bool = False
    committed: bool = False
    explicit: bool = False
    triggered: bool = False
    buffer: FloatArray | None = None
    position: int = 0
    clocked: int = 0
    waited_s: float = 0.0
    done: bool = False
    regenerates: bool = True
    failed: Code | None = None
    counts: int | None = None
    count_from: int = 0
    _known: _LookedUp | None = None

    def add(self, kind: ChannelKind, channel: Channel) -> None:
        """Add a channel; raises DaqFault when the task has channels of another kind."""
        if self.kind not in (None, kind):
            raise DaqFault(Code.INVALID_ATTRIBUTE_VALUE, f"{kind} channel in a task of {self.kind} channels")
        self.check_idle()
        self.kind = kind
        self.channels.append(channel)
        self._known = None

    def take_clock(self, clock: SampleClock) -> None:
        """Take a sample clock; raises DaqFault while the task runs."""
        self.check_idle()
        self.clock = clock
        self._known = None

    def check_idle(self) -> None:
        """Raise DaqFault while the task runs."""
        if self.running:
            raise DaqFault(Code.SET_WHILE_RUNNING, f"Task Name: {self.name}")

    def ranges_V(self) -> tuple[FloatArray, FloatArray]:
        """Return least and most of every channel, (channels, 1) each, in volts."""
        return self._looked_up().ranges_V

    def terminals(self) -> tuple[Terminal, ...]:
        """Return every terminal, channel by channel."""
        return self._looked_up().terminals

    def numbers(self) -> list[int]:
        """Return the terminals' numbers."""
        return self._looked_up().numbers

    def places(self, device: DaqDevice) -> Places:
        """Return where the device finds the task's inputs."""
        known = self._looked_up()
        if known.places is None:
            known.places = device.places(known.terminals)
        return known.places

    def resources(self) -> frozenset[str]:
        """Return what the task reserves while it is committed or runs."""
        known = self._looked_up()
        if known.resources is None:
            known.resources = frozenset(self._needed())
        return known.resources

    def _looked_up(self) -> _LookedUp:
        """Return what follows from the channels and the clock; asked for in every call."""
        if self._known is None:
            terminals = tuple(t for channel in self.channels for t in channel.terminals)
            least, most = ([[c.min_V] for c in self.channels], [[c.max_V] for c in self.channels])
            self._known = _LookedUp(
                terminals, [t.number for t in terminals], (np.array(least), np.array(most))
            )
        return self._known

    def _needed(self) -> Iterator[str]:
        if self.kind is ChannelKind.AI:
            yield "the analog input timing engine"
        elif self.kind is ChannelKind.AO:
            if self.clock is not None:
                yield "the analog output timing engine"
            yield from (f"ao{n}" for n in self.numbers())
        elif self.kind is ChannelKind.DO:
            yield from (f"line{n}" for n in self.numbers())
        elif self.kind in (ChannelKind.CO, ChannelKind.CI):
            yield from (f"ctr{n}" for n in self.numbers())

    def begin(self, *, explicit: bool) -> None:
        """Note that it runs from now."""
        self.running, self.explicit, self.done, self.triggered = True, explicit, False, not self.trigger
        self.failed = None
        self.position, self.clocked, self.waited_s = 0, 0, 0.0
        if self.kind is ChannelKind.AI:
            self.buffer = None

    def end(self) -> None:
        """Note that it does not run any more; what it has written stays in the buffer."""
        self.running = self.explicit = self.triggered = False

    def await_s(self, needed_s: float, timeout_s: float, code: Code, **moved: int) -> float:
        """Let the caller wait until the task has run for `needed_s`; return the wait in device time.

        Raises DaqFault with the code when the caller's time limit is shorter; a negative limit is none.
        """
        wait_s = max(needed_s - self.waited_s, 0.0)
        if 0.0 <= timeout_s < wait_s:
            self.waited_s += timeout_s
            raise DaqFault(code, f"Task Name: {self.name}", **moved)
        self.waited_s += wait_s
        return wait_s

    def fetch(self, samples: int, timeout_s: float) -> FloatArray:
        """Return the next samples of a clocked input task (channels, samples); they are then gone."""
        clock = self.clock
        assert_clocked(clock, self)
        if self.buffer is None or not self.triggered:
            raise DaqFault(Code.SAMPLES_NOT_YET_AVAILABLE, f"Task Name: {self.name}", read=0)
        if clock is not None and clock.mode is Mode.FINITE:
            self.await_s(
                (self.position + samples) / clock.rate_Hz, timeout_s, Code.SAMPLES_NOT_YET_AVAILABLE, read=0
            )
        available = self.buffer.shape[1] - self.position
        if samples > available:
            raise DaqFault(Code.SAMPLES_WILL_NEVER_BE_AVAILABLE, f"Task Name: {self.name}", read=0)
        piece = self.buffer[:, self.position : self.position + samples]
        self.position += samples
        return np.array(piece)


def assert_clocked(clock: SampleClock | None, task: DaqTask) -> None:
    """Raise DaqFault when the task has no sample clock."""
    if clock is None:
        raise DaqFault(Code.NOT_SUPPORTED, f"Task Name: {task.name} has no sample clock")
