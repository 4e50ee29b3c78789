"""Round things, such as storage tanks: edges that all point at one centre.

Thin edges vote for the centres at a radius along their gradient (Kimme, Ballard and Sklansky, CACM
18, 1975); what gathers votes is then measured around its whole ring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.counting.contract import Candidates
from tools.shapes.local import blurred, middles, peaks, slopes
from tools.shapes.looks import Look, Mask, Piece, Plane
from tools.shapes.regions import Floats

_BLUR_PX = 1.0
_LEAST_SLOPE = 4.0
"""Grey levels per pixel of an edge."""
_SECTORS = 48
_STRAIGHT = 0.9
"""Cosine between the gradient of an edge and the radius it lies on."""
_VOTES = 0.25
"""Votes for a centre, as a share of the pixels of its ring, that make it worth measuring."""
_RADIUS_STEP = 1.12


@dataclass(frozen=True)
class Setting:
    """One member of the family: the least score, which is the share of the ring with an edge."""

    ring: float = 0.75


NOMINAL = Setting()
FAMILY = (NOMINAL, Setting(ring=0.65), Setting(ring=0.8))


@dataclass(frozen=True)
class Edges:
    """Thin edges of a window: unit gradients (across, down), zero where there is none."""

    across: Plane
    down: Plane
    mask: Mask


def margin_px(longest_px: float) -> int:
    """Return the margin a window needs."""
    return int(longest_px) + 12


def edges_of(look: Look) -> Edges:
    """Return the thin edges of a window: the steepest pixels across each edge (Canny, 1986)."""
    across, down = slopes(blurred(look.brightness, _BLUR_PX))
    steep = np.hypot(across, down)
    strong = steep > _LEAST_SLOPE
    strong[[0, -1]] = strong[:, [0, -1]] = False
    at = np.flatnonzero(strong)
    flat, wide = steep.ravel(), steep.shape[1]
    here = flat[at]
    step = np.rint(down.ravel()[at] / here).astype(np.intp) * wide
    step += np.rint(across.ravel()[at] / here).astype(np.intp)
    thin = at[(here >= flat[at + step]) & (here >= flat[at - step])]
    mask = np.zeros(steep.size, dtype=bool)
    mask[thin] = True
    mask = mask.reshape(steep.shape) & look.sure
    size = np.where(mask, steep, np.float32(1.0))
    return Edges(
        np.where(mask, across / size, np.float32(0)),
        np.where(mask, down / size, np.float32(0)),
        mask,
    )


def find(edges: Edges, piece: Piece, size_px: tuple[float, float]) -> Candidates:
    """Return rings whose diameter is in a range, in working pixels; the score is their support.

    The score is the share of the ring's sectors with an edge across the radius, less a quarter of
    the share of the widest gap.
    """
    found = []
    radius = size_px[0] / 2
    while radius <= size_px[1] / 2:
        found.append(_at_radius(edges, piece, radius))
        radius *= _RADIUS_STEP
    return Candidates.joined(found)


def _at_radius(edges: Edges, piece: Piece, radius: float) -> Candidates:
    rows, cols = _centres(edges, radius)
    col, row = cols + piece.outer.col0, rows + piece.outer.row0
    core = piece.core
    own = (col >= core.col0) & (col < core.col1) & (row >= core.row0) & (row < core.row1)
    rows, cols = rows[own], cols[own]
    if not len(rows):
        return Candidates.none()
    ring, gap = _support(edges, rows, cols, radius)
    score = ring - gap / 4
    kept = score >= min(setting.ring for setting in FAMILY)
    centres = middles(cols[kept] + piece.outer.col0, rows[kept] + piece.outer.row0)
    size = np.full(len(centres), 2 * radius)
    return Candidates(centres, size, size, np.zeros(len(centres)), score[kept])


def _centres(edges: Edges, radius: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns that gather votes at a radius."""
    shape = edges.mask.shape
    rows, cols = np.nonzero(edges.mask)
    right = edges.across[rows, cols].astype(np.float64) * radius
    below = edges.down[rows, cols].astype(np.float64) * radius
    votes = np.zeros(shape[0] * shape[1], dtype=np.int64)
    for sign in (1, -1):
        r = np.rint(rows + sign * below).astype(np.intp)
        c = np.rint(cols + sign * right).astype(np.intp)
        inside = (r >= 0) & (r < shape[0]) & (c >= 0) & (c < shape[1])
        votes += np.bincount(r[inside] * shape[1] + c[inside], minlength=votes.size)
    reach = 1 if radius < 12 else 2
    gathered = _gathered(votes.reshape(shape), reach)
    return peaks(gathered, _VOTES * 2 * np.pi * radius, 1)


def _gathered(votes: NDArray[np.int64], reach: int) -> Plane:
    """Return the votes within a small square of each pixel."""
    padded = np.pad(votes, reach)
    rows, cols = votes.shape
    span = range(2 * reach + 1)
    lines = np.sum([padded[i : i + rows] for i in span], axis=0)
    total: Plane = np.sum([lines[:, i : i + cols] for i in span], axis=0).astype(np.float32)
    return total


def _support(
    edges: Edges, rows: NDArray[np.intp], cols: NDArray[np.intp], radius: float
) -> tuple[Floats, Floats]:
    """Return the share of sectors with an edge across the radius, and the widest gap's share."""
    turn = np.arange(_SECTORS) * (2 * np.pi / _SECTORS)
    cos, sin = np.cos(turn), np.sin(turn)
    held = np.zeros((len(rows), _SECTORS), dtype=bool)
    slack = max(1, round(0.08 * radius))
    high, wide = edges.mask.shape
    for off in range(-slack, slack + 1):
        r = np.rint(rows[:, None] + (radius + off) * sin).astype(np.intp)
        c = np.rint(cols[:, None] + (radius + off) * cos).astype(np.intp)
        inside = (r >= 0) & (r < high) & (c >= 0) & (c < wide)
        r, c = np.clip(r, 0, high - 1), np.clip(c, 0, wide - 1)
        along = np.abs(edges.across[r, c] * cos + edges.down[r, c] * sin)
        held |= inside & (along >= _STRAIGHT)
    return held.mean(axis=1), _widest_gap(held)


def _widest_gap(held: Mask) -> Floats:
    """Return the longest run of sectors without an edge, as a share of the ring."""
    twice = np.concatenate([held, held], axis=1)
    run, best = np.zeros(len(held)), np.zeros(len(held))
    for sector in range(twice.shape[1]):
        run = np.where(twice[:, sector], 0, run + 1)
        best = np.maximum(best, run)
    share: Floats = np.minimum(best, held.shape[1]) / held.shape[1]
    return share
