"""An engine process and its clients: one engine, several simulated runs."""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from labctl.cli import app
from labctl.engine.client import EngineClient
from labctl.engine.codec import encode
from labctl.engine.errors import EngineGone
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import Describe
from labctl.engine.places import engines, find_engine
from labctl.runs.request import RunRequest
from protocols.errors import ConfigError

from ... import timing
from .asking import begin, wait_for

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
    assert "run begins" in (Path(json.loads(done.stdout)["path"]) / "log.jsonl").read_text("utf-8")
    assert engine.place.is_alive()  # it was there before and stays
