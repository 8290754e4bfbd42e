"""Digital lines of a DAQ board: switches, and addresses of multiplexers, each write read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from nidaqmx.constants import LineGrouping
from nidaqmx.stream_readers import DigitalMultiChannelReader
from nidaqmx.stream_writers import DigitalMultiChannelWriter

from drivers import trace
from drivers.errors import NotTaken
from drivers.nidaq.board import NidaqBoard, TaskSlot
from drivers.nidaq.part import Part
from protocols.errors import ConfigError, ProtocolError
from protocols.messages import say

LINES = "digital lines"


@dataclass(frozen=True)
class DigitalLine:
    """A line, such as port0/line3, and its state in the safe state; None leaves it."""

    terminal: str
    safe: bool | None = None


class _Kit(NamedTuple):
    writer: DigitalMultiChannelWriter
    reader: DigitalMultiChannelReader


class NidaqLines(Part):
    """Lines of a board, driven together; those never set stay as they are found."""

    def __init__(self, name: str, board: NidaqBoard, lines: Mapping[str, DigitalLine]) -> None:
        if not lines:
            raise ConfigError(say("no line is named"), key=f"{name}.lines", allowed=say("name at least one"))
        super().__init__(name, board, tuple(line.terminal for line in lines.values()))
        self.lines = dict(lines)
        self._order = {line: k for k, line in enumerate(self.lines)}
        self._written: np.ndarray[Any, np.dtype[np.bool_]] | None = None
        self._written_at = -1
        self._outputs: TaskSlot[_Kit] = TaskSlot(board, (LINES,), self._build)
        self._slots = [self._outputs]

    def set(self, states: Mapping[str, bool]) -> None:
        """Put these lines to these states and leave the others; raises NotTaken when one does not follow."""
        self._set(states)

    def set_or_reset(self, states: Mapping[str, bool]) -> Mapping[str, bool]:
        """Put lines to states in which they are safe, by a reset if nothing else helps; return all lines."""

        def sure() -> Mapping[str, bool]:
            self.set(states)
            return self.states()

        return self._board.retry_after_reset(sure)

    def set_number(self, lines: Sequence[str], number: int) -> None:
        """Put a binary number on lines, least significant first; raises ProtocolError if it does not fit."""
        if not 0 <= number < 1 << len(lines):
            raise ProtocolError(
                say("{number} does not fit {count} address lines", number=number, count=len(lines))
            )
        self.set({line: bool(number >> bit & 1) for bit, line in enumerate(lines)})

    def states(self) -> Mapping[str, bool]:
        """Read all lines."""
        with self._outputs.use(say("read its lines")) as (task, kit):
            self._outputs.keep_running(task)
            found = self._read(kit)
        return {line: bool(found[k]) for line, k in self._order.items()}

    def holds(self, line: str, state: bool) -> bool:
        """Say whether a line was last put to this state, and read so, without asking the board again."""
        known = self._written is not None and self._written_at == self._board.resets
        return known and self._written is not None and bool(self._written[self._order[line]]) == state

    def safe_state(self) -> Mapping[str, bool]:
        """Put the lines to their safe states and return all of them, read back."""
        return self._board.retry_after_reset(self.make_safe)

    def make_safe(self) -> Mapping[str, bool]:
        """Put the lines to their safe states in one try; return all of them, read back."""
        self._set({name: line.safe for name, line in self.lines.items() if line.safe is not None})
        return self.states()

    def forget(self) -> None:
        """Note that the states of the lines are not known any more."""
        self._written = None

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _set(self, states: Mapping[str, bool]) -> None:
        unknown = [line for line in states if line not in self._order]
        if unknown:
            raise ProtocolError(
                say(
                    "{name} has no line {unknown}: it has {order}",
                    name=self._name,
                    unknown=repr(unknown[0]),
                    order=", ".join(self._order),
                )
            )
        with self._outputs.use(say("set its lines")) as (task, kit):
            self._outputs.keep_running(task)
            known = self._written if self._written_at == self._board.resets else None
            wanted = self._read(kit) if known is None else known.copy()
            for line, state in states.items():
                wanted[self._order[line]] = state
            self._written = None  # not known until it is read back
            trace.wrote(self._name, self._board.address, "lines", wanted)
            kit.writer.write_one_sample_one_line(wanted, timeout=self._board.timeout_s)
            found = self._read(kit)
            if not np.array_equal(found, wanted):
                raise self._not_taken(wanted, found)
        self._written, self._written_at = wanted, self._board.resets

    def _read(self, kit: _Kit) -> np.ndarray[Any, np.dtype[np.bool_]]:
        found = np.zeros(len(self.lines), dtype=np.bool_)
        kit.reader.read_one_sample_one_line(found, timeout=self._board.timeout_s)
        return found

    def _build(self, task: Any) -> _Kit:
        for line in self.lines.values():
            task.do_channels.add_do_chan(
                self._board.physical(line.terminal), line_grouping=LineGrouping.CHAN_PER_LINE
            )
        writer = DigitalMultiChannelWriter(task.out_stream, auto_start=False)
        reader = DigitalMultiChannelReader(task.in_stream)
        writer.verify_array_shape = reader.verify_array_shape = False
        return _Kit(writer, reader)

    def _not_taken(self, wanted: Any, found: Any) -> NotTaken:
        k = int(np.argmax(wanted != found))
        return NotTaken(
            self._name,
            self._board.address,
            say(
                "{line} was set {state} and reads the opposite",
                line=list(self.lines)[k],
                state=(say("high") if wanted[k] else say("low")),
            ),
            cause=say("the line is shorted, driven from the other side, or the board did not obey"),
            action=say("go to the safe state and check what is wired to the line"),
        )
