"""Resampling of pixels with validity: exact area averages, and nearest for classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
MAJORITY = 0.5
"""A coarser pixel is valid when at least this share of it is."""


def area_average(
    data: Array, valid: Mask, row_edges: Floats, col_edges: Floats
) -> tuple[Array, Mask]:
    """Average pixels over boxes with fractional edges; invalid pixels weigh nothing.

    Whole numbers are rounded to the nearest; complex numbers become their
    root-mean-square amplitude with phase zero, as phases do not average.

    Args:
        data: (bands, rows, columns).
        valid: (rows, columns).
        row_edges: n + 1 growing edges of the boxes along rows, in pixels of `data`.
        col_edges: m + 1 growing edges along columns.
    """
    is_complex = np.iscomplexobj(data)
    weight = _box_sums(_box_sums(valid.astype(np.float64), row_edges, 0), col_edges, 1)
    boxes = np.diff(row_edges)[:, None] * np.diff(col_edges)[None, :]
    out = np.zeros((len(data), len(row_edges) - 1, len(col_edges) - 1), dtype=data.dtype)
    for band, plane in enumerate(data):
        values = (
            np.abs(plane.astype(np.complex128)) ** 2 if is_complex else plane.astype(np.float64)
        )
        sums = _box_sums(_box_sums(np.where(valid, values, 0.0), row_edges, 0), col_edges, 1)
        mean = np.divide(sums, weight, out=np.zeros_like(sums), where=weight > 0)
        out[band] = _as_dtype(np.sqrt(np.maximum(mean, 0.0)) if is_complex else mean, data.dtype)
    return out, weight >= MAJORITY * boxes - 1e-9


def nearest(data: Array, valid: Mask, row_edges: Floats, col_edges: Floats) -> tuple[Array, Mask]:
    """Take the pixel under the centre of each box."""
    rows = np.clip(((row_edges[1:] + row_edges[:-1]) / 2).astype(int), 0, data.shape[1] - 1)
    cols = np.clip(((col_edges[1:] + col_edges[:-1]) / 2).astype(int), 0, data.shape[2] - 1)
    return data[:, rows[:, None], cols[None, :]], valid[rows[:, None], cols[None, :]]


def _box_sums(values: Floats, edges: Floats, axis: int) -> Floats:
    """Sum along an axis between fractional edges."""
    step = _whole_step(edges, values.shape[axis])
    if step:
        pieces = (*values.shape[:axis], len(edges) - 1, step, *values.shape[axis + 1 :])
        return np.asarray(values.reshape(pieces).sum(axis=axis + 1))
    total = np.cumsum(values, axis=axis)
    total = np.concatenate([np.zeros_like(np.take(total, [0], axis)), total], axis=axis)
    last = values.shape[axis]
    low = np.clip(np.floor(edges + 1e-9).astype(int), 0, last)
    part = np.clip(edges - low, 0.0, 1.0)
    at = np.take(total, low, axis)
    step = np.take(total, np.minimum(low + 1, last), axis) - at
    shape = [1, 1]
    shape[axis] = len(edges)
    return np.asarray(np.diff(at + part.reshape(shape) * step, axis=axis))


def _whole_step(edges: Floats, length: int) -> int:
    """Return the step of edges that cut a range into equal whole pieces, else 0."""
    step = length / (len(edges) - 1)
    wanted = np.arange(len(edges)) * step
    return int(step) if step.is_integer() and np.array_equal(edges, wanted) else 0


def _as_dtype(mean: Floats, dtype: np.dtype[Any]) -> Array:
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        return np.clip(np.rint(mean), limits.min, limits.max).astype(dtype)
    return mean.astype(dtype)
