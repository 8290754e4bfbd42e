"""The record of a block on its way out of the board: pieces kept until the host has them."""

from __future__ import annotations

from collections import deque

from protocols.wire import Frame, FrameKind, encode_frame
from protocols.wire.messages import CHUNK_OVERHEAD, Ack, Chunk
from protocols.wire.record_codec import sealed


class RecordStream:
    """Cut parts of a record into chunks and send them under the host's credit.

    keep: chunks the board has memory for; window: chunks the host takes ahead of its acknowledgement.
    """

    def __init__(self, session: int, sequence: int, *, max_body: int, keep: int, window: int) -> None:
        self.piece_bytes = max_body - CHUNK_OVERHEAD
        self._session, self._sequence = session, sequence
        self._keep = keep
        self._kept: deque[Chunk] = deque()
        self._first = 0  # index of the first chunk kept
        self._next = 0  # index of the next chunk to send
        self._allowed = window
        self.ended = False

    def has_lost(self, ack: Ack) -> bool:
        """Tell whether the host asks for a chunk that is not kept any more."""
        return ack.resend and ack.next_chunk < self._first

    @property
    def produced(self) -> int:
        """Return how many chunks have been made so far."""
        return self._first + len(self._kept)

    @property
    def has_room(self) -> bool:
        """Tell whether another part can be kept and may soon be sent."""
        return len(self._kept) < self._keep and self.produced < self._allowed

    def add(self, part: bytes, *, last: bool = False) -> None:
        """Append a part of the record; `last` ends the record."""
        data = sealed(part)
        size = self.piece_bytes
        for at in range(0, len(data), size):
            closes = at + size >= len(data)
            self._kept.append(Chunk(self.produced, data[at : at + size], closes, last and closes))
        self.ended = self.ended or last

    def lose(self) -> None:
        """Forget what the host does not have yet, as a buffer that overflows does."""
        self._kept.clear()
        self._first = self._next

    def acknowledge(self, ack: Ack) -> None:
        """Let go what the host has; on its wish send the rest again."""
        if not self._first <= ack.next_chunk <= self.produced:
            return  # an old acknowledgement that took a long way
        while self._first < ack.next_chunk:
            self._kept.popleft()
            self._first += 1
        self._allowed = max(self._allowed, ack.next_chunk + ack.window)
        self._next = ack.next_chunk if ack.resend else max(self._next, ack.next_chunk)

    def due(self) -> list[bytes]:
        """Return the frames that may go out now."""
        end = min(self._allowed, self.produced)
        chunks = [self._kept[index - self._first] for index in range(self._next, end)]
        self._next = max(self._next, end)
        return [
            encode_frame(Frame(FrameKind.STREAM, self._session, self._sequence, chunk.body()))
            for chunk in chunks
        ]
