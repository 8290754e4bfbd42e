"""The DAQmx watchdog: a board that puts its lines where they are safe when this computer falls silent."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from nidaqmx.constants import Level
from nidaqmx.errors import DaqError, DaqResourceWarning
from nidaqmx.system.watchdog import DOExpirationState, WatchdogTask

from drivers.nidaq.board import NidaqBoard
from drivers.nidaq.errors import NOT_SUPPORTED
from protocols.errors import ProtocolError
from protocols.messages import say


class NidaqWatchdog:
    """The watchdog of a board, if it has one: most multifunction boards have none, industrial ones do.

    `lines` maps terminals, such as port0/line3, to the states they take when nobody calls `feed` for
    `timeout_s`.
    """

    def __init__(self, board: NidaqBoard, lines: Mapping[str, bool], timeout_s: float) -> None:
        self._board = board
        self._lines = dict(lines)
        self._timeout_s = timeout_s
        self._task: WatchdogTask | None = None
        self._resets = -1

    def start(self) -> bool:
        """Arm it; return False where the board has no watchdog."""
        self._forget_if_lost()
        self._board.open(self)
        try:
            with self._board.doing(say("arm its watchdog")):
                return self._armed()
        except BaseException:
            self.stop()
            raise

    def feed(self) -> None:
        """Begin the time anew; raises InstrumentFault when it has expired already."""
        if self._task is None:
            raise ProtocolError(say("the watchdog is not armed"))
        with self._board.doing(say("feed its watchdog")):
            self._task.reset_timer()

    @property
    def armed(self) -> bool:
        """Say whether it was armed, and the board not reset since."""
        return self._task is not None and not self.lost

    @property
    def lost(self) -> bool:
        """Say whether it was armed and a reset of the board has ended it."""
        return self._task is not None and self._resets != self._board.resets

    def expired(self) -> bool:
        """Ask the board whether the time was up once; its outputs are then locked."""
        if self._task is None:
            return False
        with self._board.doing(say("say whether its watchdog has expired")):
            return bool(self._task.expired)

    def clear(self) -> None:
        """Unlock the outputs after an expiry and begin the time anew."""
        if self._task is not None:
            with self._board.doing(say("clear its watchdog")):
                self._task.clear_expiration()

    def stop(self) -> None:
        """Disarm it and let the board go; harmless when it is not armed."""
        self._forget_if_lost()
        task, self._task = self._task, None
        try:
            if task is not None:
                with self._board.doing(say("disarm its watchdog")):
                    task.stop()
                    task.close()
        finally:
            self._board.close(self)

    def _forget_if_lost(self) -> None:
        """Forget a task that the board does not know any more, and that cannot be closed therefore."""
        if self.lost:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DaqResourceWarning)
                self._task = None

    def _armed(self) -> bool:
        try:
            task = WatchdogTask(
                self._board.device, timeout=self._timeout_s, grpc_options=self._board.daqmx.options
            )
        except DaqError as error:
            if error.error_code in NOT_SUPPORTED:
                self._board.close(self)
                return False
            raise
        self._task, self._resets = task, self._board.resets
        task.cfg_watchdog_do_expir_states(
            [
                DOExpirationState(self._board.physical(line), Level.HIGH if high else Level.LOW)
                for line, high in self._lines.items()
            ]
        )
        task.start()
        return True
