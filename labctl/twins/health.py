"""A run against its twin while it goes on: the twin steps alongside in a process of its own. No Qt here."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from protocols.block import FloatArray, IntArray
from protocols.errors import ConfigError

DISAGREES = 0.05  # of the gate span: an edge whose gate is further off disagrees
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class HealthTold(msgspec.Struct, frozen=True, tag=True):
    """The health of a run on its way between two processes; fields as of Health."""

    cycle: int
    learning_s: float
    edges: list[int]
    measured_V: list[float]
    predicted_V: list[float]
    span_V: float

    def health(self) -> Health:
        """Return what was told."""
        edges = np.array(self.edges, dtype=np.int64)
        measured_V, predicted_V = np.array(self.measured_V), np.array(self.predicted_V)
        return Health(self.cycle, self.learning_s, edges, measured_V, predicted_V, self.span_V)


class ProblemTold(msgspec.Struct, frozen=True, tag=True):
    """Why a twin cannot step beside its run; missing: because the board has no twin."""

    problem: str
    missing: bool


def line_of(told: HealthTold | ProblemTold) -> str:
    """Return a line of JSON, its end left out."""
    return msgspec.json.encode(told).decode("utf-8")


@dataclass(frozen=True, eq=False)
class Health:
    """How the learning edges (L,) of a run stand against its twin at one round.

    cycle and learning_s: of the round; measured_V and predicted_V (L,) gates; span_V: of the gates.
    """

    cycle: int
    learning_s: float
    edges: IntArray
    measured_V: FloatArray
    predicted_V: FloatArray
    span_V: float

    @property
    def residual_V(self) -> FloatArray:
        """Return predicted minus measured gates, (L,), in volts."""
        residual: FloatArray = self.predicted_V - self.measured_V
        return residual

    @property
    def rms_of_span(self) -> float:
        """Return the rms of the residual over edges, in parts of the gate span."""
        return float(np.sqrt(np.mean(self.residual_V**2))) / self.span_V

    def disagreeing(self) -> list[int]:
        """Return the edges that are more than 5 % of the span off, worst first."""
        return disagreeing(self.edges, self.residual_V, self.span_V)

    def told(self) -> HealthTold:
        """Return it as it goes from the twin's process to whoever watches."""
        edges, measured_V, predicted_V = self.edges, self.measured_V, self.predicted_V
        columns = edges.tolist(), measured_V.tolist(), predicted_V.tolist()
        return HealthTold(self.cycle, self.learning_s, *columns, self.span_V)


def disagreeing(edges: IntArray, residual_V: FloatArray, span_V: float) -> list[int]:
    """Return the edges (L,) whose residual (L,) is more than 5 % of the gate span, worst first."""
    off = np.abs(residual_V)
    return [int(edges[k]) for k in np.argsort(-off) if off[k] > DISAGREES * span_V]


class NoTwin(ConfigError):
    """The board of a run has no twin yet."""


class TwinWatch:
    """A run and its twin, watched from beside: starts the process, keeps what it says. Close it in the end.

    twin: its file; left out, the one kept with the board's calibrations. latest: the last round told of;
    problem: why there is none, missing: because the board has no twin; over: nothing more will come.
    """

    def __init__(self, folder: Path, twin: Path | None = None) -> None:
        self.latest: Health | None = None
        self.problem, self.missing = "", False
        self.over = False
        self._fresh: list[Health] = []
        self._lock = threading.Lock()
        words = [sys.executable, "-m", "labctl.twins.follow", str(folder), *([str(twin)] if twin else [])]
        self._process = subprocess.Popen(
            words,
            env=os.environ | _ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._listen, name="twin-health", daemon=True).start()

    def take(self) -> list[Health]:
        """Return what is new since the last call."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def close(self) -> None:
        """End the process; closing twice is harmless."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _listen(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            for text in stream:
                told = msgspec.json.decode(text, type=HealthTold | ProblemTold)
                with self._lock:
                    if isinstance(told, ProblemTold):
                        self.problem, self.missing = told.problem, told.missing
                    else:
                        self.latest = told.health()
                        self._fresh.append(self.latest)
        self.over = True
