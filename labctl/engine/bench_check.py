"""Checking a bench: who answers, what the supply gives, which wires are wrong, and that it ends safe."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from drivers.checks.clamps import check_all_wires
from drivers.checks.wiring import WireReport
from drivers.hardware import HardwareBench, SafetyReport, make_safe
from drivers.hardware.probe import PartFound, probe
from labctl.bench_files.hardware_file import HardwareFile
from labctl.experiment.build import build_network
from protocols.errors import LabError


@dataclass
class BenchCheck:
    """What `labctl bench check` found; volts and amperes. `problems` are sentences, none when all is well."""

    bench: str
    parts: list[PartFound]
    supply: dict[str, tuple[float, float]] = field(default_factory=dict)
    meter_V: float | None = None
    wires: WireReport | None = None
    safe: SafetyReport | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Say whether the bench is ready to run."""
        return not self.problems

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        wires, safe = self.wires, self.safe
        return {
            "bench": self.bench,
            "ok": self.good,
            "problems": self.problems,
            "instruments": [
                {
                    "name": part.name,
                    "address": part.address,
                    "ok": part.good,
                    "identity": asdict(part.identity) if part.identity is not None else None,
                    "error": part.error or None,
                }
                for part in self.parts
            ],
            "supply": {name: {"V": v, "A": a} for name, (v, a) in self.supply.items()},
            "meter_V": self.meter_V,
            "wires": None
            if wires is None
            else {
                "ok": wires.good,
                "test_voltage_V": wires.test_voltage_V,
                "arrived": {name: {"free": f, "clamped": c} for name, (f, c) in wires.arrived.items()},
                "clamps": list(wires.clamps),
                "faults": [
                    {
                        "trouble": str(f.trouble),
                        "wires": list(f.wires),
                        "copy": f.copy,
                        "sentence": f.sentence,
                    }
                    for f in wires.faults
                ],
            },
            "safe": None if safe is None else safe.is_safe,
        }


def check_bench(config: HardwareFile, *, wiring: bool = True) -> BenchCheck:
    """Check a bench step by step, as far as it goes; whatever happens it is left in its safe state.

    `wiring` tests the wires too, for which the gates are charged anew. Never raises for an instrument: the
    check's `problems` tell.
    """
    check = BenchCheck(config.name, probe(config))
    check.problems += [part.error for part in check.parts if not part.good]
    try:
        if check.good:
            _power(check, config)
        if check.good and wiring and config.wires.sources:
            check.wires = check_all_wires(HardwareBench(config), config, build_network(config.network))
            check.problems += [fault.sentence for fault in check.wires.faults]
    except LabError as error:
        check.problems.append(str(error))
    finally:
        check.safe = make_safe(config)
    silent = {part.address for part in check.parts if not part.good}
    unsafe = [part for part in check.safe.parts if not part.safe]
    check.problems += [f"not left safe: {part.error}" for part in unsafe if part.address not in silent]
    if unknown := [part.name for part in unsafe if part.address in silent]:
        check.problems.append(f"what {' and '.join(unknown)} now holds is not known: it did not answer")
    return check


def _power(check: BenchCheck, config: HardwareFile) -> None:
    """Switch on, which verifies the supply against its setting and against the meter across it."""
    bench = HardwareBench(config)
    bench.connect()
    try:
        check.supply = bench.supply_readings()
        check.meter_V = bench.meter_reading()
    finally:
        bench.close()
