"""Reports: what applies is there with its unit, what does not is named with the reason."""

from __future__ import annotations

import json

import numpy as np
import pytest

from labctl.analysis.report import analyze_run
from labctl.analysis.sweep import sweep_of
from labctl.analysis.tables import error_rows, free_drift, span_rows
from labctl.analysis.theory import TwoEdgeBoard

from .made import class_run, two_edge_run
from .test_span import run_of


def missing(report) -> dict[str, str]:
    return {m.label: m.reason for m in report.missing}


def test_a_task_cycle_is_told_span_errors_erasure_and_drift() -> None:
    expected, run = run_of(0.02)
    report = analyze_run(run)
    assert report.kind == "regression, tasks in turn"
    values = report.values()
    assert values["period_s"] == pytest.approx(0.02)
    assert values["span_V"] == pytest.approx(expected.span_V)
    assert values["span_rate_V_per_s"] == pytest.approx(expected.span_V / 0.02)
    assert values["combined_error_V2"] == pytest.approx(expected.error_V2, rel=1e-6)
    assert {"kept_0_V", "lost_1_V", "erasure_0_V_per_s", "drift_V_per_s", "walls_share"} <= set(values)
    assert values["rounds"] == 25
    assert report.get("span_V").unit == "V"
    assert report.get("nothing") is None
    assert not report.missing


def test_a_single_task_is_told_floor_and_drift_but_no_cycle() -> None:
    n = 30
    time = 0.01 * np.arange(n)
    gates = TwoEdgeBoard().line(0.4351, 0.31).nearest(np.array([3.0, 3.5])) + 0.1 * time[:, None]
    arrays = {"gate_voltage": gates, "learning_time": time, "train_output": np.full((n, 1, 1), 0.312)}
    report = analyze_run(two_edge_run(arrays, inputs_V=(0.4351,), labels_V=(0.31,)))
    values = report.values()
    assert values["error_floor_V2"] == pytest.approx(4e-6)
    assert values["error_floor_noise_free_V2"] == pytest.approx(4e-6)
    assert values["drift_per_edge_V_per_s"] == pytest.approx(0.1)
    assert "span_V" not in values
    assert missing(report)["cycle span"] == "its tasks do not take turns"
    assert missing(report)["mode errors"] == "no input varies over the data points"


def test_classes_are_told_hinge_loss_and_class_error() -> None:
    report = analyze_run(class_run(np.full((4, 4), 0.01), [1, 1, 1, 0]))
    values = report.values()
    assert values["class_error"] == 0.25
    assert values["hinge_V2"] == pytest.approx((3 * 8.13e-3**2 + 28.13e-3**2) / 4)
    assert values["worst_margin_V"] == pytest.approx(-0.01)
    assert "go together" in missing(report)["drift along and across the solution manifold"]


def test_gates_alone_are_told_their_line() -> None:
    line = TwoEdgeBoard().line(0.4351, 0.31)
    minus = np.concatenate([np.linspace(2.5, 3.2, 30), np.full(60, 3.2)])  # then it has met a wall
    gates = np.column_stack([minus, line.slope * minus + line.intercept_V])
    time = 0.03 * np.arange(90)
    run = two_edge_run({"gate_voltage": gates, "learning_time": time}, inputs_V=(0.4351,), labels_V=(0.31,))
    report = analyze_run(run)
    assert report.kind == "regression, gates only"
    assert report.values()["line_slope"] == pytest.approx(line.slope)
    assert report.values()["end_minus_V"] == pytest.approx(3.2)
    assert "not recorded" in missing(report)["errors"]
    assert free_drift(time, gates) == 30


def test_the_report_is_json_and_numbers_of_things_are_whole() -> None:
    _, run = run_of(0.02)
    text = json.dumps(analyze_run(run).json(), allow_nan=False)
    back = json.loads(text)
    assert set(back["units"]) == set(back["values"])
    assert isinstance(back["values"]["rounds"], int)
    assert back["uncertainties"]["span_V"] >= 0


def test_runs_of_several_periods_show_how_the_span_goes() -> None:
    tau = np.geomspace(0.002, 0.2, 6)
    sweep = sweep_of([analyze_run(run_of(2e-4 * round(t / 2e-4))[1]) for t in tau])
    together = {key: value for key, _, value, _, _ in sweep.together}
    assert sweep.columns[:2] == ("period_s", "span_V")
    assert together["slope_logD_logtau"] == pytest.approx(1, abs=1e-3)
    assert together["slope_logD2_logtau"] == pytest.approx(2, abs=2e-3)
    expected = run_of(0.02)[0].span_V / 0.02
    assert together["D_over_tau_V_per_s"] == pytest.approx(expected, rel=1e-2)
    assert len(sweep.rows) == 6


def test_runs_without_periods_are_put_side_by_side() -> None:
    one, other = (analyze_run(class_run(np.full((4, 4), v), [1, 1, 0, 0])) for v in (0.01, -0.02))
    sweep = sweep_of([one, other])
    assert sweep.columns[:3] == ("error_floor_V2", "hinge_V2", "class_error")
    assert sweep.span_law is None
    assert sweep.together == ()
    assert [row[2] for row in sweep.rows] == [0.5, 0.5]


def test_tables_leave_out_what_they_cannot_tell() -> None:
    tau = np.geomspace(1e-3, 1, 8)
    keys = [row[0] for row in error_rows(tau, np.full(8, 2.0))]
    assert keys == ["periods", "error_saturated_V2"]
    span = {key: value for key, _, value, _, _ in span_rows(tau, (3 * tau) ** 2)}
    assert span["slope_logD2_logtau"] == pytest.approx(2)
    assert span["D_over_tau_V_per_s"] == pytest.approx(3)
