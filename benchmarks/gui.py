"""The window under load: frames, freezes, memory, and what it costs the engine.

    python -m benchmarks.gui --json

A simulated run at full speed on the 4×4 lattice, all plots open, 32 traces redrawn at every frame the window
draws, whether there is news or not. `longest_freeze_computing_s` tells how much of the longest freeze the
window itself computed; the rest it waited for the machine. Times in seconds, memory in MB. Runs without a
screen (QT_QPA_PLATFORM=offscreen) too.

`engine_throughput_ratio` is the median of several spells, each held against the engine alone before and after
it: a machine that others share is faster one minute and slower the next.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BARS = {
    "fps_median": (25.0, "at least"),
    "fps_worst_second": (15.0, "at least"),
    "memory_growth_MB": (20.0, "at most"),
    "engine_throughput_ratio": (0.90, "at least"),
    "longest_freeze_s": (0.10, "at most"),
}
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "memory-cycle.toml"
BEHIND = 1_000_000  # cycles behind the traces before frames are counted
SPELLS = 5
_FOREVER = 4_000_000_000


def measure(seconds: float, folder: Path) -> dict[str, Any]:
    """Measure with a window for so long, in spells; the engine alone is measured before and after each."""
    from labctl.engine.client import EngineClient

    with EngineClient.start("bench", "benchmark") as client:
        try:
            _say("starting a run")
            _start(client, folder)
            found = _with_window(client, seconds, folder)
        finally:  # or it would go on for ever
            client.abort("measured")
            client.wait(timeout_s=120)
            client.quit_engine()
    spells, alone = found.pop("spells"), found.pop("alone")
    around = [statistics.mean(pair) for pair in itertools.pairwise(alone)]
    ratios = [with_window / by_itself for with_window, by_itself in zip(spells, around, strict=True)]
    return found | {
        "engine_throughput_ratio": statistics.median(ratios),
        "engine_throughput_ratios": ratios,
        "cycles_per_s_with_window": statistics.mean(spells),
        "cycles_per_s_alone": statistics.mean(alone),
    }


def _start(client: Any, folder: Path) -> None:
    from labctl.runs.request import RunRequest

    request = RunRequest(
        EXAMPLE,
        out=folder / "runs",
        overrides=(f"training.cycles={_FOREVER}", "record.cycle_rows=1000"),
        figures=False,
    )
    client.start_run(client.preflight(request))
    while client.snapshot().cycle < BEHIND:
        time.sleep(0.1)


def _speed(client: Any, seconds: float) -> float:
    """Return cycles per second over a while in which nobody polls."""
    time.sleep(2.5)  # until the engine takes nobody for watching
    before, began = client.snapshot().cycle, time.monotonic()
    time.sleep(seconds)
    return float((client.snapshot().cycle - before) / (time.monotonic() - began))


def _with_window(client: Any, seconds: float, folder: Path) -> dict[str, Any]:
    from PyQt6.QtCore import QSettings, QTimer

    from labctl.gui.app.start import make_application
    from labctl.gui.app.window import MainWindow
    from labctl.gui.state.engine_link import EngineLink
    from labctl.gui.widgets import theme

    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    app = make_application(store)
    window = MainWindow(EngineLink("bench"), folder / "runs", store, theme.LIGHT)
    window.resize(1500, 940)
    window.show()
    traces = window.layout_.plots["traces"]
    ticks = Ticks()
    timer = QTimer()
    timer.timeout.connect(ticks.tick)
    frames: list[int] = []
    spells: list[float] = []
    alone: list[float] = []
    cpu_s, memory_MB = 0.0, 0.0
    for spell in range(SPELLS):
        _say(f"measuring the engine alone, {spell + 1} of {SPELLS + 1}")
        alone.append(_speed(client, seconds / SPELLS / 4))
        _say(f"{alone[-1]:,.0f} cycles/s; measuring with the window")
        before = traces.frames
        window.link.begin()
        while traces.frames == before or len(window.state.live.gates) < 20:
            app.processEvents()
            time.sleep(0.002)
        memory_MB = memory_MB or _memory_MB()
        ticks.start()
        timer.start(5)
        per_second = [0] * max(1, int(seconds / SPELLS))
        began, cycle, cpu, drawn = (
            time.monotonic(), client.snapshot().cycle, time.process_time(), traces.frames
        )  # fmt: skip
        while time.monotonic() - began < len(per_second):
            traces.stale = True
            app.processEvents()
            second = int(time.monotonic() - began)
            if second < len(per_second):
                per_second[second] += traces.frames - drawn
            drawn = traces.frames
            time.sleep(0.001)
        spells.append((client.snapshot().cycle - cycle) / (time.monotonic() - began))
        cpu_s += time.process_time() - cpu
        frames += per_second
        timer.stop()
        window.link.end()
    alone.append(_speed(client, seconds / SPELLS / 4))
    found = {
        "spells": spells,
        "alone": alone,
        "fps_median": float(statistics.median(frames)),
        "fps_worst_second": float(min(frames)),
        "memory_growth_MB": _memory_MB() - memory_MB,
        "longest_freeze_s": ticks.longest[0],
        "longest_freeze_computing_s": ticks.longest[1],
        "window_cpu_share": cpu_s / len(frames),
        "cycles_behind": client.snapshot().cycle,
        "traces": len(traces._curves),  # type: ignore[attr-defined]  # noqa: SLF001
        "seconds": float(len(frames)),
        "platform": app.platformName(),
    }
    window.shut_down()
    window.close()
    return found


class Ticks:
    """The longest time between two ticks, and how much of it this thread computed; nothing else is kept."""

    def __init__(self) -> None:
        self.longest = 0.0, 0.0
        self.start()

    def start(self) -> None:
        """Begin to look; what was before does not count."""
        self._last = time.monotonic(), time.thread_time()

    def tick(self) -> None:
        """Look at the clock."""
        now = time.monotonic(), time.thread_time()
        self.longest = max(self.longest, (now[0] - self._last[0], now[1] - self._last[1]))
        self._last = now


def _say(text: str) -> None:
    print(f"{time.strftime('%X')} {text}", file=sys.stderr, flush=True)


def _memory_MB() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure and print; exit 1 when a bar is missed and --check is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60.0, help="with the window open")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the engine would go on by itself
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        os.environ["LABCTL_RUNTIME_DIR"] = name
        found = measure(chosen.seconds, Path(name))
    found["load_1min"] = os.getloadavg()[0]
    signs = {"at least": 1.0, "at most": -1.0}
    missed = [key for key, (bar, how) in BARS.items() if signs[how] * (found[key] - bar) < 0]
    found["missed"] = missed
    if chosen.json:
        print(json.dumps(found))
    else:
        for key, (bar, how) in BARS.items():
            mark = "MISSED" if key in missed else "ok"
            print(f"{key:26} {found[key]:10.3f}   {how} {bar:g}   {mark}")
    if chosen.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
