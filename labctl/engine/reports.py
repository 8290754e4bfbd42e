"""How jobs end: what a run, a check of a bench and a calibration tell. Light to import: clients show them.

Voltages in volts, currents in amperes, times in seconds; in every name, or in the docstring.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from labctl.runs.summary import RunSummary
from protocols.bench import InstrumentIdentity
from protocols.messages import NOTHING, Message


@dataclass(frozen=True)
class RunReport:
    """A run that ended, well or not: its summary, its pictures, its outcome and final state."""

    summary: RunSummary
    figures: tuple[Path, ...]
    outcome: str
    state: str


@dataclass(frozen=True)
class PartChecked:
    """An instrument of a bench file: who answered at its address, or what is wrong and what to do."""

    name: str
    address: str
    ok: bool
    identity: InstrumentIdentity | None
    error: Message | None


@dataclass(frozen=True)
class SupplyReading:
    """What a channel of the supply gives."""

    V: float
    A: float


@dataclass(frozen=True)
class Arrived:
    """How much of what a wire drove arrived at its node, as a share, in each copy."""

    free: float
    clamped: float


@dataclass(frozen=True)
class WireFound:
    """What is wrong with which wires, in which copy ("free", "clamped", "both")."""

    trouble: str
    wires: tuple[str, ...]
    copy: str
    sentence: Message


@dataclass(frozen=True)
class WiresChecked:
    """What the self-test of the wires found."""

    ok: bool
    test_voltage_V: float
    arrived: dict[str, Arrived]
    clamps: tuple[str, ...]
    faults: tuple[WireFound, ...]


@dataclass(frozen=True)
class PartLeft:
    """A part of the bench after it was made safe: what it holds, or why it is not known to be safe."""

    name: str
    address: str
    safe: bool
    holds: Message
    error: Message = NOTHING


@dataclass(frozen=True)
class CheckReport:
    """What a check of a bench found; `problems` is empty when all is well, `safe` None when not tried."""

    bench: str
    ok: bool
    problems: tuple[Message, ...]
    instruments: tuple[PartChecked, ...]
    supply: dict[str, SupplyReading] = field(default_factory=dict)
    meter_V: float | None = None
    wires: WiresChecked | None = None
    safe: bool | None = None
    left: tuple[PartLeft, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the keys of `labctl bench check --json`."""
        plain = asdict(self)
        del plain["left"]
        return plain


@dataclass(frozen=True)
class CalibrationDone:
    """A calibration that was carried out and stored: its record (a line of calibrations.jsonl) and files."""

    routine: str
    record: str
    record_file: Path
    raw_file: Path
    figure: Path | None


@dataclass(frozen=True)
class CalibrationReport:
    """What calibration routines came to: what was stored, and why others came to nothing."""

    board: str
    done: tuple[CalibrationDone, ...]
    failed: tuple[Message, ...]
