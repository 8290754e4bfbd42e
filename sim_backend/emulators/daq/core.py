"""What NI-DAQmx does with tasks: states, reservations, reads and writes, on one emulated device."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from protocols.block import FloatArray
from sim_backend.emulators.daq.clock import advance, armed_on, clocked_by, drives_clock
from sim_backend.emulators.daq.device import DaqDevice
from sim_backend.emulators.daq.errors import Code, DaqFault
from sim_backend.emulators.daq.task import Channel, ChannelKind, DaqTask, Mode, PulseShape, SampleClock
from sim_backend.emulators.daq.watchdog import Watchdog


class DaqCore:
    """The tasks of one device, not safe between threads: its server takes one call at a time."""

    def __init__(self, device: DaqDevice) -> None:
        self.device = device
        self.tasks: dict[str, DaqTask] = {}
        self.watchdogs: dict[str, Watchdog] = {}
        self.overrun: bool = False
        self._numbers = itertools.count()
        self._last_read: dict[str, FloatArray] = {}

    # ── tasks ───────────────────────────────────────────────────────────────────────────────────

    def create(self, name: str) -> DaqTask:
        """Make a task; raises DaqFault when there is one of that name."""
        name = name or f"_unnamedTask<{next(self._numbers):X}>"
        if name in self.tasks:
            raise DaqFault(Code.DUPLICATE_TASK, f"Task Name: {name}")
        self.tasks[name] = DaqTask(name)
        return self.tasks[name]

    def task(self, name: str) -> DaqTask:
        """Return a task; raises DaqFault -200088 when there is none."""
        try:
            return self.tasks[name]
        except KeyError:
            raise DaqFault(Code.INVALID_TASK, f"Task Name: {name}") from None

    def clear(self, name: str) -> None:
        """Forget a task; its outputs keep what they hold."""
        self.watchdogs.pop(name, None)
        self.tasks.pop(name, None)

    def add_channels(
        self,
        task: DaqTask,
        kind: ChannelKind,
        physical: Sequence[str],
        name: str,
        range_V: tuple[float, float] | None = None,
    ) -> None:
        """Add one channel per physical name; raises DaqFault for names and ranges the device has not."""
        expected = {
            ChannelKind.AI: ("ai", "echo"),
            ChannelKind.AO: ("ao",),
            ChannelKind.CO: ("ctr",),
            ChannelKind.CI: ("ctr",),
        }.get(kind, ("line",))
        most = self.device.model.range_V
        low, high = range_V or (-most, most)
        if not -most <= low < high <= most:
            raise DaqFault(
                Code.INVALID_ATTRIBUTE_VALUE, f"Range: {low} V to {high} V\nTask Name: {task.name}"
            )
        for number, one in enumerate(physical):
            terminal = self.device.terminal(one)
            if terminal.kind not in expected:
                raise DaqFault(Code.NO_SUCH_CHANNEL, f"Physical Channel Name: {one}")
            label = one if not name else name if len(physical) == 1 else f"{name}{number}"
            task.add(kind, Channel(label, (terminal,), low, high))

    def set_clock(self, task: DaqTask, clock: SampleClock) -> None:
        """Give a task a sample clock; raises DaqFault for a rate the device does not reach."""
        task.check_idle()
        model = self.device.model
        most_Hz = (
            model.line_rate_Hz if task.kind in (ChannelKind.DO, ChannelKind.DI) else model.output_rate_Hz
        )
        if task.kind is ChannelKind.AI:
            several = len(task.channels) > 1
            most_Hz = model.multi_input_rate_Hz / len(task.channels) if several else model.input_rate_Hz
        if not 0.0 < clock.rate_Hz <= most_Hz:
            raise DaqFault(
                Code.INVALID_ATTRIBUTE_VALUE,
                f"Sample Clock Rate: {clock.rate_Hz:g}, at most {most_Hz:g}\nTask Name: {task.name}",
            )
        task.take_clock(clock)

    def set_pulse(self, task: DaqTask, shape: PulseShape) -> None:
        """Shape a counter's pulse; lengths go to the timebase's ticks, two at least."""
        tick_s = 1.0 / self.device.model.timebase_Hz
        times = (shape.delay_s, shape.low_s, shape.high_s)
        ticks = [round(t / tick_s) for t in times]
        if not all(np.isfinite(times)) or ticks[1] < 2 or ticks[2] < 2 or ticks[0] < 0 or max(ticks) >= 2**32:
            raise DaqFault(Code.INVALID_ATTRIBUTE_VALUE, f"Pulse: {times} s\nTask Name: {task.name}")
        delay, low, high = (t * tick_s for t in ticks)
        task.pulse = PulseShape(delay, low, high, shape.idle_high)

    # ── states ──────────────────────────────────────────────────────────────────────────────────

    def reserve(self, task: DaqTask) -> None:
        """Take what the task needs; raises DaqFault -50103 when another task has it."""
        if task.kind is None:
            raise DaqFault(Code.NO_CHANNELS, f"Task Name: {task.name}")
        wanted = task.resources()
        for other in self.tasks.values():
            holds = other is not task and (other.committed or other.running)
            if holds and (taken := wanted & other.resources()):
                raise DaqFault(
                    Code.RESOURCE_RESERVED, f"Resource: {min(taken)} by {other.name}\nTask Name: {task.name}"
                )

    def commit(self, task: DaqTask) -> None:
        """Reserve and program the hardware."""
        self.reserve(task)
        task.committed = True

    def start(self, task: DaqTask, *, explicit: bool = True) -> None:
        """Start a task; a task with a clock of its own takes those along that wait for it."""
        if task.running:
            return
        self.device.check_present()
        self.reserve(task)
        if task.kind in (ChannelKind.AO, ChannelKind.DO) and task.clock is not None and task.buffer is None:
            raise DaqFault(Code.OUTPUT_BUFFER_EMPTY, f"Task Name: {task.name}")
        if task.kind in (ChannelKind.AO, ChannelKind.DO):
            self.check_watchdogs()
        task.begin(explicit=explicit)
        if task.kind is ChannelKind.CI:
            task.count_from = self._edges(task)
        if task.kind is ChannelKind.CO and not task.trigger and task.pulse is not None:
            self.device.wait(task.pulse.delay_s)
            self.device.pulse(task.numbers()[0], task.pulse.high_s)
            task.done = True
        elif drives_clock(task) and not task.trigger:
            self._run_clock(task)

    def _run_clock(self, master: DaqTask) -> None:
        """Run everything that hangs on a clock; a finite one to its end, the others to be read."""
        clock = master.clock
        if clock is None or clock.mode is not Mode.FINITE:
            return
        others = list(self.tasks.values())
        waiting = armed_on(master, others, self.device.name)
        followers = clocked_by(master, others, self.device.name)
        # Another engine's own clock on the master's trigger runs in step when its rate is the same.
        in_step = [t for t in waiting if drives_clock(t) and t.clock and t.clock.rate_Hz == clock.rate_Hz]
        for task in (*waiting, *followers):
            task.triggered = True
        pulses = [t for t in waiting if t.kind is ChannelKind.CO]
        advance(self.device, [master, *followers, *in_step], pulses, clock.samples)

    def stop(self, task: DaqTask) -> None:
        """Stop a task; it stays committed if it was."""
        task.end()

    def unreserve(self, task: DaqTask) -> None:
        """Stop a task and let go what it had reserved."""
        task.end()
        task.committed = False

    def wait_done(self, task: DaqTask, timeout_s: float) -> None:
        """Wait for a task's end; raises DaqFault -200560 when it is further away than the time limit."""
        self._raise_overrun(task)
        if not task.running:
            return
        if task.failed is not None:
            raise DaqFault(task.failed, f"Task Name: {task.name}")
        if not task.done:
            raise DaqFault(Code.NOT_DONE_IN_TIME, f"Task Name: {task.name}")
        shape, clock = task.pulse, task.clock
        needed_s = shape.delay_s + shape.high_s + shape.low_s if shape else 0.0
        needed_s = clock.samples / clock.rate_Hz if clock else needed_s
        task.await_s(needed_s, timeout_s, Code.NOT_DONE_IN_TIME)

    def reset_device(self) -> None:
        """Abort every task and put all outputs to their power-up state."""
        for task in self.tasks.values():
            self.unreserve(task)
        self.watchdogs.clear()
        device = self.device
        device.ao_V[:] = 0.0
        device.lines[:] = False

    # ── reading and writing ─────────────────────────────────────────────────────────────────────

    def read_analog(
        self, task: DaqTask, samples: int, timeout_s: float, *, stuck: bool = False
    ) -> FloatArray:
        """Return (channels, samples) in volts; `samples` −1 is all there are, or all of a finite task."""
        self._ready(task, ChannelKind.AI)
        if stuck and task.name in self._last_read:
            return self._last_read[task.name]
        begun = not task.running
        if begun:
            self.start(task, explicit=False)
        try:
            volts = self._read(task, samples, timeout_s)
        finally:
            if begun and (task.clock is None or task.clock.mode is Mode.FINITE):
                task.end()
        volts = np.clip(volts, *task.ranges_V())
        self._last_read[task.name] = volts
        return volts

    def _read(self, task: DaqTask, samples: int, timeout_s: float) -> FloatArray:
        clock = task.clock
        if clock is None:
            places = task.places(self.device)
            return np.array([self.device.sense(places) for _ in range(max(samples, 1))]).T
        if clock.mode is Mode.FINITE:
            return task.fetch(clock.samples if samples < 0 else samples, timeout_s)
        wanted = clock.samples if samples < 0 else samples
        followers = clocked_by(task, self.tasks.values(), self.device.name)
        advance(self.device, [task, *followers], [], wanted)
        return task.fetch(wanted, timeout_s)

    def write_analog(
        self, task: DaqTask, volts: FloatArray, auto_start: bool, *, stuck: bool = False
    ) -> None:
        """Take (channels, samples) in volts: at once without a clock, else into the buffer."""
        self._ready(task, ChannelKind.AO)
        least, most = task.ranges_V()
        inside = np.all((volts >= least) & (volts <= most), axis=1)  # a NaN is not
        if not inside.all():
            channel = task.channels[int(np.argmin(inside))]
            raise DaqFault(
                Code.VALUE_OUT_OF_RANGE, f"Channel Name: {channel.name}\nTask Name: {task.name}", written=0
            )
        self._write(task, volts, auto_start, stuck)

    def write_lines(
        self, task: DaqTask, states: FloatArray, auto_start: bool, *, stuck: bool = False
    ) -> None:
        """Take (lines, samples) of 0 and 1: at once without a clock, else into the buffer."""
        self._ready(task, ChannelKind.DO)
        self._write(task, states, auto_start, stuck)

    def _write(self, task: DaqTask, values: FloatArray, auto_start: bool, stuck: bool) -> None:
        self.check_watchdogs()
        if task.clock is not None:
            task.check_idle()
            if not stuck or task.buffer is None:
                task.buffer = values.copy()
            if auto_start:
                self.start(task)
            return
        begun = not task.running
        if begun and not auto_start:
            raise DaqFault(Code.NOT_SUPPORTED, f"Task Name: {task.name} must run or start by itself")
        if begun:
            self.start(task, explicit=False)
        if not stuck:
            if task.kind is ChannelKind.AO:
                self.device.drive(task.numbers(), values[:, -1])
            else:
                self.device.switch(task.numbers(), [bool(v) for v in values[:, -1]])
        if begun:
            task.end()

    def read_lines(self, task: DaqTask) -> list[bool]:
        """Return the states of a task's lines; an output task reads what it holds."""
        if task.kind not in (ChannelKind.DI, ChannelKind.DO):
            raise DaqFault(Code.NOT_SUPPORTED, f"Task Name: {task.name}")
        self._ready(task, task.kind)
        return [bool(self.device.lines[n]) for n in task.numbers()]

    def read_count(self, task: DaqTask) -> int:
        """Return the edges counted since the task was started."""
        self._ready(task, ChannelKind.CI)
        if not task.running:
            self.start(task)
        return self._edges(task) - task.count_from

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _edges(self, task: DaqTask) -> int:
        """Return how many edges the terminal that a counting task listens to has seen; outside: none."""
        return 0 if task.counts is None else int(self.device.edges[task.counts])

    def check_watchdogs(self) -> None:
        """Raise DaqFault when a watchdog has expired: outputs are locked until that is cleared."""
        for watchdog in self.watchdogs.values():
            if watchdog.expired:
                raise DaqFault(Code.WATCHDOG_EXPIRED, f"Task Name: {watchdog.name}")

    def _ready(self, task: DaqTask, kind: ChannelKind) -> None:
        self.device.check_present()
        if task.kind is not kind:
            raise DaqFault(Code.NOT_SUPPORTED, f"Task Name: {task.name} has no {kind} channels")
        self._raise_overrun(task)

    def _raise_overrun(self, task: DaqTask) -> None:
        """Report the overrun that a fault has caused, in the task's own terms."""
        if not self.overrun or task.kind is None:
            return
        self.overrun = False
        task.end()
        if task.kind is ChannelKind.AI:
            raise DaqFault(Code.SAMPLES_NO_LONGER_AVAILABLE, f"Task Name: {task.name}", read=0)
        if task.kind is ChannelKind.AO and task.clock is not None:
            raise DaqFault(Code.OUTPUT_FIFO_UNDERFLOW, f"Task Name: {task.name}")
        raise DaqFault(Code.INPUT_FIFO_OVERFLOW, f"Task Name: {task.name}")
