"""An engine as a process of its own: signals, the socket clients come to, and when it ends."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from types import FrameType

from labctl.engine import logs
from labctl.engine.core import Engine
from labctl.engine.guardian_link import GuardianLink
from labctl.engine.places import EnginePlace
from labctl.engine.requests import RequestHandler
from labctl.engine.server import Server
from protocols.engine import EventKind
from protocols.messages import say

_LOOK_AROUND_S = 0.25


class EngineProcess:
    """The process: its main thread is the engine's own; one more looks around, one each serves a client."""

    def __init__(self, place: EnginePlace, *, linger_s: float, verbose: bool) -> None:
        self._place, self._linger_s, self._verbose = place, linger_s, verbose
        self._guardian = GuardianLink()
        self.engine = Engine(
            place.name,
            self._guardian,
            strike=_strike_main,
            watchers=lambda: self._server.watchers(),
            notes=place.folder,
        )
        self._signals_seen = 0
        self._quitting = False
        self._server = Server(place.socket, RequestHandler(self.engine, self.quit).answer)

    def serve(self) -> None:
        """Answer clients and carry out jobs until asked to quit, or until nobody needs the engine."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGUSR1, self._on_strike)
        engine = self.engine
        logs.configure_engine(engine.run_log, engine.published.logged, verbose=self._verbose)
        self._server.start(self._place.settle())
        threading.Thread(target=self._look_around, name="look-around", daemon=True).start()
        try:
            import labctl.engine.jobs.run
            import labctl.runs.preflight  # noqa: F401  everything slow, while the client says what it wants

            while not self._is_done():
                engine.serve_one(timeout_s=0.1)
        finally:
            self._server.close()
            self._guardian.leave()
        self._place.leave()  # after a defect the folder stays: the log in it tells

    def quit(self) -> None:
        """End when there is nothing in hand."""
        self._quitting = True
        self.engine.submit(lambda: None)  # wakes the engine's own thread

    def _is_done(self) -> bool:
        if self._quitting and not self.engine.has_work:
            return True
        idle_s = time.monotonic() - self.engine.idle_since
        return self._server.attached() == 0 and not self.engine.has_work and idle_s > self._linger_s

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """Stop and keep at the first signal, abort at the second; then leave."""
        self._signals_seen += 1
        self._quitting = True
        kind = EventKind.STOP if self._signals_seen == 1 else EventKind.ABORT
        name = signal.Signals(number).name
        if self.engine.job is not None:
            self.engine.job.ask(kind, say("{signal} received", signal=name), name)

    def _on_strike(self, number: int, frame: FrameType | None) -> None:
        if self.engine.job is not None:
            self.engine.job.strike()

    def _look_around(self) -> None:
        """See whether somebody watches and whether the guardian lives."""
        published = self.engine.published
        while True:
            time.sleep(_LOOK_AROUND_S)
            snapshot = published.snapshot
            changes: dict[str, object] = {}
            watchers = self._server.watchers()
            if watchers != snapshot.watchers:
                changes["watchers"] = watchers
            link = self._guardian
            guardian = replace(snapshot.guardian, watching=link.watching, pid=link.pid)
            if guardian != snapshot.guardian:
                changes["guardian"] = guardian
            if changes:
                published.update(**changes)
            self.engine.stop_if_unwatched(self._server.unwatched_s(), is_alone=self._server.attached() == 0)


def _strike_main() -> None:
    """Have the engine's own thread, which is the main one, call `strike` of the job in hand."""
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGUSR1)
