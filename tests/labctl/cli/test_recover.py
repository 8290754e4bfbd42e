"""What `labctl runs recover|resume` say."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from labctl.cli import app, recover
from labctl.engine.reports import RunReport
from labctl.runs.prepared import prepare_resume
from labctl.runs.runner import carry_out
from protocols.engine import EventKind

from ..store.runs import cut_short


def test_a_resume_stopped_before_it_went_on_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, _ = cut_short(tmp_path, monkeypatch)

    def stopped(*_: object, **__: object) -> RunReport:
        run, resumption = prepare_resume(image, figures=False)
        result = carry_out(run, (), lambda s: s.request(EventKind.STOP, "SIGINT received"), resumption)
        return RunReport(result.summary, (), "stopped", "safe")

    monkeypatch.setattr(recover, "carry_out_by_engine", stopped)
    told = CliRunner().invoke(app, ["runs", "resume", str(image)])
    assert told.exit_code == 0, told.output
    assert "resumed  not: it ended before it went on; what was stored stands" in told.output
