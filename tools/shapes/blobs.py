"""Blobs at several sizes: differences of Gaussians over a pyramid, fast, and exact in windows.

As Lowe (IJCV 60, 2004) finds key points, with binomial kernels made of pairwise sums (Burt and
Adelson, 1983): whole-array additions of 32-bit numbers, which each window rounds alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.shapes.looks import Plane

_SIGMAS = (1.0, float(np.sqrt(2.0)))
"""Two sizes an octave; Gaussians of variance 1, 2 and 4 lie around them."""
_STRIP = 128
"""Rows that are smoothed together, few enough for the processor's cache."""
REACH_PX = 16
"""Pixels of an octave within which its blobs are decided."""
NEAREST = 0.5
"""Blobs closer than this share of the larger diameter are one."""


@dataclass(frozen=True)
class Blobs:
    """Where a plane is brighter than around: arrays of equal length, strongest per place.

    `rows` and `cols` are centres in pixels from the outer corner of the window; `sigma` is that of
    the Gaussian that fits, about the radius / 1.41; `response` is the difference of Gaussians.
    """

    rows: NDArray[np.float64]
    cols: NDArray[np.float64]
    sigma: NDArray[np.float64]
    response: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)


def octaves_for(smallest_sigma: float, largest_sigma: float) -> tuple[int, int]:
    """Return the first octave and one past the last that hold a range of sizes.

    >>> octaves_for(1.2, 4.0)
    (0, 2)
    """
    first = max(0, int(np.floor(np.log2(max(smallest_sigma, 1.0)))))
    last = max(first, int(np.floor(np.log2(max(largest_sigma, 1.0)) - 1e-9)))
    return first, last + 1


def alignment_px(octaves: tuple[int, int]) -> int:
    """Return what the origin of a window must be a multiple of."""
    return int(2 ** (octaves[1] - 1))


def find_blobs(
    plane: Plane, octaves: tuple[int, int], threshold: float, origin: tuple[int, int] = (0, 0)
) -> Blobs:
    """Return bright blobs of a window; negate the plane for dark ones.

    Args:
        plane: Values of the window.
        octaves: First octave and one past the last.
        threshold: Least difference of Gaussians, in units of the plane.
        origin: (column, row) of the window on the canvas, multiples of `alignment_px`; places
            are given on the canvas.
    """
    found: list[Blobs] = []
    level = smoothed(plane)
    for octave in range(octaves[1]):
        middle = smoothed(level)
        coarse = smoothed(smoothed(middle))
        if octave >= octaves[0]:
            around = (level - middle, middle - coarse)
            found.append(_of_octave(around, 2.0**octave, threshold, origin))
        if octave + 1 == octaves[1] or min(coarse.shape) < 16:
            break
        # Every other pixel of a variance of 4 is a level of a variance of 1 again.
        level = np.ascontiguousarray(coarse[::2, ::2])
    parts = [
        np.concatenate([getattr(blobs, name) for blobs in found])
        for name in ("rows", "cols", "sigma", "response")
    ]
    return Blobs(*parts)


def _of_octave(
    differences: tuple[Plane, Plane], scale: float, threshold: float, origin: tuple[int, int]
) -> Blobs:
    rows, cols, sigma, response = [], [], [], []
    for n, (middle, other) in enumerate((differences, differences[::-1])):
        r, c = _tops(middle, other, np.float32(threshold))
        rows.append(r)
        cols.append(c)
        sigma.append(np.full(len(r), _SIGMAS[n] * scale))
        response.append(middle[r, c].astype(np.float64))
    return Blobs(
        np.concatenate(rows).astype(np.float64) * scale + (0.5 + origin[1]),
        np.concatenate(cols).astype(np.float64) * scale + (0.5 + origin[0]),
        np.concatenate(sigma),
        np.concatenate(response),
    )


def smoothed(plane: Plane) -> Plane:
    """Return the plane under the kernel 1 4 6 4 1 along both axes; edges are repeated."""
    padded = np.pad(plane, 2, mode="edge")
    out = np.empty_like(plane)
    for row in range(0, plane.shape[0], _STRIP):
        strip = padded[row : row + _STRIP + 4]
        for _ in range(4):
            strip = strip[1:] + strip[:-1]
        for _ in range(4):
            strip = strip[:, 1:] + strip[:, :-1]
        np.multiply(strip, np.float32(1 / 256), out=out[row : row + _STRIP])
    return out


def _tops(
    middle: Plane, other: Plane, threshold: np.float32
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where a difference is the largest of its neighbours in place and size."""
    wide = middle.shape[1]
    high = middle > threshold
    high[[0, -1]] = high[:, [0, -1]] = False
    at = np.flatnonzero(high)
    flat, beside = middle.ravel(), other.ravel()
    # Of equal neighbours in one plane the first one stands.
    for step in (1, -1, wide, -wide, wide + 1, wide - 1, -wide + 1, -wide - 1):
        here, near = flat[at], flat[at + step]
        at = at[here >= near] if step > 0 else at[here > near]
    for step in (0, 1, -1, wide, -wide, wide + 1, wide - 1, -wide + 1, -wide - 1):
        at = at[flat[at] >= beside[at + step]]
    rows, cols = np.divmod(at, wide)
    return rows, cols
