"""A run attended from the command line: start an engine, show the sheet, watch, stop on Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from labctl.cli.progress import ProgressBar
from labctl.engine.client import EngineClient
from labctl.engine.errors import EngineGone, EngineRefused
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.logs import readable
from labctl.engine.messages import CheckedRun
from labctl.engine.reports import RunReport
from labctl.engine.snapshot import Snapshot
from labctl.store.recovery import find_orphans
from protocols.errors import ConfigError

T = TypeVar("T")
POLL_S = 0.1
_BROKEN_OFF = "Broken off … The bench is made safe. What was finished before is kept."
_VERBS = (Verb.STOP, Verb.ABORT, Verb.EMERGENCY_OFF)


def carry_out_by_engine(
    preflight: Callable[[EngineClient], CheckedRun],
    console: Console,
    *,
    out: Path,
    engine: str | None = None,
    ask: bool = True,
    quiet: bool = False,
    verbose: bool = False,
) -> RunReport:
    """Check, ask, run and watch; return how it ended.

    A new engine ends with us, one that was running stays. Raises what ended the run: ConfigError for bad
    input, EngineRefused for a failure, EngineGone when the engine was killed.
    """
    if orphans := orphan_line(out):
        console.print(orphans)
    with _attending("labctl run", engine, verbose=verbose) as (client, signals):
        checked = preflight(client)
        _show(checked, console, quiet)
        if ask and checked.report.energises and not quiet and sys.stdin.isatty():
            signals.restore()  # Ctrl-C at the question ends us
            _confirm(checked.report.bench)
            signals.take()
        if signals.seen:
            raise EngineRefused("Stopped", f"{signals.seen[0]} received: not started, nothing has moved")
        client.start_run(checked)
        try:
            with ProgressBar(checked.report.cycles, console, visible=not quiet) as bar:
                _watch(client, bar.show, bar.console, signals)
        finally:
            signals.pass_on(client)  # what ends us may be a terminal that went away
        result = client.result()
    if result is None:
        raise EngineRefused("DataError", "the engine has no result of this run")
    return result


def do_by_engine(
    start: Callable[[EngineClient], None],
    result: Callable[[EngineClient], T | None],
    console: Console,
    *,
    who: str,
    show: Callable[[Snapshot], None] = lambda _: None,
) -> T:
    """Have an engine of our own do a job, a check of a bench or a calibration, and return how it ended.

    Ctrl-C, SIGTERM and SIGHUP have it broken off: the bench is then left safe. Raises what ended the job.
    """
    with _attending(who, of_run=False) as (client, signals):
        start(client)
        try:
            _watch(client, show, console, signals)
        finally:
            signals.pass_on(client)
        found = result(client)
    if found is None:
        raise EngineRefused("DataError", "the engine has no result of this job")
    return found


@contextmanager
def _attending(
    who: str, name: str | None = None, *, verbose: bool = False, of_run: bool = True
) -> Iterator[tuple[EngineClient, _Signals]]:
    """Attach to a running engine by its name, or start one of our own, which ends with us."""
    signals = _Signals(of_run=of_run)
    try:
        if name is not None:
            client = EngineClient.attach(name, who)
        else:
            client = EngineClient.start(None, who, verbose=verbose)
        with client:
            try:
                yield client, signals
            finally:
                if name is None:
                    _dismiss(client)
    finally:
        signals.restore()


def is_verbose(context: typer.Context) -> bool:
    """Tell whether `labctl --verbose` was said."""
    return bool(context.find_root().params.get("verbose", False))


def orphan_line(out: Path) -> str:
    """Return what to say of runs under `out` whose process died; empty when there are none."""
    orphans = find_orphans(out)
    if not orphans:
        return ""
    which = f"labctl runs recover {orphans[0]}" if len(orphans) == 1 else "labctl runs recover --all"
    many = "1 run was" if len(orphans) == 1 else f"{len(orphans)} runs were"
    return f"{many} cut short in {out}: '{which}' stores what was recorded, 'resume' goes on with it"


class _Signals:
    """Turns Ctrl-C, SIGTERM and SIGHUP into verbs: stop at the first, then abort, then EMERGENCY OFF."""

    def __init__(self, *, of_run: bool) -> None:
        self.of_run = of_run
        self.seen: list[str] = []
        self._sent = 0
        self._before: dict[int, Any] = {}
        self.take()

    def take(self) -> None:
        """Note signals from now on; only the main thread of a process can."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                self._before[number] = signal.signal(number, self._note)

    def restore(self) -> None:
        """Let signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.seen.append(signal.Signals(number).name)

    def pass_on(self, client: EngineClient) -> list[str]:
        """Ask the engine for what the signals seen since the last time mean; return what to tell of it."""
        told: list[str] = []
        while self._sent < len(self.seen):
            name = self.seen[self._sent]
            verb = _VERBS[min(self._sent, len(_VERBS) - 1)]
            self._sent += 1
            try:
                client.do(verb, f"{name} received")
            except EngineRefused:  # it is over already, or not begun: asked again below
                if not client.snapshot().is_over:
                    self._sent -= 1
                return told
            told.append(f"{VERBS[verb].label} … {VERBS[verb].consequence}" if self.of_run else _BROKEN_OFF)
        return told


def _show(checked: CheckedRun, console: Console, quiet: bool) -> None:
    if not checked.compiled:
        _say(console, "Compiling the simulator for first use; this takes up to half a minute, once.")
    for warning in checked.report.warnings:
        _say(console, f"warning: {warning}")
    if quiet:
        return
    for label, text in checked.report.lines():
        console.print(f"  [dim]{label:>12}  {escape(text)}[/]")


def _confirm(bench: str) -> None:
    if not typer.confirm(f"Energise {bench} and start?", default=False, err=True):
        raise ConfigError("not started: nothing has moved")


def _watch(
    client: EngineClient, show: Callable[[Snapshot], None], console: Console, signals: _Signals
) -> None:
    """Show snapshots until the job is over and stored; pass signals on."""
    while True:
        for text in signals.pass_on(client):  # first of all: the terminal may be gone
            _say(console, text)
        poll = client.poll(rings=())
        show(poll.snapshot)
        for line in poll.log:
            _say(console, readable(line))
        if poll.snapshot.is_over:
            return
        time.sleep(POLL_S)


def _dismiss(client: EngineClient) -> None:
    """Let an engine of our own end, once whatever it is doing is done."""
    try:
        client.quit_engine()
    except (EngineGone, EngineRefused):  # it ends by itself: nobody is attached any more
        return


def _say(console: Console, text: str) -> None:
    console.print(escape(text))
