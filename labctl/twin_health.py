"""A run against its twin while it goes on: the twin steps alongside in a process of its own. No Qt here.

The process reads what the run has committed, runs the run's own file again on the twin as far as that, and
writes a line of JSON for each round both have. It takes whole blocks, at the lowest priority, and ends with
the run, or when nobody reads its lines any more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from protocols.block import FloatArray, IntArray
from protocols.errors import ConfigError, DataError, LabError

DISAGREES = 0.05  # of the gate span: an edge whose gate is further off disagrees
_LOOK_EVERY_S = 0.3
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, eq=False)
class Health:
    """How the learning edges (L,) of a run stand against its twin at one round.

    cycle and learning_s: of the round; measured_V and predicted_V (L,) gates; span_V: of the gates.
    """

    cycle: int
    learning_s: float
    edges: IntArray
    measured_V: FloatArray
    predicted_V: FloatArray
    span_V: float

    @property
    def residual_V(self) -> FloatArray:
        """Return predicted minus measured gates, (L,), in volts."""
        residual: FloatArray = self.predicted_V - self.measured_V
        return residual

    @property
    def rms_of_span(self) -> float:
        """Return the rms of the residual over edges, in parts of the gate span."""
        return float(np.sqrt(np.mean(self.residual_V**2))) / self.span_V

    def disagreeing(self) -> list[int]:
        """Return the edges that are more than 5 % of the span off, worst first."""
        return disagreeing(self.edges, self.residual_V, self.span_V)

    @property
    def agrees(self) -> bool:
        """Say whether every edge is where the twin says."""
        return not self.disagreeing()

    def line(self) -> str:
        """Return it as a line of JSON."""
        columns = {k: getattr(self, k).tolist() for k in ("edges", "measured_V", "predicted_V")}
        return json.dumps(
            {"cycle": self.cycle, "learning_s": self.learning_s, "span_V": self.span_V, **columns}
        )

    @classmethod
    def of(cls, told: dict[str, Any]) -> Health:
        """Build it from what its line held."""
        columns = {k: np.array(told[k], dtype=float) for k in ("measured_V", "predicted_V")}
        edges = np.array(told["edges"], dtype=np.int64)
        return cls(int(told["cycle"]), told["learning_s"], edges, span_V=told["span_V"], **columns)


def disagreeing(edges: IntArray, residual_V: FloatArray, span_V: float) -> list[int]:
    """Return the edges (L,) whose residual (L,) is more than 5 % of the gate span, worst first."""
    off = np.abs(residual_V)
    return [int(edges[k]) for k in np.argsort(-off) if off[k] > DISAGREES * span_V]


class NoTwin(ConfigError):
    """The board of a run has no twin yet."""


class Watch:
    """A run and its twin, watched from beside: starts the process, keeps what it says. Close it in the end.

    twin: its file; left out, the one kept with the board's calibrations. latest: the last round told of;
    problem: why there is none, missing: because the board has no twin; over: nothing more will come.
    """

    def __init__(self, folder: Path, twin: Path | None = None) -> None:
        self.latest: Health | None = None
        self.problem, self.missing = "", False
        self.over = False
        self._fresh: list[Health] = []
        self._lock = threading.Lock()
        words = [sys.executable, "-m", "labctl.twin_health", str(folder), *([str(twin)] if twin else [])]
        self._process = subprocess.Popen(
            words,
            env=os.environ | _ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._listen, name="twin-health", daemon=True).start()

    def take(self) -> list[Health]:
        """Return what is new since the last call."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def close(self) -> None:
        """End the process; closing twice is harmless."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _listen(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            for text in stream:
                told = json.loads(text)
                with self._lock:
                    if "problem" in told:
                        self.problem, self.missing = told["problem"], told["missing"]
                    else:
                        self.latest = Health.of(told)
                        self._fresh.append(self.latest)
        self.over = True


# ── the process ──────────────────────────────────────────────────────────────────────────────────


def follow(folder: Path, twin: Path | None, tell: Callable[[Health], None]) -> None:
    """Tell of every round that a run, in progress or stored, and its twin both have, as they come.

    Raises NoTwin without a twin, DataError when the run cannot be read.
    """
    from labctl.twin_run import Enough, Predicted, default_twin, run_again

    doses = twin or default_twin(folder)
    rounds = measured(folder)
    newest = next(rounds, None)

    def compare(predicted: Predicted) -> None:
        nonlocal newest
        while newest is not None and newest.cycle < predicted.cycle:
            newest = next(rounds, None)
        if newest is None:
            raise Enough
        if newest.cycle > predicted.cycle:
            return
        edges = newest.edges
        tell(
            Health(
                newest.cycle,
                newest.learning_s,
                edges,
                newest.gates_V[edges],
                predicted.gates_V[edges],
                newest.span_V,
            )
        )

    run_again(folder, str(doses), compare)


@dataclass(frozen=True, eq=False)
class Measured:
    """A round of a run: cycles before it, learning time in s, gates (E,) in V, learning edges, gate span."""

    cycle: int
    learning_s: float
    gates_V: FloatArray
    edges: IntArray
    span_V: float


def measured(folder: Path) -> Iterator[Measured]:
    """Yield the rounds of a run, waiting for those to come until the run is over. Raises DataError."""
    seen = 0
    while True:
        under_way = _under_way(folder)
        for reading in _rounds(folder, seen):
            yield reading
            seen += 1
        if not under_way:
            return
        time.sleep(_LOOK_EVERY_S)


def _rounds(folder: Path, first: int) -> Iterator[Measured]:
    """Yield the rounds stored by now, from number `first` on."""
    from labctl.store import LiveReader, open_run

    if (folder / "run.nc").exists():
        with open_run(folder, cycles=False) as run:
            learning = np.asarray(run["edge_is_transistor"].values) != 0
            span_V = float(run.attrs["gate_max_V"]) - float(run.attrs["gate_min_V"])
            columns = [np.asarray(run[n].values) for n in ("round_cycle", "learning_time", "gate_voltage")]
        for cycle, time_s, gates in list(zip(*columns, strict=True))[first:]:
            yield Measured(int(cycle), float(time_s), gates, _known(learning, gates), span_V)
        return
    try:
        reader = LiveReader(folder)
    except DataError:  # not yet there, or just being replaced by run.nc
        return
    with reader as live:
        found = live.statics()
        learning = np.asarray(found["edge_is_transistor"][1]) != 0
        attributes = live.meta("attributes")
        span_V = float(attributes["gate_max_V"]) - float(attributes["gate_min_V"])
        for arrays in live.rounds(first):
            gates = np.asarray(arrays["gate_voltage"], dtype=float)
            yield Measured(
                int(arrays["round_cycle"]),
                float(arrays["learning_time"]),
                gates,
                _known(learning, gates),
                span_V,
            )


def _known(learning: Any, gates_V: FloatArray) -> IntArray:
    return np.flatnonzero(learning & np.isfinite(gates_V))


def _under_way(folder: Path) -> bool:
    from labctl.twin_run import read_manifest

    return read_manifest(folder).get("status") == "running"


def main() -> None:
    """Follow a run for whoever started this process."""
    os.nice(19)
    threading.Thread(target=_end_with_the_asker, daemon=True).start()
    folder, *rest = sys.argv[1:]
    lines, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed on the way is no line
    try:
        follow(
            Path(folder), Path(rest[0]) if rest else None, lambda h: print(h.line(), file=lines, flush=True)
        )
    except LabError as error:
        told = {"problem": str(error), "missing": isinstance(error, NoTwin)}
        print(json.dumps(told), file=lines, flush=True)


def _end_with_the_asker() -> None:
    """End this process when the other end of its input is gone."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
