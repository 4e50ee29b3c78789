"""What a patch looks like, in cells of 4 working pixels: edge directions, contrast, colours.

Histograms of oriented gradients after Dalal and Triggs (CVPR 2005), with soft bins by doubled
angles and normalised over 5 × 5 cells. Values are rounded to small whole numbers, so that sums of
products with whole-number weights are exact in float32, in whatever order they are added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.counting.lattice import Planes

Cells = NDArray[np.float32]
CELL = 4
DIRECTIONS = 6
MARGIN_CELLS = 3
"""Cells around a window that its values depend on."""
LARGEST = 127.0
_SMOOTH = np.array([0.05, 0.24, 0.42, 0.24, 0.05], np.float32)
_FLOOR = 0.03
_HOG_UNIT, _CONTRAST_UNIT, _BRIGHT_UNIT, _COLOUR_UNIT = 150.0, 150.0, 100.0, 250.0


def channels(planes: int) -> int:
    """Return how many values a cell has, for so many planes."""
    return DIRECTIONS + 1 + planes


def cells(planes: Planes) -> Cells:
    """Return (rows, columns, channels) for planes whose sides are multiples of the cell.

    The outermost cells, `MARGIN_CELLS` wide, depend on where the window ends.
    """
    bright = ndimage.correlate1d(planes[0], _SMOOTH, axis=0, mode="nearest")
    bright = ndimage.correlate1d(bright, _SMOOTH, axis=1, mode="nearest")
    across = np.zeros_like(bright)
    down = np.zeros_like(bright)
    across[:, 1:-1] = bright[:, 2:] - bright[:, :-2]
    down[1:-1] = bright[2:] - bright[:-2]
    strength = np.sqrt(across * across + down * down)
    safe = np.maximum(strength, 1e-12)
    twice_cos = (across * across - down * down) / safe
    twice_sin = 2 * across * down / safe
    pooled = _pooled(strength)
    local = _around(pooled) + _FLOOR
    out = [
        _HOG_UNIT * _pooled(_towards(twice_cos, twice_sin, safe, direction)) / local
        for direction in range(DIRECTIONS)
    ]
    out.append(_CONTRAST_UNIT * np.minimum(pooled, 1.0))
    out.append(_BRIGHT_UNIT * _pooled(planes[0]))
    out += [_COLOUR_UNIT * _pooled(plane) for plane in planes[1:]]
    whole = np.clip(np.rint(np.stack(out, axis=-1)), -LARGEST, LARGEST)
    return np.asarray(whole, np.float32)


def _towards(cos: Planes, sin: Planes, strength: Planes, direction: int) -> Planes:
    """Return how much of the gradient lies about a direction: strength × max(0, cos 2Δ)²."""
    angle = 2 * np.pi * direction / DIRECTIONS
    part = np.maximum(cos * np.float32(np.cos(angle)) + sin * np.float32(np.sin(angle)), 0.0)
    return np.asarray(part * part / strength, np.float32)


def _pooled(plane: Planes) -> Planes:
    """Return means of cells, added in one order."""
    rows = plane[0::CELL] + plane[1::CELL] + plane[2::CELL] + plane[3::CELL]
    total = rows[:, 0::CELL] + rows[:, 1::CELL] + rows[:, 2::CELL] + rows[:, 3::CELL]
    return np.asarray(total / np.float32(CELL * CELL), np.float32)


def _around(pooled: Planes) -> Planes:
    """Return means over 5 × 5 cells."""
    ones = np.full(5, 0.2, np.float32)
    rows = ndimage.correlate1d(pooled, ones, axis=0, mode="nearest")
    return np.asarray(ndimage.correlate1d(rows, ones, axis=1, mode="nearest"), np.float32)
