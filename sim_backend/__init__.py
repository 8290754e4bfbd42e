"""The simulated bench: plant, imperfections, SimBench. Drop-in for hardware behind protocols.Bench."""

from protocols.tables import ClampCircuit
from sim_backend.board.config import BenchConfig, BoardSettings
from sim_backend.board.imperfections import PRESETS, Imperfections, preset_values, read_doses
from sim_backend.ensemble import Ensemble
from sim_backend.lane_group import EnsembleRecord
from sim_backend.plant.laws import Diode, EdgeLaw, Level1, MixedLaw, Open, Short, SquareLaw
from sim_backend.plant.static import solve
from sim_backend.simbench import SimBench

__all__ = [
    "PRESETS",
    "BenchConfig",
    "BoardSettings",
    "ClampCircuit",
    "Diode",
    "EdgeLaw",
    "Ensemble",
    "EnsembleRecord",
    "Imperfections",
    "Level1",
    "MixedLaw",
    "Open",
    "Short",
    "SimBench",
    "SquareLaw",
    "preset_values",
    "read_doses",
    "solve",
]
