"""Edge laws as a bench file names them: the law of the board, and other laws of single edges."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from protocols.tables import Table
from protocols.units import Ampere, Ohm, PerVolt, Ratio, Strength, Volt, quantity_field
from sim_backend.plant.diode import GMIN_S


class LawKind(StrEnum):
    """Laws of transistors."""

    SQUARE_LAW = "square-law"
    LEVEL1 = "level1"


Metre = Annotated[float, quantity_field("m")]
RootVolt = Annotated[float, quantity_field("V**0.5")]
Siemens = Annotated[float, quantity_field("S")]


class Level1Card(Table):
    """A SPICE LEVEL=1 n-MOS card; the defaults are the ALD1106 (DESIGN §2.2)."""

    vto: Volt = Field(0.75, description="threshold with source and bulk at 0 V")
    gamma: RootVolt = Field(1.09, ge=0, description="body effect")
    phi: Volt = Field(0.94995, gt=0, description="surface potential")
    kp: Strength = Field(6.24961e-5, gt=0, description="transconductance of a square channel")
    lambda_: PerVolt = Field(0.199985, ge=0, alias="lambda", description="channel length modulation")
    rsh: Ohm = Field(73.213, ge=0, description="sheet resistance, per square")
    length: Metre = Field(7.8e-6, gt=0)
    width: Metre = Field(138e-6, gt=0)
    nrd: Ratio = Field(0.3, ge=0, description="squares of the drain")
    nrs: Ratio = Field(1.0, ge=0, description="squares of the source")
    gmin: Siemens = Field(GMIN_S, ge=0, description="leakage of each end to ground")


EdgeNumbers = Annotated[
    tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, description="edge numbers")
]


class SquareLawEdges(Table):
    """Edges that follow the square law, with values other than the board's."""

    law: Literal["square-law"]
    edges: EdgeNumbers
    threshold: Volt | None = Field(None, ge=0, description="the board's when left out")
    strength: Strength | None = Field(None, gt=0, description="the board's when left out")


class Level1Edges(Level1Card):
    """Edges that are LEVEL=1 transistors; what is left out is as on the board's card."""

    law: Literal["level1"]
    edges: EdgeNumbers


class DiodeEdges(Table):
    """Edges that are junction diodes; the first node of an edge is the anode."""

    law: Literal["diode"]
    edges: EdgeNumbers
    saturation_current: Ampere = Field(1e-14, gt=0)
    ideality: Ratio = Field(1.0, gt=0)


class OpenEdges(Table):
    """Edges that conduct nothing."""

    law: Literal["open"]
    edges: EdgeNumbers


class ShortEdges(Table):
    """Edges that are a resistance and nothing else."""

    law: Literal["short"]
    edges: EdgeNumbers
    resistance: Ohm = Field(1.0, gt=0)


EdgeLawSettings = Annotated[
    SquareLawEdges | Level1Edges | DiodeEdges | OpenEdges | ShortEdges, Field(discriminator="law")
]
