"""The change vector at half resolution: the score of pairs in the same light, made cheap.

A score smoothed over about three pixels loses nothing by being kept at every second one, and
costs a quarter. The shift below one pixel goes into the weights of the averages of 2 x 2 px, so
no image is resampled; the other image is widened by as much, so that both stay alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.change.contract import Floats, Mask, Plane, Views
from tools.change.normalise import Normaliser
from tools.change.scores import noise_by_gradient

Samples = NDArray[Any]  # (rows, cols), of the file's own type

REACH_PX = 8
"""How far, in px of the full image, a value at half resolution looks."""
_STRIP_PX = 64


class Halves(NamedTuple):
    """Planes of (rows / 2, cols / 2), rounded up.

    Attributes:
        score: Root mean square over bands of difference / noise, the noise growing with gradient.
        level: The same over the noise of flat ground: how large the difference is.
        darker: Sum over bands of the first minus the normalised second, above 0 where it darkened.
        valid: Where all pixels that went in have data.
    """

    score: Plane
    level: Plane
    darker: Plane
    valid: Mask


@dataclass(frozen=True, slots=True)
class HalvedVector:
    """Length of the change vector over the noise expected there, at half resolution.

    Bruzzone and Fernandez Prieto (2000) for the vector; the noise grows with the local gradient,
    which is what a residual of registration, blur or compression does.

    Attributes:
        part: Shift of the second image in px, down and right, each in [0, 1).
        usual: Median level of the samples, where nothing changed.
    """

    normaliser: Normaliser
    part: tuple[float, float]
    flat_noise: Floats  # (bands,), units of the first image
    edge_noise: Floats  # (bands,), noise per unit of gradient
    usual: float

    def __call__(self, views: Views) -> Halves:
        """Score a window; the second image is as read, not normalised and not shifted.

        In strips of rows, so that what is worked on stays in the processor's cache.
        """
        rows, cols = views.valid.shape
        shape = -(-rows // 2), -(-cols // 2)
        score, level, darker = (np.empty(shape, np.float32) for _ in range(3))
        out = Halves(score, level, darker, np.empty(shape, bool))
        for row in range(0, rows, _STRIP_PX):
            first, last = max(row - REACH_PX, 0), min(row + _STRIP_PX + REACH_PX, rows)
            at = slice(first, last)
            strip = self._strip(Views(views.a[:, at], views.b[:, at], views.valid[at]))
            kept = slice((row - first) // 2, (row - first + _STRIP_PX) // 2)
            for into, plane in zip(out, strip, strict=True):
                part = plane[kept]
                into[row // 2 : row // 2 + len(part)] = part
        return out

    def _strip(self, views: Views) -> Halves:
        """Score some rows of a window."""
        valid = _halved_mask(views.valid, self.part)
        steep = np.zeros(valid.shape, np.float32)
        kept = []
        for off, first in _differences(views, valid, self.normaliser, self.part):
            kept.append(off)
            steep += first
        steep = _steepness(steep / np.float32(len(kept)))
        score, level, darker = (np.zeros(valid.shape, np.float32) for _ in range(3))
        for off, flat, edge in zip(kept, self.flat_noise, self.edge_noise, strict=True):
            darker += off
            off *= off
            level += off * np.float32(1 / flat**2)
            off /= steep * np.float32(edge**2) + np.float32(flat**2)
            score += off
        share = np.float32(1 / len(kept))
        return Halves(np.sqrt(score * share), np.sqrt(level * share), darker, valid)


def fit_halved(
    samples: Sequence[Views], normaliser: Normaliser, part: tuple[float, float]
) -> HalvedVector:
    """Measure the noise of unchanged pixels as a function of the gradient."""
    off, first, steep = [], [], []
    for views in samples:
        valid = _halved_mask(views.valid, part)
        if not valid.any():
            continue
        found = [(d[valid], p) for d, p in _differences(views, valid, normaliser, part)]
        off.append(np.stack([difference for difference, _ in found]))
        first.append(np.stack([plane[valid] for _, plane in found]))
        mean = sum((plane for _, plane in found), np.zeros(valid.shape, np.float32))
        steep.append(np.sqrt(_steepness(mean / np.float32(len(found))))[valid])
    if not off:
        bands = len(samples[0].a)
        return HalvedVector(normaliser, part, np.ones(bands), np.ones(bands), 1.0)
    differences, values = np.concatenate(off, axis=1), np.concatenate(first, axis=1)
    steepness = np.concatenate(steep)
    fits = [noise_by_gradient(d, steepness, v) for d, v in zip(differences, values, strict=True)]
    flat, edge = (np.array(parts) for parts in zip(*fits, strict=True))
    level = np.sqrt(np.mean((differences / flat[:, None].astype(np.float32)) ** 2, axis=0))
    return HalvedVector(normaliser, part, flat, edge, float(np.median(level)))


def _differences(
    views: Views, valid: Mask, normaliser: Normaliser, part: tuple[float, float]
) -> Iterator[tuple[Plane, Plane]]:
    """Per band: the eased difference, first minus normalised second, and the first, eased.

    A difference that is not valid counts as none, so that it does not leak into its neighbours.
    """
    whole = bool(valid.all())
    wide, moved = [_widened(f) for f in part], [_moved(f) for f in part]
    for band, (a, b) in enumerate(zip(views.a, views.b, strict=True)):
        first = halved(a, wide)
        off = first - halved(normaliser.band(band, b), moved)
        if not whole:
            off *= valid
        yield eased(off), eased(first)


Taps = tuple[float, float, float, float]  # weights of the pixels -1, 0, 1, 2 of a pair 0, 1


def _moved(shift_px: float) -> Taps:
    """A mean of two pixels, moved by part of a pixel."""
    return 0.0, (1 - shift_px) / 2, 0.5, shift_px / 2


def _widened(shift_px: float) -> Taps:
    """A mean around the same place as two pixels, as wide as one that is moved.

    >>> sum(_widened(0.3)) == sum(_moved(0.3)) == 1.0
    True
    """
    outer = (shift_px - shift_px**2) / 4
    return outer, 0.5 - outer, 0.5 - outer, outer


def halved(plane: Samples, taps: Sequence[Taps]) -> Plane:
    """Weighted means over pairs of rows, then of columns; an odd last one is repeated."""
    rows = _paired(plane, taps[0])
    across: Plane = np.ascontiguousarray(_paired(rows.T, taps[1]).T)
    return across


def _paired(plane: Samples, taps: Taps) -> Plane:
    """Weighted means over pairs of rows."""
    if len(plane) % 2:
        plane = np.concatenate([plane, plane[-1:]])
    upper, lower = plane[0::2], plane[1::2]
    if taps[1] == taps[2] == 0.5:
        mean: Plane = np.add(upper, lower, dtype=np.float32)
        mean *= np.float32(0.5)
        return mean
    mean = np.multiply(upper, np.float32(taps[1]), dtype=np.float32)
    mean += np.multiply(lower, np.float32(taps[2]), dtype=np.float32)
    if taps[0]:
        _add_rows(mean[1:], lower[:-1], taps[0])
        _add_rows(mean[:1], plane[:1], taps[0])
    if taps[3]:
        _add_rows(mean[:-1], upper[1:], taps[3])
        _add_rows(mean[-1:], plane[-1:], taps[3])
    return mean


def _add_rows(into: Plane, rows: Samples, weight: float) -> None:
    """Add rows with a weight."""
    into += np.multiply(rows, np.float32(weight), dtype=np.float32)


def eased(plane: Plane) -> Plane:
    """Weights 1 2 1 along rows and columns, edges repeated."""
    return _eased_rows(_eased_rows(plane).T).T


def _eased_rows(plane: Plane) -> Plane:
    """Weights 1 2 1 along the first axis."""
    out = plane * np.float32(2.0)
    out[1:] += plane[:-1]
    out[0] += plane[0]
    out[:-1] += plane[1:]
    out[-1] += plane[-1]
    out *= np.float32(0.25)
    return out


def _steepness(plane: Plane) -> Plane:
    """Squared length of the gradient, per px of this plane."""
    down, across = np.zeros_like(plane), np.zeros_like(plane)
    down[1:-1] = plane[2:] - plane[:-2]
    across[:, 1:-1] = plane[:, 2:] - plane[:, :-2]
    down *= down
    across *= across
    down += across
    down *= np.float32(0.25)
    return down


def _halved_mask(valid: Mask, part: tuple[float, float]) -> Mask:
    """Where all pixels that go into a half-resolution value are seen and valid."""
    known = np.pad(valid, ((0, valid.shape[0] % 2), (0, valid.shape[1] % 2)), mode="edge")
    for plane, shift_px in ((known, part[0]), (known.T, part[1])):
        if shift_px:
            before = plane.copy()
            plane[:-1] &= before[1:]
            plane[1:] &= before[:-1]
            plane[[0, -1]] = False
    four: Mask = known[0::2, 0::2] & known[1::2, 0::2] & known[0::2, 1::2] & known[1::2, 1::2]
    return four
