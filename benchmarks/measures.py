"""Which function measures what, by the names `--only` takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from benchmarks import ensemble, lattices, least_squares, ngspice, single, solves, starting
from benchmarks.timing import CannotRun, Effort, Spread

# name: (the quantity it is made for, function); a function may measure others beside it.
MEASURES: dict[str, tuple[str, Callable[[Effort], dict[str, Spread]]]] = {
    "single": ("single_cycles_per_s", single.paper_board),
    "ideal": ("single_ideal_cycles_per_s", single.ideal_board),
    "ensemble": ("ensemble_cycles_per_s", ensemble.many_boards),
    "lattice32": ("lattice32_s_per_cycle", lattices.lattice32),
    "lattice100": ("lattice100_s_per_cycle", lattices.lattice100),
    "growth": ("growth_exponent", lattices.growth),
    "ngspice": ("speedup_vs_ngspice", ngspice.peer),
    "least-squares": ("speedup_vs_least_squares", least_squares.peer),
    "solves": ("random_solves_right", solves.share_right),
    "compile": ("compile_s", starting.first_use),
    "ensemble-compile": ("ensemble_compile_s", starting.first_use_of_ensemble),
    "start": ("cached_start_s", starting.cached_start),
}


NOT_ASKED = "not asked for"


@dataclass
class Outcome:
    """What was measured and why the rest was not, by quantity."""

    spreads: dict[str, Spread] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def measure(names: Collection[str], effort: Effort) -> Outcome:
    """Make the named measurements, in the order above, telling stderr which one is on."""
    outcome = Outcome()
    for name, (quantity, function) in MEASURES.items():
        if name not in names:
            outcome.skipped[quantity] = NOT_ASKED
            continue
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            outcome.spreads |= function(effort)
        except CannotRun as reason:
            outcome.skipped[quantity] = str(reason)
    return outcome
