"""Bounded history of many columns: rows are merged into bins that keep lowest, highest and latest.

A spike is never lost to the eye, and a run of weeks takes no more room than one of minutes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray

BINS = 2048


class History:
    """Rows of x (n,) and values (n, columns), kept in at most `bins` bins; missing values are NaN.

    When the bins are full, neighbours are merged in pairs. x rises and is that of a bin's latest row.
    """

    def __init__(self, columns: int, bins: int = BINS) -> None:
        if bins < 2 or bins % 2:
            raise ValueError("bins come in pairs")
        self.columns, self.bins = columns, bins
        self._x = np.empty(bins)
        self._low = np.empty((bins, columns), dtype=np.float32)
        self._high = np.empty_like(self._low)
        self._last = np.empty_like(self._low)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._count = 0  # bins in use, the open one included
        self._fill = 0  # rows in the open bin
        self.rows_per_bin = 1
        self.rows = 0

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> FloatArray:
        """Return x of each bin's latest row, shape (len,)."""
        return self._x[: self._count]

    @property
    def low(self) -> NDArray[np.float32]:
        """Return the lowest value of each bin, shape (len, columns)."""
        return self._low[: self._count]

    @property
    def high(self) -> NDArray[np.float32]:
        """Return the highest value of each bin, shape (len, columns)."""
        return self._high[: self._count]

    @property
    def last(self) -> NDArray[np.float32]:
        """Return the latest value of each bin, shape (len, columns)."""
        return self._last[: self._count]

    def add(self, x: NDArray[Any], values: NDArray[Any]) -> None:
        """Append rows: x (n,), values (n, columns)."""
        x = np.asarray(x, dtype=np.float64)
        values = np.asarray(values, dtype=np.float32).reshape(len(x), self.columns)
        self.rows += len(x)
        start = 0
        while start < len(x):
            start += self._add_some(x[start:], values[start:])

    def _add_some(self, x: FloatArray, values: NDArray[np.float32]) -> int:
        """Append rows to the open bin, or whole bins as far as there is room; return how many rows."""
        width = self.rows_per_bin
        if 0 < self._fill < width:
            n = min(width - self._fill, len(x))
            self._into(self._count - 1, x[:n], values[:n])
            self._fill += n
            return n
        if self._count == self.bins:
            self._merge()
            return 0
        whole = min(len(x) // width, self.bins - self._count)
        if whole == 0:
            n = len(x)
            self._open(x[:n], values[:n])
            self._fill = n
            return n
        n, place = whole * width, slice(self._count, self._count + whole)
        grouped = values[:n].reshape(whole, width, self.columns)
        self._x[place] = x[width - 1 : n : width]
        self._low[place] = np.fmin.reduce(grouped, axis=1)
        self._high[place] = np.fmax.reduce(grouped, axis=1)
        self._last[place] = grouped[:, -1]
        self._count += whole
        self._fill = width
        return n

    def _open(self, x: FloatArray, values: NDArray[np.float32]) -> None:
        k = self._count
        self._x[k], self._last[k] = x[-1], values[-1]
        self._low[k] = np.fmin.reduce(values, axis=0)
        self._high[k] = np.fmax.reduce(values, axis=0)
        self._count += 1

    def _into(self, k: int, x: FloatArray, values: NDArray[np.float32]) -> None:
        self._x[k], self._last[k] = x[-1], values[-1]
        self._low[k] = np.fmin(self._low[k], np.fmin.reduce(values, axis=0))
        self._high[k] = np.fmax(self._high[k], np.fmax.reduce(values, axis=0))

    def _merge(self) -> None:
        half = self.bins // 2
        self._x[:half] = self._x[1::2]
        self._low[:half] = np.fmin(self._low[::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[::2], self._high[1::2])
        self._last[:half] = self._last[1::2]
        self._count, self._fill = half, 2 * self.rows_per_bin
        self.rows_per_bin *= 2

    def drawn(self, pieces: int, low_x: float = -np.inf, high_x: float = np.inf) -> tuple[FloatArray, Any]:
        """Return x (2p,) and values (2p, columns) to draw within an x range as p ≤ pieces columns of pixels.

        Each column of pixels holds a lowest and a highest value; with room to spare, every bin is drawn.
        """
        x = self.x
        first = max(int(np.searchsorted(x, low_x)) - 1, 0)
        past = min(int(np.searchsorted(x, high_x)) + 1, len(x))
        x, low, high = x[first:past], self.low[first:past], self.high[first:past]
        if len(x) > pieces:
            cuts = np.linspace(0, len(x), pieces, endpoint=False).astype(int)
            low, high = np.fmin.reduceat(low, cuts), np.fmax.reduceat(high, cuts)
            x = x[np.append(cuts[1:] - 1, len(x) - 1)]
        elif self.rows_per_bin == 1:
            return x, self.last[first:past]
        n = len(x)
        values = np.empty((2 * n, self.columns), dtype=np.float32)
        rising = self.last[first:past][-1:] if n else None
        values[::2], values[1::2] = low, high
        if rising is not None and n:
            values[-1] = rising[0]  # the line ends where the network is now
        return np.repeat(x, 2), values

    def nearest(self, x: float) -> int:
        """Return the bin nearest to x; the history must not be empty."""
        k = int(np.clip(np.searchsorted(self.x, x), 0, self._count - 1))
        if k > 0 and abs(self.x[k - 1] - x) < abs(self.x[k] - x):
            return k - 1
        return k
