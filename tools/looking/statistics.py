"""Statistics of values that stream past: mean and extremes exact, quantiles from fine bins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_REACH = 2.0
_BIN = 1e-4


class RunningStatistics:
    """Count, mean, deviation, extremes and quantiles of values added piece by piece.

    Sums are combined piece by piece (Chan, Golub and LeVeque 1983), so that many values do not
    wear away digits. Quantiles come from bins of 0.0001 within -2 to 2 and are right to half of
    that; what lies beyond is spread evenly up to the extremes.
    """

    def __init__(self) -> None:
        self.count = 0
        self.low = math.inf
        self.high = -math.inf
        self._mean = 0.0
        self._squares = 0.0
        self._bins = np.zeros(round(2 * _REACH / _BIN) + 2, dtype=np.int64)

    def add(self, values: Floats) -> None:
        """Take in finite values."""
        if not values.size:
            return
        mean = float(values.mean())
        squares = float(((values - mean) ** 2).sum())
        total = self.count + values.size
        apart = mean - self._mean
        self._squares += squares + apart**2 * self.count * values.size / total
        self._mean += apart * values.size / total
        self.count = total
        self.low, self.high = (
            min(self.low, float(values.min())),
            max(self.high, float(values.max())),
        )
        places = np.clip(np.floor((values + _REACH) / _BIN), -1, len(self._bins) - 2) + 1
        self._bins += np.bincount(places.astype(np.int64), minlength=len(self._bins))

    @property
    def mean(self) -> float:
        """The mean."""
        return self._mean

    @property
    def deviation(self) -> float:
        """The standard deviation of the values, as of a whole population."""
        return math.sqrt(self._squares / max(1, self.count))

    def quantile(self, share: float) -> float:
        """Return the value below which a share of the values lies."""
        edges = np.concatenate(
            [[self.low], np.arange(len(self._bins) - 1) * _BIN - _REACH, [self.high]]
        )
        edges = np.clip(edges, self.low, self.high)
        total = np.concatenate([[0], np.cumsum(self._bins)])
        wanted = share * self.count
        at = int(np.searchsorted(total, wanted, side="left"))
        at = min(max(at, 1), len(total) - 1)
        held = total[at] - total[at - 1]
        part = 0.0 if held == 0 else (wanted - total[at - 1]) / held
        value = float(edges[at - 1] + part * (edges[at] - edges[at - 1]))
        return min(max(value, self.low), self.high)  # rounding may pass an end
