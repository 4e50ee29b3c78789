"""Scores of change per pixel: how many times larger than the noise of unchanged pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import linalg, ndimage, special

from tools.change.contract import Bands, Floats, Plane, Views, Window
from tools.change.gradients import brightness, magnitude
from tools.change.lattice import Cells
from tools.change.normalise import Normaliser, flat_sample

VECTOR = "change vector, noise-scaled"
VECTOR_SOURCE = "Bruzzone and Fernandez Prieto 2000, doi:10.1109/36.843009"
_SMOOTH_PX = 1.0
_REACH = 4  # truncate at 3 sigma and one for the gradient
_FLOOR_OF_RANGE = 0.004
_NOISE_BINS = 10
_MAD_ROUNDS = 20
_MAD_SAMPLE_PX = 100_000


class Score(Protocol):
    """A score of change for every pixel of a window; larger is more."""

    @property
    def name(self) -> str:
        """Name of the method."""
        ...

    @property
    def source(self) -> str:
        """The paper the method is from."""
        ...

    @property
    def halo_px(self) -> int:
        """Margin that a window needs so that its inner part is the same as in the whole."""
        ...

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Score a window of both images (the second as read, not normalised)."""
        ...


@dataclass(frozen=True, slots=True)
class NoScore:
    """Stands in when there is nothing to compare."""

    halo_px: int = 0
    name: str = "none"
    source: str = ""

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Zero everywhere."""
        return np.zeros(views.valid.shape, np.float32)


def smooth(bands: Bands, sigma_px: float = _SMOOTH_PX) -> Bands:
    """Gaussian smoothing of each band."""
    eased: Bands = ndimage.gaussian_filter(bands, (0.0, sigma_px, sigma_px), truncate=3.0)
    return eased


def spread(values: Floats) -> float:
    """Standard deviation of the unchanged majority: 1.4826 times the median distance."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


@dataclass(frozen=True, slots=True)
class ChangeVector:
    """Length of the change vector over the noise expected at that pixel.

    Bruzzone and Fernandez Prieto (2000) for the vector; the noise grows with the local
    gradient, which is what a residual of registration, blur or compression does.
    """

    normaliser: Normaliser
    flat_noise: Floats  # (bands,), units of the first image
    edge_noise: Floats  # (bands,), noise per unit of gradient
    halo_px: int = _REACH
    name: str = VECTOR
    source: str = VECTOR_SOURCE

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Root mean square over bands of difference / noise."""
        total = np.zeros(views.valid.shape, np.float32)
        off = smooth(views.a - self.normaliser(views.b))
        steep = magnitude(brightness(views.a))
        steep *= steep
        for k in range(len(off)):
            noise = (
                np.float32(self.flat_noise[k] ** 2) + np.float32(self.edge_noise[k] ** 2) * steep
            )
            total += off[k] * off[k] / noise
        score: Plane = np.sqrt(total / np.float32(len(off)))
        return score


def fit_change_vector(samples: Sequence[Views], normaliser: Normaliser) -> ChangeVector:
    """Measure the noise of unchanged pixels as a function of the gradient."""
    off = [smooth(view.a - normaliser(view.b))[:, view.valid] for view in samples]
    steep = [magnitude(brightness(view.a))[view.valid] for view in samples]
    differences, steepness = np.concatenate(off, axis=1), np.concatenate(steep)
    values = np.concatenate([view.a[:, view.valid] for view in samples], axis=1)
    fits = [noise_by_gradient(d, steepness, v) for d, v in zip(differences, values, strict=True)]
    flat, edge = (np.array(part) for part in zip(*fits, strict=True))
    return ChangeVector(normaliser, flat, edge)


def noise_by_gradient(off: Floats, steepness: Floats, values: Floats) -> tuple[float, float]:
    """Noise on flat ground and per unit of gradient, from the spread in gradient bins."""
    span = float(np.subtract(*np.quantile(values[::7], (0.98, 0.02))))
    floor = max(_FLOOR_OF_RANGE * span, 1e-6)
    order = np.argsort(steepness)
    bins = np.array_split(order, _NOISE_BINS)
    at = np.array([float(np.mean(steepness[b] ** 2)) for b in bins if len(b)])
    got = np.array([spread(off[b]) ** 2 for b in bins if len(b)])
    edge = max(
        float(np.sum((at - at[0]) * (got - got[0])) / (np.sum((at - at[0]) ** 2) + 1e-12)), 0
    )
    flat = max(float(np.median(got - edge * at)), float(got[0]) - edge * float(at[0]), 0.0)
    return max(flat**0.5, floor), edge**0.5


@dataclass(frozen=True, slots=True)
class MadVariates:
    """Iteratively reweighted multivariate alteration detection.

    Nielsen (2007), doi:10.1109/TIP.2006.888195: canonical variates of the two images that
    differ least are subtracted; the weighted sum of squares is chi-squared where nothing changed.
    It does not see any linear change of gain, offset or band mixture.
    """

    mean: Floats  # (2 p,)
    first: Floats  # (p, p), columns are variates
    second: Floats  # (p, p)
    variance: Floats  # (p,)
    halo_px: int = _REACH
    name: str = "IR-MAD"
    source: str = "Nielsen 2007, doi:10.1109/TIP.2006.888195"

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Square root of the mean over variates of the squared, standardised difference."""
        a, b = smooth(views.a), smooth(views.b)
        p = len(a)
        u = np.tensordot(self.first.T.astype(np.float32), a - _column(self.mean[:p]), 1)
        v = np.tensordot(self.second.T.astype(np.float32), b - _column(self.mean[p:]), 1)
        off = (u - v) ** 2 / _column(self.variance)
        score: Plane = np.sqrt(off.mean(axis=0, dtype=np.float32))
        return score


