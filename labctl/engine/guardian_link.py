"""The engine's end of the guardian: start it, tell it what to watch, let it hear that the engine lives."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import structlog

from labctl.engine.codec import decode_line, encode_line
from labctl.engine.guardian_lines import (
    AnyLine,
    AnyReply,
    Beat,
    Bye,
    MadeSafe,
    MakeSafe,
    NoteFolder,
    Release,
    SafeReport,
    TakeOver,
    WatchBench,
)
from protocols.errors import LabError
from protocols.messages import Message, say

BEAT_S = 0.5
READY_S = 30.0
log = structlog.get_logger(__name__)


class NoGuardian(LabError):
    """No guardian watches, so nothing that can be energised may be."""


def final_status(report: SafeReport | None) -> Message:
    """Say how the guardian left a bench that its user could not make safe, and what a person must do."""
    if report is not None and report.safe:
        return say("the guardian made the bench safe")
    why = say("the guardian does not answer")
    if report is not None:
        why = report.problem
    return say("THE BENCH MAY NOT BE SAFE, switch its supply off by hand: {why}", why=why)


class GuardianLink:
    """A guardian process, started at once and again when it dies; to be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: WatchBench | None = None
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

    def watch(self, bench: WatchBench) -> None:
        """Have a bench watched and wait until it is. Raises NoGuardian."""
        with self._lock:
            self._told = bench
            self._say(bench)
            self._ready = self._heard(READY_S) is not None
            if not self._ready:
                self._told = None
                raise NoGuardian(say("the guardian does not answer, and without it nothing is switched on"))

    def folder(self, folder: Path) -> None:
        """Tell where the run is stored: the guardian notes there what it did."""
        with self._lock:
            if self._told is not None:
                where = str(folder.absolute())
                self._told = msgspec.structs.replace(self._told, folder=where)
                self._say(NoteFolder(where))

    def release(self) -> None:
        """Say that the bench is safe and nothing needs watching."""
        with self._lock:
            if self._told is not None:
                self._told, self._ready = None, False
                self._say(Release())

    def make_safe(self, reason: str, limit_s: float) -> SafeReport | None:
        """Have the guardian make the bench safe, which we have let go; return what it did, or None."""
        with self._lock:
            self._say(MakeSafe(Message.of(reason), limit_s))
            found = self._heard(limit_s + READY_S)  # one attempt may take longer than the limit
        return found.report if isinstance(found, MadeSafe) else None

    def take_over(self, reason: str) -> None:
        """Have the guardian kill this process and make the bench safe."""
        self._say(TakeOver(Message.of(reason)))  # no lock: whoever holds it may hang

    def leave(self) -> None:
        """Say good-bye: the engine ends in order."""
        self._over.set()
        with self._lock:
            self._say(Bye())
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

    def _say(self, message: AnyLine) -> None:
        line = self._process.stdin
        if line is None:
            raise NoGuardian(say("the guardian has no line"))
        try:
            line.write(encode_line(message))
        except OSError as error:
            log.warning("the guardian does not listen", problem=str(error))

    def _heard(self, timeout_s: float) -> AnyReply | None:
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
        reply: AnyReply = decode_line(found.splitlines()[-1], AnyReply)
        return reply

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
                    self._say(Beat())
