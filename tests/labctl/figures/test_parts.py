"""The parts figures are made of: axes with zeros, layouts of networks, values written for reading."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from labctl.figures.geometry import STUB, is_grid, lay_out
from labctl.figures.header import write_header
from labctl.figures.outputs import has_residuals
from labctl.figures.scale import EdgeScale, log_ticks
from labctl.figures.style import empty_figure, look
from labctl.figures.words import attribute, quantity, shortened
from labctl.store.reading import swept_source, text_of
from protocols.units import duration

RunOf = Callable[[str], xr.Dataset]


# ── axes ─────────────────────────────────────────────────────────────────────────────────────────


def test_zero_has_a_place_left_of_every_other_value() -> None:
    values = np.array([0.0, 1e-4, 1e-2, 3.0])
    scale = EdgeScale.of(values)
    assert scale.log
    assert scale.limits()[0] < scale.edge < 1e-4
    assert scale.limits()[1] > 3.0
    np.testing.assert_array_equal(scale.place(values), [scale.edge, 1e-4, 1e-2, 3.0])


def test_times_that_hardly_differ_go_on_a_linear_axis() -> None:
    scale = EdgeScale.of(np.array([0.0, 9.0, 9.5, 10.0]), least_ratio=3.0)
    assert not scale.log
    assert scale.limits()[0] < scale.edge < 9.0
    assert scale.ticks()[1] == ["9", "9.25", "9.5", "9.75", "10"]


def test_nothing_but_zeros_is_an_axis_too() -> None:
    scale = EdgeScale.of(np.zeros(5))
    assert scale.empty
    assert scale.limits()[0] < scale.edge == 0.0


def test_unknown_values_do_not_set_the_axis() -> None:
    assert EdgeScale.of(np.array([np.nan, 1e-3, 1e-1, np.inf])) == EdgeScale(
        1e-3, 1e-1, zeros=False, log=True
    )


def test_a_flat_error_is_not_blown_up() -> None:
    low, high = EdgeScale.of(np.array([1.00e-3, 1.001e-3, 1.002e-3])).limits()
    assert high / low > 3


@pytest.mark.parametrize("low", [1e-12, 3.3e-7, 9.99e-4, 1.0, 47.0])
@pytest.mark.parametrize("ratio", [2.0, 4.0, 30.0, 1e3, 1e6, 1e11])
def test_log_axes_have_a_few_ticks_inside(low: float, ratio: float) -> None:
    ticks, labels, minor = log_ticks(low, low * ratio)
    assert 1 <= len(ticks) <= 8
    assert len(set(labels)) == len(labels) == len(ticks)
    assert all(0.97 * low <= t <= 1.03 * low * ratio for t in [*ticks, *minor])
    if ratio >= 4:
        assert len(ticks) >= 2


# ── networks ─────────────────────────────────────────────────────────────────────────────────────


def test_edges_around_the_lattice_are_stubs_beyond_its_boundary(run_of: RunOf) -> None:
    layout = lay_out(run_of("regression"))
    assert layout.lattice
    assert layout.wraps.sum() == 8
    left, right, bottom, top = layout.bounds()
    assert (left, right, bottom, top) == pytest.approx((-STUB, 3 + STUB, -STUB, 3 + STUB))
    for edge in np.flatnonzero(layout.wraps):
        assert len(layout.segments(int(edge))) == 2
        outside = layout.tips[edge]
        assert np.all((outside < -0.1) | (outside > 3.1), axis=1).sum() == 0  # along one direction only
        assert np.all(((outside < -0.1) | (outside > 3.1)).any(axis=1))


def test_open_lattices_and_other_graphs_have_no_stubs(run_of: RunOf) -> None:
    for name in ("open-lattice", "two-edge", "ring"):
        assert not lay_out(run_of(name)).wraps.any()


def test_parallel_edges_lie_side_by_side(run_of: RunOf) -> None:
    for name, twins in (("ring", 1), ("two-inputs", 6)):
        layout = lay_out(run_of(name))
        pairs: dict[tuple[int, ...], list[int]] = {}
        for edge, ends in enumerate(zip(layout.tail, layout.head, strict=True)):
            pairs.setdefault(tuple(sorted(int(n) for n in ends)), []).append(edge)
        together = [edges for edges in pairs.values() if len(edges) == 2]
        assert len(together) == twins
        for first, second in together:
            middles = layout.ends[first].mean(axis=0), layout.ends[second].mean(axis=0)
            assert np.hypot(*(middles[0] - middles[1])) > 0.1


def test_names_go_where_no_edge_is(run_of: RunOf) -> None:
    layout = lay_out(run_of("regression"))
    for node in range(16):
        assert np.abs(layout.free_direction(node)) == pytest.approx([np.sqrt(0.5)] * 2)
    board = lay_out(run_of("two-edge"))
    assert board.free_direction(3, (1.0, 0.0)) == pytest.approx([1.0, 0.0])


def test_a_resistance_is_written_where_no_other_edge_crosses(run_of: RunOf) -> None:
    assert lay_out(run_of("two-edge")).clear_point(2) == pytest.approx((1.5 * 1.0, 0.5), abs=1e-9)
    layout = lay_out(run_of("ring"))
    start, end = layout.ends[8]
    shares = (np.array(layout.clear_point(8)) - start) / (end - start)
    assert shares == pytest.approx([0.7, 0.7])  # the middle is where three others cross


def test_a_grid_is_full_and_even() -> None:
    grid = np.array([(x, y) for x in range(3) for y in range(2)], dtype=float)
    assert is_grid(grid)
    assert not is_grid(grid[:-1])
    assert not is_grid(grid * [1.0, 1.5])


# ── words ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.7e-5, "1.7×10⁻⁵ V²"), (0.0119, "1.2×10⁻² V²"), (0.35, "0.35 V²"), (0.0, "0 V²"), (np.nan, "– V²")],
)
def test_writes_values_for_reading(value: float, written: str) -> None:
    assert quantity(value, "V²") == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (1e-4, "100 µs"),
        (0.35, "350 ms"),
        (12.34, "12.3 s"),
        (1800, "30 min"),
        (3900, "1 h 05 min"),
    ],
)
def test_writes_times_for_reading(seconds: float, written: str) -> None:
    assert duration(seconds) == written


def test_cuts_long_names() -> None:
    assert shortened("V1", 4) == "V1"
    assert shortened("voltage", 4) == "vol…"


def test_one_input_is_swept_when_others_follow_it(run_of: RunOf) -> None:
    assert swept_source(run_of("regression")) == 0
    assert swept_source(run_of("two-edge")) == 2
    assert swept_source(run_of("two-inputs")) is None
    assert swept_source(run_of("allostery")) is None
    complement = run_of("regression")
    inputs = complement["train_input"].values.copy()
    inputs[:, 1] = 0.45 - inputs[:, 0]
    complement["train_input"] = (("train_point", "source"), inputs)
    assert swept_source(complement) == 0
    assert has_residuals(complement)


def test_dollars_are_not_mathematics(run_of: RunOf) -> None:
    run = run_of("many-points")
    assert attribute(run, "name") == r"costs \$3 to \$4"
    assert text_of(run, "name") == "costs $3 to $4"  # the window writes it as it is


def test_the_header_says_what_a_reader_must_know(run_of: RunOf) -> None:
    run = run_of("circle").assign_attrs(status="stopped")
    with look():
        figure = empty_figure(13.0, 9.2)
        write_header(figure, run)
        words = " ".join(text.get_text() for text in figure.texts).replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        "circle",
        "classification",
        "run stopped",
        "overclamping with hinge",
        "lattice-paper",
        "seed 1",
    ):
        assert part in words
    assert "train error, start → end" in words
    assert "100 %" in words


def test_the_header_names_a_simulated_bench(run_of: RunOf) -> None:
    run = run_of("two-edge").assign_attrs(bench="board 7")
    with look():
        figure = empty_figure(13.0, 9.2)
        write_header(figure, run)
    assert any("(simulated)" in text.get_text() for text in figure.texts)
