"""Rectangles that stand out at many thresholds, such as buses and trucks in a parking lot.

A poor man's maximally stable regions (Matas et al., BMVC 2002): the pieces above and below each of
a row of levels, kept where they fill a rectangle of the right size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tools.counting.contract import Candidates
from tools.shapes.local import blurred
from tools.shapes.looks import Look, Mask, Piece, Plane
from tools.shapes.regions import Floats, Regions, regions_of

_BLUR_PX = 0.7
_LEVELS = np.arange(24.0, 240.0, 16.0, dtype=np.float32)
_TINTS = np.arange(16.0, 120.0, 16.0, dtype=np.float32)
_LOOSEST = 0.7
_LEAST_STEP = 12.0
"""Grey levels between a rectangle and what is around it."""
_STRONG = 60.0
_LONGER = 1.15
NEAREST = 0.55


@dataclass(frozen=True)
class Setting:
    """One member of the family: the least score, from fill and contrast."""

    score: float = 0.55


NOMINAL = Setting()
FAMILY = (NOMINAL, Setting(score=0.45), Setting(score=0.65))


def margin_px(longest_px: float) -> int:
    """Return the margin a window needs."""
    return int(_LONGER * longest_px) + 12


def find(
    look: Look, piece: Piece, size_px: tuple[float, float], ratio: tuple[float, float]
) -> Candidates:
    """Return rectangles of a size and of a range of width / length, in working pixels."""
    found, sure = [], look.sure
    for plane, mask in _slices(look):
        held = regions_of(mask & sure, piece, _area(size_px, ratio), _LONGER * size_px[1])
        held = held.take(_is_shaped(held, size_px, ratio) & held.within(piece.core))
        score = _score(held, plane)
        found.append(Candidates(held.centres, held.length, held.width, held.angle, score))
    marks = Candidates.joined(found)
    return marks.take(marks.score >= min(setting.score for setting in FAMILY))


def _slices(look: Look) -> Iterator[tuple[Plane, Mask]]:
    """Yield a plane and the pixels above or below a level of it."""
    bright = blurred(look.brightness, _BLUR_PX)
    for level in _LEVELS:
        yield bright, bright > level
        yield bright, bright <= level
    if look.red is look.blue:
        return
    tint = blurred(look.red - look.blue, _BLUR_PX)
    for level in _TINTS:
        yield tint, tint > level
        yield tint, tint < -level


def _area(size_px: tuple[float, float], ratio: tuple[float, float]) -> tuple[float, float]:
    return size_px[0] ** 2 * ratio[0] * _LOOSEST, size_px[1] ** 2 * ratio[1]


def _is_shaped(held: Regions, size_px: tuple[float, float], ratio: tuple[float, float]) -> Mask:
    slender = held.width / held.length
    fits = (held.length >= size_px[0]) & (held.length <= size_px[1]) & (held.fill >= _LOOSEST)
    shaped: Mask = fits & (slender >= ratio[0]) & (slender <= ratio[1])
    return shaped


def _score(held: Regions, plane: Plane) -> Floats:
    """Return fill times contrast to the pixels around, up to a strong one."""
    score = np.zeros(len(held))
    for row in range(len(held)):
        box, own = held.pixels(row, around=2)
        around = plane[box][~own]
        if around.size:
            step = abs(float(np.median(plane[box][own])) - float(np.median(around)))
            if step >= _LEAST_STEP:
                score[row] = float(held.fill[row]) * min(step / _STRONG, 1.0) ** 0.5
    return score
