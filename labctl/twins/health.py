"""A run against its twin while it goes on: the twin steps alongside in a process of its own. No Qt here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from protocols.block import FloatArray, IntArray
from protocols.errors import ConfigError

DISAGREES = 0.05  # of the gate span: an edge whose gate is further off disagrees
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


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

    def line(self) -> str:
        """Return it as a line of JSON."""
        columns = {k: getattr(self, k).tolist() for k in ("edges", "measured_V", "predicted_V")}
        return json.dumps(
            {"cycle": self.cycle, "learning_s": self.learning_s, "span_V": self.span_V, **columns}
        )

    @classmethod
    def of(cls, told: dict[str, Any]) -> Health:
        """Build it from what its line held."""
        columns = {k: np.array(told[k], dtype=float) for k in ("measured_V", "predicted_V")}
        edges = np.array(told["edges"], dtype=np.int64)
        return cls(int(told["cycle"]), told["learning_s"], edges, span_V=told["span_V"], **columns)


def disagreeing(edges: IntArray, residual_V: FloatArray, span_V: float) -> list[int]:
    """Return the edges (L,) whose residual (L,) is more than 5 % of the gate span, worst first."""
    off = np.abs(residual_V)
    return [int(edges[k]) for k in np.argsort(-off) if off[k] > DISAGREES * span_V]


class NoTwin(ConfigError):
    """The board of a run has no twin yet."""


class Watch:
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
                told = json.loads(text)
                with self._lock:
                    if "problem" in told:
                        self.problem, self.missing = told["problem"], told["missing"]
                    else:
                        self.latest = Health.of(told)
                        self._fresh.append(self.latest)
        self.over = True
