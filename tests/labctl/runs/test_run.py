"""Whole runs through the command line, as a user types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from labctl.cli import app
from labctl.store import open_run

EXAMPLES = Path(__file__).parents[3] / "examples"
KEYS = {
    "run_id",
    "path",
    "status",
    "method",
    "seed",
    "cycles",
    "learning_time_s",
    "wall_time_s",
    "cycles_per_s",
    "error_start_V2",
    "error_end_V2",
    "accuracy_end",
    "figures",
}


def labctl(*words: str) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def short_run(out: Path, example: str = "regression", *words: str) -> dict:
    result = labctl(
        "run",
        str(EXAMPLES / f"{example}.toml"),
        "--set",
        "training.cycles=4000",
        "--set",
        "record.rounds=12",
        "--out",
        str(out),
        "--json",
        *words,
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_json_run_prints_one_object_with_the_promised_keys(tmp_path: Path) -> None:
    summary = short_run(tmp_path, "regression", "--seed", "3", "--no-figures")
    assert set(summary) >= KEYS
    assert summary["status"] == "completed"
    assert summary["accuracy_end"] is None
    assert summary["cycles"] == 4000
    assert summary["error_end_V2"] < summary["error_start_V2"]


def test_run_folder_is_complete_and_opens_in_xarray(tmp_path: Path) -> None:
    summary = short_run(tmp_path, "circle", "--imperfections", "lattice-paper")
    folder = Path(summary["path"])
    assert folder.parent.parent == tmp_path
    assert folder.name.endswith("-circle")
    for name in ("experiment.toml", "bench.toml", "manifest.json", "events.jsonl", "run.nc"):
        assert (folder / name).stat().st_size > 0
    assert {Path(f).name for f in summary["figures"]} >= {
        "error.png",
        "gates.png",
        "network.png",
        "decision.png",
    }
    dataset = open_run(folder)
    assert dataset.sizes["edge"] == 32
    assert dataset["gate_voltage"].attrs["units"] == "V"
    assert dataset["conductance"].attrs["units"] == "S"
    assert all("long_name" in v.attrs for v in dataset.variables.values())
    assert dataset["train_error"].values[-1] == pytest.approx(summary["error_end_V2"], abs=0)
    assert "map_output" in dataset


def test_manifest_and_events_tell_what_happened(tmp_path: Path) -> None:
    summary = short_run(tmp_path, "xor", "--imperfections", "lattice-paper", "--no-figures", "--seed", "2")
    folder = Path(summary["path"])
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["run_id"] == summary["run_id"]
    assert manifest["status"] == "completed"
    assert manifest["seeds"] == {"run": 2, "board": 2}
    assert manifest["bench_identity"]["simulated"] is True
    assert manifest["safe_state"] == {"learning_on": False, "sources_V": [0.0] * 4, "clamps_released": True}
    ledger = {entry["name"]: entry for entry in manifest["imperfection_ledger"]}
    assert ledger["contrast_offset"]["dose"] == pytest.approx(2.5e-3)
    assert ledger["contrast_offset"]["unit"] == "V"
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    assert [e["what"] for e in events] == [
        "run preflight",
        "run armed",
        "run running",
        "run stopping",
        "run safe",
    ]


def test_stored_files_run_again_to_the_same_numbers(tmp_path: Path) -> None:
    first = short_run(
        tmp_path, "regression", "--imperfections", "lattice-paper", "--seed", "5", "--no-figures"
    )
    folder = Path(first["path"])
    result = labctl(
        "run",
        str(folder / "experiment.toml"),
        "--bench",
        str(folder / "bench.toml"),
        "--seed",
        "5",
        "--out",
        str(tmp_path),
        "--json",
        "--no-figures",
    )
    assert json.loads(result.stdout)["error_end_V2"] == first["error_end_V2"]


def test_same_seed_same_run_other_seed_other_run(tmp_path: Path) -> None:
    words = ("regression", "--imperfections", "lattice-paper", "--no-figures")
    a, b, c = (short_run(tmp_path, *words, "--seed", seed) for seed in ("1", "1", "2"))
    assert a["error_end_V2"] == b["error_end_V2"]
    assert a["error_end_V2"] != c["error_end_V2"]
    one, two = open_run(Path(a["path"])), open_run(Path(b["path"]))
    np.testing.assert_array_equal(one["gate_voltage"].values, two["gate_voltage"].values)
    assert a["path"] != b["path"]


def test_stop_early_when_every_point_is_right(tmp_path: Path) -> None:
    words = (
        "--imperfections",  # an ideal board comes to its margins only in the limit
        "lattice-paper",
        "--set",
        "training.stop_after_perfect_rounds=2",
        "--set",
        "training.cycles=400_000",
        "--set",
        "record.rounds=60",
    )
    summary = short_run(tmp_path, "circle", "--no-figures", *words)
    assert summary["accuracy_end"] == 1.0
    assert summary["cycles"] < 400_000
    assert "in a row" in summary["reason"]


def test_summary_for_people(tmp_path: Path) -> None:
    result = labctl(
        "run",
        str(EXAMPLES / "xor.toml"),
        "--set",
        "training.cycles=2000",
        "--out",
        str(tmp_path),
        "--no-figures",
    )
    assert result.exit_code == 0
    for part in ("xor completed", "accuracy", "safe state", "gates held, sources 0 V", "stored in"):
        assert part in result.stdout


def run_process(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from labctl.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.system
def test_bad_input_exits_2_with_one_sentence_on_stderr(tmp_path: Path) -> None:
    done = run_process("run", str(tmp_path / "none.toml"), "--out", str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip().endswith("none.toml: file not found; check the path")
    done = run_process(
        "run", str(EXAMPLES / "xor.toml"), "--set", "training.cycels=1", "--json", "--out", str(tmp_path)
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["exit_code"] == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.system
def test_unwritable_out_folder_exits_1(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", "utf-8")
    done = run_process("run", str(EXAMPLES / "xor.toml"), "--out", str(blocked))
    assert done.returncode == 1
    assert "choose another --out" in done.stderr


@pytest.mark.system
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_run_and_keeps_it(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", "from labctl.cli import main; main()"]
    command += ["run", str(EXAMPLES / "xor.toml"), "--set", "training.cycles=2_000_000_000"]
    command += ["--out", str(tmp_path), "--json", "--no-figures"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for_running(tmp_path, process)
        os.kill(process.pid, number)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    summary = json.loads(stdout)
    assert summary["status"] == "stopped"
    assert number.name in summary["reason"]
    assert open_run(Path(summary["path"])).attrs["status"] == "stopped"


def wait_for_running(out: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        events = list(out.glob("*/*/events.jsonl"))
        if events and "run running" in events[0].read_text("utf-8"):
            time.sleep(0.5)
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail("the run did not start")


def test_schema_is_json(tmp_path: Path) -> None:
    for which in ("experiment", "bench", "imperfections"):
        schema = json.loads(labctl("schema", which).stdout)
        kinds = [schema["$defs"][k["$ref"].rsplit("/", 1)[1]] for k in schema.get("anyOf", [])] or [schema]
        assert all(kind["type"] == "object" and kind["properties"] for kind in kinds)


def test_every_command_has_help_with_an_example() -> None:
    for command in ("run", "schema"):
        result = labctl(command, "--help")
        assert result.exit_code == 0
        assert "Example" in result.stdout
