"""Going on with a run that was cut short: on the simulator nobody can tell the difference."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from drivers.corrections import Corrections
from labctl.bench_files.load import LoadedBench
from labctl.runs.prepared import prepare_resume
from labctl.runs.runner import carry_out
from labctl.runs.session import Session
from labctl.store import Checkpoint, LiveReader, marker, open_run
from labctl.store.events import read_events
from labctl.store.marker import Process
from labctl.store.recovery import load_checkpoint, recover
from protocols.bench import Restorable
from protocols.engine import EngineState, Event, EventKind, Outcome, Progress
from protocols.errors import DataError
from protocols.metrics import Score
from sim_backend import SimBench

from ..store.runs import (
    Photographer,
    checkpoint_once,
    commit_every_block,
    cut_short,
    differing_variables,
    small_run,
)

CASES = [  # example, imperfections, overrides
    ("xor", "harsh", ()),
    ("circle", "lattice-paper", ("training.order=random", "training.noise.inputs='1 mV'")),
    ("memory-cycle", "lattice-paper", ("record.spacing=linear",)),
    ("regression", "lattice-paper", ("method=standard", "record.cycle_rows=100")),
]


@pytest.mark.parametrize(("example", "imperfections", "overrides"), CASES)
def test_killed_anywhere_and_resumed_ends_bit_identical(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    example: str,
    imperfections: str,
    overrides: tuple[str, ...],
) -> None:
    commit_every_block(monkeypatch)
    out, images = tmp_path / "runs", tmp_path / "images"
    run = small_run(out, example, imperfections, *overrides)
    photographer = Photographer(out, images, lambda _, s: s.progress.rounds_done > 0 and s.outcome is None)
    whole = open_run(carry_out(run, (photographer,)).folder)
    assert len(photographer.taken) > 10
    for image in random.Random(4).sample(photographer.taken, 4) + photographer.taken[-1:]:
        result = carry_out(*prepare_then(image))
        assert result.state.outcome is Outcome.COMPLETED
        assert differing_variables(open_run(image), whole) == []


def prepare_then(image: Path):
    run, resumption = prepare_resume(image, figures=False)
    return run, (), None, resumption


def test_recovered_first_or_killed_twice_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, folder = cut_short(tmp_path, monkeypatch)
    whole = open_run(folder)
    found = recover(image)
    assert found.resumable
    assert open_run(image).attrs["status"] == "recovered"
    second = Photographer(image.parent.parent, tmp_path / "more", lambda n, s: s.outcome is None and n == 9)
    run, resumption = prepare_resume(image, figures=False)
    carry_out(run, (second,), None, resumption)
    (again,) = second.taken
    carry_out(*prepare_then(again))
    assert differing_variables(open_run(image), whole) == []
    assert differing_variables(open_run(again), whole) == []
    manifest = json.loads((again / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "completed"
    assert len(manifest["resumed"]) == 2


def test_a_stopped_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    def hook(session: Session) -> None:
        stopper.session = session

    stopper = Stopper(at_event=9)
    stopped = carry_out(small_run(tmp_path / "a"), (stopper,), hook)
    assert stopped.summary.status == "stopped"
    assert 0 < stopped.summary.cycles < 3000
    resumed = carry_out(*prepare_then(stopped.folder))
    whole = carry_out(small_run(tmp_path / "b"))
    assert resumed.summary.resumed["from_cycle"] == stopped.summary.cycles
    assert resumed.summary.resumed["cycles_repeated"] == 0
    assert resumed.summary.cycles == whole.summary.cycles == 3000
    assert resumed.summary.error_start_V2 == whole.summary.error_start_V2
    assert resumed.summary.late_cycles == whole.summary.late_cycles
    same = differing_variables(open_run(resumed.folder), open_run(whole.folder))
    assert same in ([], ["map_output"])
    assert not (resumed.folder / "live.db").exists()


class Stopper:
    """A listener that asks for something, a stop, after so many events."""

    def __init__(self, at_event: int, kind: EventKind = EventKind.STOP) -> None:
        self.left, self.kind, self.session = at_event, kind, None

    def on_event(self, event: Event, state: EngineState) -> None:
        self.left -= 1
        if self.left == 0:
            self.session.request(self.kind, "enough", by="tester")


def test_who_asked_is_in_the_events(tmp_path: Path) -> None:
    stopper = Stopper(at_event=6)
    folder = carry_out(small_run(tmp_path), (stopper,), lambda s: setattr(stopper, "session", s)).folder
    found = [(e["what"], e["by"], e.get("reason")) for e in read_events(folder)]
    assert ("run stopping", "tester", "enough") in found
    assert found[0] == ("run preflight", "engine", None)


def test_a_complete_run_is_not_resumed(tmp_path: Path) -> None:
    folder = carry_out(small_run(tmp_path)).folder
    with pytest.raises(DataError, match="this run is complete"):
        prepare_resume(folder)
    with pytest.raises(DataError, match="no such run folder"):
        prepare_resume(tmp_path / "none")


def test_a_run_whose_files_were_changed_is_not_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = cut_short(tmp_path, monkeypatch)
    file = image / "experiment.toml"
    file.write_text(file.read_text("utf-8").replace("cycles = 3000", "cycles = 4000"), "utf-8")
    with pytest.raises(DataError, match="was changed since the run began"):
        prepare_resume(image)


class Board:
    """A bench that keeps its charges by itself, like a real board: a SimBench that cannot be restored."""

    kept_gates: np.ndarray | None = None

    def __init__(self, simulated: SimBench, leak_V: float) -> None:
        self._bench, self._leak_V = simulated, leak_V

    def __getattr__(self, name: str):
        if name in ("state", "restore"):
            raise AttributeError(name)
        return getattr(self._bench, name)

    def open(self, wiring) -> None:
        self._bench.open(wiring)
        if Board.kept_gates is not None:
            self._bench.reset_gates(Board.kept_gates - self._leak_V)

    def close(self) -> None:
        Board.kept_gates = self._bench._plant.gates.copy() if self._bench._plant else Board.kept_gates  # noqa: SLF001
        self._bench.close()


def test_a_run_on_another_simulated_board_or_in_other_hands_is_not_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = cut_short(tmp_path, monkeypatch, "xor", "lattice-paper")
    bench = (image / "bench.toml").read_text("utf-8")
    (image / "bench.toml").write_text(bench.replace('adc_noise = "', 'adc_noise = "1'), "utf-8")
    with pytest.raises(DataError, match=r"bench.toml: was changed .*: imperfections.adc_noise,"):
        prepare_resume(image)
    (image / "bench.toml").write_text(bench, "utf-8")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        stat = Path(f"/proc/{child.pid}/stat").read_text("ascii")
        there = replace(Process.current(), pid=child.pid, start=int(stat.rpartition(")")[2].split()[19]))
        (image / marker.NAME).write_text(json.dumps(asdict(there)), "utf-8")
        with pytest.raises(DataError, match=rf"is being run by process {child.pid} on .*; stop that first"):
            prepare_resume(image)
        child.kill()


def test_a_resume_that_fails_leaves_the_record_of_what_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint_once(monkeypatch)
    image, _ = cut_short(tmp_path, monkeypatch)
    run, resumption = prepare_resume(image, figures=False)
    with LiveReader(image) as reader:
        reached = reader.extent()
    assert reached.cycles > resumption.checkpoint.progress.cycle

    def refuse(self: SimBench, state: bytes) -> None:
        raise DataError("the stored state is of another board")

    monkeypatch.setattr(SimBench, "restore", refuse)
    with pytest.raises(DataError, match="another board"):
        carry_out(run, resumption=resumption)
    manifest = json.loads((image / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "failed"
    assert (manifest["cycles"], manifest["learning_time_s"]) == (reached.cycles, reached.learning_time_s)
    with LiveReader(image) as reader:
        assert reader.extent() == reached


def ask_at_once(kind: EventKind) -> Callable[[Session], None]:
    return lambda session: session.request(kind, "SIGINT received", by="tester")


@pytest.mark.parametrize("kind", [EventKind.STOP, EventKind.ABORT])
def test_a_resume_that_ends_before_it_goes_on_changes_nothing_that_was_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: EventKind
) -> None:
    checkpoint_once(monkeypatch)
    image, whole = cut_short(tmp_path, monkeypatch, event=10)
    before = recover(image)
    kept = open_run(image)
    run, resumption = prepare_resume(image, figures=False)
    assert before.cycles > resumption.checkpoint.progress.cycle
    result = carry_out(run, (), ask_at_once(kind), resumption)
    assert result.summary.status == ("stopped" if kind is EventKind.STOP else "aborted")
    assert result.summary.resumed is None
    assert result.summary.cycles == before.cycles
    assert json.loads((image / "manifest.json").read_text("utf-8"))["cycles"] == before.cycles
    assert differing_variables(open_run(image), kept) == []
    carry_out(*prepare_then(image))
    assert differing_variables(open_run(image), open_run(whole)) == []


def test_the_decision_map_of_a_stop_is_kept_until_the_run_goes_on(tmp_path: Path) -> None:
    stopper = Stopper(at_event=9)
    folder = carry_out(small_run(tmp_path), (stopper,), lambda s: setattr(stopper, "session", s)).folder
    measured = open_run(folder)["map_output"]
    run, resumption = prepare_resume(folder, figures=False)
    carry_out(run, (), ask_at_once(EventKind.STOP), resumption)
    np.testing.assert_array_equal(open_run(folder)["map_output"], measured)
    run, resumption = prepare_resume(folder, figures=False)
    aborter = Stopper(at_event=9, kind=EventKind.ABORT)
    carry_out(run, (aborter,), lambda s: setattr(aborter, "session", s), resumption)
    assert not [name for name in open_run(folder).variables if name.startswith("map_")]


def test_a_run_that_was_stopped_resumed_and_killed_is_not_told_to_have_ended_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_every_block(monkeypatch)
    stopper = Stopper(at_event=9)
    out = tmp_path / "runs"
    folder = carry_out(small_run(out), (stopper,), lambda s: setattr(stopper, "session", s)).folder
    photographer = Photographer(out, tmp_path / "images", lambda n, s: s.outcome is None and n == 9)
    run, resumption = prepare_resume(folder, figures=False)
    carry_out(run, (photographer,), None, resumption)
    assert "died at cycle" in recover(photographer.taken[0]).reason


def test_on_a_board_the_gates_are_read_back_and_their_drift_told(tmp_path: Path) -> None:
    Board.kept_gates = None
    run = small_run(tmp_path, "xor", "ideal")
    leak_V = 0.0

    def make(corrections: Corrections | None = None) -> Board:
        assert corrections is None
        return Board(SimBench(seed=3), leak_V)

    assert not isinstance(make(), Restorable)
    run.bench = replace_make(run.bench, make)
    stopper = Stopper(at_event=9)
    stopped = carry_out(run, (stopper,), lambda s: setattr(stopper, "session", s))
    leak_V = 0.004
    again, resumption = prepare_resume(stopped.folder, figures=False)
    again.bench = replace_make(again.bench, make)
    result = carry_out(again, (), None, resumption)
    resumed = result.summary.resumed
    assert result.summary.cycles == 3000
    assert resumed["gate_drift_worst_V"] == pytest.approx(0.004, abs=1e-9)
    assert resumed["gate_drift_rms_V"] == pytest.approx(0.004, abs=1e-9)
    assert resumed["gates_read_at_cycle"] == resumed["from_cycle"] == stopped.summary.cycles
    assert resumed["cycles_repeated"] == 0


def replace_make(bench: LoadedBench, make: Callable[..., Board]) -> LoadedBench:
    class Replaced(LoadedBench):
        def make(self, corrections: Corrections | None = None) -> Board:
            return make(corrections)

    return Replaced(**vars(bench))


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    wrong = np.array([True, False, True])
    progress = Progress(
        cycle=12,
        rounds_done=3,
        learning_time_s=0.1 + 0.2,
        previous_point=2,
        perfect_rounds=1,
        wrong=wrong,
        train=Score(1e-5, 2e-5, 0.75, -0.01),
    )
    point = Checkpoint(progress, 1.5, np.array([1.0, np.nan]), 7)
    photographer = Photographer(tmp_path / "runs", tmp_path / "images", lambda n, _: n == 8)
    carry_out(small_run(tmp_path / "runs"), (photographer,))
    with LiveReader(photographer.taken[0]) as reader:
        stored = reader.checkpoint()
        assert load_checkpoint(reader).progress.rounds_done == stored.rounds
    found = Checkpoint.unpack(type(stored)(12, 3, point.pack(), None))
    for name, value in vars(progress).items():
        np.testing.assert_array_equal(getattr(found.progress, name), value)
    np.testing.assert_array_equal(found.gates_V, point.gates_V)
    assert (found.run_time_s, found.gates_cycle, found.bench) == (1.5, 7, None)
    assert found.lateness.late == 0


@pytest.mark.parametrize("text", ["{}", "null"])
def test_an_odd_manifest_does_not_keep_a_run_from_going_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    image, _ = cut_short(tmp_path, monkeypatch)
    (image / "manifest.json").write_text(text, "utf-8")
    assert carry_out(*prepare_then(image)).summary.status == "completed"
