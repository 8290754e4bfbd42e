"""The simulated bench as a file: the board's nominal parts and the doses of its imperfections."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from protocols.messages import say
from protocols.tables import ClampCircuit, Table
from protocols.units import Farad, Ohm, Ratio, Second, Strength, Volt
from sim_backend.board.edge_settings import EdgeLawSettings, LawKind, Level1Card
from sim_backend.board.imperfections import Imperfections


class BoardSettings(Table):
    """Nominal parts of the board (DESIGN §2.1–2.3); the learning rate is A²/(V₀·R·C)."""

    law: LawKind = Field(LawKind.SQUARE_LAW, description="law of the transistors")
    threshold: Volt = Field(0.62, ge=0, description="of the square law")
    strength: Strength = Field(8.5e-4, gt=0, description="of the square law")
    level1: Level1Card = Field(Level1Card(), description="card of the level1 law")
    edge_laws: tuple[EdgeLawSettings, ...] = Field((), description="edges that follow another law")
    contrast_gain: Ratio = Field(1.0, gt=0, description="A: gain before the squaring circuits")
    contrast_scale: Volt = Field(0.33, gt=0, description="V₀: scale voltage of the squaring circuits")
    charging_resistance: Ohm = Field(100.0, gt=0)
    gate_capacitance: Farad = Field(22e-6, gt=0)
    node_max: Volt = Field(0.4532, gt=0, description="full scale of sources and targets; 0 V is the least")
    gate_min: Volt = Field(0.75, ge=0, description="lower wall of the gate voltages")
    gate_max: Volt = Field(5.03, gt=0, description="upper wall of the gate voltages")
    clamp_circuit: ClampCircuit = ClampCircuit.ANALOG
    pulse_max: Second = Field(0.1, gt=0, description="longest learning pulse the bench gives")
    cycle_overhead: Second = Field(
        200e-6, ge=0, description="time of a cycle besides its learning pulse: settling and conversions"
    )

    @model_validator(mode="after")
    def _walls_in_order(self) -> BoardSettings:
        if self.gate_min >= self.gate_max:
            raise ValueError(say("gate_min must be below gate_max"))
        return self

    @model_validator(mode="after")
    def _one_law_per_edge(self) -> BoardSettings:
        named = [edge for entry in self.edge_laws for edge in entry.edges]
        twice = sorted({edge for edge in named if named.count(edge) > 1})
        if twice:
            raise ValueError(say("edge_laws names edge {edge} twice", edge=twice[0]))
        return self

    @property
    def learning_rate(self) -> float:
        """Return α = A²/(V₀·R·C), in 1/(V·s)."""
        time_constant = self.charging_resistance * self.gate_capacitance
        return float(self.contrast_gain**2 / (self.contrast_scale * time_constant))


class BenchConfig(Table):
    """A simulated bench: what `--bench sim` means unless a bench file says otherwise."""

    kind: Literal["sim"] = "sim"
    name: str = "simulated 4×4 board"
    serial: str = "SIM-0001"
    board: BoardSettings = BoardSettings()
    imperfections: Imperfections = Imperfections()
