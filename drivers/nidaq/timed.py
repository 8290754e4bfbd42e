"""Hardware-timed runs: outputs and inputs of a DAQ board on one sample clock, with a start trigger.

The inputs' clock is the master. The outputs take it from /Dev/ai/SampleClock, wait for
/Dev/ai/StartTrigger and are started first, so both begin with the same edge and stay in step to the
last. From each edge on the inputs are converted one after the other, while the outputs move: only
samples at whose edge no output changes belong to one level, and only those are used.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from nidaqmx.constants import AcquisitionType, RegenerationMode
from nidaqmx.stream_readers import AnalogMultiChannelReader
from nidaqmx.stream_writers import AnalogMultiChannelWriter

from drivers import trace
from drivers.errors import Refused
from drivers.nidaq.board import NidaqBoard, TaskSlot
from drivers.nidaq.drive import INPUTS, NidaqDrive
from drivers.nidaq.pulse import NidaqLearnSwitch
from drivers.nidaq.sense import NidaqSense
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class Levels:
    """What was read while each of L levels was held: mean and std (L, inputs), in volts.

    pulse_s is the length of the learning pulse given on the way, 0 for none.
    """

    mean_V: FloatArray
    std_V: FloatArray
    pulse_s: float = 0.0


@dataclass(frozen=True)
class TimedPulse:
    """A learning pulse of `length_s`, `delay_s` after the start of the run."""

    delay_s: float
    length_s: float


class _RecordShape(NamedTuple):
    samples: int
    rate_Hz: float


class NidaqTimed:
    """Play levels on a drive's outputs and read a sense's inputs, sample by sample, on the board's clock."""

    def __init__(
        self, board: NidaqBoard, drive: NidaqDrive, sense: NidaqSense, switch: NidaqLearnSwitch | None = None
    ) -> None:
        self._board = board
        self._drive = drive
        self._sense = sense
        self._switch = switch
        self._shape = _RecordShape(0, 0.0)
        self._outputs: TaskSlot[AnalogMultiChannelWriter] = TaskSlot(
            board, ("analog outputs",), self._build_out
        )
        self._inputs: TaskSlot[AnalogMultiChannelReader] = TaskSlot(board, (INPUTS,), self._build_in)

    def close(self) -> None:
        """Let the tasks go; the drivers it works with are closed by their owner."""
        self._outputs.drop()
        self._inputs.drop()

    def highest_rate_Hz(self) -> float:
        """Return the fastest common clock."""
        return min(self._sense.highest_rate_Hz(), self._board.capabilities().output_rate_Hz)

    def run(
        self,
        levels_V: FloatArray,
        samples_each: int,
        *,
        settle_samples: int = 0,
        rate_Hz: float | None = None,
        pulse: TimedPulse | None = None,
    ) -> Levels:
        """Hold each of the levels (L, outputs) for some samples; leave the outputs at the last.

        The sample at the edge where a level begins is not used, nor are the `settle_samples` after it.
        Raises OutOfLimit with nothing sent, Overrun when samples were lost, Refused by a board without
        clocked outputs.
        """
        levels_V = np.atleast_2d(np.asarray(levels_V, dtype=float))
        if levels_V.ndim != 2 or levels_V.shape[1] != len(self._drive.channels) or not len(levels_V):
            raise ProtocolError(
                say(
                    "levels {shape} do not fit {count} outputs",
                    shape=levels_V.shape,
                    count=len(self._drive.channels),
                )
            )
        if not 0 <= settle_samples < samples_each - 1:
            raise ProtocolError(
                say(
                    "of {samples} samples none is left after 1 and {settling}",
                    samples=samples_each,
                    settling=settle_samples,
                )
            )
        waveform = np.repeat(levels_V, samples_each, axis=0)
        scan, pulse_s = self.play(waveform, rate_Hz=rate_Hz, pulse=pulse)
        held = scan.reshape(len(scan), len(levels_V), samples_each)[:, :, 1 + settle_samples :]
        many = held.shape[2] > 1
        std = held.std(axis=2, ddof=1) if many else np.full(held.shape[:2], np.nan)
        return Levels(held.mean(axis=2).T, std.T, pulse_s)

    def play(
        self, waveform_V: FloatArray, *, rate_Hz: float | None = None, pulse: TimedPulse | None = None
    ) -> tuple[FloatArray, float]:
        """Play a waveform (samples, outputs) and return what was read (inputs, samples), and the pulse.

        Input sample k was taken while the outputs moved from sample k − 1 to k.
        """
        waveform = np.ascontiguousarray(np.asarray(waveform_V, dtype=float).T)
        self._drive.check_all(waveform.T)
        self._prepare(_RecordShape(waveform.shape[1], self.highest_rate_Hz() if rate_Hz is None else rate_Hz))
        with self._armed(pulse) as pulse_s:
            scan = self._run(waveform)
        volts = self._sense.checked(scan, waveform.shape[1])
        if self._drive.echo_channels:
            still = np.flatnonzero(np.all(waveform[:, 1:] == waveform[:, :-1], axis=0)) + 1
            self._drive.check_echo(scan[len(volts) :, still], waveform[:, still])
        return volts, pulse_s

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _armed(self, pulse: TimedPulse | None) -> Any:
        if pulse is None or pulse.length_s == 0.0:
            return nullcontext(0.0)
        if self._switch is None:
            raise ProtocolError(say("a pulse is asked for, and there is no learn switch on this board"))
        return self._switch.armed(self._terminal("StartTrigger"), pulse.delay_s, pulse.length_s)

    def _run(self, waveform: FloatArray) -> FloatArray:
        samples, rate_Hz = self._shape
        takes_s = samples / rate_Hz
        limit_s = self._board.timeout_s + takes_s
        scan = np.full((self._sense.width, samples), np.nan)
        self._drive.forget()
        with (
            self._outputs.use(say("play a waveform"), takes_s) as (player, writer),
            self._inputs.use(say("read in step with its outputs"), takes_s) as (recorder, reader),
        ):
            last_V = waveform[:, -1]
            trace.wrote(
                self._board.name, self._board.address, f"{waveform.shape[1]} samples, ending at (V)", last_V
            )
            writer.write_many_sample(waveform, timeout=self._board.timeout_s)
            player.start()
            recorder.start()
            reader.read_many_sample(scan, number_of_samples_per_channel=samples, timeout=limit_s)
            player.wait_until_done(limit_s)
            recorder.stop()
            player.stop()
        self._drive.adopt(waveform[:, -1])
        return scan

    def _prepare(self, shape: _RecordShape) -> None:
        if not self._board.capabilities().hardware_timed:
            raise Refused(
                self._board.name,
                self._board.address,
                say("its inputs and outputs cannot share a sample clock"),
                cause=say("this model has no clocked outputs"),
                action=say("choose on-demand timing in the bench file, or another board"),
            )
        if shape.samples < 2:
            raise ProtocolError(say("a run in step needs two samples at least"))
        if shape != self._shape:
            self.close()
            self._shape = shape

    def _build_out(self, task: Any) -> AnalogMultiChannelWriter:
        self._drive.add_outputs(task)
        task.timing.cfg_samp_clk_timing(
            self._shape.rate_Hz,
            source=self._terminal("SampleClock"),
            sample_mode=AcquisitionType.FINITE,
            samps_per_chan=self._shape.samples,
        )
        task.triggers.start_trigger.cfg_dig_edge_start_trig(self._terminal("StartTrigger"))
        task.out_stream.regen_mode = RegenerationMode.DONT_ALLOW_REGENERATION
        writer = AnalogMultiChannelWriter(task.out_stream, auto_start=False)
        writer.verify_array_shape = False
        return writer

    def _build_in(self, task: Any) -> AnalogMultiChannelReader:
        self._sense.add_inputs(task)
        task.timing.cfg_samp_clk_timing(
            self._shape.rate_Hz, sample_mode=AcquisitionType.FINITE, samps_per_chan=self._shape.samples
        )
        reader = AnalogMultiChannelReader(task.in_stream)
        reader.verify_array_shape = False
        return reader

    def _terminal(self, signal: str) -> str:
        return f"/{self._board.device}/ai/{signal}"
