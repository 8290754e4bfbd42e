"""`labctl analyze`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from typer.testing import CliRunner, Result

from labctl.cli import app
from labctl.cli.analyze import written

EXAMPLES = Path(__file__).parents[3] / "examples"


def labctl(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two memory cycles of different periods (1, 2), a drift test (3) and a scan (4)."""
    folder = tmp_path_factory.mktemp("analyze")
    out = folder / "runs"
    for period in ("4 ms", "8 ms"):
        done = labctl(
            "run", EXAMPLES / "memory-cycle.toml", "--imperfections", "lattice-paper", "--out", out,
            "--no-figures", "--json", "--set", f'training.order.period="{period}"',
            "--set", "training.cycles=4000", "--set", "record.rounds=41",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
    time_s = 1 + 0.03 * np.arange(30)
    drift = folder / "exp2DriftTest_1.mat"
    scipy.io.savemat(drift, {"GMINUS": 2.6 + 0.1 * time_s, "GPLUS": 3.9 + 0.2 * time_s, "time": time_s})
    scan = folder / "measured-DG2-exp1.csv"
    scan.write_text("0.001,0.0001\n0.01,0.01\n0.1,1\n1,4\n2,4\n", "utf-8")
    done = labctl("runs", "import", drift, scan, "--out", out, "--no-figures")
    assert done.exit_code == 0, done.output
    return out


def test_a_task_cycle_for_people(runs: Path) -> None:
    result = labctl("analyze", 1, "--out", runs)
    assert result.exit_code == 0, result.output
    assert "cycle span D" in result.stdout
    assert "combined error at the switches" in result.stdout
    assert " ± " in result.stdout
    assert "4 ms" in result.stdout


def test_a_task_cycle_for_programs(runs: Path) -> None:
    found = json.loads(labctl("analyze", 1, "--out", runs, "--json").stdout)
    assert found["values"]["period_s"] == pytest.approx(4e-3)
    assert found["values"]["span_V"] > 0
    assert found["units"]["combined_error_V2"] == "V^2"
    assert found["kind"] == "regression, tasks in turn"
    assert Path(found["path"]).is_dir()


def test_several_runs_make_a_table_and_a_slope(runs: Path) -> None:
    table = labctl("analyze", 1, 2, "--out", runs).stdout
    assert "D as read" in table
    assert "exponent of D" in table
    found = json.loads(labctl("analyze", 1, 2, "--out", runs, "--json").stdout)
    spans = [r["values"]["span_as_read_V"] for r in found["runs"]]
    assert found["together"]["slope_logD_logtau"] == pytest.approx(np.log2(spans[1] / spans[0]))


def test_gates_alone_and_scans_say_what_they_have_and_what_not(runs: Path) -> None:
    drift = labctl("analyze", 3, "--out", runs).stdout
    assert "solution line" in drift
    assert "errors: outputs were not recorded with these gates" in drift
    scan = json.loads(labctl("analyze", 4, "--out", runs, "--json").stdout)
    assert scan["values"]["slope_logD2_logtau"] == pytest.approx(2)
    assert scan["values"]["D_over_tau_V_per_s"] == pytest.approx(10)
    assert scan["values"]["D2_saturated_V2"] == pytest.approx(4)


def test_no_such_run_and_no_data_get_one_sentence(runs: Path, tmp_path: Path) -> None:
    for run, says in (("99", "no such run"), (str(tmp_path), "no run.nc")):
        if run == str(tmp_path):
            (tmp_path / "manifest.json").write_text("{}", "utf-8")
        result = labctl("analyze", run, "--out", runs)
        assert says in str(result.exception)
        assert "\n" not in str(result.exception)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.7651, "V", "765.1 mV"),
        (4.561, "V", "4.561 V"),
        (0.0, "V", "0 V"),
        (2e-5, "V/s", "20 µV/s"),
        (6.4e-5, "V^2", "6.4e-05 V² (8 mV)"),
        (0.0, "V^2", "0 V²"),
        (100_000.0, "1", "100,000"),
        (0.8125, "1", "0.8125"),
        (-0.0023, "V", "-2.3 mV"),
        (float("nan"), "V", "–"),
    ],
)
def test_values_are_written_with_a_unit_that_suits_them(value: float, unit: str, text: str) -> None:
    assert written(value, unit) == text
