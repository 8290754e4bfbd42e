import io

import numpy as np
import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.lattices import exponent
from benchmarks.measures import Outcome
from benchmarks.quantities import EXTRAS, HEADLINES, QUANTITIES
from benchmarks.timing import Spread, seconds

OUTCOME = Outcome(
    {
        "single_cycles_per_s": Spread(500_000.0, 400_000.0, 600_000.0, 7),
        "lattice32_s_per_cycle": Spread(1.2e-3, 1.1e-3, 1.3e-3, 7),
        "ngspice_disagreement_V": Spread(4.2e-10, 4.2e-10, 4.2e-10, 1),
    },
    {"speedup_vs_ngspice": "ngspice is not installed"},
)
MACHINE = {"cpu": "a fast one", "cores": 2, "ngspice": None}


def test_the_exponent_of_a_power_law_is_found():
    edges = [512, 1152, 2048, 20_000]
    assert exponent(edges, [3e-7 * e**1.27 for e in edges]) == pytest.approx(1.27)


def test_the_exponent_of_noisy_times_is_close():
    edges = np.geomspace(500, 20_000, 40)
    noise = np.random.default_rng(0).normal(1.0, 0.03, 40)
    assert exponent(edges, 1e-6 * edges * noise) == pytest.approx(1.0, abs=0.02)


def test_a_spread_keeps_median_and_range():
    spread = Spread.of([3.0, 1.0, 2.0, 10.0, 4.0])
    assert spread == Spread(3.0, 1.0, 10.0, 5)
    assert spread.rate(30.0) == Spread(10.0, 3.0, 30.0, 5)
    assert spread.over(Spread(1.0, 0.5, 2.0, 3)) == Spread(3.0, 0.5, 20.0, 3)


def test_the_first_run_is_not_timed():
    calls = []
    taken = seconds(lambda: calls.append("work"), 3, before=lambda: calls.append("before"))
    assert len(taken) == 3
    assert calls == ["before", "work"] * 4


def test_a_bar_is_met_from_the_right_side():
    at_least, at_most = QUANTITIES["single_cycles_per_s"], QUANTITIES["lattice32_s_per_cycle"]
    assert at_least.ratio_to_bar(2 * at_least.bar) == pytest.approx(2.0)
    assert at_most.ratio_to_bar(2 * at_most.bar) == pytest.approx(0.5)


def test_every_headline_has_a_bar():
    assert all(quantity.bar is not None for quantity in HEADLINES)
    assert len(QUANTITIES) == len(HEADLINES) + len(EXTRAS)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (612_345.0, "cycles/s", "612,345 cycles/s"),
        (0.00042, "s", "420 µs"),
        (12.345, "s", "12.3 s"),
        (0.0, "V", "0 pV"),
        (1.234, "", "1.23"),
        (1234.0, "×", "1,234 ×"),
    ],
)
def test_values_are_written_with_their_unit(value, unit, text):
    assert report.shown(value, unit) == text


def test_the_table_shows_bars_ratios_reasons_and_the_machine():
    console = Console(file=io.StringIO(), width=160)
    console.print(report.as_table(OUTCOME, MACHINE, quick=False))
    text = console.file.getvalue()
    for piece in (
        "500,000 cycles/s",
        "400,000 to 600,000 (7)",
        "≥ 250,000 cycles/s",
        "2.00",
        "1.1 to 1.3 (7)",
        "once",
        "not met",
        "ngspice is not installed",
        "cpu a fast one, cores 2",
    ):
        assert piece in text
    assert "None" not in text


def test_markdown_holds_the_same_rows():
    text = report.as_markdown(OUTCOME, MACHINE, quick=True)
    assert text.count("\n|") == 2 + 4
    assert "quick" in text.splitlines()[0]


def test_the_object_holds_every_headline_and_says_what_was_skipped():
    result = report.as_object(OUTCOME, MACHINE, quick=False)
    assert result["single_cycles_per_s"] == 500_000.0
    assert result["speedup_vs_ngspice"] is None
    assert result["medians"]["single_cycles_per_s"]["met"] is True
    assert result["medians"]["lattice32_s_per_cycle"]["ratio_to_bar"] == pytest.approx(0.5)
    assert "bar" not in result["medians"]["ngspice_disagreement_V"]
    assert result["skipped"] == {"speedup_vs_ngspice": "ngspice is not installed"}
