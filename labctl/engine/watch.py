"""The engine's end of the guardian: start it, tell it what to watch, let it hear that the engine lives."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import structlog

from protocols.errors import LabError

BEAT_S = 0.5
READY_S = 30.0
log = structlog.get_logger(__name__)


class NoGuardian(LabError):
    """No guardian watches, so nothing that can be energised may be."""


def last_words(did: dict[str, Any] | None) -> str:
    """Say how the guardian left a bench that its user could not make safe, and what a person must do."""
    if did is not None and did["safe"]:
        return "the guardian made the bench safe"
    why = "the guardian does not answer" if did is None else " ".join(str(did["problem"]).split())
    return f"THE BENCH MAY NOT BE SAFE, switch its supply off by hand: {why}"


class Watch:
    """A guardian process, started at once and again when it dies; to be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, Any] | None = None
        self._ready = False
        self._over = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._beat, name="guardian-beat", daemon=True).start()

    @property
    def pid(self) -> int:
        """Return the guardian's process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Tell whether the guardian's process runs."""
        return self._process.poll() is None

    @property
    def watching(self) -> bool:
        """Tell whether the guardian lives, has something to watch, and all it needs to make it safe."""
        return self._ready and self._process.poll() is None

    def watch(self, kind: str, bench: str, values: dict[str, Any]) -> None:
        """Have a bench watched and wait until it is. Raises NoGuardian."""
        with self._lock:
            self._told = {"say": "watch", "kind": kind, "bench": bench, "values": values}
            self._say(self._told)
            self._ready = self._heard(READY_S) is not None
            if not self._ready:
                self._told = None
                raise NoGuardian("the guardian does not answer, and without it nothing is switched on")

    def folder(self, folder: Path) -> None:
        """Tell where the run is stored: the guardian notes there what it did."""
        with self._lock:
            if self._told is not None:
                self._told["folder"] = str(folder.absolute())
                self._say({"say": "folder", "folder": str(folder.absolute())})

    def release(self) -> None:
        """Say that the bench is safe and nothing needs watching."""
        with self._lock:
            if self._told is not None:
                self._told, self._ready = None, False
                self._say({"say": "release"})

    def make_safe(self, reason: str, limit_s: float) -> dict[str, Any] | None:
        """Have the guardian make the bench safe, which we have let go; return what it did, or None."""
        with self._lock:
            self._say({"say": "make safe", "reason": reason, "limit_s": limit_s})
            found = self._heard(limit_s + READY_S)  # one attempt may take longer than the limit
        return None if found is None else dict(found["did"])

    def take_over(self, reason: str) -> None:
        """Have the guardian kill this process and make the bench safe."""
        self._say({"say": "take over", "reason": reason})  # no lock: whoever holds it may hang

    def leave(self) -> None:
        """Say good-bye: the engine ends in order."""
        self._over.set()
        with self._lock:
            self._say({"say": "bye"})
        with self._process as guardian:  # closes its lines, too
            try:
                guardian.wait(timeout=2.0)
            except subprocess.TimeoutExpired:
                guardian.kill()

    # ── the inside ───────────────────────────────────────────────────────────────────────────────

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "labctl.engine.guardian", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )

    def _say(self, message: dict[str, Any]) -> None:
        line = self._process.stdin
        if line is None:
            raise NoGuardian("the guardian has no line")
        try:
            line.write(json.dumps(message).encode() + b"\n")
        except OSError as error:
            log.warning("the guardian does not listen", problem=str(error))

    def _heard(self, timeout_s: float) -> dict[str, Any] | None:
        line = self._process.stdout
        if line is None:
            return None
        deadline, found = time.monotonic() + timeout_s, b""
        while not found.endswith(b"\n"):
            ready, _, _ = select.select([line], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(line.fileno(), 65536) if ready else b""
            if not data:
                return None
            found += data
        return dict(json.loads(found.splitlines()[-1]))

    def _beat(self) -> None:
        """Say a few times a second that we live; put a dead guardian back in its place."""
        while not self._over.wait(BEAT_S):
            with self._lock:
                if self._over.is_set():
                    return
                if self._process.poll() is not None:
                    log.warning("the guardian died and is started again", status=self._process.returncode)
                    self._ready = False
                    with self._process:
                        pass  # closes its lines
                    self._process = self._start()
                    if self._told is not None:
                        self._say(self._told)
                        self._ready = self._heard(READY_S) is not None
                else:
                    self._say({"say": "beat"})
