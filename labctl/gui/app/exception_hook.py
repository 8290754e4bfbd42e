"""Mistakes of labctl itself, in a slot or a thread: shown, logged, and the bench made safe.

PyQt ends the process when an exception leaves a slot, unless sys.excepthook is set. For a program that has a
bench energised that is no option, so the hook is the first thing the window installs.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

import structlog
from PyQt6.QtCore import QObject, pyqtSignal

log = structlog.get_logger(__name__)


class ExceptionHook(QObject):
    """Catches what nobody caught. `make_safe` is called once per mishap, `happened` brings text to show."""

    happened = pyqtSignal(str, str)  # one line, the whole trace

    def __init__(self, make_safe: Callable[[str], None]) -> None:
        super().__init__()
        self._make_safe = make_safe
        self._before = sys.excepthook, threading.excepthook
        self.count = 0

    def install(self) -> None:
        """Catch from now on."""
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def remove(self) -> None:
        """Let things go as before."""
        sys.excepthook, threading.excepthook = self._before

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self.count += 1
        line = f"{kind.__name__}: {error}"
        whole = "".join(traceback.format_exception(kind, error, trace))
        log.error("the window made a mistake", problem=line, trace=whole)
        try:
            self._make_safe(line)
        except Exception as second:  # the engine may be gone; then its guardian acts
            log.error("the engine could not be told", problem=str(second))
        self.happened.emit(line, whole)