def _column(values: Floats) -> Bands:
    """One value per band, ready to broadcast over rows and columns."""
    return values.astype(np.float32)[:, None, None]


def fit_mad(samples: Sequence[Views]) -> MadVariates:
    """Fit the canonical variates on sampled pixels; weights are P(no change)."""
    eased = [Views(smooth(v.a), smooth(v.b), v.valid) for v in samples]
    both = np.concatenate(flat_sample(eased, _MAD_SAMPLE_PX))
    p = len(both) // 2
    weight = np.ones(both.shape[1])
    fitted = _canonical(both, weight)
    for _ in range(_MAD_ROUNDS):
        mean, first, second, variance = fitted
        centred = both - mean[:, None]
        off = first.T @ centred[:p] - second.T @ centred[p:]
        squares = np.sum(off**2 / variance[:, None], axis=0)
        weight = special.gammaincc(p / 2, squares / 2)  # P(chi-squared > squares)
        before, fitted = variance, _canonical(both, weight)
        if np.max(np.abs(fitted[3] - before)) < 1e-3:
            break
    return MadVariates(*fitted)


def _canonical(both: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Weighted canonical correlation: mean, both transforms, variance of the differences."""
    p = len(both) // 2
    mean = np.average(both, axis=1, weights=weight + 1e-9)
    centred = both - mean[:, None]
    cov = (centred * (weight + 1e-9)) @ centred.T / np.sum(weight + 1e-9)
    cov += np.eye(2 * p) * (1e-6 * np.trace(cov) / (2 * p) + 1e-12)
    s11, s12, s22 = cov[:p, :p], cov[:p, p:], cov[p:, p:]
    squared, first = linalg.eigh(s12 @ np.linalg.solve(s22, s12.T), s11)
    second = np.linalg.solve(s22, s12.T) @ first
    second /= np.sqrt(np.maximum(np.sum(second * (s22 @ second), axis=0), 1e-12))
    second *= np.where(np.sum(first * (s12 @ second), axis=0) < 0, -1.0, 1.0)
    rho = np.sqrt(np.clip(squared, 0.0, 1.0))
    return mean, first, second, np.maximum(2.0 * (1.0 - rho), 1e-4)
