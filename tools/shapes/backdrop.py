"""What the ground around is like: robust middle and spread of colours over cells of a window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.shapes.looks import Plane

CELL_PX = 32
_EVERY = 2
"""Every so many pixels of a cell, along both axes, are enough for its median."""
_AROUND = 5
"""Cells on each side over which the middle is taken again, so that no large object is its own
backdrop."""
REACH_PX = CELL_PX * (_AROUND // 2 + 2)
"""Margin within which a pixel's backdrop is decided."""
_OF_MAD = np.float32(1.4826)
Cells = NDArray[np.float32]


def backdrop(plane: Plane, origin: tuple[int, int]) -> tuple[Plane, Plane]:
    """Return median and spread (1.4826 times the median deviation) around each pixel.

    Args:
        plane: Values of a window.
        origin: (column, row) of its first pixel on the canvas; cells are cut at multiples of
            `CELL_PX` there, so that every window has the same ones.
    """
    cells, cut = _in_cells(plane, origin)
    middle = _medians(cells)
    spread = _medians(np.abs(cells - middle[..., None])) * _OF_MAD
    size = (_AROUND, _AROUND)
    middle = ndimage.median_filter(middle, size=size, mode="nearest")
    spread = ndimage.median_filter(spread, size=size, mode="nearest")
    return _spread_out(middle, cut), _spread_out(spread, cut)


def _in_cells(plane: Plane, origin: tuple[int, int]) -> tuple[Cells, tuple[slice, slice]]:
    """Return (rows, columns, values) of cells, and where the window lies in them."""
    rows, cols = plane.shape
    left, top = origin[0] % CELL_PX, origin[1] % CELL_PX
    high, wide = -(-(top + rows) // CELL_PX), -(-(left + cols) // CELL_PX)
    padded = np.full((high * CELL_PX, wide * CELL_PX), np.nan, dtype=np.float32)
    cut = slice(top, top + rows), slice(left, left + cols)
    padded[cut] = plane
    part = padded[::_EVERY, ::_EVERY]
    side = CELL_PX // _EVERY
    cells = part.reshape(high, side, wide, side).swapaxes(1, 2)
    return cells.reshape(high, wide, side * side), cut


def _medians(cells: Cells) -> Cells:
    """Return the median of each cell; of a cell that the window cuts, of what is there.

    A cell of which next to nothing is there, at a border, takes the value of the one beside it.
    """
    middle: Cells = np.median(cells, axis=-1)
    held = np.isfinite(cells).any(axis=-1)
    cut = np.isnan(middle) & held
    if cut.any():
        middle[cut] = np.nanmedian(cells[cut], axis=-1)
    for lines in (middle, middle.T):
        for border, beside in ((0, 1), (-1, -2)):
            if len(lines) > 1 and np.isnan(lines[border]).all():
                lines[border] = lines[beside]
    return middle


def _spread_out(cells: NDArray[np.float32], cut: tuple[slice, slice]) -> Plane:
    """Return cell values at each pixel, linear between the middles of cells."""
    rows, cols = ((np.arange(part.start, part.stop) + 0.5) / CELL_PX - 0.5 for part in cut)
    down = _between(cells, rows, 0)
    plane: Plane = _between(down, cols, 1)
    return plane


def _between(values: NDArray[np.float32], at: NDArray[np.float64], axis: int) -> Plane:
    last = values.shape[axis] - 1
    low = np.clip(np.floor(at).astype(np.intp), 0, last)
    high = np.minimum(low + 1, last)
    part = np.clip(at - low, 0.0, 1.0).astype(np.float32)
    part = part[:, None] if axis == 0 else part[None, :]
    mixed: Plane = np.take(values, low, axis) * (1 - part) + np.take(values, high, axis) * part
    return mixed
