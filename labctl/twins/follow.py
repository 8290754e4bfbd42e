"""The process that steps a twin beside its run: `python -m labctl.twins.follow RUN_FOLDER [TWIN]`.

It reads what the run has committed, runs the run's own file again on the twin as far as that, and writes a
line of JSON for each round both have. It takes whole blocks, at the lowest priority, and ends with the run,
or when nobody reads its lines any more.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labctl.store import LiveReader, open_run
from labctl.store.manifest import read_manifest
from labctl.twins.health import Health, NoTwin, ProblemTold, line_of
from labctl.twins.replay import EnoughRounds, PredictedRound, default_twin, run_again
from protocols.block import FloatArray, IntArray
from protocols.errors import DataError, LabError

_LOOK_EVERY_S = 0.3


def follow(folder: Path, twin: Path | None, tell: Callable[[Health], None]) -> None:
    """Tell of every round that a run, in progress or stored, and its twin both have, as they come.

    Raises NoTwin without a twin, DataError when the run cannot be read.
    """
    doses = twin or default_twin(folder)
    rounds = measured(folder)
    newest = next(rounds, None)

    def compare(predicted: PredictedRound) -> None:
        nonlocal newest
        while newest is not None and newest.cycle < predicted.cycle:
            newest = next(rounds, None)
        if newest is None:
            raise EnoughRounds
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
class MeasuredRound:
    """A round of a run: cycles before it, learning time in s, gates (E,) in V, learning edges, gate span."""

    cycle: int
    learning_s: float
    gates_V: FloatArray
    edges: IntArray
    span_V: float


def measured(folder: Path) -> Iterator[MeasuredRound]:
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


def _rounds(folder: Path, first: int) -> Iterator[MeasuredRound]:
    """Yield the rounds stored by now, from number `first` on."""
    if (folder / "run.nc").exists():
        with open_run(folder, cycles=False) as run:
            learning = np.asarray(run["edge_is_transistor"].values) != 0
            span_V = float(run.attrs["gate_max_V"]) - float(run.attrs["gate_min_V"])
            columns = [np.asarray(run[n].values) for n in ("round_cycle", "learning_time", "gate_voltage")]
        for cycle, time_s, gates in list(zip(*columns, strict=True))[first:]:
            yield MeasuredRound(int(cycle), float(time_s), gates, _known(learning, gates), span_V)
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
            yield MeasuredRound(
                int(arrays["round_cycle"]),
                float(arrays["learning_time"]),
                gates,
                _known(learning, gates),
                span_V,
            )


def _known(learning: Any, gates_V: FloatArray) -> IntArray:
    return np.flatnonzero(learning & np.isfinite(gates_V))


def _under_way(folder: Path) -> bool:
    return read_manifest(folder).get("status") == "running"


def main() -> None:
    """Follow a run for whoever started this process."""
    os.nice(19)
    threading.Thread(target=_end_with_the_asker, daemon=True).start()
    folder, *rest = sys.argv[1:]
    lines, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed on the way is no line
    try:
        twin = Path(rest[0]) if rest else None
        follow(Path(folder), twin, lambda health: print(line_of(health.told()), file=lines, flush=True))
    except LabError as error:
        problem = ProblemTold(str(error), isinstance(error, NoTwin))
        print(line_of(problem), file=lines, flush=True)


def _end_with_the_asker() -> None:
    """End this process when the other end of its input is gone."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
