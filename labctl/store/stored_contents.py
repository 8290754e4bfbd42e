"""What the files of a run hold whose process is gone: live.db, or run.nc when that is all there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labctl.store.convert import NAME as STORED
from labctl.store.events import read_events
from labctl.store.live import NAME
from labctl.store.live_reader import LiveReader, NothingRecorded
from labctl.store.summary import RunResults, measured
from protocols.errors import DataError


@dataclass(frozen=True)
class StoredContents:
    """Cycles and rounds committed, cycles planned, and what was noted of the run.

    ended: how the run itself had said it ended, when it still could; is_live: live.db holds this, not run.nc.
    """

    cycles: int
    rounds: int
    planned: int = 0
    resumable: bool = False
    is_live: bool = True
    ended: Mapping[str, str] | None = None
    results: RunResults | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def contents_of(folder: Path) -> StoredContents | None:
    """Return what a run's files hold; None when it was killed before anything was recorded.

    Raises DataError when live.db is damaged, or gone although the run had begun to train.
    """
    try:
        with LiveReader(folder) as live:
            live.statics()  # every table is looked through, to find damage before anything is changed
            extent = live.extent()
            found = StoredContents(
                extent.cycles,
                extent.rounds,
                int(live.meta("cycles", 0)),
                resumable=live.checkpoint() is not None,
                ended=live.meta("ended"),
                results=measured(live),
                attributes=live.meta("attributes", {}),
            )
            return found if live.meta("plan") is not None else None
    except NothingRecorded:
        if (folder / STORED).exists():
            return _stored(folder)
    if any(e.get("what") == "run running" for e in read_events(folder)):
        raise DataError(
            f"{folder / NAME}: is missing or empty although the run had begun; put it back, or delete the run"
        )
    return None


def _stored(folder: Path) -> StoredContents:
    """Return what run.nc tells of its run."""
    import xarray  # slow

    try:
        with xarray.open_dataset(folder / STORED, engine="h5netcdf") as run:
            rounds = run.sizes.get("round", 0)
            cycles = int(run["round_cycle"][-1]) if rounds else 0
            if run.sizes.get("cycle"):
                cycles = max(cycles, int(run["cycle"][-1]) + 1)
            return StoredContents(cycles, rounds, is_live=False, attributes=dict(run.attrs))
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise DataError(
            f"{folder / STORED}: cannot be read ({error}); nothing was changed; put a good copy back, "
            "or delete the run"
        ) from None
