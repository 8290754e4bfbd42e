"""The imperfection ledger: every way the simulated board differs from the ideal one.

Each imperfection has a name, a unit, a dose and a seed (DESIGN §2.5). Each draws from a random
stream of its own, so changing one dose leaves all the others exactly as they were.
"""

from __future__ import annotations

import tomllib
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from protocols.block import FloatArray
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.tables import Table
from protocols.units import Ohm, PerVolt, Ratio, Second, Volt, VoltPerSecond
from sim_backend.board.measured import Faults, PerEdge, PerNode

PRESETS = ("ideal", "lattice-paper", "small-network-exp1", "small-network-exp2", "harsh")
TABLES = ("per_edge", "per_node", "faults")  # fields that are tables of their own


class LedgerEntry(TypedDict):
    """One imperfection as the manifest keeps it; seed: of its draw, None where nothing is drawn."""

    name: str
    meaning: str
    unit: str
    dose: Any
    seed: int | None


def _dose(text: str, unit: str, default: float = 0.0, signed: bool = False) -> Any:
    least = None if signed else 0.0
    return Field(default, description=text, json_schema_extra={"unit": unit}, ge=least)


def _probability(text: str) -> Any:
    return Field(0.0, description=f"probability {text}", json_schema_extra={"unit": ""}, ge=0.0, le=1.0)


class Imperfections(Table):
    """Doses of all imperfections of the simulated board; all zero is the ideal board."""

    description: str = ""
    bias_mean: VoltPerSecond = _dose("learning bias, mean over edges", "V/s", signed=True)
    bias_spread: VoltPerSecond = _dose("learning bias, standard deviation over edges", "V/s")
    bias_growth: PerVolt = _dose("growth of the bias with the sum of gate voltages", "1/V", signed=True)
    bias_reference: Volt = _dose("sum of gate voltages where the bias has its stated value", "V")
    contrast_offset: Volt = _dose("input offset of the contrast circuits, rms", "V")
    rate_error: Ratio = Field(
        0.0,
        description="relative error of the learning rate, common to all edges",
        json_schema_extra={"unit": ""},
        ge=-1.0,
    )
    rate_spread: Ratio = _dose("learning rate relative to the nominal one, standard deviation over edges", "")
    threshold_spread: Volt = _dose("threshold, standard deviation over edges, same in both copies", "V")
    threshold_mismatch: Volt = _dose("threshold of the clamped copy against the free one, rms", "V")
    threshold_drift: Volt = _dose(
        "amplitude of a slow drift common to all thresholds; its phase is drawn", "V"
    )
    threshold_drift_period: Second = _dose("period of the threshold drift; 0: no drift", "s")
    strength_spread: Ratio = _dose(
        "strength, relative standard deviation over edges, same in both copies", ""
    )
    strength_mismatch: Ratio = _dose("strength of the clamped copy against the free one, relative rms", "")
    source_offset: Volt = _dose("offset of each source output, rms", "V")
    source_gain: Ratio = _dose("relative gain error of each source output, rms", "")
    source_step: Volt = _dose("quantisation step of source outputs at the node", "V")
    label_step: Volt = _dose("quantisation step of labels at the node", "V")
    clamp_offset: Volt = _dose("offset of each clamp, rms", "V")
    clamp_gain: Ratio = _dose("relative gain error of each clamp's displacement, rms", "")
    adc_offset: Volt = _dose("offset of each node reading, rms", "V")
    adc_gain: Ratio = _dose("relative gain error of each node reading, rms", "")
    adc_noise: Volt = _dose("noise of one node reading, rms", "V")
    adc_step: Volt = _dose("quantisation step of node readings", "V")
    gate_adc_noise: Volt = _dose("noise of one gate reading, rms", "V")
    gate_adc_step: Volt = _dose("quantisation step of gate readings", "V")
    gate_leak: VoltPerSecond = _dose("fall of each held gate, mean; each edge has 0.5 to 1.5 of it", "V/s")
    wall_spread: Volt = _dose(
        "walls of the gate, standard deviation over edges; lower and upper wall drawn apart", "V"
    )
    pulse_step: Second = _dose("quantisation step of the learning pulse", "s")
    pulse_jitter: Second = _dose("jitter of the learning pulse, rms", "s")
    pulse_charge: Volt = _dose(
        "gate voltage gained with each learning pulse, mean over edges", "V", signed=True
    )
    pulse_charge_spread: Volt = _dose(
        "gate voltage gained with each learning pulse, standard deviation over edges", "V"
    )
    dropped_samples: Ratio = _probability("per cycle that its reading is lost")
    late_cycles: Ratio = _probability("per cycle that it is late")
    late_by: Second = _dose("lateness of a late cycle, mean of an exponential distribution", "s")
    dead_edges: Ratio = _probability("per edge that its gate never moves")
    open_edges: Ratio = _probability("per edge that it conducts nothing")
    shorted_edges: Ratio = _probability("per edge that it is stuck short; open wins")
    short_resistance: Ohm = Field(
        1.0, description="resistance of a shorted edge", json_schema_extra={"unit": "ohm"}, gt=0
    )
    wire_off: Ratio = _probability("per source or target node that its wire has come off")
    per_edge: PerEdge = Field(PerEdge(), description="measured values that replace draws")
    per_node: PerNode = Field(PerNode(), description="measured converters that replace draws")
    faults: Faults = Field(Faults(), description="edges and wires broken on purpose")

    def ledger(self, seed: int) -> list[LedgerEntry]:
        """Return one entry per imperfection: name, meaning, unit, dose, seed.

        Entries of the tables are named `per_edge.bias` and so on; their dose is a list and they
        have no seed, because nothing in them is drawn.
        """
        skipped = ("description", *TABLES)
        entries = _entries(self, skipped)
        for entry in entries:
            entry["seed"] = stream_seed(seed, entry["name"])
        for table in TABLES:
            for entry in _entries(getattr(self, table)):
                entries.append({**entry, "name": f"{table}.{entry['name']}", "dose": list(entry["dose"])})
        return entries

    def draw(self, name: str, seed: int, size: int, stream: str = "") -> FloatArray:
        """Draw `size` normal values with the named dose as standard deviation.

        `stream` names the random stream of a dose that is drawn twice; it is the dose's name otherwise.
        """
        rng = np.random.default_rng(stream_seed(seed, stream or name))
        sample: FloatArray = getattr(self, name) * rng.standard_normal(size)
        return sample

    def strike(self, name: str, seed: int, size: int) -> NDArray[np.bool_]:
        """Draw which of `size` parts are struck, each with the named dose as probability.

        A higher dose strikes the same parts and more.
        """
        struck: NDArray[np.bool_] = _uniform(seed, name, size) < getattr(self, name)
        return struck

    def phase(self, name: str, seed: int) -> float:
        """Draw the phase of the named dose, 0 to 2π, in radians."""
        return float(2 * np.pi * _uniform(seed, name, 1)[0])


