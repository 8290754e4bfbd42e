"""The record of a block as it streams in: lost pieces are asked for again, none is used unchecked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drivers.controller.link import Link
from drivers.errors import ConnectionLost, Garbled, InstrumentFault, Overrun, Refused
from protocols.block import CycleBlock, CycleRecord, Snapshots
from protocols.messages import say
from protocols.wire import EndStatus, FrameKind
from protocols.wire.fields import parse
from protocols.wire.messages import Ack, Chunk, Ending
from protocols.wire.record_codec import Shape, unpack_record, unsealed


class RecordReader:
    """Receive the record of one run; `window` chunks may be under way, `poll_s` is when to ask for more."""

    def __init__(self, link: Link, run: int, *, window: int, poll_s: float) -> None:
        self._link, self._run = link, run
        self._window, self._poll_s = window, poll_s
        self._next = 0  # index of the next chunk
        self._acknowledged = 0
        self._asked_again = -1
        self.resends = 0

    def records(
        self, block: CycleBlock, shape: Shape, width: int, pulse_max_s: float
    ) -> Iterator[CycleRecord]:
        """Yield records of the next few cycles each, in order and checked, until the block is done.

        Raises NoAnswer, ConnectionLost, Garbled, Overrun or Refused when it does not get that far.
        """
        done = 0
        for part, last in self._parts():
            inner = self._link.understood(unsealed, part)
            if last:
                self._check_end(self._link.understood(Ending.parse, inner), done, len(block))
                return
            record = self._link.understood(lambda data: unpack_record(data, shape, width), inner)
            record = self._placed(record, block, done, pulse_max_s)
            done += len(record)
            yield record

    def _parts(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the parts of the record put together from chunks, and whether each is the last."""
        part = bytearray()
        quiet, cycles_done = 0, 0
        while True:
            frame = self._link.next_piece(self._run, self._poll_s)
            if frame is not None and frame.kind == FrameKind.PROGRESS:
                done, _ = self._link.understood(lambda b: parse(b, lambda f: f.take("II")), frame.body)
                quiet = 0 if done > cycles_done else quiet  # alive is not enough: it must get on
                cycles_done = max(done, cycles_done)
                continue
            if frame is None:
                quiet += 1
                if quiet > self._link.retry_policy.attempts:
                    raise self._link.silence(say("the block it runs"))
                self._ask_again()
                continue
            chunk = self._link.understood(Chunk.parse, frame.body)
            if chunk.index > self._next:
                if self._asked_again != self._next:
                    self._ask_again()
                continue
            if chunk.index < self._next:
                continue
            self._next += 1
            quiet = 0
            part += chunk.data
            if chunk.last or self._next - self._acknowledged >= max(1, self._window // 4):
                self._acknowledge()
            if chunk.closes:
                yield bytes(part), chunk.last
                part.clear()
            if chunk.last:
                return

    def _acknowledge(self) -> None:
        self._link.tell(FrameKind.STREAM_ACK, Ack(self._next, self._window).body())
        self._acknowledged = self._next

    def _ask_again(self) -> None:
        self._link.tell(FrameKind.STREAM_ACK, Ack(self._next, self._window, resend=True).body())
        self._acknowledged = self._asked_again = self._next
        self.resends += 1

    def _placed(self, record: CycleRecord, block: CycleBlock, done: int, pulse_max_s: float) -> CycleRecord:
        """Return a record with its data points, checked against the block that was asked for."""
        n = len(record)
        first = block.first_cycle + done
        if record.first_cycle != first or n == 0 or done + n > len(block):
            raise self._garbled(
                say(
                    "cycles from {first_cycle} on arrived instead of {first}",
                    first_cycle=record.first_cycle,
                    first=first,
                )
            )
        kept = block.snapshots[(block.snapshots >= done) & (block.snapshots < done + n)]
        s = record.snapshots
        if not np.array_equal(s.cycles, block.first_cycle + kept):
            raise self._garbled(say("snapshots arrived for other cycles than asked for"))
        # A lost reading is NaN, and so are gates that are no transistors; nothing may be infinite.
        if any(np.isinf(a).any() for a in (record.free_outputs, record.clamped_outputs, s.gates)):
            raise self._garbled(say("a voltage is infinite"))
        if not np.isfinite(s.free_nodes).all() or not np.isfinite(s.clamped_nodes).all():
            raise self._garbled(say("a node voltage is no number"))
        if record.learning_time_s.max() > 1.001 * pulse_max_s:
            raise self._garbled(say("a learning pulse was longer than the board can give"))
        return CycleRecord(
            first,
            block.points[done : done + n],
            record.free_outputs,
            record.clamped_outputs,
            record.learning_time_s,
            record.start_s,
            record.lateness_s,
            record.wrong,
            Snapshots(s.cycles, s.gates, s.free_nodes, s.clamped_nodes),
        )

    def _check_end(self, end: Ending, done: int, cycles: int) -> None:
        """Raise unless the block was done to its last cycle."""
        name, url = self._link.name, self._link.url
        at = say("after {cycles_done} of {cycles} cycles", cycles_done=end.cycles_done, cycles=cycles)
        if end.status is EndStatus.DONE and end.cycles_done == done == cycles:
            return
        if end.status is EndStatus.OVERRUN:
            raise Overrun(
                name,
                url,
                say("records were lost inside it {at}", at=at),
                action=say("run shorter blocks or use a faster link"),
            )
        if end.status is EndStatus.DEADMAN:
            raise ConnectionLost(
                name,
                url,
                say("it made itself safe {at}", at=at),
                cause=say("its dead-man timer fired: labctl was silent for too long"),
                action=say("bring the bench to its safe state, then start again"),
            )
        if end.status is EndStatus.FAILED:
            raise Refused(
                name,
                url,
                say("it could not go on {at}", at=at),
                cause=end.words,
                action=say("look at the board"),
            )
        if end.status is EndStatus.STOPPED:
            raise Refused(
                name, url, say("the block was stopped {at}", at=at), action=say("start again when ready")
            )
        raise self._garbled(say("the record ended {at}, {done} cycles arrived", at=at, done=done))

    def _garbled(self, happened: str) -> InstrumentFault:
        return Garbled(
            self._link.name,
            self._link.url,
            say("{happened}; the record was not used", happened=happened),
            action=say("check that firmware and labctl speak the same protocol version"),
        )
