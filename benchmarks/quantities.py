"""What is measured: names, titles, units, and the bars labctl has set itself. The bars are here only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A number that is measured; `bar` is what it must reach, or stay below when `at_most`."""

    name: str
    title: str
    unit: str
    bar: float | None = None
    at_most: bool = False

    def ratio_to_bar(self, value: float) -> float | None:
        """Return how many times better than its bar a value is; below 1 it misses the bar."""
        if self.bar is None:
            return None
        return self.bar / value if self.at_most else value / self.bar


HEADLINES = (
    Quantity("single_cycles_per_s", "4×4, published imperfections", "cycles/s", 250e3),
    Quantity("single_ideal_cycles_per_s", "4×4, ideal", "cycles/s", 500e3),
    Quantity("ensemble_cycles_per_s", "ensemble of 4×4 boards", "cycles/s", 3e6),
    Quantity("lattice32_s_per_cycle", "32×32 lattice, one cycle", "s", 0.6e-3, at_most=True),
    Quantity("lattice100_s_per_cycle", "100×100 lattice, one cycle", "s", 12e-3, at_most=True),
    Quantity("growth_exponent", "exponent of time against edges", "", 1.35, at_most=True),
    Quantity("speedup_vs_ngspice", "ideal 4×4 against ngspice", "×", 200),
    Quantity("speedup_vs_least_squares", "ideal 4×4 against least squares", "×", 1000),
)

# Real pulses take 100 µs each on the board that labctl simulates.
EXTRAS = (
    Quantity("random_solves_right", "share of random solves that are right", "", 1.0),
    Quantity("compile_s", "first block ever, compiling", "s", 20, at_most=True),
    Quantity("ensemble_compile_s", "first block of an ensemble ever", "s", 20, at_most=True),
    Quantity("cached_start_s", "first cycles of a run, compiled before", "s", 3, at_most=True),
    Quantity("cached_run_s", "a run of 200 cycles, stored, compiled before", "s"),
    Quantity("single_times_hardware", "published imperfections, against real pulses", "×"),
    Quantity("single_ideal_times_hardware", "ideal, against real pulses", "×"),
    Quantity("ensemble_times_hardware", "ensemble, against one board's real pulses", "×"),
    Quantity("ngspice_s_per_cycle", "ngspice, one process for all", "s"),
    Quantity("ngspice_fixed_gates_s_per_cycle", "ngspice, gates never altered", "s"),
    Quantity("ngspice_process_s_per_cycle", "ngspice, one process per cycle", "s"),
    Quantity("ngspice_disagreement_V", "ngspice, largest node difference", "V"),
    Quantity("least_squares_s_per_cycle", "least squares, edge by edge", "s"),
    Quantity("least_squares_arrays_s_per_cycle", "least squares on arrays", "s"),
    Quantity("least_squares_lm_s_per_cycle", "least squares on arrays, MINPACK's", "s"),
    Quantity("speedup_vs_least_squares_arrays", "ideal 4×4 against least squares on arrays", "×"),
    Quantity("speedup_vs_least_squares_lm", "… on arrays, MINPACK's", "×"),
    Quantity("least_squares_disagreement_V", "least squares, largest node difference", "V"),
)

QUANTITIES = {quantity.name: quantity for quantity in HEADLINES + EXTRAS}
