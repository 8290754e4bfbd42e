"""What the plots draw: one run, live or stored, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from labctl.engine.messages import Poll, RunDescription
from labctl.engine.rings import RINGS
from labctl.engine.snapshot import LatenessFacts, Snapshot
from labctl.gui.state.history import History
from labctl.store.dataset import DecisionMap
from labctl.store.lateness import LatenessTally
from labctl.store.reading import described, floats, has_numbers, ints, number_of, text_of, texts
from protocols.block import FloatArray
from protocols.task import Output, Source

ERRORS = ("train_error", "test_error", "train_accuracy", "test_accuracy")
CYCLES = 4096  # single cycles kept for outputs and pulses
_CLOCK = 4096


@dataclass
class ShownRun:
    """What a run is about: volts, nodes and edges by number."""

    task: str
    method: str
    margin_V: float
    nodes: int
    edge_names: list[str]
    sources: list[Source]
    outputs: list[Output]
    edges: NDArray[np.int64]
    positions: FloatArray
    transistors: NDArray[np.int64]
    inputs_V: FloatArray
    labels_V: FloatArray

    @classmethod
    def of_run(cls, run: xr.Dataset) -> ShownRun:
        """Build it from a stored run, or from what an engine says of one."""
        rails = floats(run, "source_rail")
        negative = ints(run, "output_negative")
        return cls(
            text_of(run, "task_kind"),
            text_of(run, "method"),
            number_of(run, "margin_V", 0.0),
            run.sizes["node"],
            texts(run, "edge_name"),
            [
                Source(int(node), name, None if np.isnan(rail) else float(rail))
                for name, node, rail in zip(
                    texts(run, "source_name"), ints(run, "source_node"), rails, strict=True
                )
            ],
            [
                Output(name, int(p), None if n < 0 else int(n))
                for name, p, n in zip(
                    texts(run, "output_name"), ints(run, "output_positive"), negative, strict=True
                )
            ],
            np.column_stack([ints(run, "edge_tail"), ints(run, "edge_head")]),
            np.column_stack([floats(run, "node_x"), floats(run, "node_y")]),
            np.flatnonzero(ints(run, "edge_is_transistor") != 0),
            floats(run, "train_input"),
            floats(run, "train_label"),
        )

    def wiring(self) -> xr.Dataset:
        """Return what `labctl.figures.geometry.lay_out` needs."""
        return xr.Dataset(
            {
                "node_x": ("node", self.positions[:, 0]),
                "node_y": ("node", self.positions[:, 1]),
                "edge_tail": ("edge", self.edges[:, 0]),
                "edge_head": ("edge", self.edges[:, 1]),
            }
        )


@dataclass(frozen=True)
class Marker:
    """A named moment of a run, at a learning time in s and a cycle."""

    name: str
    learning_time_s: float
    cycle: int


def markers_in(events: Iterable[Mapping[str, Any]]) -> list[Marker]:
    """Return the markers among the stored events of a run."""
    return [
        Marker(str(e.get("text", "")), float(e["learning_time_s"]), int(e["cycle"]))
        for e in events
        if e.get("what") == "marker" and "learning_time_s" in e and "cycle" in e
    ]


class RunModel(QObject):
    """One run's histories and latest readings: `begun` with another run, `grown` with more to show."""

    begun = pyqtSignal()
    grown = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.description: ShownRun | None = None
        self.snapshot: Snapshot | None = None
        self.title = ""
        self.folder = ""  # of the run, once it has one
        self.clear()

    def clear(self) -> None:
        """Forget the run."""
        edges = len(self.description.edge_names) if self.description is not None else 0
        self.gates = History(edges)
        self.conductances = History(edges)
        self.errors = History(len(ERRORS))
        self.outputs_V: FloatArray | None = None
        self.free_V: FloatArray | None = None
        self.clamped_V: FloatArray | None = None
        self.node_cycle: int | None = None
        self.cycles: dict[str, NDArray[Any]] = {}
        self.lateness: LatenessFacts | None = None
        self.has_all_cycles = True  # else every so many were stored, and lateness is of those
        self.decision_map: DecisionMap | None = None
        self.markers: list[Marker] = []
        self._early: list[dict[str, NDArray[Any]]] = []
        self._clock_cycle, self._clock_s = [0.0], [0.0]

    # ── a run that goes on ───────────────────────────────────────────────────────────────────────

    def describe(self, told: RunDescription) -> None:
        """Begin with another run of the engine."""
        run = described(told.attributes, told.dims, told.texts, told.arrays)
        self.description = ShownRun.of_run(run)
        self.title = self.folder = ""
        self.clear()
        self.begun.emit()

    def absorb(self, poll: Poll) -> None:
        """Take in what a poll brought."""
        self.snapshot, self.lateness = poll.snapshot, poll.snapshot.lateness
        if poll.snapshot.run is not None:
            self.title, self.folder = poll.snapshot.run.name, poll.snapshot.run.folder
        if self.description is None:
            return
        found = [
            Marker(e.reason, e.learning_time_s, e.cycle)
            for e in poll.events
            if e.what == "marker" and e.learning_time_s is not None and e.cycle is not None
        ]
        self.markers += found
        grew = bool(found)
        rounds = poll.rings.get("rounds")
        if rounds is not None and len(rounds):
            a = rounds.arrays
            self._tick(a["round_cycle"], a["learning_time"])
            self.errors.add(a["learning_time"], np.column_stack([a[name] for name in ERRORS]))
            self.outputs_V = a["train_output"][-1]
            grew = True
        self._tick([poll.snapshot.cycle], [poll.snapshot.learning_time_s])
        gates = poll.rings.get("gates")
        if gates is not None and len(gates):
            self._early.append(gates.arrays)
        grew = self._add_gates() or grew
        nodes = poll.rings.get("nodes")
        if nodes is not None and len(nodes):
            a = nodes.arrays
            self.free_V, self.clamped_V = a["snapshot_free_node"][-1], a["snapshot_clamped_node"][-1]
            self.node_cycle = int(a["snapshot_cycle"][-1])
            grew = True
        cycles = poll.rings.get("cycles")
        if cycles is not None and len(cycles):
            for name, values in cycles.arrays.items():
                kept = self.cycles.get(name)
                joined = values if kept is None else np.concatenate([kept, values])
                self.cycles[name] = joined[-CYCLES:]
            grew = True
        if grew:
            self.grown.emit()

    def _add_gates(self) -> bool:
        """Add readings up to the cycle the clock knows; a poll may bring one before the clock has ticked."""
        waiting, self._early = self._early, []
        for a in waiting:
            known = a["round_cycle"] <= self._clock_cycle[-1]
            x = np.interp(a["round_cycle"][known], self._clock_cycle, self._clock_s)
            self.gates.add(x, a["gate_voltage"][known])
            self.conductances.add(x, a["conductance"][known])
            if not known.all():
                self._early.append({name: values[~known] for name, values in a.items()})
        return bool(waiting)

    def _tick(self, cycles: Any, times_s: Any) -> None:
        """Note how much learning time had been given at a cycle."""
        for cycle, time_s in zip(cycles, times_s, strict=True):
            if cycle > self._clock_cycle[-1]:
                self._clock_cycle.append(float(cycle))
                self._clock_s.append(float(time_s))
        if len(self._clock_cycle) > _CLOCK:
            del self._clock_cycle[1:-1:2], self._clock_s[1:-1:2]

    # ── a run that is stored ─────────────────────────────────────────────────────────────────────

    def load(self, run: xr.Dataset, title: str, events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Show a stored run instead, with what its events tell."""
        self.description = ShownRun.of_run(run)
        self.title = title
        self.clear()
        if run.sizes.get("round", 0) and "learning_time" in run:
            time_s = floats(run, "learning_time")
            self.gates.add(time_s, floats(run, "gate_voltage"))
            self.conductances.add(time_s, floats(run, "conductance"))
            nothing = np.full(len(time_s), np.nan)
            columns = [floats(run, n) if n in run else nothing for n in ERRORS]
            self.errors.add(time_s, np.column_stack(columns))
            if has_numbers(run, "train_output"):
                self.outputs_V = floats(run, "train_output")[-1]
            if has_numbers(run, "free_node"):
                self.free_V = floats(run, "free_node")[-1, -1]
            if has_numbers(run, "clamped_node"):
                self.clamped_V = floats(run, "clamped_node")[-1, -1]
        self.markers = markers_in(events)
        self._load_cycles(run)
        self._load_decision_map(run)
        self.begun.emit()
        self.grown.emit()

    def _load_cycles(self, run: xr.Dataset) -> None:
        if self.description is None or not run.sizes.get("cycle", 0):
            return
        if has_numbers(run, "cycle_lateness"):
            self.lateness = _tally(run["cycle_lateness"].values)
        self.has_all_cycles = int(run["cycle"][-1]) < run.sizes["cycle"]
        last = run.isel(cycle=slice(-CYCLES, None))
        self.cycles = {n: np.asarray(last[n].values) for n in RINGS["cycles"] if n in last}
        if "cycle_point" in self.cycles:
            self.cycles["cycle_point"] = self.cycles["cycle_point"].astype(np.int64)

    def add_decision_map(self, run: xr.Dataset) -> None:
        """Take the decision map of a run that has just been stored."""
        if self._load_decision_map(run):
            self.grown.emit()

    def _load_decision_map(self, run: xr.Dataset) -> bool:
        if not has_numbers(run, "map_output"):
            return False
        self.decision_map = DecisionMap(floats(run, "map_x"), floats(run, "map_y"), floats(run, "map_output"))
        return True


def _tally(lateness_s: FloatArray) -> LatenessFacts:
    """Count the cycles of a stored run (n,) by how late they were."""
    tally = LatenessTally()
    tally.add(lateness_s)
    return LatenessFacts.of(tally)
