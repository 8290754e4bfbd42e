"""Checkpoints of the simulated bench: everything its future depends on, as bytes.

What a seed and the settings determine (the board, its circuit) is not stored: a bench opened with the same
ones has it already. What is stored: gates, the memory of each data point, thresholds moved by drift, the
generators, the clock and the source voltages.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocols.errors import DataError
from protocols.messages import say
from sim_backend.board.config import BenchConfig
from sim_backend.plant.cycle_arrays import Memory
from sim_backend.simulation import Plant

FORMAT = 3
_STORED_AS = {"reuse_budget": "trust"}  # what stored runs call a field that has another name by now
Array = NDArray[Any]


def pack(plant: Plant, seed: int, about: dict[str, Any]) -> bytes:
    """Return the state of a plant drawn by a seed, and notes about its bench that JSON can hold."""
    notes = {"fits": _fits(plant, seed), "generators": _generators(plant), "bench": about}
    arrays: dict[str, Any] = {
        "gates": plant.gates,
        "free": plant.board.free.threshold,
        "clamped": plant.board.clamped.threshold,
    }
    arrays |= {_key(name): values for name, values in plant.memory._asdict().items()}
    stream = io.BytesIO()
    np.savez(stream, notes=np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8), **arrays)
    return stream.getvalue()


def unpack(plant: Plant, seed: int, state: bytes) -> dict[str, Any]:
    """Put a plant into a stored state and return the notes about its bench.

    Raises DataError when the state is damaged, or of another board.
    """
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as stored:
            arrays = dict(stored)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            say("the stored state of the simulated bench cannot be read: {error}", error=error)
        ) from error
    notes = json.loads(arrays.pop("notes").tobytes())
    if notes["fits"] != _fits(plant, seed):
        raise DataError(
            say("the stored state is of another simulated board: use the same bench, seed and wiring")
        )
    plant.gates[:] = arrays["gates"]
    plant.board.free.threshold[:] = arrays["free"]
    plant.board.clamped.threshold[:] = arrays["clamped"]
    plant.memory = Memory(**{name: arrays[_key(name)].copy() for name in Memory._fields})
    for name, generator in _streams(plant).items():
        generator.bit_generator.state = notes["generators"][name]
    bench: dict[str, Any] = notes["bench"]
    return bench


def _key(field: str) -> str:
    return f"memory_{_STORED_AS.get(field, field)}"


def _streams(plant: Plant) -> dict[str, np.random.Generator]:
    return {k: v for k, v in vars(plant.draws).items() if isinstance(v, np.random.Generator)}


def _generators(plant: Plant) -> dict[str, Any]:
    return {name: generator.bit_generator.state for name, generator in _streams(plant).items()}


def _fits(plant: Plant, seed: int) -> dict[str, Any]:
    """Return what must agree for a state to mean the same: format, settings, seed, wiring."""
    wiring = plant.wiring
    of_the_board = set(BenchConfig.model_fields)  # a bench file says more: of engine, calibrations
    return {
        "format": FORMAT,
        "seed": seed,
        "bench": plant.config.model_dump(mode="json", include=of_the_board),
        "edges": wiring.network.endpoints().tolist(),
        "sources": list(wiring.source_nodes),
        "targets": list(wiring.target_nodes),
    }
