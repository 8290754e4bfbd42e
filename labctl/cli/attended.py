"""A run attended from the command line: start an engine, show the sheet, watch, stop on Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from labctl.cli.progress import ProgressBar
from labctl.engine.client import EngineClient
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.logs import readable
from labctl.engine.messages import EngineGone, EngineRefused
from labctl.runs.sheet import sheet_lines
from labctl.store.recovery import find_orphans
from protocols.errors import ConfigError

POLL_S = 0.1
_VERBS = (Verb.STOP, Verb.ABORT, Verb.EMERGENCY_OFF)


def carry_out_by_engine(
    preflight: Callable[[EngineClient], dict[str, Any]],
    console: Console,
    *,
    out: Path,
    engine: str | None = None,
    ask: bool = True,
    quiet: bool = False,
    verbose: bool = False,
) -> dict[str, Any]:
    """Check, ask, run and watch; return the engine's result.

    A new engine ends with us, one that was running stays. Raises what ended the run: ConfigError for bad
    input, EngineRefused for a failure, EngineGone when the engine was killed.
    """
    own = engine is None
    if orphans := orphan_line(out):
        console.print(orphans)
    signals = _Signals()
    with _engine(engine, verbose=verbose) as client:
        try:
            sheet = preflight(client)
            _show(sheet, console, quiet)
            if ask and sheet["energises"] and not quiet and sys.stdin.isatty():
                signals.restore()  # Ctrl-C at the question ends us
                _confirm(sheet)
                signals.take()
            if signals.seen:
                raise EngineRefused("Stopped", f"{signals.seen[0]} received: not started, nothing has moved")
            client.start_run(sheet)
            try:
                _watch(client, sheet, console, signals, quiet)
            finally:
                signals.pass_on(client)  # what ends us may be a terminal that went away
            result = client.result()
        finally:
            signals.restore()
            if own:
                _dismiss(client)
    if result is None:
        raise EngineRefused("DataError", "the engine has no result of this run")
    return result


def _engine(name: str | None, *, verbose: bool) -> EngineClient:
    """Attach to a running engine, or start one of our own."""
    if name is not None:
        return EngineClient.attach(name, "labctl run")
    return EngineClient.start(None, "labctl run", verbose=verbose)


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

    def __init__(self) -> None:
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
            told.append(f"{VERBS[verb].label} … {VERBS[verb].consequence}")
        return told


def _show(sheet: dict[str, Any], console: Console, quiet: bool) -> None:
    if not sheet["compiled"]:
        _say(console, "Compiling the simulator for first use; this takes up to half a minute, once.")
    for warning in sheet["warnings"]:
        _say(console, f"warning: {warning}")
    if quiet:
        return
    for label, text in sheet_lines(sheet):
        console.print(f"  [dim]{label:>12}  {escape(text)}[/]")


def _confirm(sheet: dict[str, Any]) -> None:
    if not typer.confirm(f"Energise {sheet['bench']} and start?", default=False, err=True):
        raise ConfigError("not started: nothing has moved")


def _watch(
    client: EngineClient, sheet: dict[str, Any], console: Console, signals: _Signals, quiet: bool
) -> None:
    """Show progress until the run is over and stored; pass signals on."""
    with ProgressBar(sheet["cycles"], console, visible=not quiet) as bar:
        while True:
            for text in signals.pass_on(client):  # first of all: the terminal may be gone
                _say(bar.console, text)
            poll = client.poll(rings=())
            bar.show(poll.snapshot)
            for line in poll.log:
                _say(bar.console, readable(line))
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
