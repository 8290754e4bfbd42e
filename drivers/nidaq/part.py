"""What the drivers of a board's parts share: opening, closing, and a safe state that is made sure of."""

from __future__ import annotations

from typing import Any

from drivers.errors import WrongInstrument
from drivers.nidaq.board import NidaqBoard, TaskSlot
from protocols.bench import InstrumentIdentity
from protocols.messages import say


class Part:
    """A driver of some terminals of a board.

    `terminals` must exist on the board, `slots` are the tasks it works with; `make_safe` reaches the safe
    state and verifies it.
    """

    def __init__(self, name: str, board: NidaqBoard, terminals: tuple[str, ...]) -> None:
        self._name = name
        self._board = board
        self._terminals = terminals
        self._slots: list[TaskSlot[Any]] = []
        self._is_open = False

    @property
    def name(self) -> str:
        """Return what messages call it."""
        return self._name

    @property
    def address(self) -> str:
        """Return where the board is, for sentences."""
        return self._board.address

    def open(self) -> None:
        """Connect to the board and make sure that it has the terminals; nothing is driven yet.

        Raises DriverMissing, ConnectionLost, NoAnswer or WrongInstrument.
        """
        if self._is_open:
            return
        self._board.open(self)
        absent = self._board.capabilities().missing(*self._terminals)
        if absent:
            product = self._board.capabilities().product
            self._board.close(self)
            raise WrongInstrument(
                self._name,
                self._board.address,
                say("a {product} has no {absent}", product=product, absent=", ".join(absent)),
                cause=say("the bench file was written for another board"),
                action=say("correct the channels in the bench file, or check which board is plugged in"),
            )
        self._is_open = True

    def close(self) -> None:
        """Reach the safe state and let the board go, whatever happens; closing twice is harmless."""
        if not self._is_open:
            return
        try:
            self.safe_state()
        finally:
            self.release()

    def release(self) -> None:
        """Let the board go as it is; harmless when it is not open."""
        if self._is_open:
            self._is_open = False
            for slot in self._slots:
                slot.drop()
            self._board.close(self)

    def safe_state(self) -> object:
        """Reach the safe state and verify it, by a reset of the board if nothing else helps."""
        return self._board.retry_after_reset(self.make_safe)

    def identity(self) -> InstrumentIdentity:
        """Return who the board says it is."""
        return self._board.identity()

    def make_safe(self) -> object:
        """Reach the safe state in one try and verify it; nothing to do for inputs."""
        return None
