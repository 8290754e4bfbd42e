"""An engine and its clients, in this process: one engine, several simulated runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labctl.engine.client import EngineClient
from labctl.engine.codec import decode, encode
from labctl.engine.errors import EngineRefused
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.local import LocalEngine
from labctl.engine.messages import Answer, Do
from labctl.runs.prepared import prepare
from labctl.runs.runner import carry_out
from labctl.store import open_run
from labctl.store.events import read_events
from labctl.store.reading import described
from protocols.engine import RunState
from protocols.errors import ConfigError

from .asking import begin, request, wait_for

EXAMPLE = Path(__file__).parents[3] / "examples" / "xor.toml"


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    with LocalEngine("tested") as local, EngineClient(local, "test") as client:
        yield client


def test_a_run_by_an_engine_is_the_run_one_gets_in_this_process(engine: EngineClient, tmp_path: Path) -> None:
    sheet = engine.preflight(request(tmp_path / "a"))
    assert not (tmp_path / "a").exists()
    assert sheet.report.cycles == 4000
    assert sheet.report.energises is False
    engine.start_run(sheet)
    rounds = []
    while True:
        poll = engine.poll()
        rounds.append(poll.rings["rounds"].arrays.get("round_cycle", np.zeros(0)))
        if poll.snapshot.is_over:
            break
        time.sleep(0.02)
    result = engine.result()
    assert result is not None
    ours = open_run(Path(result.summary.path))
    theirs = open_run(carry_out(prepare(request(tmp_path / "b"))).folder)
    for name in set(theirs.variables) - {"wall_time"}:
        assert ours[name].values.tobytes() == theirs[name].values.tobytes(), name
    np.testing.assert_array_equal(np.concatenate(rounds), ours["round_cycle"])
    snapshot = poll.snapshot
    assert (snapshot.state, str(snapshot.outcome)) == (RunState.SAFE, "completed")
    assert snapshot.safe is not None
    assert set(snapshot.safe.sources_V) == {0.0}
    assert snapshot.train is not None
    assert snapshot.train.error_V2 == result.summary.error_end_V2
    assert snapshot.lateness.cycles == 4000
    folder = Path(result.summary.path)
    assert json.loads((folder / "preflight.json").read_text("utf-8"))["safe"] == list(sheet.report.safe)


def test_watching_changes_nothing_that_is_stored(engine: EngineClient, tmp_path: Path) -> None:
    long = request(tmp_path / "a", 300_000, "record.cycle_rows=3000")
    engine.start_run(engine.preflight(long))
    gates = 0
    while not (poll := engine.poll()).snapshot.is_over:
        gates += len(poll.rings["gates"])
        time.sleep(0.02)
    result = engine.result()
    assert result is not None
    watched = open_run(Path(result.summary.path))
    alone = open_run(carry_out(prepare(request(tmp_path / "b", 300_000, "record.cycle_rows=3000"))).folder)
    for name in set(alone.variables) - {"wall_time"}:
        assert watched[name].values.tobytes() == alone[name].values.tobytes(), name
    assert gates + len(poll.rings["gates"]) > watched.sizes["round"] + watched.sizes["snapshot"]


def test_pause_resume_note_and_stop(engine: EngineClient, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    engine.pause("a look")
    wait_for(engine, lambda s: s.state is RunState.PAUSED)
    cycle = engine.snapshot().cycle
    engine.note("hand on the board")
    time.sleep(0.1)
    assert engine.snapshot().cycle == cycle
    with pytest.raises(EngineRefused, match="means nothing for a run that is paused"):
        engine.pause()
    engine.resume()
    wait_for(engine, lambda s: s.cycle > cycle)
    engine.stop("enough")
    snapshot = engine.wait(timeout_s=60)
    assert (str(snapshot.outcome), snapshot.reason) == ("stopped", "enough")
    assert snapshot.run is not None
    events = read_events(Path(snapshot.run.folder))
    said = [(e["what"], e["by"], e.get("reason", e.get("text"))) for e in events]
    assert ("run paused", "test", "a look") in said
    assert ("note", "test", "hand on the board") in said
    assert ("run stopping", "test", "enough") in said


def test_what_makes_no_sense_is_refused_in_words(engine: EngineClient, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no-such-key"):
        engine.preflight(request(tmp_path, 100, "training.no-such-key=1"))
    with pytest.raises(EngineRefused, match="no run under way"):
        engine.note("nobody there")
    first = engine.preflight(request(tmp_path, 100))
    engine.preflight(request(tmp_path, 200))
    with pytest.raises(EngineRefused, match="out of date"):
        engine.start_run(first)
    answer = decode(engine._line.exchange(encode({"ask": "coffee"}), 5.0), Answer)  # noqa: SLF001
    assert answer.failure is not None
    assert "cannot be asked for this" in answer.failure.message
    engine.emergency_off("nothing runs, and it is answered all the same")
    begin(engine, tmp_path)
    for ask in (
        engine.quit_engine,
        lambda: engine.preflight(request(tmp_path)),
    ):
        with pytest.raises(EngineRefused, match="is running 'xor'"):
            ask()
    engine.abort()
    assert str(engine.wait(timeout_s=60).outcome) == "aborted"


def test_stop_is_heard_from_the_moment_the_run_is_asked_for(engine: EngineClient, tmp_path: Path) -> None:
    engine.start_run(engine.preflight(request(tmp_path, 100_000_000, "record.cycle_rows=1000")))
    engine.stop("at once")
    snapshot = engine.wait(timeout_s=60)
    assert (str(snapshot.outcome), snapshot.cycle) == ("stopped", 0)


def test_describe_tells_what_a_window_draws(engine: EngineClient, tmp_path: Path) -> None:
    engine.start_run(engine.preflight(request(tmp_path, 100)))
    engine.wait(timeout_s=60)
    told = engine.describe()
    run = described(told.attributes, told.dims, told.texts, told.arrays)
    stored = open_run(Path(engine.snapshot().run.folder))
    assert {str(name) for name in run.variables} > {"edge_name", "node_x", "train_input", "train_label"}
    for name in run.variables:  # under the names, with the dimensions and values that run.nc has
        assert run[name].dims == stored[name].dims
        np.testing.assert_array_equal(run[name], stored[name])
    assert {name: stored.attrs[name] for name in run.attrs} == run.attrs


def test_consequences_come_back_with_the_verb(engine: EngineClient) -> None:
    assert engine.ask(Do(verb=Verb.EMERGENCY_OFF)) == VERBS[Verb.EMERGENCY_OFF].consequence
