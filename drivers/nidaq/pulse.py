"""The learning window: single pulses of exact length from a counter of a DAQ board."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nidaqmx.constants import AcquisitionType, CountDirection, Edge, Level, TaskMode
from nidaqmx.stream_readers import CounterReader

from drivers.errors import InstrumentFault, NotTaken
from drivers.limits import PulseLimits
from drivers.nidaq.board import GRACE_S, NidaqBoard, TaskSlot
from drivers.nidaq.lines import NidaqLines
from drivers.nidaq.part import Part
from protocols.errors import ConfigError
from protocols.messages import say

_LOW_S = 1e-6  # after each pulse; at least two ticks of any timebase
_CLOCKS_DIFFER = 1e-3  # ten times what a board's timebase and a computer's clock may


class NidaqLearnSwitch(Part):
    """The LearnSwitch on a counter's output: low holds, high learns.

    `hold_line` of `lines`, where the board under test has one, holds the gates while it is high, whatever
    the counter does; the lines are opened and closed by their owner. `watcher` is a second counter that
    counts the first one's pulses: each must come once. Pulses go to the counter's ticks, so what `pulse`
    returns may be off by half a tick.
    """

    def __init__(
        self,
        name: str,
        board: NidaqBoard,
        counter: str,
        limits: PulseLimits,
        *,
        lines: NidaqLines | None = None,
        hold_line: str = "",
        watcher: str = "",
    ) -> None:
        if bool(hold_line) != (lines is not None) or (lines is not None and hold_line not in lines.lines):
            allowed = (
                say("one of {lines}", lines=", ".join(lines.lines))
                if lines
                else say("name the lines it is one of")
            )
            raise ConfigError(say("is no line"), key=f"{name}.hold_line", value=hold_line, allowed=allowed)
        if watcher == counter:
            raise ConfigError(say("cannot watch itself"), key=f"{name}.watcher", value=watcher)
        super().__init__(name, board, (counter, watcher) if watcher else (counter,))
        self._counter = counter
        self._watcher = watcher
        self._limits = limits
        self._lines = lines
        self._hold_line = hold_line
        self._given: int | None = None
        self._together: int | None = None  # pulses given while they are counted together
        self._pulse: TaskSlot[Any] = TaskSlot(board, (counter,), self._build)
        self._watch: TaskSlot[CounterReader] = TaskSlot(board, (watcher,), self._build_watch)
        self._slots = [self._pulse, self._watch]
        self._length_s = 0.0

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """Connect; raises ConfigError for limits that no timebase of the board keeps."""
        super().open()
        tick_s = self.tick_s
        if self._limits.step_s < tick_s * 0.999 or self._limits.min_s < 2 * tick_s * 0.999:
            self._is_open = False
            self._board.close(self)
            allowed = say("steps of {tick_s:g} s, from two steps on", tick_s=tick_s)
            key = f"{self._name}.limits"
            raise ConfigError(say("is finer than the timebase"), key=key, value=self._limits, allowed=allowed)

    @property
    def tick_s(self) -> float:
        """Return the step of the counter's timebase, in seconds."""
        return 1.0 / (self._board.capabilities().timebase_Hz or 20e6)

    def limits(self) -> PulseLimits:
        """Return least and most pulse length and its step, in seconds."""
        return self._limits

    def pulse(self, length_s: float) -> float:
        """Let the edges learn for one pulse; return its length when it is over, in seconds.

        Raises OutOfLimit with nothing sent, NotTaken when the pulse did not come, came twice, or is not as
        long as asked for. After any failure learning is held.
        """
        self._limits.check_s(self._name, self._board.address, length_s)
        if length_s == 0.0:
            return 0.0
        with self._held_after_failure():
            return self._give(length_s)

    @contextmanager
    def counted_together(self) -> Iterator[None]:
        """Count the pulses inside when it is left, instead of waiting for and counting each: two calls less.

        Without a watching counter each is waited for. Raises NotTaken when fewer or more came than given.
        """
        if not self._watcher:
            yield
            return
        before, self._together = self._pulses_given(), 0
        try:
            yield
            self._check_given(before, self._together)
        finally:
            self._together = None

    def hold(self) -> None:
        """Switch learning off at once: hold line first, then the counter."""
        self._hold_line_only()
        if self._pulse.exists:
            with self._pulse.use(say("end its pulse")) as (task, _):
                task.stop()

    def stop_holding(self) -> None:
        """Let pulses through again; `pulse` does so by itself."""
        if self._lines is not None and not self._lines.holds(self._hold_line, False):
            self._lines.set({self._hold_line: False})

    def safe_state(self) -> bool:
        """Hold the gates; return whether learning is on, read back: False. Raises NotTaken otherwise."""
        return self._board.retry_after_reset(self.make_safe)

    def make_safe(self) -> bool:
        """Hold the gates in one try; return whether learning is on."""
        self._hold_line_only()
        with self._pulse.use(say("hold")) as (task, channel):
            task.stop()
            if channel.co_output_state != Level.LOW:
                raise self._not_taken(say("the learn line was put low and reads high"))
        return False

    # ── for clocked runs ────────────────────────────────────────────────────────────────────────

    @contextmanager
    def armed(self, trigger: str, delay_s: float, length_s: float) -> Iterator[float]:
        """Give one pulse `delay_s` after an edge on a terminal, such as /Dev1/ai/StartTrigger.

        Yields the length it will have; leaving, the pulse must have been.
        """
        self._limits.check_s(self._name, self._board.address, length_s)
        with self._held_after_failure():
            before = self._pulses_given()
            self.stop_holding()
            with self._pulse.use(say("arm its pulse"), delay_s + length_s) as (task, channel):
                self._set_length(channel, length_s)
                channel.co_pulse_time_initial_delay = delay_s
                task.triggers.start_trigger.cfg_dig_edge_start_trig(trigger)
                task.start()
                yield self._length_s
                task.wait_until_done(self._board.timeout_s + delay_s + length_s)
                task.stop()
                task.triggers.start_trigger.disable_start_trig()
                channel.co_pulse_time_initial_delay = 0.0
            self._check_given(before, 1)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _give(self, length_s: float) -> float:
        before = self._pulses_given() if self._together is None else None
        self.stop_holding()
        with self._pulse.use(say("give a learning pulse"), length_s) as (task, channel):
            self._set_length(channel, length_s)
            task.start()
            if self._together is None:
                task.wait_until_done(self._board.timeout_s + length_s)
            else:  # it runs by the counter's clock once start has returned; that it came is seen at the end
                time.sleep(length_s * (1.0 + _CLOCKS_DIFFER) + _LOW_S)
            task.stop()
        if self._together is None:
            self._check_given(before, 1)
        else:
            self._together += 1
        return self._length_s

    @contextmanager
    def _held_after_failure(self) -> Iterator[None]:
        """Hold the gates after a failure inside, which stays the one that is reported."""
        try:
            yield
        except BaseException as problem:
            self._given = None
            self._pulse.drop()
            try:
                with self._board.daqmx.within(GRACE_S):
                    self._hold_line_only()
            except InstrumentFault as more:
                problem.add_note(f"nor could the gates be held: {more}")
            raise

    def _hold_line_only(self) -> None:
        if self._lines is not None:
            self._lines.set({self._hold_line: True})

    def _set_length(self, channel: Any, length_s: float) -> None:
        if abs(length_s - self._length_s) <= 0.01 * self.tick_s:
            return
        self._length_s = 0.0
        channel.co_pulse_high_time = length_s
        read_s = float(channel.co_pulse_high_time)
        if abs(read_s - length_s) > 0.51 * self.tick_s:
            raise self._not_taken(
                say(
                    "a pulse of {length_s:.9g} s was set and reads {read_s:.9g} s",
                    length_s=length_s,
                    read_s=read_s,
                )
            )
        self._length_s = read_s

    def _pulses_given(self) -> int | None:
        """Return how many pulses the watching counter has seen; None without one."""
        if not self._watcher:
            return None
        if self._given is None or not self._watch.exists:
            self._given = self._count()
        return self._given

    def _count(self) -> int:
        with self._watch.use(say("count its pulses")) as (task, reader):
            self._watch.keep_running(task)
            return int(reader.read_one_sample_uint32(timeout=self._board.timeout_s))

    def _check_given(self, before: int | None, pulses: int) -> None:
        """Raise NotTaken unless the watching counter has seen so many pulses since `before`."""
        if before is None:
            return
        self._given = self._count()
        seen = (self._given - before) % 2**32
        if seen != pulses:
            self._given = None
            raise self._not_taken(say("of {pulses} learning pulses {seen} came", pulses=pulses, seen=seen))

    def _build(self, task: Any) -> Any:
        self._length_s = self._limits.min_s
        channel = task.co_channels.add_co_pulse_chan_time(
            self._board.physical(self._counter),
            idle_state=Level.LOW,
            low_time=_LOW_S,
            high_time=self._length_s,
        )
        task.timing.cfg_implicit_timing(sample_mode=AcquisitionType.FINITE, samps_per_chan=1)
        task.control(TaskMode.TASK_COMMIT)  # so that each start need not program the counter anew
        return channel

    def _build_watch(self, task: Any) -> CounterReader:
        channel = task.ci_channels.add_ci_count_edges_chan(
            self._board.physical(self._watcher), edge=Edge.RISING, count_direction=CountDirection.COUNT_UP
        )
        number = self._counter.removeprefix("ctr")
        channel.ci_count_edges_term = f"/{self._board.device}/Ctr{number}InternalOutput"
        reader = CounterReader(task.in_stream)
        reader.verify_array_shape = False
        return reader

    def _not_taken(self, happened: str) -> NotTaken:
        return NotTaken(
            self._name,
            self._board.address,
            happened,
            cause=say("the board did not carry out what it was told"),
            action=say("gates may have moved otherwise than recorded: go to the safe state and read them"),
        )
