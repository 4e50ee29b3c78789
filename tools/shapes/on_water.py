"""Ships and boats on open water: what stands out from the water around, of a ship's size.

A constant false alarm rate: each pixel is compared with the robust middle and spread of the water
around it (after Crisp, DSTO-RR-0272, 2004, for radar; here over colours, not amplitudes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tools.counting.contract import Candidates
from tools.shapes.backdrop import REACH_PX, backdrop
from tools.shapes.local import blurred, grown, shrunk
from tools.shapes.looks import Look, Piece, Plane
from tools.shapes.regions import Floats, Regions, regions_of

_BLUR_PX = 0.7
_LEAST_SPREAD = 2.0
"""Grey levels: water smoother than this is taken to be this rough."""
_FILL = 0.35
_LEAST_PX = 3
_LONGER = 1.3
_SLENDER, _SOFT_PX = 0.45, 3.0
"""A ship is at most so wide for its length, and so many pixels wider by blur."""
_SKIRT_PX = 4
"""So far around a ship its blur and its foam may stand out too."""
_SPECK = 0.5
"""Shorter than this share of the least length is a speck that no setting takes for a ship."""
_GAP_PX = 2
"""Parts of one hull are at most so far apart on each side."""
_BRIGHTER = 4.0
"""Grey levels by which a ship is brighter than water, at its brightest."""


@dataclass(frozen=True)
class Setting:
    """One member of the family.

    `seed` is how far a ship's peak stands out at least, in spreads of the water; `hull` the
    share of the peak above which pixels are hull; `shortest` the share of the least length of the
    kind at which a ship is still counted.
    """

    seed: float = 10.0
    hull: float = 0.35
    shortest: float = 1.0


NOMINAL = Setting()
FAMILY = (
    NOMINAL,
    Setting(seed=7.0),
    Setting(seed=14.0),
    Setting(hull=0.25),
    Setting(hull=0.5),
    Setting(shortest=0.5),
    Setting(shortest=1.5),
)


def margin_px(longest_px: float) -> int:
    """Return the margin a window needs."""
    return REACH_PX + int(1.6 * longest_px) + 16


@dataclass(frozen=True)
class Standing:
    """How far each pixel is from the water around it, and how far the pixels near it are.

    In spreads of the water (at least 2 grey levels); `near` is the most within a quarter of
    the largest ship.
    """

    out: Plane
    near: Plane


def standing_out(look: Look, longest_px: float) -> Standing:
    """Compare each pixel with the water around it."""
    total = np.zeros(look.red.shape, dtype=np.float32)
    for plane in (look.red, look.green, look.blue):
        soft = blurred(plane, _BLUR_PX)
        middle, spread = backdrop(soft, look.origin)
        away = (soft - middle) / np.maximum(spread, np.float32(_LEAST_SPREAD))
        total += away * away
    out = np.where(look.sure, np.sqrt(total * np.float32(1 / 3)), np.float32(0))
    near = ndimage.maximum_filter(out, size=2 * (int(longest_px) // 4) + 3, mode="nearest")
    return Standing(out, near)


@dataclass(frozen=True)
class Sighting:
    """What one setting found in a window: ships, and how many pixels it cannot explain.

    `odd_px` stand out as much as a ship does, and belong to nothing of a ship's size and shape:
    a wake, an island, a pier, a cloud. `cut` ships touch the edge of the scene, where a pier or a
    shore may look like one.
    """

    ships: Candidates
    odd_px: int
    cut: int


def find(
    standing: Standing, look: Look, piece: Piece, size_px: tuple[float, float]
) -> list[Sighting]:
    """Return what stands out from water and has a ship's size, for each setting of the family.

    Args:
        standing: What `standing_out` gave for the window.
        look: The window.
        piece: Its core and its place on the canvas.
        size_px: Least and largest length of a ship; places are in working pixels of the canvas.
    """
    bright, known = look.brightness, {}
    for setting in FAMILY:
        if (key := (setting.seed, setting.hull)) not in known:
            known[key] = _lumps(standing, bright, piece, size_px, setting)
    return [
        _sighting(standing.out, piece, size_px, setting, known[setting.seed, setting.hull])
        for setting in FAMILY
    ]


def _lumps(
    standing: Standing, bright: Plane, piece: Piece, size_px: tuple[float, float], setting: Setting
) -> tuple[Regions, Floats]:
    """Return what stands out and is brighter than around it, hulls without wakes; and the peaks."""
    floor = np.maximum(standing.near, np.float32(setting.seed)) * np.float32(setting.hull)
    hull = shrunk(grown(standing.out > floor, _GAP_PX), _GAP_PX)
    lumps = regions_of(hull, piece, (_LEAST_PX, np.inf), size_px[1] * _LONGER)
    peak, above = _peaks(lumps, standing.out, bright)
    stands = (peak >= setting.seed) & (above >= _BRIGHTER)
    return lumps.take(stands), peak[stands]


def _sighting(
    out: Plane,
    piece: Piece,
    size_px: tuple[float, float],
    setting: Setting,
    standing: tuple[Regions, Floats],
) -> Sighting:
    lumps, peak = standing
    shaped = (lumps.fill >= _FILL) & (lumps.width <= _widest(lumps.length))
    explained = shaped & (lumps.length >= size_px[0] * _SPECK)
    inside = piece.core.inside(piece.outer)
    known = grown(lumps.mask_of(explained), _SKIRT_PX)
    odd = (out >= setting.seed)[inside] & ~known[inside]
    ships = explained & (lumps.length >= size_px[0] * setting.shortest) & lumps.within(piece.core)
    found = lumps.take(ships)
    return Sighting(
        Candidates(found.centres, found.length, found.width, found.angle, peak[ships]),
        int(odd.sum()),
        int(found.cut(piece).sum()),
    )


def _peaks(lumps: Regions, out: Plane, bright: Plane) -> tuple[Floats, Floats]:
    """Return how far each lump stands out, and how much brighter than around it its peak is."""
    peak, above = np.zeros(len(lumps)), np.zeros(len(lumps))
    for row in range(len(lumps)):
        box, own = lumps.pixels(row, around=3)
        peak[row] = out[box][own].max()
        around = bright[box][~own]
        above[row] = bright[box][own].max() - np.median(around) if around.size else 0.0
    return peak, above


def _widest(length: Floats) -> Floats:
    """Return the greatest width of a ship of a length in pixels; blur makes short ones rounder."""
    widest: Floats = _SLENDER * length + _SOFT_PX
    return widest
