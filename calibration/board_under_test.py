"""The board under calibration: an open bench with what the routines need on top of its port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from protocols.bench import Bench, Identity, KeepsAlive, Limits
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.errors import InstrumentError
from protocols.method import ClampRule, Hinge, Method, TimeRule
from protocols.network import Network
from protocols.task import Output, Wiring

T = TypeVar("T")
ProgressCallback = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

_NEVER_V = 10.0  # a dead band no error exceeds
_READING_S, _PATIENCE_S, _FEWEST = 6e-3, 0.4, 8  # a reading may take so long, else fewer are averaged
_KEEP_ALIVE_S = 0.25  # below half of any dead-man time a bench file asks for
_BLOCK_S = 0.1  # longest block a real bench is given: an abort then takes effect at once


class Averaged(NamedTuple):
    """The mean of repeated readings and its standard uncertainty, of the same shape, in volts."""

    mean: FloatArray
    uncertainty: FloatArray


class NodesRead(NamedTuple):
    """Averaged node voltages of both copies, (P, N) each, in volts.

    uncertainty (N,): standard one of an average; noise (N,): scatter of a single reading.
    """

    free: FloatArray
    clamped: FloatArray
    uncertainty: FloatArray
    noise: FloatArray


@dataclass(frozen=True, eq=False)
class Learned:
    """What pulses did: times at the end of each snapshot's pulse, and node voltages of both copies there.

    time_s (k,) learning time since the start; free, clamped (k, N) in volts; pulses given; total_s of
    learning; started_s and ended_s on the bench's clock; record: the last block as it came back.
    """

    time_s: FloatArray
    free: FloatArray
    clamped: FloatArray
    pulses: int
    total_s: float
    started_s: float
    ended_s: float
    record: CycleRecord

    @property
    def elapsed_s(self) -> float:
        """Return how long it took on the bench's clock, in seconds."""
        return self.ended_s - self.started_s


