"""The outline of a change: where the difference falls to half of its level inside.

Smoothing moves the place where a score sinks below the noise outwards, the further the larger
the difference. The place of half the level stays where the edge is, whatever its contrast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from tools.change.contract import Mask, Plane
from tools.change.halved import Halves
from tools.change.threshold import Threshold

GROWTH_HALVES = 12
REACH_PX = 2 * (4 + 3 + 2)
"""How far, in px of the full image, an outline looks beyond the mask at half resolution."""
_AROUND = 9  # px at half resolution over which the level inside is averaged
_INNER = 2  # px at half resolution from the rim that are not doubted
_SQUARE = np.ones((3, 3), bool)


class Outlined(NamedTuple):
    """Masks at full resolution: within the outline, and all that stood out."""

    mask: Mask
    grown: Mask


def outlined(
    halves: Halves, threshold: Threshold, usual: float, shape: tuple[int, int]
) -> Outlined:
    """The masks at full resolution of what stands out at half resolution.

    Args:
        halves: Scores and levels.
        threshold: Of the score.
        usual: Level where nothing changed.
        shape: Rows and columns of the full window.
    """
    coarse = threshold.mask(halves.score, halves.valid, GROWTH_HALVES)
    if not coarse.any():
        nothing = np.zeros(shape, bool)
        return Outlined(nothing, nothing)
    grown = coarse.repeat(2, axis=0).repeat(2, axis=1)[: shape[0], : shape[1]]
    coarse = _closed(coarse)
    inner = ndimage.binary_erosion(coarse, _SQUARE, _INNER, border_value=1)
    over: Plane = halves.level - _half_level(halves.level, coarse, usual)
    least = np.float32(max(usual, 1e-6))
    over[inner] = np.maximum(over[inner], least)
    away = ~ndimage.binary_dilation(coarse, _SQUARE) | ~halves.valid
    over[away] = np.minimum(over[away], -least)
    return Outlined(_doubled(over, shape), grown)


def _closed(coarse: Mask) -> Mask:
    """The mask with gaps of one or two px closed, where two surfaces happen to look alike.

    Only beside its core: thin marks, as of a shadow that moved, are not joined.
    """
    closed = ndimage.binary_erosion(
        ndimage.binary_dilation(coarse, _SQUARE), _SQUARE, border_value=1
    )
    core = ndimage.binary_erosion(coarse, _SQUARE, border_value=1)
    filled: Mask = coarse | (closed & ndimage.binary_dilation(core, _SQUARE, _INNER))
    return filled


def _half_level(level: Plane, coarse: Mask, usual: float) -> Plane:
    """Halfway between the level around and inside the mask, and the usual one."""
    core = ndimage.binary_erosion(coarse, _SQUARE, border_value=1)
    inside, count = _sums(np.where(core, level, np.float32(0))), _sums(core.astype(np.float32))
    thin = count == 0
    if (thin & coarse).any():
        inside = np.where(thin, _sums(np.where(coarse, level, np.float32(0))), inside)
        count = np.where(thin, _sums(coarse.astype(np.float32)), count)
    half = (inside / np.maximum(count, np.float32(1)) + np.float32(usual)) * np.float32(0.5)
    return half.astype(np.float32, copy=False)


def _sums(plane: Plane) -> Plane:
    """Sums over a square; each from its own pixels alone, so that windows give the same."""
    taps = np.ones(_AROUND)
    sums: Plane = ndimage.correlate1d(ndimage.correlate1d(plane, taps, 0), taps, 1)
    return sums


def _doubled(over: Plane, shape: tuple[int, int]) -> Mask:
    """Where a plane at half resolution, interpolated bilinearly, is above zero."""
    plane = over
    for _ in range(2):
        near, far = plane * np.float32(0.75), plane * np.float32(0.25)
        out = np.empty((2 * len(plane), plane.shape[1]), np.float32)
        out[0::2] = near
        out[2::2] += far[:-1]
        out[0] += far[0]
        out[1::2] = near
        out[1:-1:2] += far[1:]
        out[-1] += far[-1]
        plane = out.T
    above: Mask = plane[: shape[0], : shape[1]] > 0
    return above
