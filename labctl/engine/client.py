"""A client of an engine: attach, ask, poll. Light to import; never waits for a cycle."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from types import TracebackType
from typing import Any

import labctl
from labctl.engine.launch import launch
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import EngineGone, packed, raise_error, unpacked
from labctl.engine.places import Place, find_engine
from labctl.engine.rings import Samples
from labctl.engine.snapshot import Snapshot, from_plain
from labctl.runs.request import RunRequest

REPLY_S = 10.0
PREFLIGHT_S = 120.0
EMERGENCY_S = 1.5


@dataclass
class Poll:
    """What came with one poll: the snapshot, new samples by ring, new events and log lines.

    serial is the run's the samples belong to; when it changes, throw away what was kept of the run before.
    """

    snapshot: Snapshot
    serial: int = 0
    rings: dict[str, Samples] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)


class EngineClient:
    """A connection to an engine. Every method raises EngineGone when it does not answer in time.

    Methods may be called from any thread, one at a time. Closing changes nothing for the engine; what
    a client started goes on without it.
    """

    def __init__(self, place: Place, who: str = "user") -> None:
        self.place = place
        self._lock = threading.Lock()
        self._who = who
        self._serial = 0
        self._next: dict[str, int] = {}
        self._folder = ""  # of the run seen last
        try:
            self._connection: Connection = Client(place.socket, "AF_UNIX", authkey=place.key())
        except AuthenticationError as error:
            raise EngineGone(f"engine {place.name} does not let us in: its key has changed") from error
        except (OSError, EOFError) as error:
            raise self._gone() from error
        process = place.process()
        self.pid = process.pid if process is not None else 0
        self.ask("hello", who=who, version=labctl.__version__, pid=os.getpid())

    # ── coming and going ─────────────────────────────────────────────────────────────────────────

    @classmethod
    def attach(cls, name: str | None = None, who: str = "user") -> EngineClient:
        """Attach to a running engine by its name, or to the only one there is. Raises ConfigError."""
        return cls(find_engine(name), who)

    @classmethod
    def start(
        cls, name: str | None = None, who: str = "user", *, linger_s: float = 10.0, verbose: bool = False
    ) -> EngineClient:
        """Start an engine in a process of its own and attach to it.

        It ends `linger_s` after its last run once no client is attached. Raises EngineGone when it
        cannot start.
        """
        return cls(launch(name, linger_s=linger_s, verbose=verbose), who)

    def close(self) -> None:
        """Detach. The engine goes on."""
        self._connection.close()

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def quit_engine(self, *, wait_s: float = 5.0) -> None:
        """Ask the engine to end and wait until it has; refused while a run is under way."""
        process = self.place.process()
        self.ask("quit")
        deadline = time.monotonic() + wait_s
        while process is not None and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)

    # ── runs ─────────────────────────────────────────────────────────────────────────────────────

    def preflight(self, request: RunRequest) -> dict[str, Any]:
        """Check everything about a run and return the preflight sheet (`labctl.runs.preflight.Sheet`, plain).

        Nothing moves. The sheet's "token" starts exactly what was checked. Raises ConfigError for bad
        input and EngineRefused for everything else, such as a run under way.
        """
        answer, _ = self.ask(
            "preflight", timeout_s=PREFLIGHT_S, request=request.to_plain(), cwd=str(Path.cwd())
        )
        return dict(answer["answer"])

    def preflight_resume(self, folder: Path, *, figures: bool = True) -> dict[str, Any]:
        """Check everything about going on with a run that was cut short; return the sheet."""
        answer, _ = self.ask(
            "preflight",
            timeout_s=PREFLIGHT_S,
            resume=str(folder.absolute()),
            figures=figures,
            cwd=str(Path.cwd()),
        )
        return dict(answer["answer"])

    def start_run(self, sheet: Mapping[str, Any], override: str = "") -> None:
        """Start what a preflight sheet tells of. Raises EngineRefused when the sheet is out of date.

        override: why it is started in spite of warnings; stored with the sheet and in the run's events.
        """
        self.ask("start", token=sheet["token"], override=override)

    def result(self) -> dict[str, Any] | None:
        """Return how the last run ended, None while it is under way or before the first.

        "summary" holds the keys of `labctl run --json`, "figures" the pictures. Raises the run's error as
        ConfigError or EngineRefused.
        """
        notes, _ = self.ask("result")
        answer: dict[str, Any] | None = notes["answer"]
        raise_error(answer or {})
        return answer

    def describe(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the run is about: names and sizes, and arrays (edges, inputs, labels, rounds)."""
        answer, arrays = self.ask("describe")
        return dict(answer["answer"]), arrays

    # ── verbs ────────────────────────────────────────────────────────────────────────────────────

    def do(self, verb: Verb, reason: str = "") -> None:
        """Ask for a verb of the life cycle. Raises EngineRefused when it means nothing now."""
        if verb is Verb.EMERGENCY_OFF:
            self.emergency_off(reason)
            return
        self.ask("verb", verb=str(verb), reason=reason)

    def pause(self, reason: str = "") -> None:
        """Pause after the block in hand."""
        self.do(Verb.PAUSE, reason)

    def resume(self, reason: str = "") -> None:
        """Go on with a paused run."""
        self.do(Verb.RESUME, reason)

    def stop(self, reason: str = "") -> None:
        """Stop and keep."""
        self.do(Verb.STOP, reason)

    def abort(self, reason: str = "") -> None:
        """Abort."""
        self.do(Verb.ABORT, reason)

    def emergency_off(self, reason: str = "") -> None:
        """Make the bench safe now, whatever the engine is doing.

        An engine that does not answer within EMERGENCY_S is killed; its guardian then makes the bench safe.
        """
        reason = reason or VERBS[Verb.EMERGENCY_OFF].label
        try:
            self.ask("verb", timeout_s=EMERGENCY_S, verb=str(Verb.EMERGENCY_OFF), reason=reason)
        except EngineGone:
            process = self.place.process()
            if process is not None and process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
            raise

    def note(self, text: str) -> None:
        """Write a note into the run's events, at the present cycle."""
        self.ask("note", text=text)

    def mark(self, name: str, cycle: int, learning_time_s: float) -> None:
        """Drop a named marker into the run's events, at a cycle and learning time that have been."""
        self.ask("mark", name=name, cycle=cycle, learning_time_s=learning_time_s)

    def set_doses(self, doses: Mapping[str, str]) -> None:
        """Set imperfections, by name with unit, for the runs to come; an empty mapping forgets them."""
        self.ask("doses", doses=dict(doses))

    # ── watching ─────────────────────────────────────────────────────────────────────────────────

    def poll(self, rings: Sequence[str] = ("cycles", "gates", "nodes", "rounds")) -> Poll:
        """Return the snapshot and what is new since the last poll of this client."""
        since = {name: self._next.get(name, 0) for name in (*rings, "events", "log")}
        notes, arrays = self.ask("poll", rings=list(rings), since=since, serial=self._serial)
        answer = notes["answer"]
        if answer["serial"] != self._serial:
            self._serial = answer["serial"]
            self._next = {"log": self._next.get("log", 0)}
        found: dict[str, Samples] = {}
        for name, (first, lost) in answer["rings"].items():
            prefix = f"{name}."
            columns = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
            found[name] = Samples(first, columns, lost)
            self._next[name] = found[name].following
        for name in ("events", "log"):
            self._next[name] = answer[f"next_{name}"]
        snapshot = self._seen(answer["snapshot"])
        return Poll(snapshot, self._serial, found, answer["events"], answer["log"])

    def snapshot(self) -> Snapshot:
        """Return the snapshot alone."""
        notes, _ = self.ask("snapshot")
        return self._seen(notes["answer"])

    def wait(self, *, timeout_s: float = float("inf"), every_s: float = 0.05) -> Snapshot:
        """Wait until the run is over and stored. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while True:
            snapshot = self.snapshot()
            if snapshot.is_over:
                return snapshot
            if time.monotonic() > deadline:
                raise TimeoutError(f"engine {self.place.name} is still {snapshot.activity}")
            time.sleep(every_s)

    # ── the inside ───────────────────────────────────────────────────────────────────────────────

    def ask(
        self, what: str, *, timeout_s: float = REPLY_S, **words: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Send one request and return the notes and arrays of the answer."""
        with self._lock:
            try:
                self._connection.send_bytes(packed({"ask": what, **words}))
                if not self._connection.poll(timeout_s):
                    self._connection.close()  # a late answer must not be taken for the next one's
                    raise EngineGone(
                        f"engine {self.place.name} (process {self.pid}) has not answered for {timeout_s:g} s"
                    )
                blob = self._connection.recv_bytes()
            except (OSError, EOFError) as error:
                raise self._gone() from error
        notes, arrays = unpacked(blob)
        raise_error(notes)
        return notes, arrays

    def _seen(self, plain: dict[str, Any]) -> Snapshot:
        snapshot = from_plain(Snapshot, plain)
        self._folder = snapshot.run.folder if snapshot.run is not None else ""
        return snapshot

    def _gone(self) -> EngineGone:
        last = self.place.last_words()
        return EngineGone(
            f"engine {self.place.name} has ended or was killed{f' ({last})' if last else ''}; "
            f"committed cycles are kept: 'labctl runs recover {self._folder or '--all'}' stores them"
        )
