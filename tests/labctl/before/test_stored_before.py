"""Runs, calibrations and outputs of an earlier labctl: they open, go on and read as they did.

What they are and how they were made: tests/fixtures/stored-runs/README.md.
"""

from __future__ import annotations

import json
import platform
import shutil
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import sim_backend
from benchmarks.crash import emulated
from labctl.cli import app
from labctl.engine.client import EngineClient
from labctl.store import LiveReader, open_run
from labctl.store.catalogue import find
from labctl.store.marker import NAME as MARKER
from labctl.store.recovery import find_orphans, recover

from ..store.runs import differing_variables
from .shapes import FIXTURES, command_lines, key_lines, lacking, schema_lines

EXAMPLES = Path(__file__).parents[3] / "examples"
TWIN = Path(sim_backend.__file__).parent / "presets" / "lattice-paper.toml"  # what the board was made of
XOR, MEMORY, STOPPED, KILLED = "00001-xor", "00002-memory-cycle", "00003-xor", "00004-xor"
BOARD = ("--imperfections", "lattice-paper", "--seed", "3")
SHORT = ("--set", "training.cycles=2000", "--set", "record.rounds=12", "--set", "record.cycle_rows=50")


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what was stored, not to be changed."""
    folder = tmp_path_factory.mktemp("stored-before")
    with tarfile.open(FIXTURES / "stored-runs.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture
def before(unpacked: Path, tmp_path: Path) -> Path:
    """Return a copy of what was stored, on the computer that it was stored on."""
    copy = shutil.copytree(unpacked, tmp_path / "before")
    marker = run_of(copy, KILLED) / MARKER
    owner = json.loads(marker.read_text("utf-8"))
    marker.write_text(json.dumps(owner | {"host": platform.node()}), "utf-8")
    return copy


def run_of(before: Path, name: str) -> Path:
    return next((before / "runs").glob(f"*/{name}"))


def printed(*words: object) -> Any:
    """Return the JSON that a command prints."""
    told = CliRunner().invoke(app, [str(word) for word in words])
    assert told.exit_code == 0, (told.output, told.exception)
    return json.loads(told.stdout)


def keys_of(command: str) -> set[str]:
    """Return the keys that a command printed before."""
    text = (FIXTURES / "json-keys.txt").read_text("utf-8")
    return set(text.partition(f"== {command}\n")[2].partition("== ")[0].splitlines())


def assert_as_before(command: str, found: Any) -> None:
    assert keys_of(command)
    assert lacking(keys_of(command), key_lines(found)) == []


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_run_is_listed_and_opens(before: Path) -> None:
    listed = {e.folder.rpartition("/")[2]: e for e in find(before / "runs")}
    assert {name: e.status for name, e in listed.items()} == {
        XOR: "completed",
        MEMORY: "completed",
        STOPPED: "stopped",
        KILLED: "orphan",
    }
    assert listed[XOR].cycles == 2000
    for name in (XOR, MEMORY, STOPPED):
        run = open_run(run_of(before, name))
        assert run.attrs["run_id"] == listed[name].run_id
        assert run["gate_voltage"].dims == ("round", "edge")
        assert np.isfinite(run["train_error"]).all()


def test_the_killed_one_is_recovered(before: Path) -> None:
    killed = run_of(before, KILLED)
    assert find_orphans(before / "runs") == [killed]
    with LiveReader(killed) as live:
        reached = live.extent()
    found = recover(killed)
    assert (found.cycles, found.damaged_blocks, found.resumable) == (reached.cycles, 0, True)
    assert reached.cycles > 100_000
    whole = open_run(next((before / "whole").glob("*/*")))
    recovered = open_run(killed)
    rounds = recovered.sizes["round"]
    np.testing.assert_array_equal(recovered["gate_voltage"], whole["gate_voltage"][:rounds])


@pytest.mark.system
@pytest.mark.parametrize("name", [STOPPED, KILLED])
def test_a_run_cut_short_goes_on_and_ends_as_if_nobody_had_cut_it(before: Path, name: str) -> None:
    summary = printed("runs", "resume", run_of(before, name), "--no-figures", "--json")
    assert summary["status"] == "completed"
    assert_as_before("runs resume", summary)
    whole = open_run(next((before / "whole").glob("*/*")))
    again = open_run(run_of(before, name))
    assert set(differing_variables(again, whole)) <= {"map_output"}  # a resumed one measures its map anew
    assert again["gate_voltage"][-1].values.tobytes() == whole["gate_voltage"][-1].values.tobytes()


# ── what commands print ──────────────────────────────────────────────────────────────────────────


def test_what_is_printed_about_stored_runs_has_the_keys_it_had(before: Path, tmp_path: Path) -> None:
    out, xor = before / "runs", run_of(before, XOR)
    assert_as_before("runs list", printed("runs", "list", "--out", out, "--json"))
    assert_as_before("runs show", printed("runs", "show", xor, "--json"))
    for command, name in (("analyze", XOR), ("analyze (memory cycle)", MEMORY)):
        assert_as_before(command, printed("analyze", run_of(before, name), "--out", out, "--json"))
    compared = printed("runs", "compare", xor, "--twin-file", TWIN, "--no-figures", "--json")
    assert compared["residual_rms_of_span"] == 0.0  # the same doses: the same board
    assert_as_before("runs compare", compared)
    assert_as_before("runs export", printed("runs", "export", xor, "--to", tmp_path / "csv", "--json"))
    assert_as_before("runs tag", printed("runs", "tag", xor, "old", "--json"))
    assert_as_before("runs recover", printed("runs", "recover", run_of(before, KILLED), "--json"))


def test_calibrations_are_read(before: Path) -> None:
    found = printed("calibrate", "status", *BOARD, "--store", before / "calibrations", "--json")
    assert_as_before("calibrate status", found)
    wiring = {c["routine"]: c for c in found["calibrations"]}["wiring"]
    assert (wiring["id"], wiring["verdict"]) == ("a133776785b8", "pass")


def test_what_is_printed_about_this_computer_has_the_keys_it_had() -> None:
    assert_as_before("doctor", printed("doctor", "--json"))
    found = printed("instruments", "--json")
    # what is attached is this computer's affair: a serial port was on the other one
    there = {line for line in keys_of("instruments") if "attached[]" not in line}
    assert lacking(there, key_lines(found)) == []


@pytest.mark.system
def test_what_is_printed_of_a_new_run_has_the_keys_it_had(tmp_path: Path) -> None:
    whole = ("--no-figures", "--json", "--out", tmp_path)
    with EngineClient.start(who="a test") as client:
        on = ("--engine", client.place.name)
        assert_as_before("run", printed("run", EXAMPLES / "xor.toml", *BOARD, *SHORT, *whole, *on))
        assert_as_before("engines", printed("engines", "--json"))


@pytest.mark.system
def test_what_a_calibration_prints_has_the_keys_it_had(tmp_path: Path) -> None:
    found = printed("calibrate", "wiring", *BOARD, "--store", tmp_path, "--no-figures", "--json")
    assert_as_before("calibrate", found)


@pytest.mark.system
def test_what_a_bench_check_prints_has_the_keys_it_had(tmp_path: Path) -> None:
    with emulated(tmp_path) as (_, file):
        assert_as_before("bench check", printed("bench", "check", file, "--json"))


# ── what can be typed, and written into files ────────────────────────────────────────────────────


def test_every_command_and_option_is_still_there() -> None:
    then = set((FIXTURES / "commands.txt").read_text("utf-8").splitlines())
    now = set(command_lines(typer.main.get_command(app)))
    assert sorted(then - now) == []
    new = {line for line in now - then if " required " in line and is_command_of(line, then)}
    assert new == set()  # a command line that sufficed must suffice


def is_command_of(line: str, lines: set[str]) -> bool:
    command = line.partition(":")[0]
    return any(one.startswith(f"{command}:") for one in lines)


@pytest.mark.parametrize("which", ["experiment", "bench"])
def test_files_may_say_what_they_might(which: str) -> None:
    told = CliRunner().invoke(app, ["schema", which])
    assert told.exit_code == 0
    then = set((FIXTURES / f"schema-{which}.txt").read_text("utf-8").splitlines())
    assert sorted(then - schema_lines(json.loads(told.stdout))) == []


def test_a_key_that_is_gone_or_of_another_type_is_found() -> None:
    then = key_lines({"a": [{"b": 1, "c": None}], "d": "text"})
    assert lacking(then, key_lines({"a": [{"b": 1, "c": 2.5}], "d": "text", "new": True})) == []
    assert lacking(then, key_lines({"a": [{"c": 1}], "d": 1})) == ["a[].b number", "d text"]
