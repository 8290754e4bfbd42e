"""Stepping a multiplexer through its addresses on the sample clock, reading the inputs at each.

One clocked run instead of three calls for each address. The lines take the inputs' sample clock: an input
sample at whose edge the address changes belongs to no address and is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from nidaqmx.constants import AcquisitionType, LineGrouping
from nidaqmx.stream_readers import AnalogMultiChannelReader

from drivers.errors import NotTaken
from drivers.nidaq.board import NidaqBoard, TaskSlot
from drivers.nidaq.drive import INPUTS, NidaqDrive
from drivers.nidaq.lines import LINES, NidaqLines
from drivers.nidaq.sense import NidaqSense
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


class _SweepShape(NamedTuple):
    addresses: int
    each: int

    @property
    def samples(self) -> int:
        return self.addresses * self.each


class NidaqSweep:
    """Read every input at addresses 0, 1, 2, …; `address` lines are least significant first.

    The lines are `lines`' own: it gives them up for a sweep, and they stay at the last address. `drive` is
    the one whose outputs `sense` reads back.
    """

    def __init__(
        self,
        board: NidaqBoard,
        lines: NidaqLines,
        sense: NidaqSense,
        drive: NidaqDrive,
        address: Sequence[str],
    ) -> None:
        self._board, self._lines, self._sense, self._drive = board, lines, sense, drive
        self._address = tuple(address)
        self._shape = _SweepShape(0, 0)
        self._stepping: TaskSlot[_SweepShape] = TaskSlot(board, (LINES,), self._build_lines)
        self._reading: TaskSlot[AnalogMultiChannelReader] = TaskSlot(board, (INPUTS,), self._build_inputs)

    @property
    def possible(self) -> bool:
        """Say whether the board's lines have a clock; without one each address takes calls of its own."""
        return self._board.capabilities().line_rate_Hz > 0.0

    def run(self, addresses: int, samples: int, *, settle_samples: int = 1) -> Mapping[str, FloatArray]:
        """Return each input's mean at every address, (addresses,), in volts; the multiplexer must be enabled.

        Of every address the sample at its first edge and `settle_samples` after it are not used. Raises
        NotTaken when the lines did not step to the end, and what reading can raise.
        """
        if not 1 < addresses <= 1 << len(self._address) or samples < 1:
            raise ProtocolError(
                say(
                    "{addresses} addresses do not fit {count} lines",
                    addresses=addresses,
                    count=len(self._address),
                )
            )
        shape = _SweepShape(addresses, 1 + settle_samples + samples)
        if shape != self._shape:
            self._stepping.drop()
            self._reading.drop()
            self._shape = shape
        self._lines.set_number(self._address, 0)  # where a sweep that does not come about stays
        scan = self._scan()
        self._check_end()
        volts = self._sense.checked(scan, shape.samples)
        if self._drive.echo_channels:
            self._drive.check_echo(scan[len(volts) :].mean(axis=1))
        held = volts.reshape(len(volts), addresses, shape.each)[:, :, 1 + settle_samples :]
        return dict(zip(self._sense.channels, held.mean(axis=2), strict=True))

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _scan(self) -> FloatArray:
        shape, rate_Hz = self._shape, self._rate_Hz()
        takes_s = shape.samples / rate_Hz
        limit_s = self._board.timeout_s + takes_s
        scan = np.full((self._sense.width, shape.samples), np.nan)
        with (
            self._stepping.use(say("step through the multiplexer"), takes_s) as (stepper, _),
            self._reading.use(say("read in step with the multiplexer"), takes_s) as (_, reader),
        ):
            numbers = np.repeat(np.arange(shape.addresses), shape.each)
            bits = (numbers[None, :] >> np.arange(len(self._address))[:, None]) & 1
            stepper.write(bits.astype(np.bool_), auto_start=False, timeout=self._board.timeout_s)
            stepper.start()
            reader.read_many_sample(scan, number_of_samples_per_channel=shape.samples, timeout=limit_s)
            stepper.wait_until_done(limit_s)
            stepper.stop()
        return scan

    def _check_end(self) -> None:
        """Raise NotTaken unless the lines stand at the last address."""
        self._lines.forget()
        states = self._lines.states()
        reached = sum(int(states[line]) << bit for bit, line in enumerate(self._address))
        if reached != self._shape.addresses - 1:
            raise NotTaken(
                self._lines.name,
                self._board.address,
                say(
                    "the multiplexer stands at address {reached} after a sweep to {addresses}",
                    reached=reached,
                    addresses=self._shape.addresses - 1,
                ),
                cause=say("the lines did not follow the sample clock"),
                action=say("set mux.clocked = false in the bench file, or check what is wired to the lines"),
            )

    def _rate_Hz(self) -> float:
        return min(self._sense.highest_rate_Hz(), self._board.capabilities().line_rate_Hz)

    def _build_lines(self, task: Any) -> _SweepShape:
        for line in self._address:
            terminal = self._board.physical(self._lines.lines[line].terminal)
            task.do_channels.add_do_chan(terminal, line_grouping=LineGrouping.CHAN_PER_LINE)
        task.timing.cfg_samp_clk_timing(
            self._rate_Hz(),
            source=f"/{self._board.device}/ai/SampleClock",
            sample_mode=AcquisitionType.FINITE,
            samps_per_chan=self._shape.samples,
        )
        return self._shape

    def _build_inputs(self, task: Any) -> AnalogMultiChannelReader:
        self._sense.add_inputs(task)
        task.timing.cfg_samp_clk_timing(
            self._rate_Hz(), sample_mode=AcquisitionType.FINITE, samps_per_chan=self._shape.samples
        )
        reader = AnalogMultiChannelReader(task.in_stream)
        reader.verify_array_shape = False
        return reader
