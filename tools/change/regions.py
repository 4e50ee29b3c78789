"""From a mask in windows to regions as polygons, merged across the seams between windows.

Two-pass labelling with equivalences (Rosenfeld and Pfaltz 1966): windows are labelled one by
one, labels that touch across a seam are joined, and a region is closed when no later window can
touch it. Memory follows the width of the image and the regions kept, never its area.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.features import shapes
from rasterio.transform import Affine
from scipy import ndimage
from shapely.geometry import Polygon, shape
from shapely.ops import unary_union

from tools.change.contract import Labels, Mask, Window

SMALLEST_PX = 9
SMALLEST_M2 = 20.0
LASTING_M2 = 200.0
MOST_KEPT = 2_000


def smallest_region_px(gsd_m: float | None) -> int:
    """Least area of a region: 9 px, and 20 m2 where the pixel size is known.

    >>> smallest_region_px(None), smallest_region_px(10.0), smallest_region_px(0.5)
    (9, 9, 80)
    """
    return SMALLEST_PX if gsd_m is None else max(SMALLEST_PX, round(SMALLEST_M2 / gsd_m**2))


def lasting_least_px(gsd_m: float | None) -> int:
    """Least area of a region that no vehicle or shadow of a house makes by itself: 200 m2.

    >>> lasting_least_px(0.5), lasting_least_px(30.0), lasting_least_px(None)
    (800, 1, 0)
    """
    return 0 if gsd_m is None else max(1, round(LASTING_M2 / gsd_m**2))


@dataclass(frozen=True, slots=True)
class ChangeRegion:
    """One four-connected region, in px of the image; origin at its outer upper-left corner.

    Attributes:
        polygon: Outline through pixel corners as (col, row), with holes.
        area_px: Number of pixels.
        row, col: Centre of gravity.
    """

    polygon: Polygon
    area_px: int
    row: float
    col: float


@dataclass(slots=True)
class _Piece:
    """What is known of a region so far."""

    area: int = 0
    rows: float = 0.0
    cols: float = 0.0
    outlines: list[Polygon] = field(default_factory=list)

    def add(self, other: _Piece) -> None:
        """Take in another piece of the same region."""
        self.area += other.area
        self.rows += other.rows
        self.cols += other.cols
        self.outlines += other.outlines


class Regions:
    """Collects regions from windows in row-major order.

    After `finish`: `count` regions of at least `smallest_px`, `total_px` in them, `lasting_px` in
    those of at least `lasting_least_px`, the largest in `kept` (by falling area), and `specks`,
    the number of smaller pieces that were left out.
    """

    def __init__(self, shape: tuple[int, int], smallest_px: int, lasting_least_px: int = 0) -> None:
        self.smallest_px = smallest_px
        self.lasting_least_px = lasting_least_px
        self.lasting_px = 0
        self.count = self.total_px = self.specks = self.largest_px = 0
        self._shape = shape
        self._above: NDArray[np.int64] = np.zeros(shape[1], np.int64)
        self._below: NDArray[np.int64] = np.zeros(shape[1], np.int64)
        self._left: NDArray[np.int64] = np.zeros(0, np.int64)
        self._parent: dict[int, int] = {}
        self._open: dict[int, _Piece] = {}
        self._heap: list[tuple[int, int, ChangeRegion]] = []
        self._serial = count(1)

    @property
    def kept(self) -> list[ChangeRegion]:
        """The largest regions, at most MOST_KEPT, by falling area, then row, then column."""
        found = [region for _, _, region in self._heap]
        return sorted(found, key=lambda r: (-r.area_px, r.row, r.col))

    def add(self, window: Window, mask: Mask) -> None:
        """Take the mask of the next window."""
        labels, found = ndimage.label(mask) if mask.any() else (np.zeros(mask.shape, np.int32), 0)
        ids = self._register(labels, found, window) if found else np.zeros(1, np.int64)
        self._join(ids[labels[0]], self._above[window.col0 : window.col1])
        if window.col0 > 0:
            self._join(ids[labels[:, 0]], self._left)
        self._left = ids[labels[:, -1]]
        self._below[window.col0 : window.col1] = ids[labels[-1]]
        if window.col1 == self._shape[1]:
            self._above, self._below = self._below, np.zeros_like(self._below)
            self._close(self._above)

    def finish(self) -> None:
        """Close what is still open; call once after the last window."""
        self._close(np.zeros(0, np.int64))

    def _register(self, labels: Labels, found: int, window: Window) -> NDArray[np.int64]:
        """Give lasting ids to the labels of a window; specks away from seams get none."""
        area = np.bincount(labels.ravel(), minlength=found + 1)
        rim = np.zeros(found + 1, bool)
        for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            rim[side] = True
        keep = (area >= self.smallest_px) | rim
        keep[0] = False
        self.specks += int(found - keep.sum())
        keep &= ~self._counted(area, keep & ~rim)
        ids = np.zeros(found + 1, np.int64)
        ids[keep] = [next(self._serial) for _ in range(int(keep.sum()))]
        if keep.any():
            with rasterio.Env():  # once, not once a region
                self._measure(labels, np.flatnonzero(keep), ids, area, window)
        return ids

    def _counted(self, area: NDArray[np.intp], whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Count whole regions that are not among the largest, and need no outline."""
        if len(self._heap) < MOST_KEPT:
            return np.zeros_like(whole)
        small = whole & (area <= self._heap[0][0])
        self.count += int(np.count_nonzero(small))
        self.total_px += int(area[small].sum())
        self.lasting_px += int(area[small & (area >= self.lasting_least_px)].sum())
        return small

    def _measure(
        self,
        labels: Labels,
        kept: NDArray[np.intp],
        ids: NDArray[np.int64],
        area: NDArray[np.intp],
        window: Window,
    ) -> None:
        """Area, moments and outline of each kept label."""
        for label, box in zip(kept, _boxes(labels, kept), strict=True):
            own = labels[box] == label
            row0, col0 = window.row0 + box[0].start, window.col0 + box[1].start
            rows = np.arange(own.shape[0]) + (0.5 + row0)
            cols = np.arange(own.shape[1]) + (0.5 + col0)
            key = int(ids[label])
            self._open[key] = _Piece(
                int(area[label]),
                float(own.sum(axis=1) @ rows),
                float(own.sum(axis=0) @ cols),
                _outlines(own, row0, col0),
            )
            self._parent[key] = key

    def _root(self, key: int) -> int:
        """The id that stands for a joined region."""
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def _join(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Join the regions that face each other across a seam."""
        facing = np.stack([one, other], axis=1)[(one > 0) & (other > 0)]
        for pair in np.unique(facing, axis=0):
            first, second = self._root(int(pair[0])), self._root(int(pair[1]))
            if first != second:
                low, high = min(first, second), max(first, second)
                self._parent[high] = low
                self._open[low].add(self._open.pop(high))

    def _close(self, edge: NDArray[np.int64]) -> None:
        """Settle all regions that do not touch the lower edge of what was seen."""
        live = {self._root(int(key)) for key in np.unique(edge) if key > 0}
        for key in [key for key in self._open if key not in live]:
            self._settle(key, self._open.pop(key))
        self._parent = {k: r for k in self._parent if (r := self._root(k)) in live}
        self._parent |= {key: key for key in live}

    def _settle(self, key: int, piece: _Piece) -> None:
        """Count a finished region, and keep it while it is among the largest."""
        if piece.area < self.smallest_px:
            self.specks += 1
            return
        self.count += 1
        self.total_px += piece.area
        self.lasting_px += piece.area if piece.area >= self.lasting_least_px else 0
        self.largest_px = max(self.largest_px, piece.area)
        entry = piece.area, -key
        if len(self._heap) < MOST_KEPT:
            heapq.heappush(self._heap, (*entry, _finished(piece)))
        elif entry > self._heap[0][:2]:
            heapq.heapreplace(self._heap, (*entry, _finished(piece)))


def _boxes(labels: Labels, kept: NDArray[np.intp]) -> list[tuple[slice, slice]]:
    """The smallest boxes around some labels."""
    found = ndimage.find_objects(labels)
    return [found[label - 1] for label in kept]


def _outlines(own: Mask, row0: int, col0: int) -> list[Polygon]:
    """The outline of one region whose box begins at (row0, col0)."""
    at = Affine.translation(col0, row0)
    traced = shapes(own.astype(np.uint8), mask=own, connectivity=4, transform=at)
    return [shape(outline) for outline, _ in traced]


def _finished(piece: _Piece) -> ChangeRegion:
    """Unite the outlines of the pieces; seams leave no vertices."""
    outlines: list[Any] = piece.outlines
    whole = outlines[0] if len(outlines) == 1 else unary_union(outlines).simplify(0.0)
    return ChangeRegion(whole, piece.area, piece.rows / piece.area, piece.cols / piece.area)
