"""What studies make of what they saw: the promised keys, and numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labctl.studies import measured, methods, overclamping, scaling
from labctl.studies.boards import TWO_EDGE
from labctl.studies.found import Losses, MethodOutcome, Overclamping, PublishedRuns, Scaling
from labctl.studies.scaling import LATTICE_TAU_S, TWO_EDGE_TAU_S

SCALING_KEYS = {
    "tau_s",
    "D_V",
    "error_V2",
    "slope_logD2_logtau",
    "D_over_tau_V_per_s",
    "floor_V2",
    "tau_double_floor_s",
    "D2_saturated_V2",
    "rms_dex_D2",
    "rms_dex_error",
}


def made_up_scaling(**changes: object) -> Scaling:
    tau = np.array(TWO_EDGE_TAU_S)
    span, error = np.minimum(7.0 * tau, 2.0), 4e-5 * (1 + (tau / 0.03) ** 2)
    values = {
        "board": "exp1",
        "tau_s": tau,
        "span_V": np.array([0.5 * span, span, 3.0 * span]),  # the median board is the middle one
        "span2_as_read_V2": np.array([span**2] * 3),
        "error_V2": np.array([error] * 3),
        "span_unbiased_V": np.zeros(len(tau)),
        "error_unbiased_V2": np.zeros(len(tau)),
        "measured_span2": np.array([tau, 10.0 * span**2]),
        "measured_error": None,
        "theory": None,
    }
    return Scaling(**(values | changes))  # type: ignore[arg-type]


def test_scaling_promises_its_keys_and_finds_the_law_it_was_given() -> None:
    found = scaling.numbers(made_up_scaling())
    assert set(found) >= SCALING_KEYS
    assert found["slope_logD2_logtau"] == pytest.approx(2.0, abs=1e-9)
    assert found["D_over_tau_V_per_s"] == pytest.approx(7.0, rel=1e-9)
    assert found["D2_saturated_V2"] == pytest.approx(4.0)
    assert found["floor_V2"] == pytest.approx(4e-5, rel=0.03)
    assert found["tau_double_floor_s"] == pytest.approx(0.03, rel=0.05)
    assert found["rms_dex_D2"] == pytest.approx(1.0)
    assert found["rms_dex_error"] is None


def test_the_periods_are_the_published_ones() -> None:
    assert TWO_EDGE_TAU_S[2] == pytest.approx(1.2e-3)
    assert TWO_EDGE_TAU_S[10] == pytest.approx(50.2e-3)
    assert {0.02, 0.2, 2.0} <= set(LATTICE_TAU_S)


def test_methods_compare_board_by_board_with_the_standard_method() -> None:
    standard = MethodOutcome(np.array([4e-5, 1e-5, 2e-5]), np.full(3, 3e-5), np.array([1.0, 2.0, 3.0]))
    better = MethodOutcome(np.array([1e-8, 1e-6, 1e-8]), np.full(3, 3e-8), np.array([0.1, 0.1, 0.1]))
    found = methods.numbers({"standard": standard, "better": better})
    row = found["rows"][1]
    assert set(found) >= {"method", "floor_V2", "reduction_median", "reduction_worst", "drift_V_per_s"}
    assert row["reduction"] == pytest.approx([4000.0, 10.0, 2000.0])
    assert row["reduction_median"] == pytest.approx(2000.0)
    assert row["reduction_worst"] == pytest.approx(10.0)
    assert row["reduction_low"] == pytest.approx(10.0)  # a third of all resampled boards can be the worst
    assert row["reduction_high"] == pytest.approx(4000.0)
    assert row["reduction_as_read_median"] == pytest.approx(1000.0)
    assert row["drift_cut"] == pytest.approx(20.0)
    assert found["best_method"] == "better"


def test_overclamping_gives_columns_of_equal_length_and_the_published_number_beside_its_own() -> None:
    eps = np.array([0.083, 0.25])

    def losses(hinge_V2: float) -> Losses:
        values = np.full((2, 3), hinge_V2)
        values[:, 0] = 4 * hinge_V2
        return Losses(values, np.full((2, 3), 0.125), np.ones((2, 3)))

    known = PublishedRuns(np.array([0.25]), np.array([1.08e-4]), np.array([0.125]), np.array([61.0]))
    made = {"standard": losses(1e-4), "good": losses(0.0), "bad": losses(1e-3)}
    found = overclamping.numbers(Overclamping(eps, made, {"standard": known}))
    columns = [found[k] for k in ("epsilon_V", "method", "hinge_V2", "class_error", "learning_time_s")]
    assert {len(c) for c in columns} == {6}
    assert found["hinge_V2"][0] == pytest.approx(2e-4)  # the mean over boards
    assert found["best_method"] == "good"
    assert [r["published_hinge_V2"] for r in found["rows"]] == [None, None, None, 1.08e-4, None, None]


def test_without_measurements_nothing_is_compared(tmp_path: Path) -> None:
    for data in (None, tmp_path):
        assert measured.spans(data, "exp1") is None
        assert measured.errors(data, "lattice") is None
        assert measured.bowtie(data, "exp2", 0.02) is None
        assert measured.drift(data, "exp1", 0) is None
        assert measured.circle(data) == []


def test_measurements_are_read_in_the_authors_layout(tmp_path: Path) -> None:
    folder = tmp_path / "small-network"
    folder.mkdir()
    (folder / "measured-DG2-exp1.csv").write_text("0.001,4e-5\n0.002,1.6e-4\n", encoding="utf-8")
    (folder / "bowtie-exp1-0.02s.csv").write_text("1,2,3\n4,5,6\n", encoding="utf-8")
    assert measured.spans(tmp_path, "exp1") == pytest.approx(np.array([[1e-3, 2e-3], [4e-5, 1.6e-4]]))
    path = measured.bowtie(tmp_path, "exp1", 0.02)
    assert path is not None
    assert path.tolist() == [[1, 4], [2, 5], [3, 6]]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("exp1", [(2.7257, -3.3003), (0.43914, 1.6061)]),
        ("exp2", [(2.5678, -2.901), (0.74821, 1.9224)]),
    ],
)
def test_the_effective_tasks_have_the_measured_solution_lines(
    name: str, lines: list[tuple[float, float]]
) -> None:
    for line, (slope, intercept) in zip(TWO_EDGE[name].lines(), lines, strict=True):
        assert line.slope == pytest.approx(slope, rel=2e-3)
        assert line.intercept_V == pytest.approx(intercept, abs=2e-3)
