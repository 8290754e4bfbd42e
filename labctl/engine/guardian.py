"""The guardian: a process that makes the bench safe when the engine cannot any more.

It is started by the engine before a bench is opened, in a session of its own, and reads lines from its
standard input (`labctl.engine.guardian_lines`). When the line closes while it watches, the engine has died;
when no beat comes for a while, the engine hangs and is killed first, because an instrument's port serves
one program at a time. Then the guardian keeps the bench for itself, connects to the instruments, brings
them to their safe state, reads that back, and notes in the run's folder what it did. It imports what it
needs for that beforehand.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from labctl.bench_files import bench_lock
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
    Watching,
)
from labctl.engine.reports import PartLeft
from protocols.messages import NOTHING, Message, joined, say

if TYPE_CHECKING:
    from drivers.hardware import SafetyReport

HANGS_S = 5.0  # without a beat
RETRY_S = 0.25
RETRY_LOCK_S = 0.01
DIES_S = 1.0  # a killed engine that still has the bench then hangs in a driver
GIVE_UP_S = 60.0
NOTE = "guardian.json"
USER = "the guardian, which makes the bench safe"

Reach = Callable[[], tuple[tuple[PartLeft, ...], Message]]  # what was reached, and the problem, "" when safe


class Guardian:
    """Listens to one engine; `run` returns when the engine has left or has been replaced."""

    def __init__(self, line: int, engine_pid: int, tell: Callable[[AnyReply], None]) -> None:
        self._line, self._engine_pid, self._tell = line, engine_pid, tell
        self._buffer = b""
        self._heard = time.monotonic()
        self._watching: WatchBench | None = None
        self._reach: Reach = _nothing_energised

    def run(self) -> None:
        """Listen until the engine says bye, dies or hangs."""
        while True:
            wait_s = max(0.0, self._heard + HANGS_S - time.monotonic()) if self._watching else None
            ready, _, _ = select.select([self._line], [], [], wait_s)
            if not ready:
                self._kill_engine()
                self._act(
                    say("the engine (process {pid}) hung and was killed", pid=self._engine_pid),
                    GIVE_UP_S,
                )
                return
            data = os.read(self._line, 65536)
            if not data:
                if self._watching is not None:
                    self._kill_engine()  # it may have closed its end and live on, with a port in hand
                    self._act(say("the engine (process {pid}) died", pid=self._engine_pid), GIVE_UP_S)
                return
            self._heard = time.monotonic()
            self._buffer += data
            *lines, self._buffer = self._buffer.split(b"\n")
            for line in lines:
                if not self._take(decode_line(line, AnyLine)):
                    return
            self._heard = time.monotonic()  # imports and deeds take their time

    def _take(self, line: AnyLine) -> bool:
        """Act on a line; tell whether to go on listening."""
        match line:
            case WatchBench():
                self._reach = reach_of(line)
                self._watching = line
                self._tell(Watching())
            case NoteFolder(folder) if self._watching is not None:
                self._watching = msgspec.structs.replace(self._watching, folder=folder)
            case Release():
                self._watching = None
            case MakeSafe(reason, limit_s):
                self._tell(MadeSafe(self._act(reason, limit_s, alone=True)))  # the engine keeps the bench
            case TakeOver(reason):
                self._kill_engine()
                self._act(reason, GIVE_UP_S)
                return False
            case NoteFolder() | Beat():
                pass
            case Bye():
                return False
        return True

    def _kill_engine(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._engine_pid, signal.SIGKILL)

    def _act(self, reason: Message, limit_s: float, *, alone: bool = False) -> SafeReport:
        """Make the bench safe, again and again until it is or the limit is over; note what was done.

        `alone`: the bench is kept from others already. Nothing is touched while somebody else has it.
        """
        began, told = time.monotonic(), False
        watched = self._watching or WatchBench("unknown", "", {})
        report = SafeReport(reason, watched.bench, _now())
        with contextlib.ExitStack() as locks:
            while True:
                if not alone:
                    problem = self._keep(locks, watched.addresses, time.monotonic() - began)
                    report, alone = replace(report, problem=problem), not problem
                if alone:
                    report = self._try(report)
                report = replace(report, safe_after_s=time.monotonic() - began)
                if report.safe or report.safe_after_s > limit_s:
                    break
                if not told and (alone or report.safe_after_s > RETRY_S):
                    _note(report, watched.folder)
                    told = True
                time.sleep(RETRY_S if alone else RETRY_LOCK_S)
        _note(report, watched.folder)
        return report

    def _keep(self, locks: contextlib.ExitStack, addresses: Mapping[str, str], waited_s: float) -> Message:
        """Keep the bench from others; return who has it, empty when it may be touched."""
        try:
            locks.enter_context(bench_lock.held(addresses, USER))
        except bench_lock.BenchInUse as error:
            dying = error.who.endswith(f"(process {self._engine_pid})")  # and nobody else has it
            return (
                NOTHING
                if dying and waited_s > DIES_S
                else say("{fact}, which answers for it", fact=error.fact)
            )
        except Exception as error:  # a full disk: the bench is what matters
            _print(f"the guardian could not keep the bench for itself: {error}")
        return NOTHING

    def _try(self, report: SafeReport) -> SafeReport:
        attempts = report.attempts + 1
        try:
            parts, problem = self._reach()
        except Exception as error:  # whatever it is, the next attempt may do better
            return replace(
                report,
                attempts=attempts,
                problem=say("{kind}: {error}", kind=type(error).__name__, error=error),
            )
        return replace(report, attempts=attempts, parts=parts, problem=problem, safe=not problem)


def _note(report: SafeReport, folder: str) -> None:
    """Tell what was done on stderr, and in the run's folder if there is one."""
    plain = asdict(report)
    _print(json.dumps(plain, ensure_ascii=False))
    if not folder:
        return
    what = "bench made safe by the guardian" if report.safe else "the guardian cannot make the bench safe"
    line = {"time": report.noticed, "what": what, "by": "guardian", **plain}
    try:
        part = Path(folder) / f"{NOTE}.part"
        part.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", "utf-8")
        part.replace(Path(folder) / NOTE)
        with (Path(folder) / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:  # a full disk: the bench is what matters
        _print(f"the guardian could not note what it did: {error}")


def _print(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever read it may be gone: the bench is what matters
        print(text, file=sys.stderr, flush=True)


def _nothing_energised() -> tuple[tuple[PartLeft, ...], Message]:
    return (), NOTHING


def reach_of(watched: WatchBench) -> Reach:
    """Return what makes this bench safe, everything it needs imported. A simulated bench drives nothing."""
    if not watched.written:
        return _nothing_energised
    from drivers.hardware import HardwareConfig, make_safe

    known = HardwareConfig.model_fields  # the file has more: the board's network, what is emulated
    written = json.loads(watched.written)
    config = HardwareConfig.model_validate({k: v for k, v in written.items() if k in known})

    def reach() -> tuple[tuple[PartLeft, ...], Message]:
        report = make_safe(config)
        problem = joined([error.message for error in report.errors.values()])
        if not problem and not report.is_safe:
            problem = say("not every part is known to be safe")
        return parts_left(report), problem

    return reach


def parts_left(report: SafetyReport) -> tuple[PartLeft, ...]:
    """Return the parts of a bench after it was made safe, as they travel."""
    return tuple(
        PartLeft(part.name, part.address, part.safe, part.holds, part.error) for part in report.parts
    )


def read_note(folder: Path) -> SafeReport:
    """Return what a guardian noted in a run's folder. Raises OSError, or DataError for what is no note."""
    return decode_line((folder / NOTE).read_bytes(), SafeReport)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def main() -> None:
    """Guard the engine that started this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it leaves when the engine does
        signal.signal(number, signal.SIG_IGN)

    def tell(reply: AnyReply) -> None:
        with contextlib.suppress(OSError):  # the engine may be gone
            os.write(1, encode_line(reply))

    Guardian(0, int(sys.argv[1]), tell).run()


if __name__ == "__main__":
    main()
