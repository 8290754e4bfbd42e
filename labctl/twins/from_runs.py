"""The twin of a lattice board of runs that were imported: they must be of one board with the same tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from calibration.lattice_twin import LatticeTwin, MeasuredGates, lattice_twin, twin_doses
from labctl.store import open_run
from labctl.store.reading import floats, learning_edges, measured_rounds
from labctl.twins.preset import write_twin
from protocols.block import FloatArray
from protocols.errors import ConfigError, DataError
from protocols.messages import say
from sim_backend import read_doses

# Of the published kind of board, and the same on every one: nothing of them is drawn.
COMMON = (
    "rate_error", "source_step", "label_step", "adc_step", "adc_noise", "gate_adc_step", "gate_adc_noise",
    "gate_leak", "pulse_step", "pulse_jitter",
)  # fmt: skip


def write_lattice_twin(folders: Sequence[Path], path: Path) -> tuple[Path, LatticeTwin]:
    """Write the twin of the board of these runs as a preset; return its path and what the runs told.

    Raises ConfigError when the runs are of different tasks, DataError when they do not tell enough.
    """
    runs, tasks = zip(*map(_read, folders), strict=True)
    for folder, task in zip(folders[1:], tasks[1:], strict=True):
        if not all(a.shape == b.shape and np.allclose(a, b) for a, b in zip(task, tasks[0], strict=True)):
            raise ConfigError(
                say(
                    "is a run of other tasks or wires than {other}; the drift of a gate holds "
                    "for the voltages of one task set",
                    other=folders[0].name,
                ),
                file=str(folder),
                key="--runs",
                allowed=say("give runs of the same tasks"),
            )
    found = lattice_twin(runs)
    preset = read_doses("lattice-paper")
    names = ", ".join(f.name for f in folders)
    description = (
        f"twin of a lattice board from {names}: walls, and the drift of every gate while these tasks are "
        "trained; what the runs do not tell (thresholds, strengths, offsets, converters) is nominal"
    )
    return write_twin(twin_doses(found, {k: preset[k] for k in COMMON}, description), path), found


def _read(folder: Path) -> tuple[MeasuredGates, tuple[FloatArray, ...]]:
    """Return learning times and gates of the rounds that were measured, and wires and points of the task."""
    with open_run(folder, cycles=False) as run:
        if len(learning_edges(run)) != run.sizes["edge"]:
            raise DataError(
                say("{folder}: only boards of transistors alone have a twin of this kind", folder=folder)
            )
        seen = measured_rounds(run)
        gates, time = floats(run, "gate_voltage"), floats(run, "learning_time")
        seen &= np.isfinite(gates).all(axis=1) & np.isfinite(time)
        names = ("source_node", "output_positive", "output_negative", "train_input", "train_label")
        task = tuple(floats(run, name) for name in names)
    return MeasuredGates(time[seen], gates[seen]), task
