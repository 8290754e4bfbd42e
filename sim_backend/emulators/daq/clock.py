"""Sample clocks of the emulated device: tasks on one clock advance together, sample by sample.

At each edge of the clock the inputs are sampled first and the outputs move after, so an input
sample sees the output sample before it: on a real board the converters of the inputs are at work
while the outputs still settle. A pulse armed on the clock's start trigger comes when its delay is
over, whole: samples that fall into it see the gates after it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from protocols.block import FloatArray
from sim_backend.emulators.daq.device import DaqDevice
from sim_backend.emulators.daq.errors import Code
from sim_backend.emulators.daq.task import ChannelKind, DaqTask, Mode

_ENGINE = {ChannelKind.AI: "ai", ChannelKind.AO: "ao", ChannelKind.DI: "di", ChannelKind.DO: "do"}


def drives_clock(task: DaqTask) -> bool:
    """Say whether the task makes its own sample clock."""
    return task.clock is not None and task.kind is not None and not task.clock.source


def clocked_by(master: DaqTask, tasks: Iterable[DaqTask], device: str) -> list[DaqTask]:
    """Return the running tasks that take their sample clock from the master's terminal."""
    terminal = f"/{device}/{_ENGINE.get(master.kind or ChannelKind.CI, '')}/SampleClock".lower()
    return [
        t
        for t in tasks
        if t.running and t is not master and t.clock and _terminal(t.clock.source, device) == terminal
    ]


def armed_on(master: DaqTask, tasks: Iterable[DaqTask], device: str) -> list[DaqTask]:
    """Return the running tasks that wait for the master's start trigger."""
    terminal = f"/{device}/{_ENGINE.get(master.kind or ChannelKind.CI, '')}/StartTrigger".lower()
    return [
        t
        for t in tasks
        if t.running and t is not master and t.trigger and _terminal(t.trigger, device) == terminal
    ]


def _terminal(name: str, device: str) -> str:
    """Return a terminal's full name: `ai/SampleClock` is short for `/Dev1/ai/SampleClock`."""
    full = name if name.startswith("/") else f"/{device}/{name}"
    return full.lower()


def advance(device: DaqDevice, on_clock: list[DaqTask], pulses: list[DaqTask], samples: int) -> None:
    """Run the tasks of one clock through this many of its edges, in device time."""
    clock = next(t.clock for t in on_clock if t.clock is not None)
    period_s = 1.0 / clock.rate_Hz
    inputs = [(t.name, t.places(device)) for t in on_clock if t.kind is ChannelKind.AI]
    outputs = [t for t in on_clock if t.kind in (ChannelKind.AO, ChannelKind.DO)]
    read = {name: np.empty((len(places), samples)) for name, places in inputs}
    start_s = device.clock_s
    due = sorted(
        ((t.pulse.delay_s if t.pulse else 0.0, t) for t in pulses if not t.done), key=lambda pair: pair[0]
    )
    nothing_moves = len(inputs) == 1 and not outputs and not due
    for name, places in inputs if nothing_moves else ():
        read[name] = device.scan(places, period_s, samples)
    for edge in () if nothing_moves else range(samples):
        while due and start_s + due[0][0] <= device.clock_s + 1e-12:
            _give(device, due.pop(0)[1])
        for name, places in inputs:
            read[name][:, edge] = device.sense(places)
        for task in outputs:
            _step(device, task)
        # A pulse that lasts longer than a period has used up the time of the next edges already.
        device.wait(start_s + (edge + 1) * period_s - device.clock_s)
    for _, task in due:
        _give(device, task)
    for task in on_clock:
        task.clocked += samples
        finite = task.clock is not None and task.clock.mode is Mode.FINITE
        task.done = finite and task.clock is not None and task.clocked >= task.clock.samples
        task.triggered = True
        if task.kind is ChannelKind.AI:
            task.buffer = _joined(task, read[task.name])


def _step(device: DaqDevice, task: DaqTask) -> None:
    """Move an output task to its next sample; a buffer that is through starts again, if it may."""
    clock, buffer = task.clock, task.buffer
    if clock is None or buffer is None or (clock.mode is Mode.FINITE and task.position >= clock.samples):
        return
    if not task.regenerates and task.position >= buffer.shape[1]:
        task.failed = Code.OLD_SAMPLES_REGENERATED
        return
    values = buffer[:, task.position % buffer.shape[1]]
    task.position += 1
    if task.kind is ChannelKind.AO:
        device.drive(task.numbers(), values)
    else:
        device.switch(task.numbers(), [bool(v) for v in values])


def _give(device: DaqDevice, task: DaqTask) -> None:
    if task.pulse is not None:
        device.pulse(task.numbers()[0], task.pulse.high_s)
    task.done = True


def _joined(task: DaqTask, new: FloatArray) -> FloatArray:
    """Return what is still to be read followed by what is new."""
    if task.buffer is None:
        task.position = 0
        return new
    left = task.buffer[:, task.position :]
    task.position = 0
    return np.concatenate([left, new], axis=1)
