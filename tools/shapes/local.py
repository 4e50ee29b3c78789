"""Filters that give each pixel the same value in any window that holds its neighbourhood."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.shapes.looks import Mask, Plane


def blurred(plane: Plane, sigma_px: float) -> Plane:
    """Return a Gaussian blur; it reaches 3 sigma."""
    out: Plane = ndimage.gaussian_filter(plane, sigma_px, mode="nearest", truncate=3.0)
    return out


def slopes(plane: Plane) -> tuple[Plane, Plane]:
    """Return central differences (across, down), zero at the border."""
    across, down = np.zeros_like(plane), np.zeros_like(plane)
    across[:, 1:-1] = (plane[:, 2:] - plane[:, :-2]) * np.float32(0.5)
    down[1:-1] = (plane[2:] - plane[:-2]) * np.float32(0.5)
    return across, down


def moved(plane: NDArray[Any], right: int, down: int) -> NDArray[Any]:
    """Return the plane read at an offset: out[r, c] = plane[r + down, c + right]; 0 outside."""
    out = np.zeros_like(plane)
    rows, cols = plane.shape
    if abs(down) >= rows or abs(right) >= cols:
        return out
    out[max(-down, 0) : rows - max(down, 0), max(-right, 0) : cols - max(right, 0)] = plane[
        max(down, 0) : rows - max(-down, 0), max(right, 0) : cols - max(-right, 0)
    ]
    return out


def line_mean(plane: Plane, length_px: float, angle_rad: float) -> Plane:
    """Return the mean along a centred line; doubling sums take log2(length) additions."""
    steps = max(1, round(length_px))
    cos, sin = float(np.cos(angle_rad)), float(np.sin(angle_rad))
    longest = max(abs(cos), abs(sin))
    count = max(1, round(steps * longest))
    right, down = cos / longest, sin / longest
    total = _along(plane, count, right, down)
    back = (count - 1) / 2
    centred = moved(total, -round(back * right), -round(back * down))
    mean: Plane = centred * np.float32(1 / count)
    return mean


def _along(plane: Plane, count: int, right: float, down: float) -> Plane:
    """Return the sum over `count` pixels that start at each pixel."""
    if count == 1:
        return plane
    half = count // 2
    part = _along(plane, half, right, down)
    total: Plane = part + moved(part, round(half * right), round(half * down))
    if count % 2:
        last = count - 1
        total = total + moved(plane, round(last * right), round(last * down))
    return total


def peaks(plane: Plane, least: float, reach_px: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of the largest values within a square of 2 reach + 1 px."""
    top = ndimage.maximum_filter(plane, size=2 * reach_px + 1, mode="constant", cval=-np.inf)
    rows, cols = np.nonzero((plane >= top) & (plane > least))
    return rows, cols


def middles(cols: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return (column, row) of the middles of pixels."""
    return np.stack([cols, rows], axis=1).astype(np.float64) + 0.5


def grown(mask: Mask, by_px: int) -> Mask:
    """Return the mask with all pixels within a square of 2 by + 1 px."""
    for axis in (0, 1):
        mask = _reached(mask, by_px, axis)
    return mask


def shrunk(mask: Mask, by_px: int) -> Mask:
    """Return the pixels whose square of 2 by + 1 px lies in the mask, as far as it is seen."""
    return ~grown(~mask, by_px)


def _reached(mask: Mask, by_px: int, axis: int) -> Mask:
    """Return where the mask holds within a distance along an axis; each step doubles the reach."""
    out, reach = mask.copy(), 0
    while reach < by_px:
        step = min(reach + 1, by_px - reach) if reach else 1
        before = np.swapaxes(out, 0, axis)
        after = before.copy()
        after[step:] |= before[:-step]
        after[:-step] |= before[step:]
        out, reach = np.swapaxes(after, 0, axis), reach + step
    return out
