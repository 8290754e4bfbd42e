"""How well a bench is calibrated: recovered values, coverage, false alarms, missed faults, twins.

`python -m benchmarks.calibration --boards 20 --json` draws random boards (lattice-paper doses, every
reading noisy), calibrates them, breaks them in every way there is, and lets their twins predict a training
run that no calibration has seen. With `--data DIR` also the twins of the published two-edge boards.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.calibration_published import published
from benchmarks.calibration_truth import BARS, true_values
from benchmarks.calibration_twin import predict
from benchmarks.miswired import MiswiredBench
from benchmarks.noisy import NoisyBench
from calibration import ROUTINES, Calibration, Nominal, issue, opened
from calibration.twin import NEEDED
from labctl.calibrating.carrying_out import standard_wiring
from sim_backend import BenchConfig, SimBench, read_doses

PRESET = "lattice-paper"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
WIRING = standard_wiring()
# What is broken, how it is made, what the finding must be called, and on which channel.
EDGE_FAULTS = {"dead": "edge dead", "open": "edge open", "shorted": "edge shorted"}
WIRE_FAULTS = {
    "sources": "sources swapped",
    "touching": "sources shorted",
    "readings": "targets swapped",
    "clamps": "clamps swapped",
}


def config_of(faults: dict[str, list[int]] | None = None) -> BenchConfig:
    """Return the bench of the benchmark, with faults."""
    doses = read_doses(PRESET) | ({"faults": faults} if faults else {})
    return BenchConfig.model_validate({"imperfections": doses})


def calibrate(bench: Any, names: tuple[str, ...], seed: int = 0) -> dict[str, Calibration]:
    """Run routines on a bench and return what they issued."""
    found = {}
    for name in names:
        with opened(bench, WIRING, seed=seed) as board:
            routine = ROUTINES[name]
            found[name] = issue(routine, routine.run(board, Nominal()), board, "benchmark")
    return found


def recovered(boards: int, told: Any) -> dict[str, Any]:
    """Calibrate healthy boards; compare with what was injected, and let their twins predict."""
    errors: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    alarms: dict[str, int] = dict.fromkeys(ROUTINES, 0)
    twins = []
    for seed in range(boards):
        told(f"healthy board {seed}")
        config = config_of()
        bench = NoisyBench(SimBench(config, seed=seed), seed)
        found = calibrate(bench, NEEDED, seed)
        truth = true_values(config, WIRING, seed)
        for name, calibration in found.items():
            alarms[name] += len(calibration.faults())
            for v in calibration.values:
                if v.quantity in truth and v.channel != "board":
                    true = truth[v.quantity][int(v.channel.split()[1])]
                    errors.setdefault((name, v.quantity), []).append((v.value, v.uncertainty, float(true)))
        twins.append(predict(config, seed, found, SimBench(config).limits()))
    return {
        "routines": {f"{n}: {q}": _summary(q, np.array(rows)) for (n, q), rows in errors.items()},
        "false_alarms": alarms,
        "twin": _twins(twins),
    }


def _summary(quantity: str, rows: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return rms and worst error, stated uncertainty, coverage, and the share within the bar."""
    value, stated, true = rows.T
    error = value - true
    bar = BARS.get(quantity)
    within = None
    if bar is not None:
        allowed = np.maximum(bar[0], bar[1] * np.abs(true))
        within = float(np.mean(np.abs(error) <= allowed))
    return {
        "n": len(rows),
        "rms_error": float(np.sqrt(np.mean(error**2))),
        "worst_error": float(np.abs(error).max()),
        "stated_uncertainty_median": float(np.median(stated)),
        "coverage": float(np.mean(np.abs(error) <= stated)),
        "within_bar": within,
    }


