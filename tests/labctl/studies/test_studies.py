"""Each study with tiny settings: from experiment files to numbers that mean something, and a picture."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from labctl import studies
from labctl.cli import app
from labctl.studies import drift, erasure_figure, limit_cycle, methods, overclamping, scaling, scaling_figure
from labctl.studies.boards import TWO_EDGE
from labctl.studies.scaling import SWEEPS
from labctl.studies.study import StudyFinding, StudyRequest


def silent(what: str, done: float, whole: float) -> None:
    assert 0 <= done <= whole


def is_picture(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 20_000


def test_experiment_1_scales_as_published_and_without_bias_not_at_all(tmp_path: Path) -> None:
    sweep = replace(
        SWEEPS["exp1"],
        tau_s=(0.005, 0.0158, 0.0502, 0.5),
        learning_s=1.0,
        periods=4,
        idle_s=3.0,
        idle_periods=60,
    )
    found = scaling.run_sweep(StudyRequest(tmp_path, "exp1", workers=1), sweep, silent)
    seen = scaling.numbers(found)
    assert seen["slope_logD2_logtau"] == pytest.approx(2.0, abs=0.03)
    assert seen["D_over_tau_V_per_s"] == pytest.approx(6.90, rel=0.10)
    assert seen["floor_V2"] == pytest.approx(4.6e-5, rel=0.30)
    assert 1 / 1.5 < seen["tau_double_floor_s"] / 0.0293 < 1.5
    assert seen["D2_saturated_V2"] == pytest.approx(4.973, rel=0.20)
    assert max(seen["unbiased_D_V"]) < 1e-6
    assert max(seen["unbiased_error_V2"]) < 1e-12
    assert is_picture(scaling_figure.draw(found, tmp_path / "scaling.png"))


def test_the_cycle_is_a_bowtie_with_its_switches_at_the_wings(tmp_path: Path) -> None:
    request = StudyRequest(tmp_path, "exp1", workers=1)
    (cycle,) = limit_cycle.run_cycles(request, silent, (0.2,))
    alpha, beta = TWO_EDGE["exp1"].lines()
    half = len(cycle.gates_V) // 2
    # The published cycle of this period is 1.9 V long and leans on both lines at its ends.
    assert cycle.span_V == pytest.approx(1.6, abs=0.15)
    for line, end in ((alpha, half), (beta, 0)):
        away = abs(float(line.distance_V(cycle.gates_V[end])))
        assert away < 0.1 < abs(float(line.distance_V(cycle.gates_V[half - end])))
    found = limit_cycle.numbers("exp1", [cycle], None)
    assert found["diameter_theory_V"][0] == pytest.approx(cycle.span_V, rel=0.25)


def test_principal_directions_keep_what_lies_in_a_plane() -> None:
    phase = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    axes = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 2)))[0].T
    path = 3.0 + np.column_stack([np.cos(phase), 0.3 * np.sin(phase)]) @ axes
    plane = limit_cycle.principal_plane([path])
    assert plane.share == pytest.approx(1.0)
    assert np.linalg.norm(plane.of(path), axis=1).max() == pytest.approx(1.0)


def test_a_task_trained_alone_slides_along_its_line_and_erases_the_other(tmp_path: Path) -> None:
    request = StudyRequest(tmp_path, "exp1", workers=1)
    runs, expected = drift.run_alone(request, silent, learning_s=0.4, rounds=81)
    for run in runs:
        speed = float(np.linalg.norm(run.velocity_V_per_s))
        if run.method == "standard":
            assert speed == pytest.approx(float(np.linalg.norm(expected[run.task].velocity_V_per_s)), rel=0.1)
            assert run.off_line_V < 0.05
            assert run.erasure_V_per_s == pytest.approx(0.14, abs=0.03)
            assert abs(run.own_error_V[-1]) < 0.012 < abs(run.other_error_V[-1])
        else:
            assert speed < 0.02
            assert abs(run.other_error_V[-1]) < 2e-3
    assert is_picture(erasure_figure.draw("exp1", runs, expected, tmp_path / "erasure.png"))


def test_on_the_circle_the_best_method_beats_the_published_hardware_and_the_standard(tmp_path: Path) -> None:
    best = "symmetric overclamping, 200 mV"
    chosen = {name: overclamping.METHODS[name] for name in ("standard", best)}
    request = StudyRequest(tmp_path, seeds=1, workers=1)
    found = overclamping.run_circles(request, silent, (0.417,), chosen, 30_000)
    seen = overclamping.numbers(found)
    assert seen["best_method"] == best
    assert seen["hinge_V2"][1] <= 1e-7 < 1e-5 < seen["hinge_V2"][0]
    assert seen["class_error"][1] == 0


def test_methods_differ_on_the_four_points_as_they_should(tmp_path: Path) -> None:
    best = "symmetric overclamping, 200 mV"
    chosen = {name: methods.METHODS[name] for name in ("standard", best)}
    outcomes = methods.run_methods(StudyRequest(tmp_path, seeds=2, workers=1), silent, chosen, 30_000)
    seen = methods.numbers(outcomes)
    assert seen["rows"][1]["reduction_median"] > 30
    assert seen["rows"][1]["drift_cut"] > 3
    finding = StudyFinding(seen, [], [], partial(methods.methods_figure.draw, outcomes, seen))
    assert is_picture(finding.draw(tmp_path / "methods.png"))


def test_the_command_prints_one_object_and_keeps_numbers_and_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[StudyRequest] = []

    def made_up(request: StudyRequest, told: object) -> StudyFinding:
        asked.append(request)
        request.folder.mkdir(parents=True)

        def draw(path: Path) -> Path:
            path.write_bytes(b"picture")
            return path

        return StudyFinding({"study": "drift", "D_V": [1.0]}, ["a"], [["1"]], draw)

    monkeypatch.setitem(studies.STUDIES, "drift", studies.StudyEntry(made_up, ("exp1", "exp2")))
    words = ["reproduce", "drift", "--board", "exp2", "--out", str(tmp_path), "--seeds", "3", "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"study": "drift", "D_V": [1.0]}
    folder = tmp_path / "drift-exp2"
    assert json.loads((folder / "numbers.json").read_text(encoding="utf-8"))["D_V"] == [1.0]
    assert (folder / "drift-exp2.png").read_bytes() == b"picture"
    assert (asked[0].board, asked[0].seeds) == ("exp2", 3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["scaling", "--board", "exp3"], "exp1, exp2, lattice"),
        (["methods", "--board", "exp1"], "no choice of boards"),
        (["drift", "--data", "/no/such/folder"], "no such folder"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(words: list[str], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["reproduce", *words, "--out", str(tmp_path)])
    assert result.exit_code != 0
    assert told in str(result.exception)
    assert list(tmp_path.iterdir()) == []
