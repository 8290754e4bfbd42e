"""A block on the emulated board: uploaded, checked, run a few cycles at a time."""

from __future__ import annotations

import binascii
import time
from dataclasses import replace

import numpy as np

from protocols.bench import Limits
from protocols.block import CycleBlock
from protocols.errors import LabError
from protocols.messages import say
from protocols.wire import EndStatus, WireError
from protocols.wire.block_codec import unpack_block
from protocols.wire.messages import Ending
from protocols.wire.record_codec import Shape, pack_record
from sim_backend.emulators.controller.plant import BoardPlant
from sim_backend.emulators.controller.stream import RecordStream

STEP_S = 0.002  # the board listens at least this often while it runs
SLACK_V = 1e-6  # a limit may be missed by the rounding of a float32


class Upload:
    """A block on its way in: so many bytes with this CRC-32."""

    def __init__(self, size: int, crc: int) -> None:
        self.data = bytearray()
        self._size, self._crc = size, crc

    def add(self, offset: int, piece: bytes) -> int:
        """Append the bytes that belong at `offset`; return how many are there now."""
        if offset == len(self.data) and offset + len(piece) <= self._size:
            self.data += piece
        return len(self.data)

    def block(self, width: int, limits: Limits, sources: int, outputs: int) -> CycleBlock:
        """Return the block, checked; raises WireError when it cannot be run."""
        if len(self.data) != self._size or binascii.crc32(self.data) != self._crc:
            raise WireError(
                say(
                    "{count} of {size} bytes are here, or they are damaged",
                    count=len(self.data),
                    size=self._size,
                )
            )
        block = unpack_block(bytes(self.data), width)
        if block.inputs.shape[1] != sources or block.labels.shape[1] != outputs:
            raise WireError(say("the block is made for another wiring"))
        if len(block) > limits.block_cycles:
            raise WireError(
                say(
                    "{count} cycles are too many, {block_cycles} fit",
                    count=len(block),
                    block_cycles=limits.block_cycles,
                )
            )
        low, high = limits.node_min_V - SLACK_V, limits.node_max_V + SLACK_V
        if not np.all((block.inputs >= low) & (block.inputs <= high)):
            raise WireError(say("an input is outside the node limits"))
        if block.method.time.longest_s() > limits.pulse_max_s:
            raise WireError(say("the longest pulse is above the limit"))
        return block


class BlockRun:
    """A running block: cycles go in small steps, their records into the stream."""

    def __init__(
        self, plant: BoardPlant, block: CycleBlock, stream: RecordStream, shape: Shape, width: int
    ) -> None:
        self._plant, self._block, self.stream = plant, block, stream
        self._width = width
        self._wrong = block.wrong
        self.cycles_done = 0
        self.failed = False
        self._step = 8
        room = stream.piece_bytes * 4
        self._most = max(1, min(1024, room // shape.cycle_bytes(width)))

    def advance(self) -> None:
        """Run the next few cycles, as many as take about a millisecond; the last ones end the stream."""
        start, stop = self.cycles_done, min(self.cycles_done + self._step, len(self._block))
        began = time.perf_counter()
        try:
            record = self._plant.run(replace(self._block.part(start, stop), wrong=self._wrong))
        except LabError as error:
            self.failed = True
            self.end(EndStatus.FAILED, str(error))
            return
        took_s = time.perf_counter() - began
        if took_s < STEP_S / 2:
            self._step = min(2 * self._step, self._most)
        elif took_s > STEP_S:
            self._step = max(self._step // 2, 1)
        self._wrong = record.wrong
        self.stream.add(pack_record(record, self._width))
        self.cycles_done = stop
        if stop == len(self._block):
            self.end(EndStatus.DONE)

    def end(self, status: EndStatus, words: str = "") -> None:
        """End the record with what happened; once."""
        if not self.stream.ended:
            self.stream.add(Ending(status, self.cycles_done, words).body(), last=True)

    @property
    def inputs_V(self) -> tuple[float, ...]:
        """Return the inputs of the latest cycle, in volts."""
        return tuple(float(v) for v in self._block.inputs[max(self.cycles_done - 1, 0)])
