"""Structure on a lattice of blocks: do edges agree, and are there new straight ones?

Pixel differences at half a metre are mostly light. Edge *directions* survive another sun, season
and camera: where a building stood and stands, they agree within a few pixels. Straight edges as
in the line support regions of Burns, Hanson and Riseman (1986), doi:10.1109/TPAMI.1986.4767808.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.change.contract import Floats, Mask, Plane, Views
from tools.change.gradients import (
    Orientations,
    block_sums,
    brightness,
    gradient,
    magnitude,
    orientation_field,
    paired,
)

BLOCK_PX = 16
"""Lattice step; a lattice cell looks at 2 x 2 blocks."""
MARGIN_PX = 96
"""Margin of a window within which cells, and means of 3 x 3 of them, may see its edge."""
_SEARCH_PX = 3
_LONG_PX = 16
_DIRECTIONS = 8
_LINE_CONTRAST = 0.03  # of the range of brightness, per px


class Cells(NamedTuple):
    """One value per lattice cell; arrays of (cell rows, cell cols).

    Attributes:
        agreement: Correlation of edge directions in [-1, 1], the best within 3 px.
        lines_a, lines_b: Length of straight edges over the side of the cell.
        turn_a, turn_b: The same as a sum of exp(2i direction): as long when all are parallel.
        bright_a, bright_b: Mean brightness as a share of the range of that image.
        valid: Whether all of the cell has data.
    """

    agreement: Floats
    lines_a: Floats
    lines_b: Floats
    turn_a: Orientations
    turn_b: Orientations
    bright_a: Floats
    bright_b: Floats
    valid: Mask


@dataclass(frozen=True, slots=True)
class Lattice:
    """Measures cells of a window; the scales are those of the samples, the same everywhere."""

    knee: tuple[float, float]
    low: tuple[float, float]
    span: tuple[float, float]

    def __call__(self, views: Views) -> Cells:
        """Cells of a window whose origin is a multiple of BLOCK_PX; far remainders are dropped."""
        planes = brightness(views.a), brightness(views.b)
        fields = [orientation_field(p, k) for p, k in zip(planes, self.knee, strict=True)]
        lines = [
            straight_edges(p, _LINE_CONTRAST * s) for p, s in zip(planes, self.span, strict=True)
        ]
        bright = [
            _means((p - lo) / s) for p, lo, s in zip(planes, self.low, self.span, strict=True)
        ]
        whole = paired(block_sums(~views.valid, BLOCK_PX)) == 0
        return Cells(
            _agreement(*fields),
            *(_means(np.abs(line)) * (2 * BLOCK_PX) for line in lines),
            *(_means(line) * (2 * BLOCK_PX) for line in lines),
            *bright,
            whole,
        )


def fit_lattice(samples: Sequence[Views]) -> Lattice:
    """Take the scales of brightness and gradient from the samples."""
    scales = []
    for side in (0, 1):
        planes = [(brightness(view[side]), view.valid) for view in samples]
        values = np.concatenate([plane[valid] for plane, valid in planes])
        steep = np.concatenate([magnitude(plane)[valid] for plane, valid in planes])
        low, high = (float(q) for q in np.quantile(values, (0.02, 0.98)))
        scales.append((3.0 * float(np.median(steep)), low, max(high - low, 1e-6)))
    knee, low_ends, span = zip(*scales, strict=True)
    return Lattice(knee, low_ends, span)


def _means(plane: NDArray[Any]) -> NDArray[Any]:
    """Mean over the pixels of each cell."""
    return paired(block_sums(plane, BLOCK_PX)) / np.float32((2 * BLOCK_PX) ** 2)


def _agreement(a: Orientations, b: Orientations) -> Floats:
    """Correlation of two direction fields per cell, the best over small shifts of the second."""
    energy = paired(block_sums(np.abs(a) ** 2, BLOCK_PX))
    reach = range(-_SEARCH_PX, _SEARCH_PX + 1)
    best = np.full(energy.shape, -1.0, np.float32)
    for down in reach:
        for right in reach:
            moved = _moved(b, down, right)
            both = paired(block_sums((a * np.conj(moved)).real, BLOCK_PX))
            other = paired(block_sums(np.abs(moved) ** 2, BLOCK_PX))
            best = np.maximum(best, both / np.sqrt(energy * other + 1e-9))
    return best


def _moved(field: Orientations, down: int, right: int) -> Orientations:
    """The field moved by whole pixels; what comes in from outside is zero."""
    out = np.zeros_like(field)
    rows, cols = field.shape
    out[max(down, 0) : rows + min(down, 0), max(right, 0) : cols + min(right, 0)] = field[
        max(-down, 0) : rows - max(down, 0), max(-right, 0) : cols - max(right, 0)
    ]
    return out


def straight_edges(plane: Plane, least: float) -> Orientations:
    """exp(2i direction) on thin, straight edges of at least _LONG_PX px; zero elsewhere."""
    down, across = gradient(plane)
    steep = np.hypot(down, across)
    ridge = _thin(down, across, steep) & (steep > least)
    direction = np.arctan2(down, across)
    turn = (direction % np.pi) / np.pi * _DIRECTIONS
    straight = np.zeros(plane.shape, bool)
    for offset in (0.0, 0.5):
        sector = np.floor(turn + offset).astype(np.int32) % _DIRECTIONS
        for k in range(_DIRECTIONS):
            straight |= _long(ridge & (sector == k))
    return np.where(straight, np.exp(2j * direction), 0.0).astype(np.complex64)


def _thin(down: Plane, across: Plane, steep: Plane) -> Mask:
    """Pixels whose gradient is the largest across the edge (Canny's thinning, to one px)."""
    scale = np.maximum(steep, 1e-12)
    step_r = np.rint(down / scale).astype(np.int8)
    step_c = np.rint(across / scale).astype(np.int8)
    padded = np.pad(steep, 1)
    rows, cols = steep.shape
    keep = np.ones(steep.shape, bool)
    for r in (-1, 0, 1):
        for c in (-1, 0, 1):
            here = (step_r == r) & (step_c == c)
            ahead = padded[1 + r : 1 + r + rows, 1 + c : 1 + c + cols]
            behind = padded[1 - r : 1 - r + rows, 1 - c : 1 - c + cols]
            keep &= ~here | ((steep >= ahead) & (steep >= behind))
    return keep


def _long(edges: Mask) -> Mask:
    """Eight-connected pieces whose box has a diagonal of at least _LONG_PX."""
    labels, count = ndimage.label(edges, np.ones((3, 3)))
    keep = np.zeros(count + 1, bool)
    for k, (rows, cols) in enumerate(ndimage.find_objects(labels), start=1):
        keep[k] = (rows.stop - rows.start) ** 2 + (cols.stop - cols.start) ** 2 >= _LONG_PX**2
    found: Mask = keep[labels]
    return found
