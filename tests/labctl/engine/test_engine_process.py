"""An engine process and its clients: one engine, several simulated runs."""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from labctl.cli import app
from labctl.engine.client import EngineClient
from labctl.engine.codec import decode, encode
from labctl.engine.errors import EngineGone, EngineRefused
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import Answer, Describe, Do
from labctl.engine.places import engines, find_engine
from labctl.engine.snapshot import Snapshot
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.store import open_run
from labctl.store.events import read_events
from labctl.store.reading import described
from protocols.engine import RunState
from protocols.errors import ConfigError

from ... import timing

pytestmark = pytest.mark.system
EXAMPLE = Path(__file__).parents[3] / "examples" / "xor.toml"


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    with EngineClient.start("tested", who="test") as client:
        yield client
        wait_for(client, lambda s: s.is_over)
        client.quit_engine(wait_s=30.0)
        assert not client.place.is_alive()
        assert not client.place.folder.exists()


def request(out: Path, cycles: int = 4000, *more: str, **words: object) -> RunRequest:
    keys = (f"training.cycles={cycles}", "record.rounds=10", *more)
    return RunRequest(EXAMPLE, seed=3, out=out, overrides=keys, figures=False, **words)  # type: ignore[arg-type]


def wait_for(client: EngineClient, true: Callable[[Snapshot], bool], timeout_s: float = 60.0) -> Snapshot:
    deadline = time.monotonic() + timeout_s
    while not true(snapshot := client.snapshot()):
        assert time.monotonic() < deadline, snapshot
        time.sleep(0.01)
    return snapshot


def begin(client: EngineClient, out: Path, cycles: int = 100_000_000, *more: str) -> None:
    """Start a run that does not end by itself and wait until it trains."""
    client.start_run(client.preflight(request(out, cycles, "record.cycle_rows=1000", *more)))
    wait_for(client, lambda s: s.cycle > 0)


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
    assert "run begins" in (folder / "log.jsonl").read_text("utf-8")


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


def test_an_engine_is_found_by_name_and_kept_from_others(engine: EngineClient) -> None:
    place = find_engine("tested")
    assert place in engines()
    assert stat.S_IMODE((place.folder / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    with pytest.raises(ConfigError, match=r"running: .*tested"):
        find_engine("nobody")
    with pytest.raises(ConfigError, match="is running"):
        EngineClient.start("tested")
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Client(place.socket, "AF_UNIX", authkey=b"a guess")
    assert engine.snapshot().is_over


def test_a_client_that_hangs_holds_nobody_up(engine: EngineClient, tmp_path: Path) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(3)]
    for one in silent:
        one.connect(engine.place.socket)  # and never says who it is
    deaf = Client(engine.place.socket, "AF_UNIX", authkey=engine.place.key())
    for _ in range(200):  # asks and never listens, until the engine cannot get rid of its answers
        deaf.send_bytes(encode(Describe()))
    begin(engine, tmp_path)
    before = engine.snapshot().cycle
    wait_for(engine, lambda s: s.cycle > before)
    with timing.within(1.0):
        engine.poll()
    engine.stop()
    engine.wait(timeout_s=60)
    for one in silent:
        one.close()
    deaf.close()


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


def test_nobody_watching_stops_a_run_only_if_the_bench_file_says_so(
    engine: EngineClient, tmp_path: Path
) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text(
        'kind = "sim"\n[engine]\nstop_when_unwatched = "300 ms"\nrealtime_priority = 5\n', "utf-8"
    )
    keys = ("training.cycles=100000000", "record.cycle_rows=1000")
    asked = RunRequest(EXAMPLE, str(bench), out=tmp_path / "runs", overrides=keys, figures=False)
    engine.start_run(engine.preflight(asked))
    wait_for(engine, lambda s: s.cycle > 0)
    assert "priority 5" in engine.snapshot().realtime  # granted or refused, it is told
    time.sleep(1.5)
    snapshot = engine.wait(timeout_s=60)
    assert "nobody has watched for 0.3 s" in snapshot.reason
    bench.write_text('[engine]\nstop_when_unwatched = "3"\n', "utf-8")
    with pytest.raises(ConfigError, match="stop_when_unwatched"):
        engine.preflight(asked)


def test_a_killed_engine_is_told_as_such(tmp_path: Path) -> None:
    with EngineClient.start(who="test") as client:
        begin(client, tmp_path)
        os.kill(client.pid, 9)
        with pytest.raises(EngineGone, match="labctl runs recover"):
            client.wait(timeout_s=10)
        (folder,) = tmp_path.glob("*/*/")
        timing.wait_for((folder / "guardian.json").exists)
        did = json.loads((folder / "guardian.json").read_text("utf-8"))
        assert did["safe"] is True
        assert did["parts"] == []  # a simulated bench energises nothing
        timing.wait_for(lambda: client.place not in engines())  # it dies a moment after its pipe


def test_consequences_come_back_with_the_verb(engine: EngineClient) -> None:
    assert engine.ask(Do(verb=Verb.EMERGENCY_OFF)) == VERBS[Verb.EMERGENCY_OFF].consequence


def labctl(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_line_lists_engines_acts_on_their_runs_and_uses_one(
    engine: EngineClient, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    (listed,) = json.loads(labctl("engines", "--json").stdout)["engines"]
    assert (listed["engine"]["name"], listed["activity"]) == ("tested", "running")
    assert "xor" in labctl("engines").stdout
    told = labctl("engines", "--do", "stop", "--engine", "tested")
    assert VERBS[Verb.STOP].label in told.stdout
    assert str(engine.wait(timeout_s=60).outcome) == "stopped"
    short = ("--set", "training.cycles=200", "--no-figures", "--json", "--out", tmp_path / "cli")
    done = labctl("run", EXAMPLE, *short, "--engine", "tested")
    assert json.loads(done.stdout)["cycles"] == 200
    assert engine.place.is_alive()  # it was there before and stays
