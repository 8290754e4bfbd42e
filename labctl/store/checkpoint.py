"""Checkpoints: everything needed to go on with a run from where it was."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.store.codec import decode, encode
from labctl.store.lateness import LatenessTally
from labctl.store.live_reader import StoredCheckpoint
from protocols.block import FloatArray
from protocols.engine import Progress
from protocols.metrics import Score
from protocols.plan import Plan


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A place to go on from.

    Schedule position and scores are in `progress`; run_time_s is the wall time spent until then; gates_V
    (E,) as the bench last read them, before cycle gates_cycle; bench: its state when it can be restored.
    """

    progress: Progress
    run_time_s: float
    gates_V: FloatArray | None = None
    gates_cycle: int = 0
    bench: bytes | None = None
    lateness: LatenessTally = field(default_factory=LatenessTally)

    def pack(self) -> bytes:
        """Return everything but the bench's own state as a blob."""
        p, tally = self.progress, self.lateness
        arrays: dict[str, NDArray[Any]] = {
            "wrong": p.wrong,
            "servo": p.servo_V,
            "late_histogram": tally.histogram,
        }
        if self.gates_V is not None:
            arrays["gates"] = self.gates_V
        notes = {
            "cycle": p.cycle,
            "rounds_done": p.rounds_done,
            "learning_time_s": p.learning_time_s,
            "previous_point": p.previous_point,
            "perfect_rounds": p.perfect_rounds,
            "train": None if p.train is None else asdict(p.train),
            "test": None if p.test is None else asdict(p.test),
            "run_time_s": self.run_time_s,
            "gates_cycle": self.gates_cycle,
            "lateness": [tally.cycles, tally.late, tally.worst_s],
        }
        return encode(arrays, notes)

    @classmethod
    def unpack(cls, stored: StoredCheckpoint) -> Checkpoint:
        """Return a stored checkpoint. Raises DataError when it is damaged."""
        arrays, notes = decode(stored.blob)
        train, test = (None if notes[k] is None else Score(**notes[k]) for k in ("train", "test"))
        whole = {k: notes[k] for k in ("cycle", "rounds_done", "previous_point", "perfect_rounds")}
        progress = Progress(
            **whole,
            learning_time_s=float(notes["learning_time_s"]),
            wrong=np.array(arrays["wrong"], dtype=np.bool_),
            servo_V=np.array(arrays["servo"], dtype=float),
            train=train,
            test=test,
        )
        cycles, late, worst_s = notes["lateness"]
        tally = LatenessTally(cycles, late, worst_s, np.array(arrays["late_histogram"]))
        gates, gates_cycle = arrays.get("gates"), int(notes["gates_cycle"])
        return cls(progress, float(notes["run_time_s"]), gates, gates_cycle, stored.bench, tally)


def plan_digest(plan: Plan) -> str:
    """Return a fingerprint of a plan: the same plan, and no other, may go on with a run."""
    task, order = plan.task, plan.order
    wiring = task.wiring
    texts = (wiring.network, wiring.sources, wiring.outputs, task.kind, task.margin_V, plan.method)
    rules = (plan.cycles, plan.seed, plan.noise, plan.stop_after_perfect, plan.stop_below_V)
    schedule = (str(order.kind), order.half_period_cycles)
    arrays: dict[str, NDArray[Any]] = {
        "rounds": plan.rounds,
        "gates": plan.initial_gates_V,
        "groups": order.groups,
    }
    arrays |= {"inputs": task.train.inputs, "labels": task.train.labels}
    if order.transition is not None:
        arrays["transition"] = order.transition
    if task.test is not None:
        arrays |= {"test_inputs": task.test.inputs, "test_labels": task.test.labels}
    return hashlib.sha256(encode(arrays, {"is": repr((texts, rules, schedule))})).hexdigest()
