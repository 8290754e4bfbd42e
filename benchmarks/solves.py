"""Solve random networks, a million of them if asked: `python -m benchmarks.solves --count 1000000`.

Every answer is checked: finite, currents balanced at every node, no node outside what drives it,
floating nodes at 0 V. The exit status is 1 when a solve failed or a check did.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.relaxation import edge_currents
from benchmarks.timing import Effort, Spread
from protocols import InstrumentError, Network, periodic_lattice, two_edge_board
from protocols.block import FloatArray
from sim_backend import Diode, EdgeLaw, Level1, MixedLaw, Open, Short, SquareLaw
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.static import Solver

LOWER_V, UPPER_V, HIGHEST_NODE_V = 0.746, 5.03, 0.4532  # the walls and full scale (DESIGN §2.1)
PER_NETWORK = 250  # gates drawn for one wiring
PER_TASK = 10_000  # one random stream each, so that the number of processes changes nothing
BALANCED_A = 1e-15 * HIGHEST_NODE_V  # what may be left of the currents at a node: a leak it may keep,
BALANCED = 1e-9  # … of the sum of their sizes,
BALANCED_V = 1e-11  # … and of what this much more voltage at the node would draw
OUTSIDE_V = 1e-12  # of the range of the fixed nodes, ground among them where nodes leak
SHORT_OHM = 1e-3
SHOWN = 10

Generator = np.random.Generator


def _ordinary(rng: Generator, edges: int, law_V: float) -> FloatArray:
    return rng.uniform(LOWER_V, UPPER_V, edges)


def _at_walls(rng: Generator, edges: int, law_V: float) -> FloatArray:
    return rng.choice((LOWER_V, UPPER_V), edges)


def _all_off(rng: Generator, edges: int, law_V: float) -> FloatArray:
    return rng.uniform(-2.0, law_V - 0.02, edges)


def _near_cut_off(rng: Generator, edges: int, law_V: float) -> FloatArray:
    return rng.uniform(law_V - 0.1, law_V + 0.6, edges)


def _some_off(rng: Generator, edges: int, law_V: float) -> FloatArray:
    return np.where(rng.random(edges) < 0.6, 0.0, rng.uniform(LOWER_V, UPPER_V, edges))


# What gates are drawn from; the last argument is the threshold of the law, in volts.
GATES: dict[str, Callable[[Generator, int, float], FloatArray]] = {
    "between the walls": _ordinary,
    "each at a wall": _at_walls,
    "all off": _all_off,
    "near cut-off": _near_cut_off,
    "most off": _some_off,
}
LAWS: dict[str, tuple[EdgeLaw, float]] = {
    "square law": (SquareLaw(), 0.62),
    "level 1": (Level1(), 0.75),
}


@dataclass
class Tally:
    """What was solved, by law and gates, and what went wrong."""

    solved: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    floating_nodes: int = 0
    near_ground: int = 0
    shorted_edges: int = 0
    open_edges: int = 0
    diodes: int = 0
    worst_balance_A: float = 0.0

    def add(self, other: Tally) -> None:
        """Take what another tally counted over."""
        self.solved.update(other.solved)
        self.failures += other.failures
        self.floating_nodes += other.floating_nodes
        self.near_ground += other.near_ground
        self.shorted_edges += other.shorted_edges
        self.open_edges += other.open_edges
        self.diodes += other.diodes
        self.worst_balance_A = max(self.worst_balance_A, other.worst_balance_A)

    def as_object(self, seconds: float, seed: int) -> dict[str, object]:
        """Return everything for JSON."""
        return {
            "solves": sum(self.solved.values()),
            "failures": len(self.failures),
            "first_failures": self.failures[:SHOWN],
            "by_law_and_gates": {f"{law}, {gates}": n for (law, gates), n in sorted(self.solved.items())},
            "floating_nodes": self.floating_nodes,
            "solves_with_nodes_near_ground": self.near_ground,
            "shorted_edges": self.shorted_edges,
            "open_edges": self.open_edges,
            "diodes": self.diodes,
            "worst_balance_A": self.worst_balance_A,
            "seconds": seconds,
            "seed": seed,
        }


def random_network(rng: Generator) -> Network:
    """Draw a board: a periodic lattice, the two-edge board, or any graph, in pieces or not."""
    kind = rng.integers(4)
    if kind == 0:
        return periodic_lattice(4, 4)
    if kind == 1:
        return two_edge_board()
    nodes = int(rng.integers(3, 20))
    pairs = rng.integers(0, nodes, (int(rng.integers(2, 3 * nodes)), 2))
    edges = tuple((int(a), int(b)) for a, b in pairs if a != b) or ((0, 1),)
    ohms = {e: float(10 ** rng.uniform(1, 5)) for e in range(len(edges)) if rng.random() < 0.1}
    return Network(nodes, edges, ohms if kind == 3 else {})


def random_law(rng: Generator, network: Network, law: EdgeLaw, tally: Tally) -> EdgeLaw:
    """Return the law with some edges shorted, open or diodes, in one network of two."""
    if rng.random() < 0.5:
        return law
    odd: dict[int, EdgeLaw] = {}
    for edge in range(network.n_edges):
        if rng.random() < 0.15:
            odd[edge] = (Short(SHORT_OHM), Open(), Diode())[int(rng.integers(3))]
    kinds = Counter(type(one) for one in odd.values())
    tally.shorted_edges += kinds[Short]
    tally.open_edges += kinds[Open]
    tally.diodes += kinds[Diode]
    return MixedLaw(law, odd)


def solve_some(seed: int, task: int, count: int) -> Tally:
    """Solve `count` random networks of one stream and check every answer."""
    rng, tally, done = np.random.default_rng([seed, task]), Tally(), 0
    while done < count:
        network = random_network(rng)
        name = list(LAWS)[int(rng.integers(len(LAWS)))]
        nominal, threshold_V = LAWS[name]
        law = random_law(rng, network, nominal, tally)
        fixed = rng.choice(network.nodes, int(rng.integers(1, 1 + min(6, network.nodes))), replace=False)
        one = Wired(network, law, [int(n) for n in fixed])
        for k in range(min(PER_NETWORK, count - done)):
            which = list(GATES)[k % len(GATES)]
            gates = GATES[which](rng, network.n_edges, threshold_V)
            volts = rng.uniform(0.0, HIGHEST_NODE_V, len(fixed))
            wrong = one.wrong(gates, volts, tally)
            if wrong:
                tally.failures.append(
                    f"seed {seed}, task {task}, solve {done + k}: {name}, gates {which}, "
                    f"{network.nodes} nodes, {network.n_edges} edges: {wrong}"
                )
            tally.solved[name, which] += 1
        done += min(PER_NETWORK, count - done)
    return tally


def run(count: int, seed: int, jobs: int, progress: Callable[[int], None] = lambda _: None) -> Tally:
    """Solve `count` random networks in several processes."""
    sizes = [min(PER_TASK, count - first) for first in range(0, count, PER_TASK)]
    total, done = Tally(), 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        tasks = {pool.submit(solve_some, seed, task, size): size for task, size in enumerate(sizes)}
        for task in as_completed(tasks):
            total.add(task.result())
            done += tasks[task]
            progress(done)
    return total


def share_right(effort: Effort) -> dict[str, Spread]:
    """Measure the share of random solves that settle and pass every check."""
    tally = run(effort.solves, seed=0, jobs=os.cpu_count() or 1)
    return {"random_solves_right": Spread.of([1.0 - len(tally.failures) / effort.solves])}


class Wired:
    """One network with its law and fixed nodes, and what is known of its answers beforehand."""

    def __init__(self, network: Network, law: EdgeLaw, fixed: list[int]) -> None:
        self.devices: Devices = law.devices(network)
        self.ends = network.endpoints()
        self.fixed = fixed
        self.solver = Solver(network, fixed, law)
        off = [e for e in range(network.n_edges) if isinstance(_of(law, e), Open)]
        conducting = tuple(pair for e, pair in enumerate(network.edges) if e not in set(off))
        joined = Network(network.nodes, conducting).unreachable(fixed) if conducting else range(network.nodes)
        self.floating = np.array([n for n in joined if n not in set(fixed)], dtype=int)
        self.free = np.array([n for n in range(network.nodes) if n not in set(fixed)], dtype=int)

    def wrong(self, gates: FloatArray, volts: FloatArray, tally: Tally) -> str:
        """Solve and say in a few words what is wrong, if anything is."""
        try:
            v = self.solver.voltages(gates, volts)
        except InstrumentError as error:
            return str(error)
        if not np.all(np.isfinite(v)):
            return "a node voltage is no number"
        tally.floating_nodes += len(self.floating)
        if np.any(v[self.floating] != 0.0):
            return "a floating node is not at 0 V"
        joined = np.delete(v, self.floating)
        low, high = float(volts.min()), float(volts.max())
        if self.devices.leaks:
            low = 0.0
        elif joined.min() < low - OUTSIDE_V:  # transistors deep below cut-off hold it as good as nothing
            tally.near_ground += 1
            low = 0.0
        if joined.min() < low - OUTSIDE_V or joined.max() > high + OUTSIDE_V:
            off = max(low - float(joined.min()), float(joined.max()) - high)
            return f"a node is {off:.1g} V outside {low:g} to {high:g} V, where its sources are"
        left, allowed = self._balance(gates, v)
        tally.worst_balance_A = max(tally.worst_balance_A, float(left.max(initial=0.0)))
        if np.any(left > allowed):
            return f"{left.max():.2g} A more leave a node than arrive"
        return ""

    def _balance(self, gates: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what more leaves each free node than arrives, in amperes, and how much may."""
        current, *slopes = edge_currents(self.devices, self.ends, gates, v).T
        leaving = self.devices.leak * v
        allowed = BALANCED_A + BALANCED * np.abs(leaving) + BALANCED_V * self.devices.leak
        for sign, end in ((1.0, 0), (-1.0, 1)):
            nodes = self.ends[:, end]
            np.add.at(leaving, nodes, sign * current)
            np.add.at(allowed, nodes, BALANCED * np.abs(current) + BALANCED_V * np.abs(slopes[end]))
        return np.abs(leaving[self.free]), allowed[self.free]


