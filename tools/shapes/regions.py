"""Connected pieces of a mask, measured: those of a known range of sizes, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from store.raster import Window
from tools.shapes.looks import Mask, Piece

Floats = NDArray[np.float64]
_EIGHT = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Regions:
    """Pieces of a mask, in working pixels of the whole canvas; arrays of equal length.

    `centres` are (column, row) from the outer corner of the first pixel; `length` and `width`
    are the sides of the smallest turned rectangle around the pixels; `area` is their number.
    `labels` is the label image of the window, `label` each row's number in it, `boxes` where.
    """

    centres: Floats
    length: Floats
    width: Floats
    angle: Floats
    area: Floats
    label: NDArray[np.intp]
    boxes: list[tuple[slice, slice]]
    labels: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.area)

    @property
    def fill(self) -> Floats:
        """The share of the turned rectangle that the pixels fill."""
        share: Floats = self.area / (self.length * self.width)
        return share

    def pixels(self, row: int, around: int = 0) -> tuple[tuple[slice, slice], Mask]:
        """Return the box of one piece, with a margin, and the mask of its pixels in the box."""
        rows, cols = self.boxes[row]
        shape = self.labels.shape
        box = (
            slice(max(rows.start - around, 0), min(rows.stop + around, shape[0])),
            slice(max(cols.start - around, 0), min(cols.stop + around, shape[1])),
        )
        return box, self.labels[box] == self.label[row]

    def within(self, core: Window) -> Mask:
        """Tell which pieces have their centre in a window."""
        col, row = self.centres.T
        inside: Mask = (
            (col >= core.col0) & (col < core.col1) & (row >= core.row0) & (row < core.row1)
        )
        return inside

    def cut(self, piece: Piece) -> Mask:
        """Tell which pieces the scene's own edge cuts."""
        outer, (high, wide) = piece.outer, piece.scene
        return np.array(
            [
                outer.col0 + cols.start == 0
                or outer.row0 + rows.start == 0
                or outer.col0 + cols.stop == wide
                or outer.row0 + rows.stop == high
                for rows, cols in self.boxes
            ],
            dtype=bool,
        )

    def mask_of(self, rows: Mask) -> Mask:
        """Return the pixels of some pieces as a mask of the window."""
        chosen = np.zeros(int(self.labels.max(initial=0)) + 1, dtype=bool)
        chosen[self.label[rows]] = True
        mask: Mask = chosen[self.labels]
        return mask

    def take(self, rows: NDArray[Any]) -> Regions:
        """Return the pieces of these rows (a mask or indices)."""
        index = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Regions(
            self.centres[index],
            self.length[index],
            self.width[index],
            self.angle[index],
            self.area[index],
            self.label[index],
            [self.boxes[i] for i in index],
            self.labels,
        )


def regions_of(
    mask: Mask, piece: Piece, area_px: tuple[float, float], longest_px: float
) -> Regions:
    """Return the pieces that are seen whole; keep those `within` the core to have each once.

    Pieces with a bounding box above `longest_px` are left out, so with a margin of at least that
    many pixels those that touch the core do not depend on where the window starts. A piece that
    the scene's own edge cuts is kept.
    """
    labels, count = ndimage.label(mask, structure=_EIGHT, output=np.int32)
    if not count:
        return _none(labels)
    labels = _sized(labels, count, area_px)
    boxes: list[tuple[slice, slice]] = ndimage.find_objects(labels)
    chosen = [i for i, box in enumerate(boxes) if _fits(box, piece, longest_px)]
    if not chosen:
        return _none(labels)
    return _measured(labels, boxes, chosen, piece.outer[:2])


def _sized(
    labels: NDArray[np.int32], count: int, area_px: tuple[float, float]
) -> NDArray[np.int32]:
    """Return the label image of the pieces with a fitting number of pixels, numbered anew."""
    area = np.bincount(labels.ravel(), minlength=count + 1)
    kept = (area >= area_px[0]) & (area <= area_px[1])
    kept[0] = False
    number = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    sized: NDArray[np.int32] = number[labels]
    return sized


def _fits(box: tuple[slice, slice], piece: Piece, longest_px: float) -> bool:
    """Tell whether a piece is small enough, and seen whole."""
    high, wide = box[0].stop - box[0].start, box[1].stop - box[1].start
    return max(high, wide) <= longest_px and _is_whole(box, piece)


def _is_whole(box: tuple[slice, slice], piece: Piece) -> bool:
    """Tell whether a piece ends before the window does, or with the scene itself."""
    rows, cols = piece.outer.shape
    left, top = piece.outer.col0 == 0, piece.outer.row0 == 0
    right, bottom = piece.outer.col1 == piece.scene[1], piece.outer.row1 == piece.scene[0]
    return bool(
        (box[1].start > 0 or left)
        and (box[0].start > 0 or top)
        and (box[1].stop < cols or right)
        and (box[0].stop < rows or bottom)
    )


def _measured(
    labels: NDArray[np.int32],
    boxes: list[tuple[slice, slice]],
    chosen: list[int],
    origin: tuple[int, int],
) -> Regions:
    """Measure pieces in whole numbers of the canvas, so that no window rounds differently."""
    corners, owner, centres, area = [], [], [], []
    for n, i in enumerate(chosen):
        rows, cols = np.nonzero(labels[boxes[i]] == i + 1)
        rows, cols = rows + (boxes[i][0].start + origin[1]), cols + (boxes[i][1].start + origin[0])
        centres.append((int(cols.sum()) / len(cols) + 0.5, int(rows.sum()) / len(rows) + 0.5))
        edge = _edge_points(rows, cols)
        corners.append(edge)
        owner.append(np.full(len(edge), n))
        area.append(len(rows))
    points = shapely.points(np.concatenate(corners))
    around = shapely.oriented_envelope(shapely.multipoints(points, indices=np.concatenate(owner)))
    ring = shapely.get_coordinates(around).reshape(len(chosen), 5, 2)
    first, second = ring[:, 1] - ring[:, 0], ring[:, 2] - ring[:, 1]
    sides = np.hypot(*first.T), np.hypot(*second.T)
    axis = np.where((sides[0] >= sides[1])[:, None], first, second)
    return Regions(
        np.array(centres),
        np.maximum(*sides),
        np.minimum(*sides),
        np.arctan2(axis[:, 1], axis[:, 0]) % np.pi,
        np.array(area, dtype=np.float64),
        np.array(chosen, dtype=np.intp) + 1,
        [boxes[i] for i in chosen],
        labels,
    )


def _edge_points(rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Floats:
    """Return the outer corners of the first and the last pixel of each row of a piece."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    first, last = np.minimum.reduceat(cols, starts), np.maximum.reduceat(cols, starts) + 1
    row = rows[starts]
    ends = [np.stack([x, row + down], axis=1) for x in (first, last) for down in (0, 1)]
    return np.concatenate(ends).astype(np.float64)


def _none(labels: NDArray[np.int32]) -> Regions:
    empty = np.zeros(0)
    return Regions(
        np.zeros((0, 2)), empty, empty, empty, empty, np.zeros(0, dtype=np.intp), [], labels
    )
