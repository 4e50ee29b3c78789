"""Relative radiometric normalisation: another exposure, haze or gamma is not a change.

A band of the second image is mapped onto the first by a rising polynomial, a cubic at most,
fitted with Cauchy weights (iteratively reweighted least squares; Holland and Welsch 1977), so
that pixels that changed hardly count: pseudo-invariant pixels without choosing them (Schott et
al. 1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.change.contract import Bands, Floats, Plane, Views

_ROUNDS = 10
_FIT_PX = 60_000
_TABLE_BYTES = 2
_BULK = 0.95
_AS_GOOD = 1.01
ALIKE_CORRELATION = 0.9


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Per band: value -> a polynomial of the value clipped to the range it was fitted on.

    Attributes:
        low, high: The range of the fit, (bands,).
        coefficients: Rising powers of (value - low) / (high - low), (bands, 4).
        correlation: Of the weighted fit, (bands,).
    """

    low: Floats
    high: Floats
    coefficients: Floats
    correlation: Floats

    def __call__(self, bands: Bands) -> Bands:
        """Map the second image onto the radiometry of the first."""
        out = np.empty(bands.shape, np.float32)
        for k, plane in enumerate(bands):
            out[k] = self.band(k, plane)
        return out

    def band(self, index: int, plane: NDArray[Any]) -> Plane:
        """Map one band; whole numbers of few levels through a table."""
        if plane.dtype.kind == "u" and plane.itemsize <= _TABLE_BYTES < plane.size:
            levels = np.arange(1 << 8 * plane.itemsize, dtype=plane.dtype)
            table = self._polynomial(index, levels)
            mapped: Plane = table[plane]
            return mapped
        return self._polynomial(index, plane)

    def _polynomial(self, index: int, plane: NDArray[Any]) -> Plane:
        """The polynomial of the clipped values, by Horner's rule."""
        low, high = self.low[index], self.high[index]
        x: Plane = np.clip(plane, np.float32(low), np.float32(high), dtype=np.float32)
        x -= np.float32(low)
        x *= np.float32(1 / (high - low))
        highest = int(np.max(np.flatnonzero(self.coefficients[index]), initial=0))
        powers = self.coefficients[index].astype(np.float32)
        out: Plane = np.full_like(x, powers[highest])
        for power in powers[:highest][::-1]:
            out *= x
            out += power
        return out


def fit(samples: Sequence[Views], most: int = 3) -> Normaliser:
    """Fit the normalisation on pixels sampled from both images (equal numbers of bands).

    Args:
        samples: Windows of both images.
        most: Highest degree of the polynomial, 1 to 3.
    """
    a, b = flat_sample(samples)
    bands = [_fit_band(x, y, most) for x, y in zip(b, a, strict=True)]
    low, high, coefficients, correlation = (np.array(part) for part in zip(*bands, strict=True))
    return Normaliser(low, high, coefficients, correlation)


def flat_sample(samples: Sequence[Views], count: int = _FIT_PX) -> tuple[Floats, Floats]:
    """Valid pixels of both images as (bands, pixels), evenly thinned to about `count`."""
    counts = [int(np.count_nonzero(view.valid)) for view in samples]
    step = max(sum(counts) // count, 1)
    first = np.cumsum([0, *counts[:-1]])
    taken = [slice(int(-before % step), None, step) for before in first]
    a, b = (
        np.concatenate(
            [v[:, w.valid][:, t] for v, w, t in zip(side, samples, taken, strict=True)], 1
        )
        for side in ([v.a for v in samples], [v.b for v in samples])
    )
    return a.astype(np.float64), b.astype(np.float64)


def _fit_band(x: Floats, y: Floats, most: int) -> tuple[float, float, Floats, float]:
    """The clipping range, four coefficients and the correlation of one band."""
    low, high = float(x.min()), float(x.max())
    high = high if high > low else low + 1.0
    unit = (x - low) / (high - low)
    fits = [_robust(np.vander(unit, degree + 1, increasing=True), y) for degree in _degrees(most)]
    good = [
        (powers, correlation, _bulk(np.polynomial.polynomial.polyval(unit, powers) - y))
        for powers, correlation in fits
        if correlation >= ALIKE_CORRELATION and _rises(powers, unit)
    ]
    if not good:
        return low, high, _matched_moments(unit, y), fits[0][1]
    least = min(bulk for _, _, bulk in good)
    powers, correlation, _ = next(fit for fit in good if fit[2] <= _AS_GOOD * least + 1e-9)
    return low, high, np.pad(powers, (0, 4 - len(powers))), correlation


def _degrees(most: int) -> range:
    """A straight line first: a bend has to earn its place, or bright new roofs would make one."""
    return range(1, most + 1)


def _bulk(off: Floats) -> float:
    """Mean distance of the pixels that fit best, all but a twentieth."""
    away = np.abs(off)
    count = max(int(_BULK * len(away)), 1)
    return float(np.partition(away, count - 1)[:count].mean())


def _rises(powers: Floats, unit: Floats) -> bool:
    """Whether the polynomial never falls over the middle 98 % of the values."""
    first, last = (float(q) for q in np.quantile(unit, (0.01, 0.99)))
    curve = np.polynomial.polynomial.polyval(np.linspace(first, last, 32), powers)
    return bool(np.all(np.diff(curve) >= 0.0))


def _robust(design: Floats, y: Floats) -> tuple[Floats, float]:
    """Least squares with Cauchy weights, and the weighted correlation of fit and data."""
    weight = _cauchy(y - _matched(design[:, 1], y), y)
    solution: Floats = np.zeros(design.shape[1])
    ridge = 1e-9 * len(y) * np.eye(design.shape[1])
    for _ in range(_ROUNDS):
        gram = (design * weight[:, None]).T @ design
        solution = np.linalg.solve(gram + ridge, design.T @ (weight * y))
        weight = _cauchy(y - design @ solution, y)
    return solution, _weighted_correlation(design @ solution, y, weight)


def _cauchy(off: Floats, y: Floats) -> Floats:
    """Cauchy weights of residuals, scaled by their median."""
    scale = 1.4826 * float(np.median(np.abs(off))) + 1e-3 * float(y.std()) + 1e-12
    return 1.0 / (1.0 + (off / (2.0 * scale)) ** 2)


def _matched(unit: Floats, y: Floats) -> Floats:
    """A straight line that gives both the same median and middle spread, at each pixel."""
    return np.polynomial.polynomial.polyval(unit, _matched_moments(unit, y))


def _weighted_correlation(x: Floats, y: Floats, weight: Floats) -> float:
    """Correlation with weights; 0 when one side does not vary."""
    dx, dy = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    spread = np.sum(weight * dx * dx) * np.sum(weight * dy * dy)
    return float(np.sum(weight * dx * dy) / np.sqrt(spread)) if spread > 0 else 0.0


def _matched_moments(unit: Floats, y: Floats) -> Floats:
    """A straight line that gives both the same median and the same middle spread."""
    spread_x = np.subtract(*np.quantile(unit, (0.84, 0.16)))
    spread_y = np.subtract(*np.quantile(y, (0.84, 0.16)))
    slope = spread_y / spread_x if spread_x > 0 else 0.0
    return np.array([np.median(y) - slope * np.median(unit), slope, 0.0, 0.0])
