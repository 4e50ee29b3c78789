"""Canvases: what a scan finds, gathered into a small picture as it passes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Canvas:
    """Means over square cells of a large grid, no side of it above `longest` cells.

    Args:
        shape: Rows and columns of the grid.
        longest: Most cells on a side.
        layers: How many values each pixel has.
    """

    def __init__(self, shape: tuple[int, int], longest: int, layers: int = 1) -> None:
        self.step = max(1, math.ceil(max(shape) / longest))
        rows, cols = (math.ceil(side / self.step) for side in shape)
        self._sums = np.zeros((layers, rows, cols))
        self._counts = np.zeros((rows, cols))
        self._capacity = np.outer(*(_held(side, self.step) for side in shape))

    def add(self, row0: int, col0: int, values: Floats, valid: Bools) -> None:
        """Add one window, (layers, rows, columns), whose upper-left pixel is (row0, col0)."""
        rows, row_at = _cells(row0, valid.shape[0], self.step)
        cols, col_at = _cells(col0, valid.shape[1], self.step)
        to = np.ix_(rows, cols)
        self._counts[to] += _summed(valid.astype(np.float64), row_at, col_at)
        for layer, plane in zip(self._sums, values, strict=True):
            layer[to] += _summed(np.where(valid, plane, 0.0), row_at, col_at)

    def count(self, row0: int, col0: int, codes: NDArray[np.uint8], valid: Bools) -> None:
        """Add one window of classes: each layer holds the share of the class of its number."""
        layers, cells = len(self._sums), self._counts.shape
        rows = (row0 + np.arange(codes.shape[0])) // self.step
        cols = (col0 + np.arange(codes.shape[1])) // self.step
        places = (rows * cells[1])[:, None] + cols[None, :]
        first = int(places[0, 0]) // cells[1] * cells[1]
        keys = (places - first) * layers + codes
        held = keys.ravel() if valid.all() else keys[valid]
        counted = np.bincount(held)
        counted = np.pad(counted, (0, -len(counted) % layers)).reshape(-1, layers)
        flat = slice(first, first + len(counted))
        self._sums.reshape(layers, -1)[:, flat] += counted.T
        self._counts.reshape(-1)[flat] += counted.sum(axis=1)

    @property
    def valid(self) -> Bools:
        """Cells of which at least a quarter held data."""
        return np.asarray((self._counts > 0) & (self._counts >= 0.25 * self._capacity))

    @property
    def means(self) -> Floats:
        """The mean of each layer in each cell; zero where there is none."""
        return np.asarray(self._sums / np.maximum(self._counts, 1.0))


def _held(side: int, step: int) -> Floats:
    """Return how many pixels of a side fall into each cell."""
    return np.diff(np.append(np.arange(0, side, step), side)).astype(np.float64)


def _cells(start: int, length: int, step: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return the cells that a run of pixels touches, and where in the run each begins."""
    cells = np.arange(start, start + length) // step
    first = np.flatnonzero(np.diff(cells, prepend=cells[0] - 1))
    return cells[first], first


def _summed(plane: Floats, rows: NDArray[np.int_], cols: NDArray[np.int_]) -> Floats:
    return np.asarray(np.add.reduceat(np.add.reduceat(plane, rows, axis=0), cols, axis=1))
