"""A run's own file run again on the twin of its board; nothing is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calibration import CalibrationStore
from labctl.bench_files.load import load_bench
from labctl.bench_files.stored import StoredBench
from labctl.calibrating.applied import Applied, applied_in
from labctl.runs.prepared import PreparedRun, prepare
from labctl.runs.request import RunRequest
from labctl.runs.session import Session
from labctl.store.manifest import read_manifest
from labctl.twins.health import NoTwin
from protocols.block import FloatArray
from protocols.engine import EngineState, Event
from protocols.messages import say
from protocols.plan import Plan


@dataclass(frozen=True, eq=False)
class PredictedRound:
    """A round on the twin: cycles trained before it, learning time in s, gates (E,) in V, error in V²."""

    cycle: int
    learning_s: float
    gates_V: FloatArray
    error_V2: float


class EnoughRounds(Exception):
    """Raised by a listener that wants no more rounds."""


def default_twin(folder: Path, store: Path | None = None) -> Path:
    """Return where the twin of a run's board is kept. Raises NoTwin when there is none."""
    bench = StoredBench.of(read_manifest(folder))
    serial = bench.calibration_serial
    path = CalibrationStore(store or bench.calibrations()).board_folder(serial) / "twin.toml"
    if not path.is_file():
        own = folder / "bench.toml"  # a run from elsewhere has none
        options = load_bench(str(own), None, bench.seed).options() if own.exists() else ""
        raise NoTwin(
            say("there is no twin of board {serial}", serial=serial),
            file=str(path),
            allowed=say(
                "make one with 'labctl calibrate twin{options}', or name its file with --twin-file",
                options=options,
            ),
        )
    return path


def run_again(
    folder: Path,
    doses: str,
    told: Callable[[PredictedRound], None],
    *,
    corrected: bool = True,
    cycles: int | None = None,
) -> None:
    """Run a run's own file again on a simulated board with these doses, round by round.

    It ends after so many cycles, with a round there; left out: as many as the file asks for. Rules that stop
    a run early do not count, for the twin need not meet them when the run did. corrected: by the calibrations
    the run itself was corrected by; a nominal board needs none. Raises ConfigError when the run's files or
    the doses cannot be used. `told` may raise EnoughRounds.
    """
    run = _prepared(folder, doses, corrected)
    plan = _unstopped(run.plan, run.plan.cycles if cycles is None else cycles)
    session = Session(plan, run.bench.make(run.applied.corrections), (_Rounds(told),))
    try:
        session.run()
    except EnoughRounds:
        return


class _Rounds:
    """Tells of every round of a session."""

    def __init__(self, told: Callable[[PredictedRound], None]) -> None:
        self._told = told

    def on_event(self, event: Event, state: EngineState) -> None:
        """Pass a round on."""
        if event.round is None:
            return
        progress = state.progress
        error_V2 = progress.train.error_V2 if progress.train is not None else float("nan")
        self._told(PredictedRound(progress.cycle, progress.learning_time_s, event.round.gates, error_V2))


def _unstopped(plan: Plan, cycles: int) -> Plan:
    """Return the plan without rules that stop it early, ending with a round at this cycle, or the first."""
    last = max(cycles, 1)
    rounds = np.append(plan.rounds[plan.rounds < last], last)
    return replace(plan, cycles=last, rounds=rounds, stop_after_perfect=0, stop_below_V=0.0)


def _prepared(folder: Path, doses: str, corrected: bool) -> PreparedRun:
    manifest = read_manifest(folder)
    bench = StoredBench.of(manifest)
    own = folder / "bench.toml"  # a run from elsewhere has none
    simulated = own.exists() and not bench.is_hardware
    request = RunRequest(
        folder / "experiment.toml",
        str(own) if simulated else "sim",
        doses,
        int((manifest.get("seeds") or {}).get("run", 0)),
        overrides=("bench.board.clamp_circuit=software",) if bench.has_software_clamps else (),
    )
    corrections = applied_in(manifest) if corrected else None
    return replace(prepare(request), applied=Applied(corrections))
