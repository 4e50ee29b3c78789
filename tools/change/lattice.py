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
from scipy import sparse

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

Pixels = NDArray[np.intp]  # flat indices

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
        first, second = (
            _Side(brightness(bands), *scales)
            for bands, *scales in zip(
                (views.a, views.b), self.knee, self.low, self.span, strict=True
            )
        )
        return Cells(
            agreement=_agreement(first.field, second.field),
            lines_a=first.line_length,
            lines_b=second.line_length,
            turn_a=first.turn,
            turn_b=second.turn,
            bright_a=first.bright,
            bright_b=second.bright,
            valid=paired(block_sums(~views.valid, BLOCK_PX)) == 0,
        )


class _Side:
    """What one image shows on the lattice."""

    def __init__(self, plane: Plane, knee: float, low: float, span: float) -> None:
        edges = straight_edges(plane, _LINE_CONTRAST * span)
        self.field = orientation_field(plane, knee)
        self.line_length: Floats = _means(np.abs(edges)) * (2 * BLOCK_PX)
        self.turn: Orientations = _means(edges) * (2 * BLOCK_PX)
        self.bright: Floats = _means((plane - low) / span)


def fit_lattice(samples: Sequence[Views]) -> Lattice:
    """Take the scales of brightness and gradient from the samples."""
    scales = []
    for side in (0, 1):
        planes = [(brightness(v.b if side else v.a), v.valid) for v in samples]
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
    out = np.zeros(plane.shape, np.complex64)
    at = _ridges(down, across, least)
    direction = np.arctan2(down.ravel()[at], across.ravel()[at])
    turn = (direction % np.pi) / np.pi * _DIRECTIONS
    straight = np.zeros(len(at), bool)
    for offset in (0.0, 0.5):
        sector = np.floor(turn + offset).astype(np.int8) % _DIRECTIONS
        straight |= _in_long_pieces(at, sector, plane.shape)
    out.ravel()[at[straight]] = np.exp(2j * direction[straight])
    return out


def _ridges(down: Plane, across: Plane, least: float) -> Pixels:
    """Flat indices where the gradient is the largest across the edge (Canny 1986), inside."""
    steep = np.hypot(down, across)
    strong = steep > least
    strong[[0, -1]] = strong[:, [0, -1]] = False
    at = np.flatnonzero(strong)
    flat = steep.ravel()
    here = flat[at]
    step = np.rint(down.ravel()[at] / here).astype(np.intp) * steep.shape[1]
    step += np.rint(across.ravel()[at] / here).astype(np.intp)
    ridges: Pixels = at[(here >= flat[at + step]) & (here >= flat[at - step])]
    return ridges


def _in_long_pieces(at: Pixels, sector: NDArray[np.int8], shape: tuple[int, ...]) -> Mask:
    """Which edge pixels belong to an eight-connected piece of one sector that is long enough."""
    if len(at) == 0:
        return np.zeros(0, bool)
    node = np.full(shape[0] * shape[1], -1, np.int32)
    node[at] = np.arange(len(at))
    heads, tails = [], []
    for step in (1, shape[1] - 1, shape[1], shape[1] + 1):
        other = node[at + step]
        joined = np.flatnonzero((other >= 0) & (sector == sector[other]))
        heads.append(joined)
        tails.append(other[joined])
    head, tail = np.concatenate(heads), np.concatenate(tails)
    links = sparse.coo_array((np.ones(len(head), bool), (head, tail)), (len(at), len(at)))
    piece = sparse.csgraph.connected_components(links, directed=False)[1]
    rows, cols = (_extent(part, piece) for part in np.divmod(at, shape[1]))
    long: Mask = (rows**2 + cols**2 >= _LONG_PX**2)[piece]
    return long


def _extent(values: Pixels, piece: NDArray[np.int32]) -> Pixels:
    """Largest minus smallest value, plus one, of each piece."""
    order = np.argsort(piece, kind="stable")
    starts = np.flatnonzero(np.diff(piece[order], prepend=-1))
    ordered = values[order]
    last, first = np.maximum.reduceat(ordered, starts), np.minimum.reduceat(ordered, starts)
    extent: Pixels = (last - first + 1).astype(np.intp)
    return extent
