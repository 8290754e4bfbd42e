"""The twin of a board: its calibrations as doses of a simulated bench."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calibration.records import Calibration
from calibration.routine import Nominal
from protocols.bench import Limits
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say
from protocols.network import Network

_LEAST_V, _LEAST_S = 1e-7, 1e-10
NEEDED = ("wiring", "dac", "adc", "timing", "edges", "gates", "clamp", "bias", "learning-rate")
# quantity in the records → dose per edge, its routine, its unit
_EDGES = {
    "threshold": ("threshold", "edges", "V"),
    "strength": ("strength", "edges", "A/V^2"),
    "threshold_mismatch": ("threshold mismatch", "edges", "V"),
    "strength_mismatch": ("strength mismatch", "edges", ""),
    "bias": ("bias", "bias", "V/s"),
    "contrast_offset": ("contrast offset", "bias", "V"),
    "rate_error": ("rate error", "learning-rate", ""),
    "gate_leak": ("gate leak", "gates", "V/s"),
    "pulse_charge": ("pulse charge", "gates", "V"),
    "wall_low": ("wall low", "gates", "V"),
    "wall_high": ("wall high", "gates", "V"),
}
_NODES = {
    "source_offset": ("source offset", "dac", "V"),
    "source_gain": ("source gain error", "dac", ""),
    "adc_offset": ("reading offset", "adc", "V"),
    "adc_gain": ("reading gain error", "adc", ""),
    "clamp_offset": ("clamp offset", "clamp", "V"),
    "clamp_gain": ("clamp gain error", "clamp", ""),
}
_FAULTS = {"edge open": "open", "edge shorted": "shorted", "edge dead": "dead"}


def twin_doses(
    network: Network, found: Mapping[str, Calibration], limits: Limits, nominal: Nominal
) -> dict[str, Any]:
    """Return the doses, in SI, of the simulated bench that behaves as this board measured.

    found: the latest calibration of each routine in NEEDED. What could not be measured of an edge gets
    the nominal value. Tables: single doses, `per_edge`, `per_node`, `faults`. Raises DataError when a
    calibration is missing.
    """
    for routine in NEEDED:
        if routine not in found:
            raise DataError(
                say(
                    "no calibration '{routine}' of this board; a twin needs it, calibrate it first",
                    routine=routine,
                )
            )
    fill = {
        "threshold": nominal.threshold_V,
        "strength": nominal.strength_A_per_V2,
        "wall_low": limits.gate_min_V,
        "wall_high": limits.gate_max_V,
    }
    per_edge = {}
    for dose, (quantity, routine, unit) in _EDGES.items():
        mean, _ = found[routine].column(quantity, "edge", network.n_edges)
        filled = np.where(np.isfinite(mean), mean, fill.get(dose, 0.0))
        if dose == "gate_leak":
            filled = np.maximum(filled, 0.0)
        if dose == "rate_error":
            filled = np.maximum(filled, -1.0)
        per_edge[dose] = _column(filled, unit)
    per_node = {}
    for dose, (quantity, routine, unit) in _NODES.items():
        mean, _ = found[routine].column(quantity, "node", network.nodes)
        per_node[dose] = _column(np.where(np.isfinite(mean), mean, 0.0), unit)
    doses: dict[str, Any] = _single_doses(found)
    faults = _faults(found)
    tables = {"per_edge": per_edge, "per_node": per_node} | ({"faults": faults} if faults else {})
    return doses | tables


def _column(values: FloatArray, unit: str) -> dict[str, Any]:
    return {
        "values": [float(f"{v:.7g}") if abs(v) > 1e-12 else 0.0 for v in values],
        "unit": unit or "dimensionless",
    }


def _single_doses(found: Mapping[str, Calibration]) -> dict[str, str]:
    """Return the doses common to all edges or nodes: steps, noise, jitter, growth of the bias."""
    doses: dict[str, str] = {}
    step = _mean(found["dac"], "source step")
    doses["source_step"] = f"{_seen(step):.6g} V"
    doses["label_step"] = f"{_seen(_mean(found['clamp'], 'label step')):.6g} V"
    doses |= _reading(_mean(found["adc"], "reading noise"), _mean(found["adc"], "reading step"), "adc")
    gates = found["gates"]
    doses |= _reading(_mean(gates, "gate reading noise"), _mean(gates, "gate reading step"), "gate_adc")
    timing = found["timing"]
    doses["pulse_step"] = f"{_mean(timing, 'pulse step'):.4g} s"
    jitter_s = _mean(timing, "pulse jitter")
    doses["pulse_jitter"] = f"{jitter_s if jitter_s > _LEAST_S else 0.0:.4g} s"
    growth = _mean(found["bias"], "bias growth")
    if growth:
        doses["bias_growth"] = f"{growth:.5g} 1/V"
        doses["bias_reference"] = f"{_mean(found['bias'], 'bias reference'):.6g} V"
    return doses


def _reading(total_V: float, step_V: float, name: str) -> dict[str, str]:
    """Split the scatter of a reading into noise and quantisation: σ² = noise² + step²/12."""
    noise = _seen(float(np.sqrt(max(total_V**2 - step_V**2 / 12, 0.0))))
    return {f"{name}_noise": f"{noise:.4g} V", f"{name}_step": f"{step_V:.5g} V"}


def _seen(volts: float) -> float:
    """Return a voltage, or 0 when it is rounding of the computer rather than of a converter."""
    return volts if volts > _LEAST_V else 0.0


def _mean(calibration: Calibration, quantity: str) -> float:
    found = [v.value for v in calibration.values if v.quantity == quantity]
    return float(np.mean(found)) if found else 0.0


def _faults(found: Mapping[str, Calibration]) -> dict[str, list[int]]:
    faults: dict[str, list[int]] = {}
    for finding in (*found["edges"].findings, *found["learning-rate"].findings):
        kind = _FAULTS.get(finding.kind)
        if kind is not None:
            faults.setdefault(kind, []).append(int(finding.channel.split()[1]))
    for finding in found["wiring"].findings:
        if finding.kind in ("source wire off", "target wire off"):
            faults.setdefault("wires_off", []).append(int(finding.channel.split()[1]))
    return {kind: sorted(set(numbers)) for kind, numbers in faults.items()}
