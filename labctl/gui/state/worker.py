"""Work beside the window: reading files takes its time, and the window does not wait."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Worker(QObject):
    """Does work in threads; `then` and `otherwise` are called in the window's."""

    _done = pyqtSignal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._threads: list[threading.Thread] = []
        self._one_at_a_time = threading.Lock()  # HDF5 and the catalogue like it that way
        self._done.connect(self._call)

    def do(
        self, work: Callable[[], T], then: Callable[[T], object], otherwise: Callable[[Exception], None]
    ) -> None:
        """Carry work out; whatever it raises goes to `otherwise`."""

        def run() -> None:
            callback: Callable[[Any], object]
            try:
                with self._one_at_a_time:
                    answer: Any = work()
                callback = then
            except Exception as error:
                log.warning("work beside the window failed", problem=str(error))
                callback, answer = otherwise, error
            with contextlib.suppress(RuntimeError):  # the window is gone
                self._done.emit(callback, answer)

        thread = threading.Thread(target=run, name="beside-window", daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    @pyqtSlot(object, object)
    def _call(self, callback: Callable[[Any], object], answer: Any) -> None:
        callback(answer)

    def busy(self) -> bool:
        """Tell whether work goes on."""
        return any(t.is_alive() for t in self._threads)

    def wait(self, timeout_s: float = 5.0) -> None:
        """Wait until all work is done."""
        for thread in self._threads:
            thread.join(timeout_s)
