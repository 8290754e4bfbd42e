"""Benches made of real instruments: from a bench file to a `protocols.Bench`, and to a safe state."""

from drivers.hardware.config import HardwareConfig
from drivers.hardware.hardware_bench import HardwareBench
from drivers.hardware.safety import NotSafe, PartReport, SafetyReport, make_safe

__all__ = ["HardwareBench", "HardwareConfig", "NotSafe", "PartReport", "SafetyReport", "make_safe"]
