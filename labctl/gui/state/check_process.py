"""A check of a bench: `labctl bench check` in a process of its own, which the window can break off."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from labctl.gui.state.worker import Worker

END_S = 5.0  # from being asked to end; then the process is killed, and its guardian makes the bench safe
BAD_INPUT = 2  # exit code
LEAVE_S = 2.0  # more, for the guardian, before the window goes


@dataclass(frozen=True)
class CheckEnd:
    """How a check ended: what it printed, and whether the bench was left safe; None when that is not known.

    deed is what the guardian did, empty when it had nothing to do.
    """

    bench: str
    found: Mapping[str, Any]
    deed: Mapping[str, Any]
    said: str
    safe: bool | None

    @property
    def has_read_safe(self) -> bool:
        """Tell whether every instrument was asked and holds its safe state, not only left alone."""
        return self.safe is True and bool(self.deed.get("parts") if self.deed else self.found.get("safe"))


class CheckProcess(QObject):
    """One check at a time. `ended` comes when the process and its guardian have both let go of the bench."""

    ended = pyqtSignal(object)  # CheckEnd

    def __init__(self) -> None:
        super().__init__()
        self.bench = ""  # the file of the check under way
        self.ending = False
        self._process: subprocess.Popen[bytes] | None = None
        self._work = Worker()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(round(1e3 * END_S))
        self._patience.timeout.connect(self._kill)

    @property
    def under_way(self) -> bool:
        """Tell whether the bench is in the hands of a check."""
        return self._process is not None

    def start(self, bench: str) -> None:
        """Check a bench file."""
        command = [sys.executable, "-c", "from labctl.cli import main; main()"]
        process = self._process = subprocess.Popen(
            [*command, "bench", "check", bench, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal ends the window, which ends the check
        )
        self.bench, self.ending = bench, False
        # The guardian writes into the same pipes: they are at their end when nobody holds the bench.
        self._work.do(process.communicate, self._over, self._failed)

    def end(self) -> None:
        """Have the check break off and reach the safe state; kill it when it does not in time."""
        if self._process is not None and not self.ending:
            self.ending = True
            self._process.terminate()
            self._patience.start()

    def leave(self) -> None:
        """End the check and wait: the window goes. Whatever is left to do then, the guardian does."""
        self.end()
        self._patience.stop()
        self._work.wait(END_S)
        if self._work.busy():
            self._kill()
            self._work.wait(LEAVE_S)

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _over(self, printed: tuple[bytes, bytes]) -> None:
        process, self._process = self._process, None
        self._patience.stop()
        if process is not None:
            out, err = (text.decode("utf-8", "replace") for text in printed)
            self.ended.emit(end_of(self.bench, process.returncode, out, err))

    def _failed(self, error: Exception) -> None:
        raise error


def end_of(bench: str, code: int, out: str, err: str) -> CheckEnd:
    """Read from what a check and its guardian printed how it ended."""
    found = next(_objects(out), {})
    deed = next((line for line in _objects(err) if "safe_after_s" in line), {})
    if deed:
        safe = bool(deed["safe"])
    elif "safe" in found:
        safe = found["safe"] is True
    elif found.get("exit_code") == BAD_INPUT or code == -signal.SIGTERM:  # it energised nothing
        safe = True
    else:  # it died, or was refused: somebody else may be driving the bench
        safe = None
    return CheckEnd(bench, found, deed, err.strip(), safe)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the lines that are JSON objects, the last one first."""
    for line in reversed(text.splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found
