"""Means over squares, from whole-number sums: exact, whatever window they start in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.shapes.looks import Plane

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_STEPS = 16
"""Values are counted in sixteenths."""


def box_mean(plane: Plane, half_px: int) -> Plane:
    """Return the mean over squares of 2 half + 1 px, of what lies in the window."""
    whole = np.rint(plane * np.float32(_STEPS)).astype(np.int64)
    sums, count = _box_sums(whole, half_px), _counts(plane.shape, half_px)
    mean: Plane = (sums / (count * _STEPS)).astype(np.float32)
    return mean


def _box_sums(whole: Whole, half_px: int) -> Whole:
    return _line_sums(_line_sums(whole, half_px, 0), half_px, 1)


def _line_sums(whole: Whole, half_px: int, axis: int) -> Whole:
    length = whole.shape[axis]
    total = np.cumsum(whole, axis=axis)
    total = np.concatenate([np.zeros_like(np.take(total, [0], axis)), total], axis=axis)
    place = np.arange(length)
    high = np.minimum(place + half_px + 1, length)
    low = np.maximum(place - half_px, 0)
    sums: Whole = np.take(total, high, axis) - np.take(total, low, axis)
    return sums


def _counts(shape: tuple[int, ...], half_px: int) -> Whole:
    rows, cols = (
        np.minimum(np.arange(n) + half_px + 1, n) - np.maximum(np.arange(n) - half_px, 0)
        for n in shape
    )
    counts: Whole = rows[:, None] * cols[None, :]
    return counts
