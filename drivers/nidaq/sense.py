"""Analog inputs of a DAQ board: an AnalogSense that can take the mean of many samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from nidaqmx.constants import AcquisitionType, TaskMode, TerminalConfiguration
from nidaqmx.stream_readers import AnalogMultiChannelReader

from drivers.errors import Garbled
from drivers.limits import ChannelLimits
from drivers.nidaq.board import NidaqBoard, TaskSlot
from drivers.nidaq.drive import INPUTS, NidaqDrive
from drivers.nidaq.part import Part
from protocols.block import FloatArray
from protocols.errors import ConfigError, ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class Reading:
    """Means and standard deviations of samples, (channels,) each, in volts; std is NaN for one sample."""

    mean_V: FloatArray
    std_V: FloatArray
    samples: int


@dataclass(frozen=True)
class SenseChannel:
    """An input, such as ai0, and the range it is measured in, in volts at the terminal."""

    terminal: str
    range: ChannelLimits


class NidaqSense(Part):
    """The AnalogSense of a board's inputs.

    Every read scans all channels, and with `drive` its outputs too: a board that does not follow, or whose
    readings are stuck, is noticed before a reading is used. More than one sample is taken on the board's
    sample clock, as fast as it goes or at `rate_Hz`.
    """

    def __init__(
        self,
        name: str,
        board: NidaqBoard,
        channels: Mapping[str, SenseChannel],
        *,
        drive: NidaqDrive | None = None,
        rate_Hz: float | None = None,
        terminal_config: TerminalConfiguration = TerminalConfiguration.DEFAULT,
    ) -> None:
        if not channels:
            raise ConfigError(
                say("no input is named"), key=f"{name}.channels", allowed=say("name at least one")
            )
        super().__init__(name, board, tuple(c.terminal for c in channels.values()))
        self.channels = dict(channels)
        self._order = {channel: k for k, channel in enumerate(self.channels)}
        self._lowest_V = np.array([c.range.min_V for c in self.channels.values()])
        self._highest_V = np.array([c.range.max_V for c in self.channels.values()])
        self._drive = drive
        self._rate_Hz = rate_Hz
        self._config = terminal_config
        self._single: TaskSlot[AnalogMultiChannelReader] = TaskSlot(board, (INPUTS,), self._build)
        self._many: TaskSlot[AnalogMultiChannelReader] = TaskSlot(board, (INPUTS,), self._build_many)
        self._many_samples = 0
        self._slots = [self._single, self._many]

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    def limits(self) -> Mapping[str, ChannelLimits]:
        """Return each channel's measuring range."""
        return {channel: c.range for channel, c in self.channels.items()}

    def read(self, channels: Sequence[str], samples: int = 1) -> FloatArray:
        """Read channels in the order given, each the mean of samples; shape (channels,), in volts.

        Raises Garbled for a reading at the end of its range, NotTaken when outputs read back wrong.
        """
        means_V: FloatArray = self._sound(channels, samples).mean(axis=1)
        return means_V

    def measure(self, channels: Sequence[str], samples: int = 1) -> Reading:
        """Read channels in the order given; return means and standard deviations over the samples."""
        volts = self._sound(channels, samples)
        std_V = volts.std(axis=1, ddof=1) if samples > 1 else np.full(len(volts), np.nan)
        return Reading(volts.mean(axis=1), std_V, samples)

    # ── for the other drivers of this board ─────────────────────────────────────────────────────

    @property
    def width(self) -> int:
        """Return how many values a scan has: channels, then outputs read back."""
        return len(self.channels) + (len(self._drive.echo_channels) if self._drive else 0)

    def add_inputs(self, task: Any) -> None:
        """Add all channels, and the outputs read back, to a task."""
        for c in self.channels.values():
            task.ai_channels.add_ai_voltage_chan(
                self._board.physical(c.terminal),
                terminal_config=self._config,
                min_val=c.range.min_V,
                max_val=c.range.max_V,
            )
        for echo in self._drive.echo_channels if self._drive else ():
            task.ai_channels.add_ai_voltage_chan(echo, min_val=-10.0, max_val=10.0)

    def checked(self, scan_V: FloatArray, taken: int) -> FloatArray:
        """Return the channels of a scan (width, taken) if all of it is sound; raises Garbled."""
        if scan_V.shape[1] != taken or not np.isfinite(scan_V).all():
            raise self._garbled(say("some samples are missing or no numbers"))
        volts = scan_V[: len(self.channels)]
        within = (volts > self._lowest_V[:, None]) & (volts < self._highest_V[:, None])
        if not within.all():
            k = int(np.argmin(within.all(axis=1)))
            raise self._garbled(
                say(
                    "{channel} reads {read_V:.4g} V, the end of its range",
                    channel=list(self.channels)[k],
                    read_V=float(volts[k][~within[k]][0]),
                )
            )
        return volts

    def highest_rate_Hz(self) -> float:
        """Return how often all channels can be scanned in a second."""
        most_Hz = self._board.capabilities().input_rate_Hz / self.width
        return most_Hz if self._rate_Hz is None else min(self._rate_Hz, most_Hz)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _sound(self, channels: Sequence[str], samples: int) -> FloatArray:
        """Return checked samples of channels, (channels, samples), in volts."""
        if samples < 1:
            raise ProtocolError(
                say("{samples} samples make no reading: ask for one or more", samples=samples)
            )
        unknown = [c for c in channels if c not in self._order]
        if unknown:
            raise ProtocolError(
                say(
                    "{name} has no channel {unknown}: it has {order}",
                    name=self._name,
                    unknown=repr(unknown[0]),
                    order=", ".join(self._order),
                )
            )
        return self._scan(samples)[[self._order[c] for c in channels]]

    def _scan(self, samples: int) -> FloatArray:
        if not self._is_open:
            raise ProtocolError(say("{name} is not open", name=self._name))
        if samples == 1:
            scan = np.full(self.width, np.nan)
            with self._single.use(say("read its inputs")) as (task, reader):
                self._single.keep_running(task)
                reader.read_one_sample(scan, timeout=self._board.timeout_s)
            scan = scan[:, None]
        else:
            if samples != self._many_samples:
                self._many.drop()
                self._many_samples = samples
            scan = np.full((self.width, samples), np.nan)
            takes_s = samples / self.highest_rate_Hz()
            with self._many.use(say("read its inputs"), takes_s) as (_, reader):
                limit_s = self._board.timeout_s + takes_s
                reader.read_many_sample(scan, number_of_samples_per_channel=samples, timeout=limit_s)
        volts = self.checked(scan, samples)
        if self._drive is not None and self._drive.echo_channels:
            self._drive.check_echo(scan[len(self.channels) :].mean(axis=1))
        return volts

    def _build(self, task: Any) -> AnalogMultiChannelReader:
        self.add_inputs(task)
        reader = AnalogMultiChannelReader(task.in_stream)
        reader.verify_array_shape = False  # saves a call per read; the array is ours
        return reader

    def _build_many(self, task: Any) -> AnalogMultiChannelReader:
        reader = self._build(task)
        task.timing.cfg_samp_clk_timing(
            self.highest_rate_Hz(),
            sample_mode=AcquisitionType.FINITE,
            samps_per_chan=max(self._many_samples, 2),
        )
        task.control(TaskMode.TASK_COMMIT)  # so that each read need not program the board anew
        return reader

    def _garbled(self, happened: str) -> Garbled:
        return Garbled(
            self._name,
            self._board.address,
            happened,
            cause=say("the input is open, overdriven, or its range is set too small"),
            action=say("check the wire and the channel's range in the bench file; nothing of it was used"),
        )
