"""Change between unlike sensors: how each place resembles the others, within each image.

The non-local patch graph of Sun et al. (2021), doi:10.1016/j.patcog.2020.107598: patches that
look alike in one image should look alike in the other; the excess distance, taken both ways, is
the score. It is worked out once on a reduced image, so its memory does not grow with the scene.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.change.contract import Bands, Floats, Mask, PairSource, Plane, SensorKind, Views, Window
from tools.change.gradients import bilinear
from tools.change.lattice import Cells

_MAX_PX = 600_000
_MAX_NODES = 9_000
_PATCH_PX = 9
_CHUNK = 500
_TEXTURE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class PatchGraph:
    """A coarse map of the score, read by interpolation.

    Attributes:
        coarse: Score at the nodes, over its median.
        step_px: Distance between nodes in px of the full image, along rows and columns.
    """

    coarse: Plane
    step_px: tuple[float, float]
    halo_px: int = 0
    name: str = "patch-similarity graph, both directions"
    source: str = "Sun et al. 2021, doi:10.1016/j.patcog.2020.107598"

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Interpolate the coarse map at the pixels of a window."""
        rows = (np.arange(window.row0, window.row1) + 0.5) / self.step_px[0] - 0.5
        cols = (np.arange(window.col0, window.col1) + 0.5) / self.step_px[1] - 0.5
        return bilinear(self.coarse, rows, cols)


def fit_graph(pair: PairSource) -> PatchGraph:
    """Build both graphs on a reduced look at the pair."""
    a, b, valid = pair.reduced(_MAX_PX)
    step = max(ceil((valid.size / _MAX_NODES) ** 0.5), 2)
    x = _features(a, pair.kinds[0], valid, step)
    y = _features(b, pair.kinds[1], valid, step)
    grid = x.shape[:2]
    excess = _excess(x.reshape(-1, x.shape[2]), y.reshape(-1, y.shape[2])).reshape(grid)
    coarse = excess / max(float(np.median(excess)), 1e-9)
    ratio = pair.shape[0] / valid.shape[0], pair.shape[1] / valid.shape[1]
    return PatchGraph(coarse.astype(np.float32), (step * ratio[0], step * ratio[1]))


def _features(bands: Bands, kind: SensorKind, valid: Mask, step: int) -> NDArray[np.float32]:
    """Mean and half-weighted spread of each band around each node, standardised."""
    values = np.where(valid, bands, np.mean(bands, axis=(1, 2), where=valid, keepdims=True))
    if kind == "SAR":
        values = values.mean(axis=0, keepdims=True)
    out = []
    for band in values.astype(np.float32):
        mean = ndimage.uniform_filter(band, _PATCH_PX)
        square = ndimage.uniform_filter(band * band, _PATCH_PX)
        wild = np.sqrt(np.maximum(square - mean * mean, 0.0))
        out += [mean / (mean.std() + 1e-6), _TEXTURE_WEIGHT * wild / (wild.std() + 1e-6)]
    nodes: NDArray[np.float32] = np.stack(out, axis=-1)[step // 2 :: step, step // 2 :: step]
    return nodes


def _excess(x: NDArray[np.float32], y: NDArray[np.float32]) -> Floats:
    """Root of the excess distance to the neighbours of the other image, summed both ways."""
    count = max(int(len(x) ** 0.5), 1)
    forth, back = np.zeros(len(x)), np.zeros(len(x))
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        in_x, in_y = _distances(x[part], x), _distances(y[part], y)
        near_x = np.argpartition(in_x, count, axis=1)[:, :count]
        near_y = np.argpartition(in_y, count, axis=1)[:, :count]
        forth[part] = _mean_at(in_y, near_x) - _mean_at(in_y, near_y)
        back[part] = _mean_at(in_x, near_y) - _mean_at(in_x, near_x)
    ways = [np.sqrt(np.maximum(w, 0.0) / max(float(w.mean()), 1e-12)) for w in (forth, back)]
    return ways[0] + ways[1]


def _mean_at(distances: NDArray[np.float32], near: NDArray[np.intp]) -> Floats:
    """Mean distance to the given neighbours of each node."""
    mean: Floats = np.take_along_axis(distances, near, axis=1).mean(axis=1)
    return mean


def _distances(rows: NDArray[np.float32], cols: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distances of every row to every column vector."""
    square = np.sum(rows**2, axis=1)[:, None] + np.sum(cols**2, axis=1)[None]
    distances: NDArray[np.float32] = np.maximum(square - 2.0 * rows @ cols.T, 0.0)
    return distances
