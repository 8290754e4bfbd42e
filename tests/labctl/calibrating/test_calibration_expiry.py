"""A calibration that expires while a run goes on: warned of beforehand, told once, and the run goes on."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from calibration import Calibration, CalibrationStore
from calibration.records import now_utc
from labctl.calibrating import expiry as calibration_expiry
from labctl.calibrating.expiry import Expiry, ExpiryWatch, before_end, expiries
from labctl.engine.snapshot import EngineFacts, Snapshot
from labctl.gui.state.safety_status import LinkState, TouchAdvice, safety_status
from labctl.runs import preflight
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from protocols.engine import EngineState, Event, EventKind, RunState

EXAMPLE = Path(__file__).parents[3] / "examples" / "regression.toml"
NOW = now_utc()


@pytest.fixture
def request_(tmp_path: Path) -> RunRequest:
    """A run on a simulated bench that needs its timing calibration, which expires in an hour."""
    store = CalibrationStore(tmp_path / "kept")
    store.append(
        Calibration(
            id="1", routine="timing", serial="SIM-0001 seed 0", board="b", issued=NOW - timedelta(days=1),
            expires=NOW + timedelta(hours=1), operator="o", method="m", conditions={}, raw="",
            verdict="pass", values=(),
        )
    )  # fmt: skip
    bench = tmp_path / "bench.toml"
    text = f'kind = "sim"\n[calibration]\nrequired = ["timing"]\nstore = "{store.folder}"\n'
    bench.write_text(text, "utf-8")
    return RunRequest(
        EXAMPLE, str(bench), out=tmp_path / "runs", figures=False,
        overrides=("training.cycles=400", "record.rounds=3"),
    )  # fmt: skip


def test_it_is_told_once_while_the_run_goes_on(request_, monkeypatch):
    run = prepare(request_)
    options = f" --bench {request_.bench}"
    assert expiries(run.bench, run.applied) == [Expiry("timing", NOW + timedelta(hours=1), options)]
    monkeypatch.setattr(calibration_expiry, "_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(ExpiryWatch.__init__, "__defaults__", (lambda: NOW + timedelta(hours=2),))
    seen: list[tuple[str, ...]] = []

    class Observed:
        def __init__(self) -> None:
            self.session = None

        def on_event(self, event, state) -> None:
            seen.append(tuple(self.session.warnings))

    observed = Observed()
    result = carry_out(run, [observed], lambda session: setattr(observed, "session", session))
    assert result.summary.status == "completed"
    assert len(seen[-1]) == 1
    assert "timing expired at" in seen[-1][0]
    assert f"labctl calibrate timing{options}'" in seen[-1][0]
    lines = [json.loads(s) for s in (result.folder / "events.jsonl").read_text("utf-8").splitlines()]
    (told,) = (e for e in lines if e["what"] == "calibration expired")
    assert told["by"] == "labctl"
    assert told["text"] == seen[-1][0]
    manifest = json.loads((result.folder / "manifest.json").read_text("utf-8"))
    assert manifest["warnings"] == [told["text"]]


def test_a_run_that_would_outlast_a_calibration_is_warned_of(request_, monkeypatch):
    found = [Expiry("dac", NOW + timedelta(minutes=10)), Expiry("adc", NOW + timedelta(minutes=20))]
    (warning,) = before_end(found, 900.0, NOW)
    assert warning.startswith("dac expires at")
    assert before_end(found, 300.0, NOW) == []
    run = prepare(request_)
    assert not any("expires at" in w for w in preflight.check(run, None, guardian="").warnings)
    monkeypatch.setattr(preflight, "_duration", lambda *_: (7200.0, "by this test"))
    assert any("timing expires at" in w for w in preflight.check(run, None, guardian="").warnings)


def test_nothing_is_told_before_its_time_and_each_one_once(monkeypatch):
    monkeypatch.setattr(calibration_expiry, "_LOOK_EVERY_S", 0.0)
    told: list[str] = []
    clock = [NOW]
    found = [Expiry("dac", NOW + timedelta(hours=1)), Expiry("adc", NOW + timedelta(hours=2))]
    watch = ExpiryWatch(found, lambda e: told.append(e.routine), lambda: clock[0])
    event, state = Event(EventKind.STEP_DONE), EngineState()
    for hours, expected in ((0, []), (1, ["dac"]), (1.5, ["dac"]), (3, ["dac", "adc"]), (4, ["dac", "adc"])):
        clock[0] = NOW + timedelta(hours=hours)
        watch.on_event(event, state)
        assert told == expected


def test_the_banner_says_it():
    told = Snapshot(
        1, EngineFacts("e", 1, "0", ""), state=RunState.RUNNING, warnings=("dac expired at 10:00",)
    )
    found = safety_status(told, LinkState.UP)
    assert (found.touch, found.why) == (TouchAdvice.LIVE, "⚠ dac expired at 10:00")
