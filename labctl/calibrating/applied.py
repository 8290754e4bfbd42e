"""What a run corrects by its board's calibrations: sources, readings, and conductances. Nothing expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration import Calibration, CalibrationStore, State
from calibration.records import now_utc, sentence_of, state_of
from drivers.corrections import ConverterLine, Corrections
from labctl.calibrating.advice import repeating
from labctl.calibrating.in_manifest import CalibrationInUse, InManifest
from protocols.block import FloatArray
from protocols.messages import joined, say
from protocols.network import Network
from protocols.task import Wiring

if TYPE_CHECKING:
    from labctl.bench_files.load import LoadedBench

USED = ("dac", "adc", "edges")
_GOOD = (State.VALID, State.SOON)


@dataclass(frozen=True, eq=False)
class Applied:
    """The corrections of a run, the calibrations they come from, and what is to be warned of."""

    corrections: Corrections | None = None
    calibrations: tuple[Calibration, ...] = ()
    warnings: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return a line for the preflight sheet, none when nothing is applied."""
        if not self.calibrations:
            return ()
        named = [
            say("{routine} of {issued}", routine=c.routine, issued=f"{c.issued:%Y-%m-%d}")
            for c in self.calibrations
        ]
        return (say("applied: {calibrations}", calibrations=joined(named, ", ")),)

    def to_manifest(self) -> InManifest:
        """Return what a run's manifest says: which calibrations, and every number that was used."""
        c = self.corrections
        if c is None:
            return {"corrections": None}
        return {
            "corrections": {
                "calibrations": [_told(c) for c in self.calibrations],
                "sources": {str(node): list(line) for node, line in c.sources.items()},
                "readings": {str(node): list(line) for node, line in c.readings.items()},
                "threshold_V": _plain(c.threshold_V),
                "strength_A_per_V2": _plain(c.strength_A_per_V2),
            }
        }


def find_applied(bench: LoadedBench, wiring: Wiring, now: datetime | None = None) -> Applied:
    """Return what the bench's valid calibrations correct for this wiring.

    A simulated bench is corrected only where its file asks for it. Raises DataError when a store is damaged.
    """
    settings = bench.calibration
    if not (bench.is_hardware if settings.apply is None else settings.apply):
        return Applied()
    at = now or now_utc()
    latest = CalibrationStore(settings.folder()).latest(bench.calibration_serial)
    found: dict[str, Calibration] = {}
    warnings: list[str] = []
    for routine in USED:
        calibration = latest.get(routine)
        state = state_of(calibration, at)
        if calibration is not None and state in _GOOD:
            found[routine] = calibration
        elif state is not State.MISSING:
            said = sentence_of(routine, state, calibration, at, repeating(bench.options()))
            warnings.append(say("{said}; until then it is not applied", said=said))
    if not found:
        return Applied(warnings=tuple(warnings))
    corrections = corrections_of(found, wiring.network)
    warnings += _not_covered(corrections, found, wiring)
    warnings += corrections.at(wiring, bench.limits).out_of_reach(wiring)
    return Applied(corrections, tuple(found.values()), tuple(warnings))


def corrections_of(found: Mapping[str, Calibration], network: Network) -> Corrections:
    """Return the corrections that calibrations of dac, adc and edges tell, whichever of them there are."""

    def lines(routine: str, what: str) -> dict[int, ConverterLine]:
        if routine not in found:
            return {}
        offset, _ = found[routine].column(f"{what} offset", "node", network.nodes)
        gain, _ = found[routine].column(f"{what} gain error", "node", network.nodes)
        known = np.flatnonzero(np.isfinite(offset) & np.isfinite(gain))
        return {int(n): ConverterLine(float(1.0 + gain[n]), float(offset[n])) for n in known}

    def per_edge(quantity: str) -> FloatArray | None:
        return found["edges"].column(quantity, "edge", network.n_edges)[0] if "edges" in found else None

    return Corrections(
        lines("dac", "source"), lines("adc", "reading"), per_edge("threshold"), per_edge("strength")
    )


def applied_in(manifest: Mapping[str, Any]) -> Corrections | None:
    """Return the corrections a stored run was made with, by its manifest."""
    kept = manifest.get("corrections")
    if not isinstance(kept, dict):
        return None

    def lines(key: str) -> dict[int, ConverterLine]:
        return {int(node): ConverterLine(*map(float, line)) for node, line in kept[key].items()}

    return Corrections(
        lines("sources"),
        lines("readings"),
        _array(kept["threshold_V"]),
        _array(kept["strength_A_per_V2"]),
    )


def _not_covered(corrections: Corrections, found: Mapping[str, Calibration], wiring: Wiring) -> list[str]:
    """Say which sources and targets a calibration does not tell of: it was made with other wires."""
    sources = [s.name for s in wiring.sources if s.node not in corrections.sources]
    targets = [str(node) for node in wiring.target_nodes if node not in corrections.readings]
    said: list[str] = []
    if "dac" in found and sources:
        said.append(
            say("dac was calibrated with other wires: not corrected is {sources}", sources=", ".join(sources))
        )
    if "adc" in found and targets:
        said.append(
            say(
                "adc was calibrated with other wires: not corrected is node {targets}",
                targets=", ".join(targets),
            )
        )
    return said


def _told(calibration: Calibration) -> CalibrationInUse:
    told = calibration.model_dump(mode="json", include={"routine", "id", "method", "issued", "expires"})
    return {
        "routine": told["routine"],
        "id": told["id"],
        "method": told["method"],
        "issued": told["issued"],
        "expires": told["expires"],
        "operator": calibration.operator,
    }


def _plain(column: FloatArray | None) -> list[float | None] | None:
    return None if column is None else [float(v) if np.isfinite(v) else None for v in column]


def _array(column: list[float | None] | None) -> FloatArray | None:
    return None if column is None else np.array([np.nan if v is None else v for v in column])