def _twins(rows: list[dict[str, float]]) -> dict[str, Any]:
    twin, nominal = (np.array([r[k] for r in rows]) for k in ("twin_residual", "nominal_residual"))
    ratio = np.array([r["floor_ratio"] for r in rows])
    return {
        "residual_of_span_rms": float(np.sqrt(np.mean(twin**2))),
        "residual_of_span_worst": float(twin.max()),
        "nominal_residual_of_span_rms": float(np.sqrt(np.mean(nominal**2))),
        "nominal_over_twin_median": float(np.median(nominal / twin)),
        "nominal_over_twin_least": float(np.min(nominal / twin)),
        "floor_factor_median": float(np.median(ratio)),
        "floor_factor_worst": float(ratio.max()),
        "within_5_percent": float(np.mean(twin <= 0.05)),
        "floor_within_1.3": float(np.mean(ratio <= 1.3)),
        "boards": rows,
    }


def faults(boards: int, told: Any) -> dict[str, Any]:
    """Break boards in every way; count what is not named, and what is named besides."""
    rng = np.random.default_rng(12)
    missed: dict[str, int] = {}
    besides: dict[str, int] = {}
    for seed in range(boards):
        told(f"broken board {seed}")
        for kind, wanted, channels, found in _broken(seed, rng):
            named = [f for f in found if f.severity == "fault"]
            right = [f for f in named if f.kind == wanted and f.channel.split()[1] in channels]
            missed[kind] = missed.get(kind, 0) + (not right)
            besides[kind] = besides.get(kind, 0) + len(named) - len(right)
    return {"injected_of_each_kind": boards, "missed": missed, "named_besides": besides}


def _broken(seed: int, rng: np.random.Generator) -> Any:
    """Yield kind, wanted finding, channels it may be on, and findings, one broken board after another."""
    sources, targets = WIRING.source_nodes, WIRING.target_nodes
    for kind, wanted in EDGE_FAULTS.items():
        edge = int(rng.integers(WIRING.network.n_edges))
        bench = NoisyBench(SimBench(config_of({kind: [edge]}), seed=seed), seed)
        yield kind, wanted, {str(edge)}, _findings(bench, ("wiring", "edges"))
    for kind, nodes in (("source wire off", sources), ("target wire off", targets)):
        node = int(rng.choice(nodes))
        bench = NoisyBench(SimBench(config_of({"wires_off": [node]}), seed=seed), seed)
        found = [f for f in _findings(bench, ("wiring",)) if f.kind != "clamp wire off"]  # the same wire
        yield kind, kind, {str(node)}, found
    for kind, wanted in WIRE_FAULTS.items():
        nodes = sources if kind in ("sources", "touching") else targets
        i, j = (int(k) for k in rng.choice(len(nodes), 2, replace=False))
        inner = NoisyBench(SimBench(config_of(), seed=seed), seed)
        bench = MiswiredBench(inner, **{kind: [(i, j)]})
        yield wanted, wanted, {str(nodes[i]), str(nodes[j])}, _findings(bench, ("wiring",))


def _findings(bench: Any, names: tuple[str, ...]) -> list[Any]:
    return [f for c in calibrate(bench, names).values() for f in c.findings]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--boards", type=int, default=20)
    parser.add_argument("--faults", type=int, default=None, help="broken boards of each kind; else as boards")
    parser.add_argument("--data", type=Path, default=None, help="folder of the published two-edge data")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not ONE_THREAD.keys() <= os.environ.keys():  # small matrices: a second thread only gets in the way
        os.execve(
            sys.executable,
            [sys.executable, "-m", "benchmarks.calibration", *sys.argv[1:]],
            {**ONE_THREAD, **os.environ},
        )
    started = time.perf_counter()

    def told(what: str) -> None:
        print(f"{time.perf_counter() - started:7.1f} s  {what}", file=sys.stderr, flush=True)

    result = recovered(asked.boards, told) if asked.boards else {}
    broken = asked.boards if asked.faults is None else asked.faults
    result |= {"faults": faults(broken, told) if broken else None}
    result |= {"published": published(asked.data, told) if asked.data else None}
    result |= {"boards": asked.boards, "preset": PRESET, "seconds": time.perf_counter() - started}
    print(json.dumps(result, indent=None if asked.json else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
