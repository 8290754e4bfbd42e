"""Peer: ngspice, LEVEL=1 transistors without body effect, which is labctl's square law above threshold.

Both copies are in one netlist and the clamp is a pair of controlled sources, so one operating point is
a free and a clamped solve. That is the cheapest way: a process that loops over operating points,
altering sources and gates in between as training must. Gates are stated, not updated.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.single import ideal_s_per_cycle
from benchmarks.timing import CannotRun, Effort, Spread, seconds
from benchmarks.workloads import Workload, memory_cycle, resting_nodes
from protocols.block import FloatArray
from sim_backend import SquareLaw

COPIES = ("f", "c")  # free, clamped: how node names start
# About as exact as labctl's 1e-9 V; looser ones save ngspice one iteration in ten.
OPTIONS = ".options reltol=1e-6 vntol=1e-9 abstol=1e-13 gmin=1e-15"
LARGEST_DISAGREEMENT_V = 1e-3


def peer(effort: Effort) -> dict[str, Spread]:
    """Measure ngspice per training cycle, and how many cycles labctl's ideal board does meanwhile."""
    work, gates = memory_cycle(), stated_gates()
    disagreement = check(gates)
    runs, cycles = effort.repetitions, effort.ngspice_cycles
    process = Spread.of(seconds(lambda: run(netlist(work, gates, _loop(work, gates, 1))), runs))

    def per_cycle(altered: FloatArray) -> Spread:
        taken = seconds(lambda: run(netlist(work, gates, _loop(work, altered, cycles))), runs)
        return Spread.of([(t - process.median) / (cycles - 1) for t in taken])

    training, fixed_gates = per_cycle(gates), per_cycle(gates[:0])
    own = ideal_s_per_cycle(effort)
    return {
        "speedup_vs_ngspice": training.over(own),
        "ngspice_s_per_cycle": training,
        "ngspice_fixed_gates_s_per_cycle": fixed_gates,
        "ngspice_process_s_per_cycle": process,
        "ngspice_disagreement_V": Spread.of([disagreement]),
    }


def stated_gates() -> FloatArray:
    """Return gates (E,) around those the task starts from, all above threshold, in volts."""
    work = memory_cycle()
    return work.gates_V + np.random.default_rng(0).uniform(-0.5, 0.5, work.network.n_edges)


def check(gates_V: FloatArray) -> float:
    """Return the largest difference of a node voltage from labctl's, in volts; too large is an error."""
    free, clamped = solve(gates_V)
    own_free, own_clamped = resting_nodes(gates_V)
    worst = float(max(np.abs(free - own_free).max(), np.abs(clamped - own_clamped).max()))
    if worst > LARGEST_DISAGREEMENT_V:
        raise RuntimeError(f"ngspice and labctl differ by {worst:g} V: they do not solve the same network")
    return worst


def solve(gates_V: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the nodes (2, N) of both copies in the memory cycle, row = data point, in volts."""
    work = memory_cycle()
    nodes = [f"{copy}{n}" for copy in COPIES for n in range(work.network.nodes)]
    show = [f"print {' '.join(f'v({name})' for name in nodes)}"]
    lines = ["set numdgt=12"]
    for point in range(len(work.train)):
        lines += [*_alter_point(work, point), "op", *show]
    text = run(netlist(work, gates_V, lines))
    values = [float(v) for v in re.findall(r"^v\([fc]\d+\) = (\S+)$", text, re.MULTILINE)]
    table = np.array(values).reshape(len(work.train), len(COPIES), work.network.nodes)
    return table[:, 0], table[:, 1]


def netlist(work: Workload, gates_V: FloatArray, control: Iterable[str]) -> str:
    """Write the circuit of both copies with the control lines that work on it."""
    law = SquareLaw()
    lines = [
        "* coupled learning, free and clamped copy",
        OPTIONS,
        f".model edge nmos level=1 vto={law.threshold_V} kp={law.strength_A_per_V2} gamma=0 lambda=0",
        *(f"VG{e} g{e} 0 {gate:.9g}" for e, gate in enumerate(gates_V)),
        f"VL label 0 {work.train.labels[0, 0]:.9g}",
    ]
    for copy in COPIES:
        for e, (a, b) in enumerate(work.network.edges):
            lines.append(f"M{copy}{e} {copy}{a} g{e} {copy}{b} 0 edge L=1 W=1")
        for node, volts in zip(work.wiring.source_nodes, work.train.inputs[0], strict=True):
            lines.append(f"V{copy}{node} {copy}{node} 0 {volts:.9g}")
    return "\n".join([*lines, *_clamps(work), ".control", *control, "quit", ".endc", ".end", ""])


def run(text: str) -> str:
    """Run ngspice in batch mode on a netlist and return what it printed."""
    program = shutil.which("ngspice")
    if program is None:
        raise CannotRun("ngspice is not installed")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.cir"
        file.write_text(text)
        done = subprocess.run([program, "-b", str(file)], capture_output=True, text=True, check=False)
    if done.returncode != 0 or "error" in (done.stdout + done.stderr).lower():
        raise RuntimeError(f"ngspice failed: {done.stderr[-500:]}")
    return done.stdout


def _clamps(work: Workload) -> list[str]:
    """Hold each target of the clamped copy at its free voltage plus its share of the nudge."""
    (output,) = work.wiring.outputs
    error = f"(V(label)-V(f{output.nodes[0]})+V(f{output.nodes[1]}))"
    share = work.method.clamp.eta / len(output.nodes)
    return [
        f"B{node} c{node} 0 V=V(f{node}){sign}{share:.12g}*{error}"
        for node, sign in zip(output.nodes, "+-", strict=True)
    ]


def _alter_point(work: Workload, point: int) -> list[str]:
    """Set the inputs and the label of a data point that differ from one point to the next."""
    inputs = work.train.inputs
    lines = [f"alter vl = {work.train.labels[point, 0]:.9g}"]
    for column, node in enumerate(work.wiring.source_nodes):
        if np.ptp(inputs[:, column]) > 0:
            lines += [f"alter v{copy}{node} = {inputs[point, column]:.9g}" for copy in COPIES]
    return lines


def _loop(work: Workload, altered_gates_V: FloatArray, cycles: int) -> list[str]:
    """Loop over training cycles, the data points in turn; only what training needs is kept."""
    points = len(work.train)
    body = []
    for point in range(points if cycles > 1 else 1):
        body += _alter_point(work, point)
        body += [f"alter vg{e} = {gate:.9g}" for e, gate in enumerate(altered_gates_V)]
        body.append("op")
    kept = " ".join(f"{copy}{node}" for copy in COPIES for node in work.wiring.target_nodes)
    return [f"save {kept}", f"repeat {max(cycles // points, 1)}", *body, "destroy all", "end"]
