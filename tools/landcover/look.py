"""A coarse look before the work: where values lie, and where clouds may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from store.raster import SceneReader, Window
from tools.landcover.classes import Bools, Floats
from tools.looking.radiometry import Radiometry
from tools.looking.roles import Role

LOOK_PX = 400_000
_CLOUD_M = 40.0
_CLOUD_PX = 7
_WHITE = 0.12
_SMOOTH = 0.06
_BRIGHTER = 1.5


@dataclass(frozen=True)
class Look:
    """A region at a coarse resolution; `step` pixels of the scene are one of it."""

    planes: dict[Role, Floats]
    valid: Bools
    window: Window
    gsd_m: float | None
    step: float


def look_at(
    reader: SceneReader,
    window: Window,
    roles: tuple[Role, ...],
    bands: list[int],
    meaning: Radiometry,
) -> Look:
    """Read a window with at most `LOOK_PX` pixels."""
    step = max(1.0, (window.size / LOOK_PX) ** 0.5)
    shape = max(1, int(window.height / step)), max(1, int(window.width / step))
    pixels = reader.read(*window, out_shape=shape, bands=bands)
    values = meaning.values(pixels.data, bands)
    valid = pixels.valid & ~meaning.empty(pixels.data)
    return Look(dict(zip(roles, values, strict=True)), valid, window, pixels.gsd_m, step)


def cloudy(look: Look) -> Bools:
    """Return where a look shows what may be cloud: bright, white, smooth, and large.

    White roofs are smaller, sand is yellow, and both have edges.
    """
    red, green, blue = (look.planes[role] for role in ("red", "green", "blue"))
    mean = np.asarray((red + green + blue) / 3, np.float32)
    held = mean[look.valid]
    if not held.size:
        return np.zeros(look.valid.shape, dtype=bool)
    most = np.maximum(np.maximum(red, green), blue)
    least = np.minimum(np.minimum(red, green), blue)
    white = (most - least) < _WHITE * mean
    bright = mean > _BRIGHTER * float(np.median(held))
    spread = _deviation(mean)
    marked = white & bright & (spread < _SMOOTH * mean) & look.valid
    size = _CLOUD_PX if look.gsd_m is None else max(3, round(_CLOUD_M / look.gsd_m))
    return opened(marked, min(size, 2 * min(marked.shape) // 3 or 1))


def opened(marked: Bools, size: int) -> Bools:
    """Return the marked pixels that lie in marked squares of a size, a few holes in them allowed.

    A pixel that stays lies within `size` of the middle of such a square.
    """
    if size <= 1 or not marked.any():
        return marked
    full: Bools = ndimage.uniform_filter(marked.astype(np.float32), size, mode="constant") > 0.9
    if not full.any():
        return full
    near = ndimage.maximum_filter(full.astype(np.uint8), size, mode="constant") > 0
    return np.asarray(marked & near)


def at_window(mask: Bools, look: Window, window: Window, shape: tuple[int, int]) -> Bools:
    """Return the part of a coarse mask under a window, at a finer shape."""
    rows = window.row0 + (np.arange(shape[0]) + 0.5) * window.height / shape[0]
    cols = window.col0 + (np.arange(shape[1]) + 0.5) * window.width / shape[1]
    down = ((rows - look.row0) * mask.shape[0] / look.height).astype(int)
    across = ((cols - look.col0) * mask.shape[1] / look.width).astype(int)
    down = np.clip(down, 0, mask.shape[0] - 1)
    across = np.clip(across, 0, mask.shape[1] - 1)
    return np.asarray(mask[np.ix_(down, across)])


def _deviation(plane: Floats) -> Floats:
    """Return the local standard deviation in squares of five pixels."""
    mean = ndimage.uniform_filter(plane.astype(np.float64), 5)
    squares = ndimage.uniform_filter(plane.astype(np.float64) ** 2, 5)
    return np.asarray(np.sqrt(np.maximum(squares - mean**2, 0.0)), np.float32)


@dataclass(frozen=True)
class Peak:
    """The most frequent value of a histogram, and how far values spread on its lower side."""

    at: float
    spread: float


def peaks_of(
    values: NDArray[np.floating], low: float, high: float, least: float, bins: int = 200
) -> list[Peak]:
    """Return the peaks of a smoothed histogram between two values, from low to high.

    Args:
        values: A sample of values.
        low: Where peaks are looked for, from.
        high: Up to.
        least: The lowest height of a peak that counts, as a share of the highest.
        bins: How finely.
    """
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    if not counts.any():
        return []
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 2.5)
    tall = [at for at in _peaks(smooth) if smooth[at] >= least * smooth.max()]
    found = []
    before = low
    for top in tall:
        at = float((edges[top] + edges[top + 1]) / 2)
        under = values[(values <= at) & (values > before)]
        # Half of a normal distribution: two thirds of it lie within one deviation.
        spread = float(at - np.percentile(under, 32.0)) if under.size else 0.0
        found.append(Peak(at, max(spread, (high - low) / bins)))
        before = at
    return found


@dataclass(frozen=True)
class Parts:
    """Two parts of a distribution: where they meet, their peaks, and how deep the valley is.

    `valley` is the height of the valley over that of the lower peak: near 1 where there are not
    really two parts, near 0 where they hardly touch.
    """

    cut: float
    low: float
    high: float
    valley: float


def two_parts(values: NDArray[np.floating], least: float = 0.005) -> Parts | None:
    """Find the two peaks of a distribution with the deepest valley between them.

    A threshold that halves a single peak always leaves two parts whose means stand apart, so
    what counts is the valley of the smoothed histogram.

    Args:
        values: A sample of values.
        least: The smallest share of the values that is a part.
    """
    if values.size < 256:
        return None
    low, high = (float(end) for end in np.percentile(values, [0.1, 99.9]))
    if not high > low:
        return None
    counts, edges = np.histogram(values, bins=200, range=(low, high))
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 3.0, mode="nearest")
    best: Parts | None = None
    deepest = 0.0
    top = int(np.argmax(smooth))
    for peak in _peaks(smooth):
        first, second = min(peak, top), max(peak, top)
        if peak == top or second - first < 2:
            continue
        at = first + int(np.argmin(smooth[first : second + 1]))
        share = float(counts[: at + 1].sum() / counts.sum())
        depth = float(smooth[peak] - smooth[at])
        if min(share, 1.0 - share) < least or depth <= deepest:
            continue
        deepest = depth
        best = Parts(
            float(edges[at] + edges[at + 1]) / 2,
            float(edges[first] + edges[first + 1]) / 2,
            float(edges[second] + edges[second + 1]) / 2,
            float(smooth[at] / smooth[peak]),
        )
    return best


def _peaks(smooth: NDArray[np.float64]) -> list[int]:
    """Return where a histogram is higher than its neighbours, ends included."""
    padded = np.concatenate([[-1.0], smooth, [-1.0]])
    higher = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    return [int(place) for place in np.flatnonzero(higher)]