@dataclass(eq=False)
class BoardUnderTest:
    """An open bench with its wiring; every target is an output of its own.

    told: called with (what, done, total) as work goes on. seed: of the random inputs, gates and labels.
    """

    bench: Bench
    wiring: Wiring
    told: ProgressCallback = lambda what, done, total: None
    seed: int = 0
    gate_readings: int = 64
    node_readings: int = 4
    rng: np.random.Generator = field(init=False)
    task: tuple[FloatArray, FloatArray] = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    @property
    def network(self) -> Network:
        """Return the network on the board."""
        return self.wiring.network

    @property
    def limits(self) -> Limits:
        """Return what the bench accepts."""
        return self.bench.limits()

    @property
    def identity(self) -> Identity:
        """Return who the bench says it is."""
        return self.bench.identity()

    def random_inputs(self, count: int, low: float = 0.04, high: float = 0.96) -> FloatArray:
        """Draw inputs (count, S) evenly between two parts of the node range, in volts."""
        return self._within(self.rng.uniform(low, high, (count, len(self.wiring.sources))))

    def random_labels(self, count: int, low: float = 0.04, high: float = 0.96) -> FloatArray:
        """Draw labels (count, T) evenly between two parts of the node range, in volts."""
        return self._within(self.rng.uniform(low, high, (count, len(self.wiring.outputs))))

    def _within(self, parts: FloatArray) -> FloatArray:
        limits = self.limits
        span: FloatArray = limits.node_min_V + (limits.node_max_V - limits.node_min_V) * parts
        return span

    def random_gates(self, low_V: float | FloatArray, high_V: float | FloatArray) -> FloatArray:
        """Draw gates (E,) evenly between two voltages, or two of each edge (E,)."""
        return self.rng.uniform(low_V, high_V, self.network.n_edges)

    def set_gates(self, gates_V: ArrayLike) -> None:
        """Charge every gate, kept within the bench's limits, in volts."""
        limits = self.limits
        gates = np.broadcast_to(np.asarray(gates_V, dtype=float), (self.network.n_edges,))
        self.bench.reset_gates(np.clip(gates, limits.gate_min_V, limits.gate_max_V))

    def read_gates(self, readings: int = 0) -> Averaged:
        """Read the gates (E,) several times; edges without a gate read NaN."""
        return averaged(np.array(_several(self.bench.read_gates, readings or self.gate_readings)))

    def read_nodes(self, inputs_V: FloatArray, readings: int = 0) -> NodesRead:
        """Read all nodes of both copies for inputs (P, S) several times, clamps released."""
        taken = _several(lambda: self.bench.read_nodes(inputs_V), readings or self.node_readings)
        free, clamped = np.array([r.free for r in taken]), np.array([r.clamped for r in taken])
        n = len(taken)
        spread = np.concatenate([free, clamped], axis=1).std(axis=0, ddof=min(n - 1, 1))
        noise = np.sqrt(np.mean(spread**2, axis=0))
        return NodesRead(free.mean(axis=0), clamped.mean(axis=0), noise / np.sqrt(n), noise)

    def learn(
        self,
        inputs_V: FloatArray,
        labels_V: FloatArray,
        *,
        pulse_s: float,
        pulses: int,
        clamp: ClampRule | None = None,
        kept: int = 40,
        unclamped: bool = False,
        told: str = "",
    ) -> Learned:
        """Give learning pulses on data points taken in turn, inputs (P, S) and labels (P, T).

        unclamped: the clamps stay released, so that nothing but the board's own bias acts. Of `kept`
        pulses, evenly spread, the nodes of both copies are kept. told: what to say of it as it goes on.
        """
        hinge = Hinge.UNCLAMP if unclamped else Hinge.OFF
        method = Method("calibration", clamp or ClampRule(), TimeRule(pulse_s=pulse_s), hinge)
        return self._cycles(inputs_V, labels_V, method, pulses, kept, told)

    def read_gates_when(self, readings: int = 0) -> tuple[Averaged, float]:
        """Read the gates (E,) several times; return also when, on the bench's own clock, in seconds.

        That is the middle of the time it took: gates leak meanwhile, and many readings take long.
        """
        began = self._idle(2)
        gates = self.read_gates(readings)
        return gates, 0.5 * (began.ended_s + self._idle(2).started_s)

    def hold(self, seconds: float) -> None:
        """Let time pass with learning off."""
        cycle_s = self._idle(2).elapsed_s
        self._idle(max(2, round(seconds / max(cycle_s, 1e-6))))

    def _idle(self, cycles: int) -> Learned:
        """Run cycles without a learning pulse."""
        method = Method("hold", time=TimeRule(dead_band_V=_NEVER_V))
        inputs = np.full((1, len(self.wiring.sources)), self.limits.node_min_V)
        labels = np.full((1, len(self.wiring.outputs)), self.limits.node_min_V)
        return self._cycles(inputs, labels, method, cycles, 0)

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Tell a bench with a dead-man timer that somebody is there; inside, nobody else may talk to it.

        What goes wrong meanwhile shows in the next call.
        """
        bench, over = self.bench, threading.Event()
        if not isinstance(bench, KeepsAlive):
            yield
            return

        def tell() -> None:
            while not over.wait(_KEEP_ALIVE_S):
                try:
                    bench.keep_alive()
                except InstrumentError:
                    return

        teller = threading.Thread(target=tell, name="keep-alive", daemon=True)
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join()

    def _cycles(
        self,
        inputs_V: FloatArray,
        labels_V: FloatArray,
        method: Method,
        cycles: int,
        kept: int,
        told: str = "",
    ) -> Learned:
        points = len(inputs_V)
        keep = np.unique(np.linspace(0, cycles - 1, min(kept, cycles)).astype(np.int64)) if kept else None
        times, free, clamped = [], [], []
        done, total_s, started = 0, 0.0, np.nan
        block_cycles = self._block_cycles(method)
        record: CycleRecord | None = None
        while done < cycles:
            if told:
                self.told(told, done, cycles)
            n = min(block_cycles, cycles - done)
            turn = (done + np.arange(n)) % points
            inside = np.zeros(0, dtype=np.int64)
            if keep is not None:
                inside = keep[(keep >= done) & (keep < done + n)] - done
            block = CycleBlock(
                first_cycle=done,
                points=turn,
                inputs=inputs_V[turn],
                labels=labels_V[turn],
                method=method,
                margins=np.full((points, labels_V.shape[1]), -_NEVER_V),
                wrong=np.ones(points, dtype=np.bool_),
                snapshots=inside,
            )
            record = self.bench.run(block)
            ends = total_s + np.cumsum(record.learning_time_s)
            given = record.learning_time_s[inside] > 0  # a lost sample leaves the clamps released: no pulse
            times.append(ends[inside][given])
            free.append(record.snapshots.free_nodes[given])
            clamped.append(record.snapshots.clamped_nodes[given])
            total_s = float(ends[-1])
            started = float(record.start_s[0]) if np.isnan(started) else started
            done += n
        if record is None:
            raise ValueError("no cycles asked for")
        steps = np.diff(record.start_s)
        last_s = float(np.median(steps)) if len(steps) else float(record.learning_time_s[-1])
        return Learned(
            np.concatenate(times),
            np.vstack(free),
            np.vstack(clamped),
            cycles,
            total_s,
            started,
            float(record.start_s[-1]) + last_s,
            record,
        )

    def _block_cycles(self, method: Method) -> int:
        most = self.limits.block_cycles
        if self.identity.simulated:
            return most
        return int(max(1, min(most, _BLOCK_S / max(method.time.longest_s(), 1e-4))))


def _several(read: Callable[[], T], count: int) -> list[T]:
    """Return `count` readings, or as many as a slow bench takes in good time, but some."""
    patience_s = max(_PATIENCE_S, count * _READING_S)
    began, taken = time.monotonic(), [read()]
    while len(taken) < count:
        if len(taken) >= _FEWEST and time.monotonic() - began > patience_s:
            break
        taken.append(read())
    return taken


def averaged(samples: FloatArray) -> Averaged:
    """Average readings (n, …): the uncertainty is s/√n, or the step's where noise does not hide it.

    Quantised readings only average out while the noise is more than about 0.4 steps; below that, the
    mean may be off by a step/√12.
    """
    n = len(samples)
    mean = samples.mean(axis=0)
    if n < 2:
        return Averaged(mean, np.zeros_like(mean))
    spread = samples.std(axis=0, ddof=1)
    valid = np.isfinite(spread)
    pooled = float(np.sqrt(np.mean(spread[valid] ** 2))) if valid.any() else 0.0
    uncertainty = np.full_like(mean, pooled / np.sqrt(n))
    step = smallest_step(samples)
    if pooled < 0.4 * step:
        uncertainty = np.hypot(uncertainty, step / np.sqrt(12))
    uncertainty[~valid] = np.nan
    return Averaged(mean, uncertainty)


def smallest_step(samples: FloatArray) -> float:
    """Return the smallest difference between two readings (n, …) of one channel; 0 when none differ."""
    ordered = np.sort(samples.reshape(len(samples), -1), axis=0)
    gaps = np.diff(ordered, axis=0)
    gaps = gaps[np.isfinite(gaps) & (gaps > 1e-9)]
    return float(gaps.min()) if gaps.size else 0.0


def calibration_wiring(wiring: Wiring) -> Wiring:
    """Return the same wires with every target node an output of its own."""
    outputs = tuple(Output(f"node {node}", node) for node in wiring.target_nodes)
    return Wiring(wiring.network, wiring.sources, outputs)


@contextmanager
def opened(
    bench: Bench, wiring: Wiring, told: ProgressCallback | None = None, seed: int = 0
) -> Iterator[BoardUnderTest]:
    """Open a bench for calibration and leave it safe and closed, whatever happens."""
    bench.open(calibration_wiring(wiring))
    try:
        board = BoardUnderTest(bench, calibration_wiring(wiring), seed=seed)
        if told is not None:
            board.told = told
        yield board
    finally:
        bench.close()
