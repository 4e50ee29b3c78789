"""What every way of counting returns: candidates in one scene's pixels, merged over seams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from store.raster.window import Window

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Candidates:
    """Places that may hold an object, one a row; all arrays are of equal length.

    `centres` are (column, row) in native pixels of the scene, (0, 0) at the outer corner of the
    upper-left pixel; `length_px` and `width_px` are full sizes along and across the long axis;
    `angle_rad` turns from the column axis towards the row axis (down) to the long axis;
    `score` is larger where an object is likelier, on the scale of the method.
    """

    centres: Floats
    length_px: Floats
    width_px: Floats
    angle_rad: Floats
    score: Floats

    def __post_init__(self) -> None:
        """Refuse columns of unequal length and values that no later step could use."""
        if self.centres.ndim != 2 or self.centres.shape[1] != 2:
            raise ValueError(f"centres are (column, row) pairs, not {self.centres.shape}")
        for column in fields(self):
            values = getattr(self, column.name)
            if len(values) != len(self.centres):
                raise ValueError(f"{column.name}: {len(values)} values for {len(self)} candidates")
            if not np.isfinite(values).all():
                raise ValueError(f"{column.name} of a candidate is not finite")

    def __len__(self) -> int:
        return len(self.centres)

    @classmethod
    def none(cls) -> Candidates:
        """Return no candidates."""
        empty = np.zeros(0)
        return cls(np.zeros((0, 2)), empty, empty, empty, empty)

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """Put the candidates of several windows together; nothing is merged yet."""
        if not parts:
            return cls.none()
        return cls(*(np.concatenate([getattr(p, c.name) for p in parts]) for c in fields(cls)))

    def take(self, rows: NDArray[Any] | Sequence[int]) -> Candidates:
        """Return the candidates of these rows (from 0, or a mask), in this order."""
        index = np.asarray(rows)
        index = index if index.dtype == bool else index.astype(np.intp)
        return Candidates(*(getattr(self, c.name)[index] for c in fields(self)))

    def within(self, window: Window) -> Candidates:
        """Return those whose centre lies in a half-open window."""
        col, row = self.centres.T
        inside = (col >= window.col0) & (col < window.col1)
        return self.take(inside & (row >= window.row0) & (row < window.row1))

    def ranked(self) -> Candidates:
        """Return the best first; equals go from top to bottom and left to right."""
        return self.take(np.lexsort((*self.centres.T, -self.score)))

    def outlines(self) -> NDArray[np.object_]:
        """Return the turned rectangles as polygons in native pixels."""
        along = np.stack([np.cos(self.angle_rad), np.sin(self.angle_rad)], axis=1)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        half_l = along * (self.length_px / 2)[:, None]
        half_w = across * (self.width_px / 2)[:, None]
        corners = [half_l + half_w, half_l - half_w, -half_l - half_w, half_w - half_l]
        ring = np.stack([self.centres + corner for corner in corners], axis=1)
        made: NDArray[np.object_] = shapely.polygons(ring)
        return made