def _of(law: EdgeLaw, edge: int) -> EdgeLaw:
    return law.by_edge.get(edge, law.default) if isinstance(law, MixedLaw) else law


def table(tally: Tally, seconds: float) -> Table:
    """Return a table of what was solved."""
    total = sum(tally.solved.values())
    title = f"{total:,} random solves in {seconds:.0f} s, {len(tally.failures)} failures"
    out = Table(title=title, box=box.SIMPLE_HEAD)
    out.add_column("gates")
    for law in LAWS:
        out.add_column(law, justify="right")
    for gates in GATES:
        out.add_row(gates, *(f"{tally.solved[law, gates]:,}" for law in LAWS))
    out.caption = (
        f"{tally.floating_nodes:,} times a node floated and was at 0 V; in {tally.near_ground:,} solves "
        "transistors far below cut-off held one as good as not at all; the networks held "
        f"{tally.shorted_edges:,} shorted and {tally.open_edges:,} open edges and {tally.diodes:,} diodes; "
        f"largest imbalance of currents at a node {tally.worst_balance_A:.1g} A"
    )
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve, check, print a table or one JSON object."""
    parser = argparse.ArgumentParser(prog="benchmarks.solves", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many networks to solve")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    options = parser.parse_args(arguments)
    start = last = time.perf_counter()

    def progress(done: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last > 10 and done < options.count:
            left = (now - start) * (options.count - done) / done
            print(f"{done:,} of {options.count:,} solved, {left:.0f} s left", file=sys.stderr, flush=True)
            last = now

    tally = run(options.count, options.seed, options.jobs, progress)
    seconds = time.perf_counter() - start
    if options.json:
        print(json.dumps(tally.as_object(seconds, options.seed), indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 110).print(table(tally, seconds))
    for failure in tally.failures[:SHOWN]:
        print(failure, file=sys.stderr)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
