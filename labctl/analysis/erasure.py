"""Erasure: how fast what was stored is lost while something else is trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from labctl.analysis.span import late_rounds, switch_pairs
from labctl.store.reading import floats, groups, half_period_cycles, misses, round_cycles
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say


@dataclass(frozen=True)
class Erasure:
    """What happens to one task while the other is trained for half a period.

    kept_V, lost_V: its rms error at the end of its own turn and of the other's; rate_V_per_s: rms over its
    data points of how far the other's turn moves its outputs, per second of that turn, mean over turns.
    """

    task: int
    kept_V: float
    lost_V: float
    rate_V_per_s: float
    turns: int


def erasure_rate(time_s: FloatArray, misses_V: FloatArray) -> float:
    """Return how fast the outputs of a stored task run away, in V/s: |slope of L − O| against time.

    time_s (n,); misses_V (n, …), one column per data point and output. Root of the sum of squared slopes
    over outputs, mean over data points, as `LinearTask.erasure_V_per_s` has it. Raises ValueError when no
    time passes.
    """
    time, missed = np.asarray(time_s, dtype=float), np.asarray(misses_V, dtype=float)
    if len(time) < 2 or len(time) != len(missed) or np.ptp(time) == 0:
        raise ValueError("a rate needs errors at two different times at least")
    points = missed.shape[1] if missed.ndim > 1 else 1
    columns = missed.reshape(len(missed), -1)
    centred = time - time.mean()
    slopes = centred @ (columns - columns.mean(axis=0)) / float(centred @ centred)
    return float(np.sqrt(np.sum(slopes**2) / points))


def erasure_in_turns(run: xr.Dataset, last: int | None = None) -> list[Erasure]:
    """Return for each of two tasks that take turns what the other's turn does to it.

    Over rounds half a period apart at switches, among the last so many (default: as published, 40, or 20
    for classification; 0: all). Raises DataError when there are none, outputs were not read, or there are
    not exactly two tasks.
    """
    half, names = half_period_cycles(run), np.unique(groups(run))
    if half is None or len(names) != 2:
        raise DataError(say("erasure in turns needs two tasks that take turns"))
    last = late_rounds(run) if last is None else last
    cycles, time_s = round_cycles(run), floats(run, "learning_time")
    missed = misses(run)
    known = np.asarray(np.isfinite(missed).all(axis=(1, 2)))
    at = {int(c): m for m, c in enumerate(cycles) if known[m]}
    late = {m for pair in switch_pairs(cycles, half, last) for m in pair}
    found = []
    for turn, task in enumerate(names):
        mine = missed[:, groups(run) == task]
        rms = np.sqrt(np.sum(mine**2, axis=2).mean(axis=1))
        # A switch at which an odd number of turns has passed ends the first task's turn.
        own = [m for c, m in at.items() if m in late and c >= half and (c // half - 1) % 2 == turn]
        pairs = [(m, at[int(cycles[m]) + half]) for m in own if int(cycles[m]) + half in at]
        if not pairs:
            raise DataError(
                say("no two rounds lie half a period ({half} cycles) apart at switches", half=half)
            )
        kept, lost = (float(np.mean([rms[p[k]] for p in pairs])) for k in (0, 1))
        moved = np.mean([mine[after] - mine[before] for before, after in pairs], axis=0)
        turn_s = float(np.mean([time_s[after] - time_s[before] for before, after in pairs]))
        rate = float(np.sqrt(np.sum(moved**2) / len(moved))) / turn_s if turn_s > 0 else float("nan")
        found.append(Erasure(int(task), kept, lost, rate, len(pairs)))
    return found
