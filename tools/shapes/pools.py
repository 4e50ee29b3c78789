"""Swimming pools: small smooth areas of the colour of shallow clear water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.counting.contract import Candidates
from tools.shapes.local import blurred, grown, shrunk
from tools.shapes.looks import Look, Mask, Piece, Plane
from tools.shapes.regions import regions_of

_BLUR_PX = 0.7
_DARKEST = 80.0
_LEAST_BLUE_OF_GREEN, _LEAST_GREEN_OF_BLUE = 0.85, 0.5
_FILL = 0.5
_WIDEST_M, _NARROWEST_M = 30.0, 2.0
_LONGER = 1.2


@dataclass(frozen=True)
class Setting:
    """One member of the family: how much bluer than red, and the share of the least length."""

    cyan: float = 0.22
    shortest: float = 1.0


NOMINAL = Setting()
FAMILY = (
    NOMINAL,
    Setting(cyan=0.16),
    Setting(cyan=0.3),
    Setting(shortest=0.75),
    Setting(shortest=1.35),
)


def margin_px(longest_px: float) -> int:
    """Return the margin a window needs."""
    return int(_LONGER * longest_px) + 12


def cyan_of(look: Look) -> Plane:
    """Return how much red lacks beside green and blue, as a share of the brighter of those."""
    red, green, blue = (blurred(plane, _BLUR_PX) for plane in (look.red, look.green, look.blue))
    bright = np.maximum(green, blue)
    lack = (np.minimum(green, blue) - red) / np.maximum(bright, np.float32(1.0))
    lit = (bright >= _DARKEST) & (blue >= _LEAST_BLUE_OF_GREEN * green)
    lit &= green >= _LEAST_GREEN_OF_BLUE * blue
    out: Plane = np.where(lit & look.sure, lack, np.float32(-1.0))
    return out


def find(
    cyan: Plane, look: Look, piece: Piece, size_px: tuple[float, float], setting: Setting
) -> Candidates:
    """Return pool-coloured areas of a pool's size, in working pixels of the canvas.

    Args:
        cyan: What `cyan_of` gave for the window.
        look: The window.
        piece: Its core and its place on the canvas.
        size_px: Least and largest length of a pool.
        setting: The member of the family.
    """
    coloured: Mask = cyan >= np.float32(setting.cyan)
    coloured = shrunk(grown(coloured, 1), 1)
    least = size_px[0] * setting.shortest
    area = (least * _NARROWEST_M / look.gsd_m * _FILL, size_px[1] * _WIDEST_M / look.gsd_m)
    found = regions_of(coloured, piece, area, _LONGER * size_px[1])
    shaped = (found.length >= least) & (found.fill >= _FILL)
    shaped &= found.width * look.gsd_m >= _NARROWEST_M * 0.75
    found = found.take(shaped & found.within(piece.core))
    score = np.array([_middle(cyan, found.pixels(row)) for row in range(len(found))])
    return Candidates(found.centres, found.length, found.width, found.angle, score)


def _middle(plane: Plane, where: tuple[tuple[slice, slice], Mask]) -> float:
    box, own = where
    return float(np.median(plane[box][own]))
