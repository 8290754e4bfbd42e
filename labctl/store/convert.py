"""From live.db to run.nc, piece by piece: memory does not grow with the run."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labctl.store.layout import COLUMNS, COORDINATES, CYCLE, ROUND, SNAPSHOT, Column, columns_of
from labctl.store.live import Static, cannot_store
from labctl.store.live_reader import Extent, LiveReader, filled

if TYPE_CHECKING:  # slow to import, and not needed before a run ends
    import h5netcdf
    import xarray

NAME = "run.nc"
_CHUNK_BYTES = 1 << 19
_WORTH_PACKING = 1000  # values


@dataclass(frozen=True)
class Converted:
    """What went into run.nc, and how many blocks were damaged."""

    extent: Extent
    damaged_blocks: int


def convert(folder: Path, attributes: Mapping[str, Any]) -> Converted:
    """Write run.nc from live.db, complete or not at all. Raises DataError, StoreError when it does not fit.

    attributes: the file's own, besides those noted when the run began.
    """
    part = folder / f"{NAME}.part"
    try:
        with LiveReader(folder) as live:
            statics = live.statics()
            written = {**live.meta("attributes", {}), **attributes}
            _write_statics(statics, written, part)
            converted = _append(live, statics, part)
        part.replace(folder / NAME)
    except (OSError, RuntimeError) as error:  # HDF5 says RuntimeError for some failed writes
        raise cannot_store(folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return converted


def open_run(path: Path, *, cycles: bool = True) -> xarray.Dataset:
    """Open run.nc, or the run folder it lies in, fully loaded; on wish without the single cycles."""
    import xarray

    file = path / NAME if path.is_dir() else path
    without = [] if cycles else list(columns_of(CYCLE))
    with xarray.open_dataset(file, engine="h5netcdf", drop_variables=without) as dataset:
        return dataset.load()


def _write_statics(statics: dict[str, Static], attributes: dict[str, object], path: Path) -> None:
    import xarray

    named = {name: v for name, v in statics.items() if name in v[0]}
    data = {name: v for name, v in statics.items() if name not in named}
    dataset = xarray.Dataset(data, named, attributes)
    packed = {n: {"zlib": True, "complevel": 4} for n, v in data.items() if v[1].size > _WORTH_PACKING}
    packed = {n: p for n, p in packed.items() if data[n][1].dtype.kind == "f"}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=packed)


def _append(live: LiveReader, statics: dict[str, Static], path: Path) -> Converted:
    """Append everything that grew while the run went on."""
    import h5netcdf

    extent = live.extent()
    sizes = {d: n for dims, values, _ in statics.values() for d, n in zip(dims, values.shape, strict=True)}
    shapes = {
        n: tuple(sizes[d] for d in c.dims[1:]) for n, c in COLUMNS.items() if set(c.dims[1:]) <= set(sizes)
    }
    first = next(live.rounds(), {})
    rounds = {n: c for n, c in columns_of(ROUND).items() if n in (first or _expected(shapes, sizes))}
    cycles = columns_of(CYCLE) | columns_of(SNAPSHOT)
    damaged = 0
    with h5netcdf.File(path, "a") as file:
        lengths = {ROUND: sum(1 for _ in live.rounds()), CYCLE: extent.kept, SNAPSHOT: extent.snapshots}
        for name, length in lengths.items():
            file.dimensions[name] = length
        writers = {
            n: _Writer(file, n, c, lengths[c.dims[0]], shapes[n]) for n, c in (rounds | cycles).items()
        }
        for arrays in islice(live.rounds(), lengths[ROUND]):
            for name in rounds:
                missing = np.full(shapes[name], np.nan)
                writers[name].add(np.asarray(arrays.get(name, missing))[np.newaxis])
        for block in islice(live.blocks(), extent.blocks):
            damaged += block.arrays is None
            arrays = filled(block, shapes)
            for name in cycles:
                writers[name].add(arrays[name])
        for writer in writers.values():
            writer.flush()
        present = [n for n in COORDINATES if n in file.variables]
        file.attrs["coordinates"] = " ".join(present)  # xarray's way to name coordinates of a whole file
        if damaged:
            file.attrs["damaged_blocks"] = damaged
    return Converted(extent, damaged)


def _expected(shapes: Mapping[str, tuple[int, ...]], sizes: Mapping[str, int]) -> set[str]:
    """Return the variables the rounds of a run would have had; without a test set none about one."""
    return {n for n in shapes if "test_point" in sizes or not n.startswith("test_")}


class _Writer:
    """Writes one variable in pieces as large as its chunks."""

    def __init__(
        self, file: h5netcdf.File, name: str, column: Column, length: int, shape: tuple[int, ...]
    ) -> None:
        dtype = np.dtype(column.dtype)
        per_row = int(np.prod(shape, dtype=np.int64))
        self._rows = max(min(_CHUNK_BYTES // max(per_row * dtype.itemsize, 1), length), 1)
        options: dict[str, object] = {}
        if length * per_row > _WORTH_PACKING:
            options = {
                "chunks": (self._rows, *shape),
                "compression": "gzip",
                "compression_opts": 1,
                "shuffle": True,
            }
        fill = np.nan if dtype.kind == "f" else None
        self._variable = file.create_variable(name, column.dims, dtype, fillvalue=fill, **options)
        self._variable.attrs.update(column.attributes)
        self._dtype = dtype
        self._waiting: list[NDArray[Any]] = []
        self._count = 0
        self._at = 0

    def add(self, rows: NDArray[Any]) -> None:
        """Add rows; whole chunks are written at once."""
        if not len(rows):
            return
        self._waiting.append(rows)
        self._count += len(rows)
        if self._count >= self._rows:
            joined = np.concatenate(self._waiting).astype(self._dtype, copy=False)
            whole = len(joined) - len(joined) % self._rows
            self._write(joined[:whole])
            rest = joined[whole:].copy()
            self._waiting, self._count = ([rest] if len(rest) else []), len(rest)

    def flush(self) -> None:
        """Write what waits for a chunk to fill."""
        if self._count:
            self._write(np.concatenate(self._waiting).astype(self._dtype, copy=False))
        self._waiting, self._count = [], 0

    def _write(self, rows: NDArray[Any]) -> None:
        self._variable[self._at : self._at + len(rows)] = rows
        self._at += len(rows)
