"""An engine in a thread of this process, behind the same client: for simulated benches, and for tests.

Nobody can kill it and nobody guards it, so it refuses benches of instruments.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from labctl.engine.codec import decode
from labctl.engine.core import Engine
from labctl.engine.errors import EngineGone
from labctl.engine.guardian_lines import SafeReport, WatchBench
from labctl.engine.guardian_link import NoGuardian
from labctl.engine.jobs.job import Guards
from labctl.engine.messages import AnyRequest, Introduce, Request
from labctl.engine.places import EngineLine
from labctl.engine.requests import RequestHandler
from labctl.engine.server import answer_bytes
from labctl.store.marker import Process
from protocols.messages import say

_REFUSED = say("an engine in a thread has no guardian, and without one nothing is switched on")


class LocalEngine:
    """An engine in a thread, reached as one in a process is: `EngineClient(engine)`.

    guards: stands for a guardian process; left out, benches of instruments are refused.
    """

    def __init__(self, name: str = "local", guards: Guards | None = None) -> None:
        self.name = name
        self._attached = 0
        self.engine = Engine(name, guards or Unguarded(), strike=None, watchers=lambda: self._attached)
        self._handler = RequestHandler(self.engine, self._quit)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"engine {name}")

    def start(self) -> LocalEngine:
        """Start the thread and return the engine."""
        self._thread.start()
        return self

    def end(self, timeout_s: float = 30.0) -> None:
        """End when nothing is in hand; whoever is attached finds the engine gone."""
        self._quit()
        self._thread.join(timeout_s)

    def __enter__(self) -> LocalEngine:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def connect(self) -> EngineLine:
        """Return a new line to it. Raises EngineGone when it has ended."""
        if self._over.is_set():
            raise EngineGone(say("engine {name} has ended", name=self.name))
        self._attached += 1
        return _LocalLine(self._answer, self._hang_up)

    def process(self) -> Process | None:
        """Return the engine's process: it has none of its own."""
        return None

    def notes(self) -> Path | None:
        """Return where its guardian notes what it did: it has no guardian."""
        return None

    def last_error(self) -> str:
        """Return the last line it has written when it broke down: it writes none."""
        return ""

    def _serve(self) -> None:
        while not (self._over.is_set() and not self.engine.has_work):
            self.engine.serve_one(timeout_s=0.02)

    def _answer(self, blob: bytes, who: str) -> tuple[bytes, str]:
        if self._over.is_set():
            raise EOFError
        request: Request[Any] = decode(blob, AnyRequest)
        who = request.who if isinstance(request, Introduce) else who
        return answer_bytes(self._handler.answer, request, who), who

    def _hang_up(self) -> None:
        self._attached -= 1

    def _quit(self) -> None:
        self._over.set()


class _LocalLine:
    """A line within this process: what goes over it is packed and unpacked all the same."""

    def __init__(
        self, answer: Callable[[bytes, str], tuple[bytes, str]], hang_up: Callable[[], None]
    ) -> None:
        self._answer, self._hang_up, self._who, self._open = answer, hang_up, "user", True

    def exchange(self, blob: bytes, timeout_s: float) -> bytes:
        """Send a request and return the answer. Raises OSError when it was hung up."""
        if not self._open:
            raise OSError("the line is closed")
        answer, self._who = self._answer(blob, self._who)
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._open:
            self._open = False
            self._hang_up()


class Unguarded:
    """Stands where a guardian's line would be: a simulated bench needs none, any other is refused."""

    def __init__(self) -> None:
        self.pid, self.alive, self.watching = os.getpid(), True, False

    def watch(self, bench: WatchBench) -> None:
        """Refuse what could be energised. Raises NoGuardian."""
        if bench.addresses:
            raise NoGuardian(_REFUSED)

    def folder(self, folder: Path) -> None:
        """Note nothing."""

    def release(self) -> None:
        """Let nothing go."""

    def make_safe(self, reason: str, limit_s: float) -> SafeReport | None:
        """Return that nobody could."""
        return None

    def take_over(self, reason: str) -> None:
        """Do nothing: there is nobody to do it."""
