"""Analog outputs of a DAQ board: an AnalogDrive whose channels read themselves back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from nidaqmx.constants import VoltageUnits
from nidaqmx.stream_readers import AnalogMultiChannelReader
from nidaqmx.stream_writers import AnalogMultiChannelWriter

from drivers import trace
from drivers.errors import NotTaken
from drivers.limits import ChannelLimits
from drivers.nidaq.board import NidaqBoard, TaskSlot
from drivers.nidaq.part import Part
from protocols.block import FloatArray
from protocols.errors import ConfigError, ProtocolError
from protocols.messages import say

ECHO_TOLERANCE_V = 0.02  # outputs and inputs of an M or X board at ±10 V are good to a few millivolts
INPUTS = "analog inputs"
_LEAST_RANGE_V = 0.1


@dataclass(frozen=True)
class DriveChannel:
    """An output, such as ao0, and the limits the bench file gives it, in volts at the terminal."""

    terminal: str
    limits: ChannelLimits


class NidaqDrive(Part):
    """The AnalogDrive of a board's outputs.

    Every write sends all channels at once, in the order of `channels`; channels never set keep what they
    were found at. `echo` reads outputs back through the board's own inputs (`_ao0_vs_aognd`), within
    `echo_tolerance_V`; without it `voltages` is what was written. Other drivers of the board read the echo
    along: `echo_channels` and `check_echo`.
    """

    def __init__(
        self,
        name: str,
        board: NidaqBoard,
        channels: Mapping[str, DriveChannel],
        *,
        echo: bool = True,
        echo_tolerance_V: float = ECHO_TOLERANCE_V,
    ) -> None:
        if not channels:
            raise ConfigError(
                say("no output is named"), key=f"{name}.channels", allowed=say("name at least one")
            )
        self.channels = dict(channels)
        terminals = tuple(c.terminal for c in channels.values())
        if len(set(terminals)) != len(terminals):
            raise ConfigError(say("two channels share a terminal"), key=f"{name}.channels", value=terminals)
        super().__init__(name, board, terminals)
        self._order = {channel: k for k, channel in enumerate(self.channels)}
        self._lowest_V = np.array([c.limits.min_V for c in self.channels.values()])
        self._highest_V = np.array([c.limits.max_V for c in self.channels.values()])
        self._written_V: FloatArray | None = None
        self._written_at = -1  # the board's resets then: a reset puts outputs to 0 V
        self._echo = echo
        self._echo_channels = tuple(board.physical(f"_{t}_vs_aognd") for t in terminals) if echo else ()
        self._tolerance_V = echo_tolerance_V
        self._outputs: TaskSlot[AnalogMultiChannelWriter] = TaskSlot(board, ("analog outputs",), self._build)
        self._echoes: TaskSlot[AnalogMultiChannelReader] = TaskSlot(board, (INPUTS,), self._build_echo)
        self._slots = [self._outputs, self._echoes]

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    def limits(self) -> Mapping[str, ChannelLimits]:
        """Return each channel's limits."""
        return {channel: c.limits for channel, c in self.channels.items()}

    def set_voltages(self, voltages_V: Mapping[str, float]) -> None:
        """Drive these channels, all checked before the first one moves, and leave the others.

        Raises OutOfLimit with nothing sent, ProtocolError for a channel there is not.
        """
        if not voltages_V:
            return
        wanted = self._known_V().copy()
        for channel, volts in voltages_V.items():
            self.check(channel, volts)
            wanted[self._order[channel]] = volts
        self._write(wanted)

    def holds(self, voltages_V: Mapping[str, float]) -> bool:
        """Say whether these voltages are what was last driven, without asking the board."""
        if self._written_V is None or self._written_at != self._board.resets:
            return False
        return all(self._written_V[self._order[channel]] == v for channel, v in voltages_V.items())

    def voltages(self) -> Mapping[str, float]:
        """Return what each channel is driven to, in volts: read back where the board can."""
        volts = self._read_back() if self._echo else self._known_V()
        return {channel: float(volts[k]) for channel, k in self._order.items()}

    def safe_state(self) -> Mapping[str, float]:
        """Put all channels to 0 V and return what they read back; raises NotTaken when they do not follow."""
        return self._board.retry_after_reset(self.make_safe)

    def make_safe(self) -> Mapping[str, float]:
        """Put all channels to 0 V in one try; return what they read back."""
        zeros = np.zeros(len(self.channels))
        self._write(zeros)
        if self._echo:
            self.check_echo(self._read_back())
        return dict.fromkeys(self.channels, 0.0)

    # ── for the other drivers of this board ─────────────────────────────────────────────────────

    def check(self, channel: str, voltage_V: float) -> None:
        """Raise OutOfLimit or ProtocolError unless this voltage may be driven."""
        if channel not in self.channels:
            raise ProtocolError(
                say(
                    "{name} has no channel {channel}: it has {channels}",
                    name=self._name,
                    channel=repr(channel),
                    channels=", ".join(self.channels),
                )
            )
        limits = self.channels[channel].limits
        limits.check_V(self._name, self._board.address, channel, float(voltage_V))

    def check_all(self, volts: FloatArray) -> None:
        """Raise OutOfLimit for the first value of (samples, channels) outside its channel's limits."""
        bad = np.argwhere(~((volts >= self._lowest_V) & (volts <= self._highest_V)))
        if len(bad):
            sample, k = bad[0]
            self.check(list(self.channels)[k], float(volts[sample, k]))

    @property
    def echo_channels(self) -> tuple[str, ...]:
        """Return the names of the board's own inputs that read the outputs back; empty without echo."""
        return self._echo_channels

    def check_echo(self, echo_V: FloatArray, wanted_V: FloatArray | None = None) -> None:
        """Raise NotTaken unless the outputs, read back in order, are what was written.

        wanted_V is what they should be, (channels,) or (channels, samples); left out: what was set last.
        """
        wanted = self._written_V if wanted_V is None else wanted_V
        if wanted is None or wanted.size == 0:
            return
        off = np.abs(echo_V - wanted)
        if (off <= self._tolerance_V).all():
            return
        worst = np.unravel_index(int(np.argmax(off)), off.shape)
        self._outputs.drop()
        self.forget()
        name = list(self.channels)[worst[0]]
        raise NotTaken(
            self._name,
            self._board.address,
            say(
                "{name} was set to {wanted:.4g} V and reads {echo_V:.4g} V",
                name=name,
                wanted=wanted[worst],
                echo_V=echo_V[worst],
            ),
            cause=say("the output is overloaded or shorted, or the board did not carry out what it was told"),
            action=say("go to the safe state and measure the output with a meter; no reading was used"),
        )

    def add_outputs(self, task: Any) -> None:
        """Add all channels, in order, to a task."""
        reach_V = self._board.capabilities().output_range_V
        for c in self.channels.values():
            low = max(min(c.limits.min_V, -_LEAST_RANGE_V), -reach_V)
            high = min(max(c.limits.max_V, _LEAST_RANGE_V), reach_V)
            task.ao_channels.add_ao_voltage_chan(
                self._board.physical(c.terminal), min_val=low, max_val=high, units=VoltageUnits.VOLTS
            )

    def forget(self) -> None:
        """Note that what is on the outputs is not known any more."""
        self._written_V = None

    def adopt(self, volts: FloatArray) -> None:
        """Note what a clocked task has left on the outputs, in order."""
        self._written_V, self._written_at = np.array(volts, dtype=float), self._board.resets

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _build(self, task: Any) -> AnalogMultiChannelWriter:
        self.add_outputs(task)
        writer = AnalogMultiChannelWriter(task.out_stream, auto_start=False)
        writer.verify_array_shape = False  # saves a call per write; the array is ours
        return writer

    def _build_echo(self, task: Any) -> AnalogMultiChannelReader:
        for channel in self.echo_channels:
            task.ai_channels.add_ai_voltage_chan(channel, min_val=-10.0, max_val=10.0)
        reader = AnalogMultiChannelReader(task.in_stream)
        reader.verify_array_shape = False
        return reader

    def _known_V(self) -> FloatArray:
        """Return what is on the outputs: what was written, else what they are found at."""
        if self._written_V is not None and self._written_at == self._board.resets:
            return self._written_V
        if not self._echo:
            return np.zeros(len(self.channels))  # what a board powers up with
        found = self._read_back()
        return np.clip(found, np.minimum(self._lowest_V, 0.0), np.maximum(self._highest_V, 0.0))

    def _write(self, volts: FloatArray) -> None:
        self.forget()  # not known until it is carried out
        trace.wrote(self._name, self._board.address, "outputs (V)", volts)
        with self._outputs.use(say("set its outputs")) as (task, writer):
            self._outputs.keep_running(task)
            writer.write_one_sample(volts, timeout=self._board.timeout_s)
        self.adopt(volts)

    def _read_back(self) -> FloatArray:
        volts = np.empty(len(self.channels))
        with self._echoes.use(say("read its outputs back")) as (_, reader):
            reader.read_one_sample(volts, timeout=self._board.timeout_s)
        return volts
