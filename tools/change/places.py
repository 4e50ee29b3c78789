"""Where in the image: shares by nine cells, halves and quarters, counted window by window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.change.contract import Mask, Window

NINE = (("NW", "N", "NE"), ("W", "centre", "E"), ("SW", "S", "SE"))
"""Names of the nine cells when row 0 is north; the caller knows whether it is."""


class NineCells:
    """Pixels changed and compared in a 3 x 3 division of the image, and in its halves."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.changed: NDArray[np.int64] = np.zeros((3, 3), np.int64)
        self.compared: NDArray[np.int64] = np.zeros((3, 3), np.int64)
        self._halves: NDArray[np.int64] = np.zeros((2, 2, 2), np.int64)
        self._shape = shape

    def add(self, window: Window, changed: Mask, compared: Mask) -> None:
        """Count one window."""
        for into, mask in ((self.changed, changed), (self.compared, compared)):
            _spread(into, window, mask, self._shape)
        for k, mask in enumerate((changed, compared)):
            _spread(self._halves[k], window, mask, self._shape)

    @property
    def shares(self) -> dict[str, float | None]:
        """Changed share of what was compared in each of the nine cells; None if nothing was."""
        return {
            NINE[r][c]: _share(int(self.changed[r, c]), int(self.compared[r, c]))
            for r in range(3)
            for c in range(3)
        }

    @property
    def half_shares(self) -> dict[str, float | None]:
        """Changed share of the upper, lower, left and right half, and of the four quarters."""
        changed, compared = self._halves
        sides = {"N": np.s_[0, :], "S": np.s_[1, :], "W": np.s_[:, 0], "E": np.s_[:, 1]}
        sides |= {"NW": np.s_[0, 0], "NE": np.s_[0, 1], "SW": np.s_[1, 0], "SE": np.s_[1, 1]}
        return {k: _share(int(changed[v].sum()), int(compared[v].sum())) for k, v in sides.items()}


def _spread(into: NDArray[np.int64], window: Window, mask: Mask, shape: tuple[int, int]) -> None:
    """Add the pixels of a window to the parts of an n x n division it overlaps."""
    parts = len(into)
    rows = np.clip([0, *_cuts(shape[0], parts), shape[0]], window.row0, window.row1) - window.row0
    cols = np.clip([0, *_cuts(shape[1], parts), shape[1]], window.col0, window.col1) - window.col0
    for r in range(parts):
        for c in range(parts):
            part = mask[rows[r] : rows[r + 1], cols[c] : cols[c + 1]]
            into[r, c] += np.count_nonzero(part)


def _cuts(length: int, parts: int) -> NDArray[np.int64]:
    """Where one part ends and the next begins."""
    return np.array([length * k // parts for k in range(1, parts)], np.int64)


def _share(part: int, whole: int) -> float | None:
    """A share, None of nothing."""
    return part / whole if whole else None
