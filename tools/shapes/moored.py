"""Boats side by side at a pier: bright bars of a boat's length and width beside water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.counting.contract import Candidates
from tools.shapes.local import grown, line_mean, middles, moved, peaks
from tools.shapes.looks import Look, Mask, Piece, Plane
from tools.shapes.sums import box_mean
from tools.shapes.water import water_coloured

_TURNS = 12
_SLENDER = 0.32
"""Width / length of a boat."""
_INNER, _FLANK = 0.85, 0.8
"""The bar is that much shorter than the boat; each flank is that much of its width."""
_REACH_M = 8.0
_DARK = 70.0
"""Grey levels: in a harbour, what is as dark as this and not reddish may be water."""
_SOLID_M, _SOLID = 1.5, 0.95
"""Water is where that share of the pixels within so many metres has its colour."""
_STEP = 1.42
_SHORTEST_M, _LONGEST_M = 7.0, 15.0
"""Of the boats that lie side by side in rows; larger ships are not found this way."""
NEAREST = 0.8


@dataclass(frozen=True)
class Setting:
    """One member of the family: by how many grey levels a bar is brighter than its flanks."""

    contrast: float = 40.0


NOMINAL = Setting()
FAMILY = (NOMINAL, Setting(contrast=32.0), Setting(contrast=50.0))


def margin_px(gsd_m: float) -> int:
    """Return the margin a window needs."""
    return int((2 * _REACH_M + 2 * _LONGEST_M) / gsd_m) + 8


def find(look: Look, piece: Piece) -> Candidates:
    """Return bright bars near water, in working pixels; the score is their contrast.

    Every setting of the family only asks for more contrast, then marks are set apart.
    """
    near = _near_water(look)
    if not near.any():
        return Candidates.none()
    found = []
    length = _SHORTEST_M
    while length <= _LONGEST_M:
        found.append(_of_length(look, piece, length / look.gsd_m, near))
        length *= _STEP
    return Candidates.joined(found)


def _near_water(look: Look) -> Mask:
    """Return the pixels with water within reach, not all of it."""
    dark = (look.brightness <= _DARK) & (look.blue >= look.red - np.float32(1)) & look.sure
    coloured = (dark | water_coloured(look)).astype(np.float32)
    solid = box_mean(coloured, max(1, round(_SOLID_M / look.gsd_m))) >= _SOLID
    return grown(solid, round(_REACH_M / look.gsd_m))


def _of_length(look: Look, piece: Piece, length: float, near: Mask) -> Candidates:
    width = length * _SLENDER
    contrast, turn = _contrast(look.brightness, length, width)
    contrast = np.where(near & look.sure, contrast, np.float32(0))
    rows, cols = peaks(contrast, min(s.contrast for s in FAMILY), 2)
    col, row = cols + piece.outer.col0, rows + piece.outer.row0
    core = piece.core
    own = (col >= core.col0) & (col < core.col1) & (row >= core.row0) & (row < core.row1)
    centres = middles(col[own], row[own])
    count = len(centres)
    return Candidates(
        centres,
        np.full(count, length),
        np.full(count, width),
        turn[rows[own], cols[own]].astype(np.float64) * (np.pi / _TURNS),
        contrast[rows[own], cols[own]].astype(np.float64),
    )


def _contrast(bright: Plane, length: float, width: float) -> tuple[Plane, Plane]:
    """Return how much brighter the best turned bar is than its flanks, and its turn.

    Both halves of a bar must be brighter; one that hangs over its end into the water is not.
    """
    best = np.full(bright.shape, -np.inf, dtype=np.float32)
    turn = np.zeros(bright.shape, dtype=np.float32)
    for n in range(_TURNS):
        angle = n * np.pi / _TURNS
        half = _half_contrast(bright, _INNER * length / 2, width, angle)
        ahead = _INNER * length / 4
        right, down = round(ahead * np.cos(angle)), round(ahead * np.sin(angle))
        contrast = np.minimum(moved(half, right, down), moved(half, -right, -down))
        better = contrast > best
        best = np.where(better, contrast, best)
        turn = np.where(better, np.float32(n), turn)
    return best, turn


def _half_contrast(bright: Plane, length: float, width: float, angle: float) -> Plane:
    along = line_mean(bright, length, angle)
    share = 1 / (1 + 2 * _FLANK)
    narrow, wide = (
        line_mean(along, width * part, angle + np.pi / 2) for part in (1.0, 1.0 + 2 * _FLANK)
    )
    flanks = (wide - narrow * np.float32(share)) * np.float32(1 / (1 - share))
    return np.asarray(narrow - flanks, dtype=np.float32)
