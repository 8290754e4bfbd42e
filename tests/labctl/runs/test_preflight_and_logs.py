"""The preflight sheet says what one should know before saying yes; logs never fail a run."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from drivers import trace
from labctl.engine import logs
from labctl.engine.codec import decode, encode
from labctl.runs import preflight
from labctl.runs.preflight_report import PreflightReport, duration
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.store.manifest import Manifest
from protocols.errors import DataError

EXAMPLE = Path(__file__).parents[3] / "examples" / "xor.toml"


def request(out: Path, cycles: int = 10_000) -> RunRequest:
    keys = (f"training.cycles={cycles}", "record.rounds=5")
    return RunRequest(EXAMPLE, out=out, overrides=keys, figures=False)


def lines_of(sheet: PreflightReport) -> dict[str, str]:
    return dict(decode(encode(sheet), PreflightReport).lines())


def test_a_sheet_says_what_runs_how_long_how_big_and_what_safe_means(tmp_path: Path) -> None:
    sheet = preflight.check(prepare(request(tmp_path / "runs")), None, guardian="")
    lines = lines_of(sheet)
    assert lines["run"].startswith("10,000 cycles, ")
    assert "free" in lines["run"]
    assert "usual speed" in lines["expected"]
    assert "0…0.4532 V" in lines["limits"]
    assert "V1 (node 15)" in lines["safe means"]
    assert "0 V on" in lines["safe means"]
    assert not sheet.energises
    assert list(tmp_path.iterdir()) == []  # nothing is written before somebody says yes


def test_a_sheet_learns_from_the_runs_before(tmp_path: Path) -> None:
    run = prepare(request(tmp_path))
    folder = carry_out(run).folder
    sheet = preflight.check(run, None, guardian="")
    assert "latest run" in sheet.duration_from
    assert sheet.last_failure == ""
    manifest = Manifest.load(folder)
    manifest.finish("failed", "DAQ: no answer; plug it in")
    preflight.catalogue.update(folder)
    sheet = preflight.check(run, None, guardian="")
    assert "DAQ: no answer" in lines_of(sheet)["last failure"]
    assert sheet.warnings == ("the last run on this bench did not end well",)


def test_a_sheet_that_finds_no_room_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from labctl.store import sampling

    class Full:
        free = 1000

    monkeypatch.setattr(sampling.shutil, "disk_usage", lambda _: Full)
    with pytest.raises(DataError, match="make room"):
        preflight.check(prepare(request(tmp_path)), None, guardian="")


def test_a_sheet_for_a_place_where_no_run_can_be_kept_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(DataError, match=r"a run folder cannot be made here: .*a file is a file; choose ano"):
        preflight.check(prepare(request(tmp_path / "a file" / "runs")), None, guardian="")


@pytest.mark.parametrize(
    ("time_s", "words"),
    [(0.2, "less than a second"), (42.4, "about 42 s"), (600, "about 10 min"), (30_000, "about 8 h 20 min")],
)
def test_durations_are_written_for_people(time_s: float, words: str) -> None:
    assert duration(time_s) == words


Log = tuple[logs.RunLog, list[dict[str, object]]]


@pytest.fixture
def engine_log() -> Iterator[Log]:
    """Configure structlog as an engine does; put it back afterwards."""
    before = structlog.get_config()
    run_log, published = logs.RunLog(), list[dict[str, object]]()
    logs.configure_engine(run_log, published.append, verbose=False)
    yield run_log, published
    run_log.end()
    logs.trace(on=False)
    structlog.configure(**before)


def read_log(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / logs.NAME).read_text("utf-8").splitlines()]


def test_a_run_has_a_log_of_its_own_and_clients_hear_of_warnings(
    engine_log: Log,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_log, published = engine_log
    log = structlog.get_logger("test")
    log.info("before any run")
    run_log.begin(tmp_path)
    log.info("run begins", cycles=3, where=tmp_path)
    log.warning("late", by_s=0.5)
    run_log.end()
    log.warning("after it")
    assert [line["event"] for line in read_log(tmp_path)] == ["run begins", "late"]
    assert [line["event"] for line in published] == ["late", "after it"]
    assert logs.readable(published[0]) == "warning: late (by_s 0.5)"
    stderr = capsys.readouterr().err
    assert "late" in stderr
    assert "run begins" not in stderr


def test_a_log_on_a_full_disk_is_given_up_and_nothing_else_happens(engine_log: Log, tmp_path: Path) -> None:
    run_log, _ = engine_log
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    (tmp_path / logs.NAME).symlink_to(full)
    run_log.begin(tmp_path)
    structlog.get_logger("test").info("lost")
    structlog.get_logger("test").info("lost, too")
    run_log.begin(tmp_path / "no such folder")
    structlog.get_logger("test").info("lost, as well")


def test_instrument_writes_are_traced_when_asked_for(engine_log: Log, tmp_path: Path) -> None:
    run_log, _ = engine_log
    run_log.begin(tmp_path)
    trace.wrote("supply", "TCPIP0", ":OUTP ON")
    logs.trace(on=True)
    trace.wrote("DAQ", "Dev1", "outputs (V)", [0.1] * 20)
    logs.trace(on=False)
    trace.wrote("supply", "TCPIP0", ":OUTP OFF")
    (line,) = read_log(tmp_path)
    assert (line["instrument"], line["address"], line["what"]) == ("DAQ", "Dev1", "outputs (V)")
    assert (len(line["values"]), line["of"]) == (16, 20)  # type: ignore[arg-type]
    assert not logging.getLogger(logs.TRACE).isEnabledFor(logging.DEBUG)
