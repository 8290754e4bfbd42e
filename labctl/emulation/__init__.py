"""Emulated benches: a hardware bench file, and instruments that speak its wires' real protocols."""

from labctl.bench_files.hardware_file import EmulationSettings, FaultSettings, HardwareBenchFile
from labctl.emulation.bench import EmulatedBench

__all__ = ["EmulatedBench", "EmulationSettings", "FaultSettings", "HardwareBenchFile"]
