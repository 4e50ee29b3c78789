"""Gradients and block sums: the quantities that survive another light."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.change.contract import Bands, Floats, Plane

Orientations = NDArray[np.complexfloating[Any, Any]]


def brightness(bands: Bands) -> Plane:
    """The mean over bands."""
    mean: Plane = bands.mean(axis=0, dtype=np.float32)
    return mean


def gradient(plane: Plane, sigma_px: float = 1.0) -> tuple[Plane, Plane]:
    """Gaussian derivative along rows and along columns."""
    return (
        ndimage.gaussian_filter(plane, sigma_px, order=(1, 0), truncate=3.0),
        ndimage.gaussian_filter(plane, sigma_px, order=(0, 1), truncate=3.0),
    )


def magnitude(plane: Plane, sigma_px: float = 1.0) -> Plane:
    """Length of the gradient."""
    down, across = gradient(plane, sigma_px)
    return np.hypot(down, across)


def orientation_field(plane: Plane, knee: float) -> Orientations:
    """Edge strength in [0, 1) times exp(2i * direction): the same when contrast is reversed.

    Args:
        plane: One band.
        knee: Gradient at which the strength is one half; three times the usual gradient.
    """
    down, across = gradient(plane)
    length = np.hypot(down, across)
    unit = (across + 1j * down) / np.maximum(length, 1e-12)
    strength = length / (length + max(knee, 1e-12))
    field: Orientations = (unit * unit * strength).astype(np.complex64)
    return field


def block_sums(plane: NDArray[Any], side: int) -> NDArray[Any]:
    """Sums over whole blocks of side x side px; what is left at the far edges is dropped.

    >>> block_sums(np.ones((5, 4)), 2)
    array([[4., 4.],
           [4., 4.]])
    """
    rows, cols = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : cols * side]
    sums: NDArray[Any] = cut.reshape(rows, side, cols, side).sum(axis=(1, 3))
    return sums


def paired(sums: NDArray[Any]) -> NDArray[Any]:
    """Sums over 2 x 2 neighbouring blocks: windows that overlap by half."""
    four: NDArray[Any] = sums[:-1, :-1] + sums[1:, :-1] + sums[:-1, 1:] + sums[1:, 1:]
    return four


def bilinear(plane: Plane, rows: Floats, cols: Floats) -> Plane:
    """Bilinear interpolation on a grid of rows x cols, edges repeated."""
    r = np.clip(rows, 0, plane.shape[0] - 1)
    c = np.clip(cols, 0, plane.shape[1] - 1)
    r0 = np.minimum(r.astype(int), max(plane.shape[0] - 2, 0))
    c0 = np.minimum(c.astype(int), max(plane.shape[1] - 2, 0))
    r1, c1 = np.minimum(r0 + 1, plane.shape[0] - 1), np.minimum(c0 + 1, plane.shape[1] - 1)
    wr, wc = (r - r0).astype(np.float32)[:, None], (c - c0).astype(np.float32)[None]
    top = plane[r0] * (1 - wr) + plane[r1] * wr
    out: Plane = top[:, c0] * (1 - wc) + top[:, c1] * wc
    return out
