"""Every imperfection with one plausible dose."""

from sim_backend import Imperfections
from sim_backend.board.measured import Faults, PerEdge, PerNode

TABLES = {"per_edge": PerEdge, "per_node": PerNode, "faults": Faults}
IDEAL = Imperfections().model_dump(exclude={"description"})
NAMES = [name for name in Imperfections.model_fields if name not in ("description", *TABLES)]
DOSES = {  # one plausible dose each, in SI
    "bias_mean": 0.4,
    "bias_spread": 1.0,
    "bias_growth": 0.012,
    "bias_reference": 6.5,
    "contrast_offset": 5e-3,
    "threshold_spread": 0.05,
    "threshold_mismatch": 2e-3,
    "strength_spread": 0.02,
    "strength_mismatch": 0.005,
    "source_offset": 1e-3,
    "source_gain": 0.002,
    "source_step": 1.777e-3,
    "label_step": 1.777e-3,
    "clamp_offset": 3e-3,
    "clamp_gain": 0.05,
    "adc_offset": 2e-4,
    "adc_gain": 1e-3,
    "adc_noise": 1e-4,
    "adc_step": 1.106e-4,
    "gate_adc_noise": 2e-3,
    "gate_adc_step": 2.43e-3,
    "gate_leak": 1e-3,
    "pulse_step": 30e-6,
    "pulse_jitter": 5e-8,
    "rate_error": 1.42,
    "rate_spread": 0.1,
    "pulse_charge": -2e-5,
    "pulse_charge_spread": 1e-5,
    "wall_spread": 0.02,
    "threshold_drift": 5e-3,
    "threshold_drift_period": 600.0,
    "dead_edges": 0.1,
    "open_edges": 0.1,
    "shorted_edges": 0.1,
    "short_resistance": 5.0,
    "dropped_samples": 0.01,
    "late_cycles": 0.02,
    "late_by": 3e-3,
    "wire_off": 0.1,
}


def doses(**values):
    """Return imperfections from plain SI numbers."""
    text = {}
    for name, value in values.items():
        unit = Imperfections.model_fields[name].json_schema_extra["unit"]
        text[name] = f"{value!r} {unit}".strip()
    return Imperfections.model_validate(text)