def _uniform(seed: int, name: str, size: int) -> FloatArray:
    return np.random.default_rng(stream_seed(seed, name)).random(size)


def _entries(table: Table, skipped: tuple[str, ...] = ()) -> list[LedgerEntry]:
    """Return name, meaning, unit and dose of every field of a table."""
    entries: list[LedgerEntry] = []
    for name, field in type(table).model_fields.items():
        if name in skipped:
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        entries.append(
            {
                "name": name,
                "meaning": field.description or "",
                "unit": str(extra.get("unit", "")),
                "dose": getattr(table, name),
                "seed": None,
            }
        )
    return entries


def stream_seed(seed: int, name: str) -> int:
    """Return the seed of the named imperfection's own random stream."""
    return int(np.random.SeedSequence([seed, zlib.crc32(name.encode())]).generate_state(1, np.uint64)[0])


def preset_values(name: str) -> dict[str, Any]:
    """Return the doses of a shipped preset as written in its file. Raises ConfigError for a name unknown."""
    if name not in PRESETS:
        raise ConfigError(
            say("no such imperfection preset"),
            key="--imperfections",
            value=name,
            allowed=say(
                "presets are {presets}; anything else must be an existing TOML file",
                presets=", ".join(PRESETS),
            ),
        )
    return tomllib.loads((files("sim_backend") / "presets" / f"{name}.toml").read_text("utf-8"))


def read_doses(preset_or_file: str) -> dict[str, Any]:
    """Return the doses of a preset, of a TOML file, or of a bench file, unvalidated. Raises ConfigError."""
    path = Path(preset_or_file)
    if preset_or_file in PRESETS or not path.suffix:
        return preset_values(preset_or_file)
    try:
        doses = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(say("file not found"), file=str(path), allowed=say("check the path")) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            say("cannot be read: {error}", error=error),
            file=str(path),
            allowed=say("it must be a TOML file, UTF-8"),
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(say("is not valid TOML: {error}", error=error), file=str(path)) from error
    table: dict[str, Any] = doses.get("imperfections", doses)
    return table
