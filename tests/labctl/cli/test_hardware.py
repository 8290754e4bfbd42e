"""`labctl emulate|bench check|instruments|doctor` and runs on emulated benches, as a user types them."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import tomlkit
from typer.testing import CliRunner, Result

from labctl.cli import app
from labctl.emulation import EmulatedBench
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.runs.summary import RunSummary
from labctl.store.events import read_events
from protocols import ConfigError, InstrumentError

from ..emulation.benches import CONTROLLER, DAQ, as_written, emulated

EXAMPLES = Path(__file__).parents[3] / "examples"


def labctl(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


@contextmanager
def served(folder: Path, file: str = CONTROLLER, **emulation: object) -> Iterator[Path]:
    """Run an emulated bench and yield a bench file with its addresses."""
    with emulated(file, **emulation) as running:
        values = tomlkit.loads(Path(file).read_text("utf-8"))
        for one in running.listeners():
            values["instruments"][one.instrument]["address"] = one.address  # type: ignore[index]
        written = folder / "bench.toml"
        written.write_text(tomlkit.dumps(values), "utf-8")
        yield written
        assert running.unsafe() == []


# ── bench check ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("file", [CONTROLLER, DAQ], ids=["controller", "daq"])
def test_a_good_bench_is_ready(tmp_path: Path, file: str) -> None:
    with served(tmp_path, file) as bench:
        found = labctl("bench", "check", bench, "--json")
        assert found.exit_code == 0, found.output
        said = json.loads(found.stdout)
        assert (said["ok"], said["problems"], said["safe"]) == (True, [], True)
        assert all(one["ok"] and one["identity"]["simulated"] for one in said["instruments"])
        assert said["meter_V"] == pytest.approx(5.0, abs=0.01)
        assert said["wires"]["ok"]
        assert "ready" in labctl("bench", "check", bench, "--no-wiring").stdout


@pytest.mark.parametrize(
    ("mishap", "wires"),
    [({"swap": ["S1,S5"]}, ["S1", "S5"]), ({"off": ["S7"]}, ["S7"]), ({"touch": ["S9,S13"]}, ["S9", "S13"])],
    ids=str,
)
def test_wrong_wires_are_named_and_the_exit_code_is_1(
    tmp_path: Path, mishap: dict[str, object], wires: list[str]
) -> None:
    with served(tmp_path, **mishap) as bench:
        found = labctl("bench", "check", bench)
        assert found.exit_code == 1
        wrong = [line for line in found.stdout.splitlines() if "✗" in line]
        assert len(wrong) == 1
        assert all(f"{wire} at J1-" in wrong[0] for wire in wires)
        said = json.loads(labctl("bench", "check", bench, "--json").stdout)
        assert said["wires"]["faults"][0]["wires"] == wires
        assert not said["ok"]


def test_a_bench_that_is_not_there_is_not_ready_and_says_who_is_missing() -> None:
    closed = [f"instruments.{name}.address={at}" for name, at in _CLOSED.items()]
    words = [w for text in closed for w in ("--set", text)]
    found = labctl("bench", "check", CONTROLLER, "--json", *words)
    assert found.exit_code == 1
    said = json.loads(found.stdout)
    assert {one["name"] for one in said["instruments"] if not one["ok"]} == {"supply", "meter", "controller"}
    assert said["safe"] is False
    assert "not known" in said["problems"][-1]


_CLOSED = {
    "supply": "TCPIP0::127.0.0.1::9::SOCKET",
    "meter": "TCPIP0::127.0.0.1::9::SOCKET",
    "controller": "socket://127.0.0.1:9",
}


def test_checking_a_simulated_bench_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "sim.toml"
    file.write_text('kind = "sim"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"sim\.toml: kind: is no hardware bench"):
        CliRunner().invoke(app, ["bench", "check", str(file)], catch_exceptions=False)


# ── instruments, doctor ──────────────────────────────────────────────────────────────────────────


def test_instruments_asks_those_of_a_bench_file(tmp_path: Path) -> None:
    with served(tmp_path) as bench:
        said = json.loads(labctl("instruments", bench, "--json").stdout)
    assert [(one["name"], one["ok"]) for one in said["bench"]] == [
        ("supply", True),
        ("meter", True),
        ("controller", True),
    ]
    assert set(said) == {"attached", "hints", "bench"}
    gone = labctl("instruments", bench)
    assert gone.exit_code == 1
    assert "nobody takes the call" in gone.stdout


def test_instruments_works_with_nothing_attached() -> None:
    found = labctl("instruments", "--json")
    assert found.exit_code == 0
    assert "DAQ board" in json.loads(found.stdout)["hints"]


def test_doctor_says_what_is_there_and_what_more_would_enable(tmp_path: Path) -> None:
    found = labctl("doctor", "--json", "--out", tmp_path)
    said = json.loads(found.stdout)
    by_name = {one["name"]: one for one in said["findings"]}
    assert found.exit_code == (0 if said["ok"] else 1)
    assert by_name["numpy"]["verdict"] == by_name["pyvisa"]["verdict"] == "ok"
    assert by_name["NI-DAQmx"]["verdict"] in ("ok", "absent")
    assert "DAQ boards" in by_name["NI-DAQmx"]["enables"]
    assert "GB free" in by_name["disk"]["found"]
    assert "NI-DAQmx" in labctl("doctor", "--out", tmp_path).stdout


def test_doctor_fails_when_runs_cannot_be_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    found = labctl("doctor", "--json", "--out", tmp_path)
    assert found.exit_code == 1
    disk = next(one for one in json.loads(found.stdout)["findings"] if one["name"] == "disk")
    assert disk["verdict"] == "missing"
    assert "0.0 GB free" in disk["found"]
    assert "make room" in disk["enables"]


@pytest.mark.parametrize("command", [["bench", "check"], ["instruments"], ["doctor"], ["emulate"]])
def test_help_has_an_example(command: list[str]) -> None:
    assert "Example: labctl" in labctl(*command, "--help").stdout


# ── emulate ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.system
def test_emulate_serves_until_interrupted() -> None:
    command = [sys.executable, "-c", "from labctl.cli import main; main()", "emulate", CONTROLLER, "--json"]
    for name, at in _CLOSED.items():
        command += ["--set", f"instruments.{name}.address={at.replace(':9', ':0')}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        listening = json.loads(process.stdout.readline())["listening"]
        config = as_written(CONTROLLER, *(f"instruments.{n}.address={a}" for n, a in listening.items()))
        assert config.instruments.controller is not None
        words = [w for n, a in listening.items() for w in ("--set", f"instruments.{n}.address={a}")]
        assert labctl("bench", "check", CONTROLLER, "--no-wiring", *words).exit_code == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_a_busy_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for name, address in (
            ("supply", f"TCPIP0::127.0.0.1::{port}::SOCKET"),
            ("controller", f"socket://127.0.0.1:{port}"),
        ):
            config = as_written(CONTROLLER, f"instruments.{name}.address={address}", *_free(name))
            with pytest.raises(
                InstrumentError, match=f"emulated {name}: port {port} .*cannot be used"
            ) as caught:
                EmulatedBench(config).start()
            assert "\n" not in str(caught.value)
            assert "stop the emulator or program that uses it" in str(caught.value)


def _free(busy: str) -> list[str]:
    free = {name: at.replace(":9", ":0") for name, at in _CLOSED.items() if name != busy}
    return [f"instruments.{name}.address={at}" for name, at in free.items()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--swap", "S1"], "names two wires"),
        (["--swap", "S1,S99"], "'S99'"),
        (["--off", "S99"], "'S99'"),
        (["--fault", "supply:explode"], "drop"),
        (["--fault", "kettle:drop"], "controller"),
        (["--fault", "daq:drop"], "emulated are supply, meter, controller"),
        (["--swap", "S1,S2", "--swap", "S2,S5"], "'S2' is in two swaps"),
        (["--off", "S99"], "there are O0, O10, O8, S1,"),
        (["--set", "imperfections=harsh"], "write --imperfections harsh"),
        (["--fault", "supply:drop:whenever"], "KEY=VALUE"),
        (["--imperfections", "awful"], "lattice-paper"),
        (["--set", "instruments.supply.address=USB0::1::2::INSTR"], "cannot be emulated at this address"),
        (["--set", "simulated=false"], "say simulated = true"),
    ],
    ids=str,
)
def test_bad_words_for_emulate_are_bad_input(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        CliRunner().invoke(app, ["emulate", CONTROLLER, *words], catch_exceptions=False)
    assert said in str(caught.value)


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────


def short_run(out: Path, cycles: int, bench: str = "sim", *overrides: str, **more: str) -> RunSummary:
    """Train on a bench in this process; return the summary that `labctl run --json` prints."""
    overrides = (f"training.cycles={cycles}", "record.rounds=3", *overrides)
    request = RunRequest(EXAMPLES / "regression.toml", bench, seed=1, out=out, overrides=overrides, **more)
    summary = carry_out(prepare(replace(request, figures=False))).summary
    assert summary.status == "completed"
    return summary


@pytest.mark.parametrize(
    ("file", "cycles", "within"), [(CONTROLLER, 6_000, 0.10), (DAQ, 60, 0.20)], ids=["controller", "daq"]
)
def test_an_emulated_bench_learns_as_the_simulator_does(
    tmp_path: Path, file: str, cycles: int, within: float
) -> None:
    circuit = [] if file == CONTROLLER else ["bench.board.clamp_circuit=software"]
    simulated = short_run(tmp_path / "sim", cycles, "sim", *circuit, imperfections="lattice-paper")
    with served(tmp_path, file, imperfections="lattice-paper", seed=1) as bench:
        on_wires = short_run(tmp_path / "emulated", cycles, str(bench))
    assert simulated.error_end_V2 < 0.9 * simulated.error_start_V2
    assert on_wires.error_end_V2 == pytest.approx(simulated.error_end_V2, rel=within)
    assert_instruments_are_told(Path(str(on_wires.path)), "controller" if file == CONTROLLER else "daq")


def assert_instruments_are_told(run: Path, board: str) -> None:
    """Look for every instrument of a run in its manifest, its events and what `runs show` prints."""
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert list(manifest["instruments"]) == ["supply", "meter", board]
    noted = [e for e in read_events(run) if e["what"] == "instruments identified"]
    assert [e["instruments"] for e in noted] == [manifest["instruments"]]
    rows = dict(line.split(maxsplit=1) for line in labctl("runs", "show", run).stdout.splitlines()[1:])
    for name, who in manifest["instruments"].items():
        assert who["simulated"]
        assert who["firmware"] or who["driver"].startswith("NI-DAQmx ")
        for told in (who["maker"], who["name"], who["serial"], who["firmware"], who["driver"]):
            assert told in rows[name]


@pytest.mark.parametrize(
    ("experiment", "bench", "imperfections", "said"),
    [
        ("regression", CONTROLLER, "harsh", "labctl emulate"),
        ("xor", DAQ, None, r"emulated-daq\.toml: wires\.sources: no wire goes to node 15"),
        ("two-edge-cycle", CONTROLLER, None, "another network"),
    ],
)
def test_a_run_that_does_not_fit_the_bench_is_refused_before_anything_moves(
    experiment: str, bench: str, imperfections: str | None, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        prepare(RunRequest(EXAMPLES / f"{experiment}.toml", bench, imperfections))
