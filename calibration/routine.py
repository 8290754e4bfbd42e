"""What a calibration routine is: a protocol on an open board that returns values and findings."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.board_under_test import BoardUnderTest
from calibration.records import Calibration, Finding, Value, Verdict, now_utc
from protocols.block import FloatArray
from protocols.messages import Message
from protocols.network import Network
from protocols.task import Wiring

NO_FIT = "no fit"  # the kind of a fault: the numbers beside it are not to be used
MISFIT = 100.0  # χ² per degree of freedom: uncertainties are widened by its root, but not without end


@dataclass(frozen=True)
class Nominal:
    """What the board should be: threshold V, strength A/V², learning rate 1/(V·s).

    walls_V (lower and upper, each (E,)) and leak_V_per_s (E,) are as a `gates` calibration of this board
    found them, NaN where it did not; None without one.
    """

    threshold_V: float = 0.62
    strength_A_per_V2: float = 8.5e-4
    learning_rate_per_V_s: float = 1 / (0.33 * 100 * 22e-6)
    walls_V: tuple[FloatArray, FloatArray] | None = field(default=None, compare=False)
    leak_V_per_s: FloatArray | None = field(default=None, compare=False)

    def with_gates(self, gates: Calibration, network: Network) -> Nominal:
        """Return the same with what a `gates` calibration found."""
        low, high, leak = (
            gates.column(quantity, "edge", network.n_edges)[0]
            for quantity in ("wall low", "wall high", "gate leak")
        )
        return replace(self, walls_V=(low, high), leak_V_per_s=leak)


@dataclass
class Result:
    """What a routine found; raw: arrays of readings, for the store and the figure."""

    method: str
    values: list[Value] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    conditions: dict[str, float | int | str] = field(default_factory=dict)
    raw: dict[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Say whether no fault was found."""
        return not any(f.severity == "fault" for f in self.findings)

    def fault(self, kind: str, channel: str, text: str) -> None:
        """Note a fault, which fails the calibration."""
        self.findings.append(Finding(kind=kind, channel=channel, text=Message.of(text)))

    def warn(self, kind: str, channel: str, text: str) -> None:
        """Note a warning."""
        self.findings.append(Finding(kind=kind, channel=channel, text=Message.of(text), severity="warning"))


@dataclass(frozen=True)
class Routine:
    """A routine by name: what it does, for how long its result may be trusted."""

    name: str
    title: str
    valid_for: timedelta
    run: Callable[[BoardUnderTest, Nominal], Result]


def issue(
    routine: Routine,
    result: Result,
    board: BoardUnderTest,
    operator: str,
    now: datetime | None = None,
    valid_for: timedelta | None = None,
) -> Calibration:
    """Turn a result into a calibration of this board, issued now."""
    issued = now or now_utc()
    number = uuid.uuid4().hex[:12]
    return Calibration(
        id=number,
        routine=routine.name,
        serial=board.identity.serial,
        board=wires(board.wiring),
        issued=issued,
        expires=issued + (valid_for or routine.valid_for),
        operator=operator,
        method=result.method,
        conditions={"bench": board.identity.name, "seed": board.seed, **result.conditions},
        raw=f"{issued:%Y%m%d-%H%M%S}-{routine.name}-{number}.npz",
        verdict=Verdict.PASS if result.passed else Verdict.FAIL,
        values=tuple(v for v in result.values if np.isfinite(v.value)),
        findings=tuple(result.findings),
    )


def wires(wiring: Wiring) -> str:
    """Say which network with which wires."""
    sources = " ".join(str(n) for n in wiring.source_nodes)
    targets = " ".join(str(n) for n in wiring.target_nodes)
    return f"{wiring.network.name}: sources at nodes {sources}; targets at nodes {targets}"
