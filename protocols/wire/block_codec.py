"""A CycleBlock as the bytes that are uploaded to a board, and back.

Inputs and labels go as a table of rows and the row of each cycle: without deliberate noise there is
one row per data point, and a block of thousands of cycles is little more than its order.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from protocols.block import CycleBlock, IntArray
from protocols.errors import LabError
from protocols.messages import say
from protocols.method import ClampRule, Contrast, Hinge, Method, Nudge, TimeRule, Timing
from protocols.wire.errors import WireError
from protocols.wire.fields import Fields, pack_reals, parse

_COUNTS = struct.Struct("<QIHHHHI")  # first cycle, cycles, rows, points, sources, outputs, snapshots
_METHOD = struct.Struct("<BbBBBB8dI")
MAX_ROWS = 0xFFFF


def pack_block(block: CycleBlock, width: int) -> bytes:
    """Return a block as bytes, reals of `width` bytes.

    Raises WireError when it has more different rows or data points than 65535.
    """
    rows, order = rows_of(block)
    points = len(block.wrong)
    if len(rows) > MAX_ROWS or points > MAX_ROWS:
        raise WireError(
            say(
                "{count} rows do not fit into a block, {max_rows} do",
                count=max(len(rows), points),
                max_rows=MAX_ROWS,
            )
        )
    counts = _COUNTS.pack(
        block.first_cycle,
        len(block),
        len(rows),
        points,
        block.inputs.shape[1],
        block.labels.shape[1],
        len(block.snapshots),
    )
    parts = [
        counts,
        pack_method(block.method),
        block.points[rows].astype("<u2").tobytes(),
        pack_reals(block.inputs[rows], width),
        pack_reals(block.labels[rows], width),
        order.astype("<u2").tobytes(),
        pack_reals(block.margins, width),
        block.wrong.astype("u1").tobytes(),
        block.snapshots.astype("<u4").tobytes(),
    ]
    return b"".join(parts)


def unpack_block(data: bytes, width: int) -> CycleBlock:
    """Return the block that bytes describe; raises WireError when they describe none."""
    return parse(data, lambda f: _read(f, width))


def _read(f: Fields, width: int) -> CycleBlock:
    first, cycles, rows, points, sources, outputs, snapshots = f.take("QIHHHHI")
    method = _method(f)
    row_points = f.array("<u2", rows)
    inputs = f.reals(width, rows, sources)
    labels = f.reals(width, rows, outputs)
    order = f.array("<u2", cycles)
    margins = f.reals(width, points, outputs)
    wrong = f.array("u1", points)
    kept = f.array("<u4", snapshots)
    if cycles == 0 or int(order.max(initial=0)) >= rows:
        raise WireError(say("the block has no cycles, or a cycle names a row that is not there"))
    if not (np.isfinite(inputs).all() and np.isfinite(labels).all() and np.isfinite(margins).all()):
        raise WireError(say("the block holds a voltage that is no number"))
    try:
        return CycleBlock(
            first,
            row_points[order].astype(np.int64),
            inputs[order],
            labels[order],
            method,
            margins,
            wrong != 0,
            kept.astype(np.int64),
        )
    except LabError as error:
        raise WireError(error.message) from error


def rows_of(block: CycleBlock) -> tuple[IntArray, NDArray[np.int64]]:
    """Return the cycles that stand for a row each, and the row of every cycle."""
    _, first, row = np.unique(block.points, return_index=True, return_inverse=True)
    same = np.array_equal(block.inputs, block.inputs[first][row]) and np.array_equal(
        block.labels, block.labels[first][row]
    )
    if same:
        return first.astype(np.int64), row.astype(np.int64)
    every = np.arange(len(block), dtype=np.int64)
    return every, every


def pack_method(method: Method) -> bytes:
    """Return a method as bytes; times in seconds and volts as float64, the chopping period in cycles."""
    clamp, time = method.clamp, method.time
    return _METHOD.pack(
        clamp.nudge,
        clamp.direction,
        clamp.contrast,
        time.timing,
        time.normalise,
        method.hinge,
        clamp.eta,
        clamp.amplitude_V,
        time.pulse_s,
        time.reference_V,
        time.max_pulse_s,
        time.step_s,
        time.dead_band_V,
        method.tolerance_V,
        method.chop_cycles,
    )


def _method(f: Fields) -> Method:
    nudge, direction, contrast, timing, normalise, hinge = f.take("BbBBBB")
    eta, amplitude, pulse, reference, most, step, dead_band, tolerance, chop = f.take("8dI")
    try:
        return Method(
            "as uploaded",
            ClampRule(Nudge(nudge), eta, amplitude, direction, Contrast(contrast)),
            TimeRule(Timing(timing), pulse, reference, most, step, dead_band, normalise != 0),
            Hinge(hinge),
            tolerance,
            chop,
        )
    except (ValueError, LabError) as error:
        raise WireError(say("the block's method cannot be used: {error}", error=error)) from error
