"""Checking a bench: who answers, what the supply gives, which wires are wrong, and that it ends safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from drivers.checks.clamps import check_all_wires
from drivers.checks.wiring import WireReport
from drivers.hardware import HardwareBench, SafetyReport, make_safe
from drivers.hardware.probe import PartFound, probe
from labctl.engine.guardian import parts_left
from labctl.engine.guardian_lines import WatchBench
from labctl.engine.jobs.job import AttendedJob, Strike, failure_of, watch_of
from labctl.engine.messages import CheckEnded
from labctl.engine.reports import (
    Arrived,
    CheckReport,
    PartChecked,
    SupplyReading,
    WireFound,
    WiresChecked,
)
from labctl.experiment.build import build_network
from labctl.runs.session import EmergencyOff
from protocols.errors import LabError
from protocols.messages import Message, joined, say

if TYPE_CHECKING:
    from labctl.bench_files.hardware_file import HardwareBenchFile


@dataclass
class _Found:
    """What a check has found so far; volts and amperes."""

    parts: list[PartFound] = field(default_factory=list)
    supply: dict[str, tuple[float, float]] = field(default_factory=dict)
    meter_V: float | None = None
    wires: WireReport | None = None
    safe: SafetyReport | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.problems


class CheckJob(AttendedJob):
    """A check of a bench of instruments; `wiring` tests the wires too: the gates are charged anew."""

    def __init__(
        self, config: HardwareBenchFile, values: Mapping[str, Any], *, wiring: bool, strike: Strike | None
    ) -> None:
        self._config, self._wiring = config, wiring
        super().__init__(strike, say("a check of a bench cannot pause; stop it, or wait for its end"))
        self._found = _Found()
        self.watched: WatchBench = watch_of(config, values)
        self.user = f"a check of bench '{config.name}'"
        self.ended = CheckEnded()

    @property
    def touched(self) -> bool:
        """Tell whether instruments may have been driven and are not known to be safe."""
        found = self._found
        asked = bool(found.parts) and all(part.good for part in found.parts)  # else nothing was driven
        return asked and not (found.safe is not None and found.safe.is_safe)

    @property
    def has_read_safe(self) -> bool:
        """Tell whether every instrument was read back in its safe state at the end."""
        return self._found.safe is not None and self._found.safe.is_safe

    def carry_out(self) -> None:
        """Check step by step, as far as it goes; whatever happens the bench is left in its safe state."""
        found = self._found
        try:
            with self._breakable.steps():
                self._look()
        except EmergencyOff as off:
            found.problems.append(say("the check was broken off: {why}", why=Message.of(off.reason)))
        except LabError as error:
            found.problems.append(error.message)
        finally:
            if found.parts:  # else nobody was spoken to
                self._leave_safe()
        self.ended = CheckEnded(_report(self._config.name, found))

    def over(self, failure: Exception | None, left: Message | None) -> None:
        """Keep the error that ended it, if any, and what the guardian told of the bench if it was asked."""
        if failure is not None:
            self.ended = CheckEnded(failure=failure_of(failure, left))
        elif left is not None and self.ended.report is not None:
            problems = (*self.ended.report.problems, left)
            self.ended = CheckEnded(replace(self.ended.report, problems=problems))

    def _look(self) -> None:
        found, config = self._found, self._config
        found.parts = probe(config)
        found.problems += [part.error for part in found.parts if not part.good]
        if found.good:
            self._power()
        if found.good and self._wiring and config.wires.sources:
            found.wires = check_all_wires(HardwareBench(config), config, build_network(config.network))
            found.problems += [fault.sentence for fault in found.wires.faults]

    def _power(self) -> None:
        """Switch on, which verifies the supply against its setting and against the meter across it."""
        bench = HardwareBench(self._config)
        bench.connect()
        try:
            self._found.supply = bench.supply_readings()
            self._found.meter_V = bench.meter_reading()
        finally:
            bench.close()

    def _leave_safe(self) -> None:
        found = self._found
        found.safe = make_safe(self._config)
        silent = {part.address for part in found.parts if not part.good}
        unsafe = [part for part in found.safe.parts if not part.safe]
        found.problems += [
            say("not left safe: {why}", why=Message.of(part.error))
            for part in unsafe
            if part.address not in silent
        ]
        if unknown := [Message.of(part.name) for part in unsafe if part.address in silent]:
            names = joined(unknown, " and ")
            found.problems.append(say("what {names} now holds is not known: it did not answer", names=names))


def _report(bench: str, found: _Found) -> CheckReport:
    return CheckReport(
        bench=bench,
        ok=found.good,
        problems=tuple(map(Message.of, found.problems)),
        instruments=tuple(
            PartChecked(p.name, p.address, p.good, p.identity, Message.of(p.error) if p.error else None)
            for p in found.parts
        ),
        supply={name: SupplyReading(volts, amperes) for name, (volts, amperes) in found.supply.items()},
        meter_V=found.meter_V,
        wires=_wires(found.wires),
        safe=None if found.safe is None else found.safe.is_safe,
        left=() if found.safe is None else parts_left(found.safe),
    )


def _wires(wires: WireReport | None) -> WiresChecked | None:
    if wires is None:
        return None
    return WiresChecked(
        ok=wires.good,
        test_voltage_V=wires.test_voltage_V,
        arrived={str(name): Arrived(free, clamped) for name, (free, clamped) in wires.arrived.items()},
        clamps=tuple(map(str, wires.clamps)),
        faults=tuple(
            WireFound(str(f.trouble), tuple(map(str, f.wires)), f.copy, Message.of(f.sentence))
            for f in wires.faults
        ),
    )
