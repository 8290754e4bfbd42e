"""Emulated benches: a hardware bench file, and instruments that speak its wires' real protocols."""

from labctl.emulation.bench import EmulatedBench
from labctl.emulation.settings import EmulationSettings, FaultSettings, HardwareFile

__all__ = ["EmulatedBench", "EmulationSettings", "FaultSettings", "HardwareFile"]
