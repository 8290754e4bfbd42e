"""The guardian: a process that makes the bench safe when the engine cannot any more.

It is started by the engine before a bench is opened, in a session of its own, and reads lines of JSON from
its standard input: `watch` (what to make safe), `beat` (twice a second), `make safe`, `take over`, `release`,
`bye`. When the line closes while it watches, the engine has died; when no beat comes for a while, the engine
hangs and is killed first, because an instrument's port serves one program at a time. Then the guardian
keeps the bench for itself, connects to the instruments, brings them to their safe state, reads that back,
and notes in the run's folder what it did. It imports what it needs for that beforehand.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labctl.bench_files import bench_lock

HANGS_S = 5.0  # without a beat
RETRY_S = 0.25
RETRY_LOCK_S = 0.01
DIES_S = 1.0  # a killed engine that still has the bench then hangs in a driver
GIVE_UP_S = 60.0
NOTE = "guardian.json"
USER = "the guardian, which makes the bench safe"

MakeSafe = Callable[[], dict[str, Any]]


@dataclass
class Deed:
    """What the guardian did and why: kept as guardian.json in the run's folder, times in seconds."""

    reason: str
    bench: str
    noticed: str
    safe: bool
    safe_after_s: float
    attempts: int = 0
    parts: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


class Guardian:
    """Listens to one engine; `run` returns when the engine has left or has been replaced."""

    def __init__(self, line: int, engine_pid: int, tell: Callable[[dict[str, Any]], None]) -> None:
        self._line, self._engine_pid, self._tell = line, engine_pid, tell
        self._buffer = b""
        self._heard = time.monotonic()
        self._watching: dict[str, Any] | None = None
        self._make_safe: MakeSafe = _nothing_energised

    def run(self) -> None:
        """Listen until the engine says bye, dies or hangs."""
        while True:
            wait_s = max(0.0, self._heard + HANGS_S - time.monotonic()) if self._watching else None
            ready, _, _ = select.select([self._line], [], [], wait_s)
            if not ready:
                self._kill_engine()
                self._act(f"the engine (process {self._engine_pid}) hung and was killed", GIVE_UP_S)
                return
            data = os.read(self._line, 65536)
            if not data:
                if self._watching is not None:
                    self._kill_engine()  # it may have closed its end and live on, with a port in hand
                    self._act(f"the engine (process {self._engine_pid}) died", GIVE_UP_S)
                return
            self._heard = time.monotonic()
            self._buffer += data
            *lines, self._buffer = self._buffer.split(b"\n")
            for line in lines:
                if not self._take(json.loads(line)):
                    return
            self._heard = time.monotonic()  # imports and deeds take their time

    def _take(self, message: dict[str, Any]) -> bool:
        """Act on a message; tell whether to go on listening."""
        kind = message["say"]
        if kind == "watch":
            self._make_safe = maker_of(message)
            self._watching = message
            self._tell({"watching": True})
        elif kind == "folder" and self._watching is not None:
            self._watching["folder"] = message["folder"]
        elif kind == "release":
            self._watching = None
        elif kind == "make safe":
            did = self._act(message["reason"], message["limit_s"], alone=True)  # the engine keeps the bench
            self._tell({"did": asdict(did)})
        elif kind == "take over":
            self._kill_engine()
            self._act(message["reason"], GIVE_UP_S)
            return False
        return bool(kind != "bye")

    def _kill_engine(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._engine_pid, signal.SIGKILL)

    def _act(self, reason: str, limit_s: float, *, alone: bool = False) -> Deed:
        """Make the bench safe, again and again until it is or the limit is over; note what was done.

        `alone`: the bench is kept from others already. Nothing is touched while somebody else has it.
        """
        began, told = time.monotonic(), False
        about = self._watching or {}
        deed = Deed(reason, about.get("bench", "unknown"), _now(), False, 0.0)
        with contextlib.ExitStack() as locks:
            while True:
                if not alone:
                    deed.problem = self._keep(locks, time.monotonic() - began)
                    alone = not deed.problem
                if alone:
                    self._try(deed)
                deed.safe_after_s = time.monotonic() - began
                if deed.safe or deed.safe_after_s > limit_s:
                    break
                if not told and (alone or deed.safe_after_s > RETRY_S):
                    self._note(deed, about.get("folder", ""))
                    told = True
                time.sleep(RETRY_S if alone else RETRY_LOCK_S)
        self._note(deed, about.get("folder", ""))
        return deed

    def _keep(self, locks: contextlib.ExitStack, waited_s: float) -> str:
        """Keep the bench from others; return who has it, empty when it may be touched."""
        about = self._watching or {}
        try:
            locks.enter_context(bench_lock.held(about.get("values", {}), USER))
        except bench_lock.BenchInUse as error:
            dying = error.who.endswith(f"(process {self._engine_pid})")  # and nobody else has it
            return "" if dying and waited_s > DIES_S else f"{error.fact}, which answers for it"
        except Exception as error:  # a full disk: the bench is what matters
            _say(f"the guardian could not keep the bench for itself: {error}")
        return ""

    def _try(self, deed: Deed) -> None:
        deed.attempts += 1
        try:
            found = self._make_safe()
            deed.safe, deed.parts, deed.problem = found["safe"], found["parts"], found.get("problem", "")
        except Exception as error:  # whatever it is, the next attempt may do better
            deed.problem = f"{type(error).__name__}: {error}"

    def _note(self, deed: Deed, folder: str) -> None:
        _say(json.dumps(asdict(deed), ensure_ascii=False))
        if not folder:
            return
        what = "bench made safe by the guardian" if deed.safe else "the guardian cannot make the bench safe"
        line = {"time": deed.noticed, "what": what, "by": "guardian", **asdict(deed)}
        try:
            part = Path(folder) / f"{NOTE}.part"
            part.write_text(json.dumps(asdict(deed), indent=2, ensure_ascii=False) + "\n", "utf-8")
            part.replace(Path(folder) / NOTE)
            with (Path(folder) / "events.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:  # a full disk: the bench is what matters
            _say(f"the guardian could not note what it did: {error}")


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever read it may be gone: the bench is what matters
        print(text, file=sys.stderr, flush=True)


def _nothing_energised() -> dict[str, Any]:
    return {"safe": True, "parts": [], "problem": ""}


def maker_of(message: dict[str, Any]) -> MakeSafe:
    """Return what makes this bench safe, everything it needs imported. A simulated bench drives nothing."""
    if message["kind"] != "hardware":
        return _nothing_energised
    from drivers.hardware import HardwareConfig, make_safe

    known = HardwareConfig.model_fields  # the file has more: the board's network, what is emulated
    config = HardwareConfig.model_validate({k: v for k, v in message["values"].items() if k in known})

    def reach() -> dict[str, Any]:
        report = make_safe(config)
        return {
            "safe": report.is_safe,
            "parts": [asdict(part) for part in report.parts],
            "problem": "; ".join(str(error) for error in report.errors.values()),
        }

    return reach


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def main() -> None:
    """Guard the engine that started this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it leaves when the engine does
        signal.signal(number, signal.SIG_IGN)

    def tell(message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the engine may be gone
            os.write(1, json.dumps(message).encode() + b"\n")

    Guardian(0, int(sys.argv[1]), tell).run()


if __name__ == "__main__":
    main()
