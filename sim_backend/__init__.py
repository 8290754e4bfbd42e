"""The simulated bench: plant, imperfections, SimBench. Drop-in for hardware behind protocols.Bench."""

from sim_backend.config import BenchConfig, BoardSettings, ClampCircuit
from sim_backend.imperfections import PRESETS, Imperfections, preset_values, read_doses
from sim_backend.laws import SquareLaw
from sim_backend.simbench import SimBench
from sim_backend.static import solve

__all__ = [
    "PRESETS",
    "BenchConfig",
    "BoardSettings",
    "ClampCircuit",
    "Imperfections",
    "SimBench",
    "SquareLaw",
    "preset_values",
    "read_doses",
    "solve",
]
