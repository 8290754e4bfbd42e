"""Measure how long networks take to settle, which the plant leaves out: `python -m benchmarks.settling`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.relaxation import Relaxation, Vector
from benchmarks.workloads import memory_cycle, xor_lattice
from protocols import Network, periodic_lattice

CAPACITANCES_F = (20e-12, 50e-12, 100e-12, 200e-12)
TYPICAL_F = 100e-12
PULSES_S = (25e-6, 100e-6)
SHARE = 0.1  # of the shortest pulse that settling may take
HALF_LSB_V = 0.5 * 4.985 / 11 / 4096  # 12-bit readout of a node behind a gain of 11 (DESIGN §2.1, §2.5)
RELATIVE = 1e-4  # of the displacement
BEYOND = 30.0  # the ODE is followed to tolerance/BEYOND, to see how fast the rest decays
TILE = 4
SOURCE_SWING_V = 0.4532
LOWER_V, UPPER_V = 0.746, 5.03  # the walls (DESIGN §2.1)
GATES_V: Mapping[str, float | None] = {
    "lower wall, 0.746 V": LOWER_V,
    "1.0 V": 1.0,  # lower wall of the published memory cycles
    "half at each wall": None,  # drawn with seed 0
    "2.15 V": 2.15,  # where the published memory cycles start
    "upper wall, 5.03 V": UPPER_V,
}
# Okabe and Ito's colours, told apart with every common kind of colour vision
LINES = dict(
    zip(
        GATES_V,
        (("#0072B2", "o"), ("#56B4E9", "s"), ("#CC79A7", "D"), ("#E69F00", "^"), ("#000000", "v")),
        strict=True,
    )
)


@dataclass(frozen=True)
class Step:
    """A network whose sources jump between two sets of voltages, node → volts."""

    name: str
    network: Network
    first: Mapping[int, float]
    last: Mapping[int, float]


@dataclass(frozen=True)
class Settling:
    """How a network settles after the slower of a step and its reverse, per farad at every free node.

    Times scale with the capacitance, so they are in ohm: times farads makes seconds. tau: slowest time
    constant at rest, from the eigenvalues; ode_tau: decay of the ODE's farthest node below the finer
    tolerance; linear_*: tau·ln(displacement/tolerance); relative, lsb: the ODE to 1e-4 of the
    displacement and to half an LSB.
    """

    network: str
    gates: str
    free_nodes: int
    sources: int
    displacement_V: float
    tau_ohm: float
    ode_tau_ohm: float
    linear_relative_ohm: float
    linear_lsb_ohm: float
    relative_ohm: float
    lsb_ohm: float

    @property
    def margin_F(self) -> float:
        """Return the node capacitance at which settling to half an LSB takes 10 % of a 25 µs pulse."""
        return SHARE * PULSES_S[0] / self.lsb_ohm

    def as_object(self) -> dict[str, Any]:
        """Return all numbers for JSON, with seconds at the capacitances asked about."""
        at = {
            f"{farad * 1e12:.0f} pF": {
                "tau_s": self.tau_ohm * farad,
                "to_1e-4_s": self.relative_ohm * farad,
                "to_half_lsb_s": self.lsb_ohm * farad,
                **{f"share_of_{1e6 * pulse:.0f}_us": self.lsb_ohm * farad / pulse for pulse in PULSES_S},
            }
            for farad in CAPACITANCES_F
        }
        return {**dataclasses.asdict(self), "margin_capacitance_F": self.margin_F, "at": at}


def steps() -> Iterator[Step]:
    """Yield the networks and what their sources do.

    4×4: the published memory cycle's six sources, V1 and its complement change places. n×n: exclusive
    or, four sources beside one corner, both inputs jump from 0 to 0.45 V. Tiled: a source in every
    4×4 tile, all jump between drawn voltages.
    """
    for name, work, last in (
        ("4×4, 6 sources", memory_cycle(), 1),
        ("16×16, 4 sources", xor_lattice(16), 3),
        ("32×32, 4 sources", xor_lattice(32), 3),
    ):
        nodes = work.wiring.source_nodes
        first, then = (dict(zip(nodes, map(float, work.train.inputs[k]), strict=True)) for k in (0, last))
        yield Step(name, work.network, first, then)
    n = 32
    tiled = [n * row + column for row in range(1, n, TILE) for column in range(1, n, TILE)]
    drawn = np.random.default_rng(0).uniform(0, SOURCE_SWING_V, (2, len(tiled)))
    first, then = (dict(zip(tiled, map(float, volts), strict=True)) for volts in drawn)
    yield Step(f"32×32, {len(tiled)} sources", periodic_lattice(n, n), first, then)


def gates_V(name: str, edges: int) -> Vector:
    """Return the gates (E,) of a named state, in volts."""
    level = GATES_V[name]
    if level is not None:
        return np.full(edges, level)
    return np.random.default_rng(0).choice((LOWER_V, UPPER_V), edges)


def settle(step: Step, gates: str) -> Settling:
    """Measure the slower of a step of the sources and its reverse."""
    volts = gates_V(gates, step.network.n_edges)
    first, last = (Relaxation(step.network, volts, fixed, 1.0) for fixed in (step.first, step.last))
    return max(
        (_one_way(step, gates, *way) for way in ((first, last), (last, first))), key=lambda s: s.lsb_ohm
    )


def _one_way(step: Step, gates: str, start: Relaxation, end: Relaxation) -> Settling:
    displacement = float(np.max(np.abs(start.rest_V - end.rest_V)[end.free]))
    tau = end.time_constant_s()
    finer = min(HALF_LSB_V, RELATIVE * displacement)
    course = end.course(start.rest_V, finer / BEYOND)
    return Settling(
        network=step.name,
        gates=gates,
        free_nodes=len(end.free),
        sources=len(step.first),
        displacement_V=displacement,
        tau_ohm=tau,
        ode_tau_ohm=(course.settled_s(finer / BEYOND) - course.settled_s(finer)) / float(np.log(BEYOND)),
        linear_relative_ohm=tau * float(np.log(1.0 / RELATIVE)),
        linear_lsb_ohm=tau * float(np.log(displacement / HALF_LSB_V)),
        relative_ohm=course.settled_s(RELATIVE * displacement),
        lsb_ohm=course.settled_s(HALF_LSB_V),
    )


def measure() -> list[Settling]:
    """Measure every network with every state of its gates."""
    rows = []
    for step in steps():
        for gates in GATES_V:
            print(f"settling: {step.name}, gates {gates}", file=sys.stderr)
            rows.append(settle(step, gates))
    return rows


def table(rows: Sequence[Settling]) -> Table:
    """Return a table of times at 100 pF per node, and of the capacitance that would be too much."""
    pf = f"{TYPICAL_F * 1e12:.0f} pF"
    out = Table(title=f"Settling with {pf} at every node", box=box.SIMPLE_HEAD)
    names = (
        "network",
        "gates",
        "τ",
        "τ of ODE",
        "to 1e-4",
        "to ½ LSB",
        "τ·ln to ½ LSB",
        "of 25 µs",
        "of 100 µs",
        "margin",
    )
    for number, column in enumerate(names):
        out.add_column(column, justify="left" if number < 2 else "right", no_wrap=True)
    for row in rows:
        times = (row.tau_ohm, row.ode_tau_ohm, row.relative_ohm, row.lsb_ohm, row.linear_lsb_ohm)
        shares = (f"{100 * row.lsb_ohm * TYPICAL_F / pulse:.3g} %" for pulse in PULSES_S)
        seconds = (f"{1e6 * ohm * TYPICAL_F:.3g} µs" for ohm in times)
        out.add_row(row.network, row.gates, *seconds, *shares, f"{1e12 * row.margin_F:.3g} pF")
    return out


def draw(rows: Sequence[Settling]) -> Figure:
    """Draw settling time to half an LSB against node capacitance, a panel per network."""
    figure = Figure(figsize=(11.0, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    names = list(dict.fromkeys(row.network for row in rows))
    panels = figure.subplots(1, len(names), sharex=True, sharey=True, squeeze=False)[0]
    for name, panel in zip(names, panels, strict=True):
        _panel(panel, name, [row for row in rows if row.network == name])
    panels[0].set_ylabel("time to settle within ½ LSB (µs)")
    figure.supxlabel("capacitance of every free node (pF)", fontsize="medium")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    return figure


def _panel(panel: Axes, name: str, rows: Sequence[Settling]) -> None:
    low, high = (1e6 * pulse for pulse in PULSES_S)
    panel.axhspan(low, high, color="#D9D9D9", label="learning pulse, 25–100 µs")
    panel.axhline(SHARE * low, color="#595959", linestyle="--", label="10 % of 25 µs")
    picofarad = np.array(CAPACITANCES_F) * 1e12
    for row in rows:
        colour, shape = LINES[row.gates]
        panel.loglog(
            picofarad, row.lsb_ohm * picofarad * 1e-6, color=colour, marker=shape, label=f"gates: {row.gates}"
        )
    panel.set_title(name)
    panel.set_xticks(picofarad, [f"{value:.0f}" for value in picofarad])
    panel.set_xticks([], minor=True)
    panel.grid(axis="y", color="#E6E6E6")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print a table or one JSON object; draw the figure where asked."""
    parser = argparse.ArgumentParser(prog="benchmarks.settling", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--figure", type=Path, metavar="PATH", help="draw the times as a picture")
    options = parser.parse_args(arguments)
    rows = measure()
    if options.json:
        result = {"half_lsb_V": HALF_LSB_V, "rows": [row.as_object() for row in rows]}
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 160).print(table(rows))
    if options.figure is not None:
        draw(rows).savefig(options.figure, dpi=130)
        print(options.figure, file=sys.stderr)


if __name__ == "__main__":
    main()
