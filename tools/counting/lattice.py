"""A scene on a working lattice where objects have a chosen size; any window gives equal values.

Each value depends on its place alone, never on the window it is computed in: sums run over the
same taps in the same order. So tiles equal the whole to the last bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store.raster.picture import bands_to_show
from store.raster.reader import Pixels
from store.raster.window import Window
from store.scenes import Scene

Planes = NDArray[np.float32]
_LOOK_PX = 1 << 19
_LOW, _HIGH = 1.0, 99.0
_MOST_EXTRA = 2
_MARGIN = 0.25
"""How far beyond the stretch values may lie, as a share of it."""


class Reader(Protocol):
    """What is needed of a scene's reader."""

    scene: Scene
    pixels_read: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        ...

    def read(
        self,
        col0: int,
        row0: int,
        col1: int,
        row1: int,
        out_shape: tuple[int, int] | None = None,
        bands: list[int] | None = None,
    ) -> Pixels:
        """Read a half-open window."""
        ...

    def reduced(self, max_px: int, bands: list[int] | None = None) -> Pixels:
        """Read the whole scene with at most so many pixels."""
        ...


@dataclass(frozen=True)
class Stretch:
    """Brings samples of each band to about 0..1, the same way over a whole scene."""

    bands: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    decibels: bool

    @classmethod
    def of(cls, reader: Reader) -> Stretch:
        """Look at a scene once, coarsely, and choose bands and range."""
        scene = reader.scene
        shown = bands_to_show(scene)
        more = [b.index for b in scene.bands if b.role == "data" and b.index not in shown]
        bands = [*shown, *more[:_MOST_EXTRA]] if len(shown) == 3 else shown
        look = reader.reduced(_LOOK_PX, bands=bands)
        decibels = scene.kind == "SAR" and look.data.dtype != np.uint8
        values = _physical(look, decibels)
        if look.data.dtype == np.uint8 and len(bands) == 3:
            return cls(tuple(bands), (0.0,) * 3, (255.0,) * 3, decibels=False)
        held = [plane[look.valid & np.isfinite(plane)] for plane in values]
        ends = [np.percentile(h, [_LOW, _HIGH]) if h.size else np.array([0.0, 1.0]) for h in held]
        low = tuple(float(end[0]) for end in ends)
        high = tuple(float(max(end[1], end[0] + 1e-9)) for end in ends)
        return cls(tuple(bands), low, high, decibels)

    def __call__(self, pixels: Pixels) -> Planes:
        """Return brightness, then two opponent colours and more bands where there are some."""
        values = _physical(pixels, self.decibels)
        low = np.array(self.low, np.float32)[:, None, None]
        step = np.array(self.high, np.float32)[:, None, None] - low
        scaled = np.clip((values - low) / step, -_MARGIN, 1 + _MARGIN)
        scaled[:, ~pixels.valid] = 0.5
        scaled = np.nan_to_num(scaled, nan=0.5)
        if len(scaled) < 3:
            return np.asarray(scaled[:1], np.float32)
        red, green, blue = scaled[:3]
        bright = 0.3 * red + 0.6 * green + 0.1 * blue
        planes = [bright, red - green, 0.5 * (red + green) - blue]
        planes += [plane - bright for plane in scaled[3:]]
        return np.stack(planes).astype(np.float32)


def _physical(pixels: Pixels, decibels: bool) -> Planes:
    values = np.abs(pixels.data) if np.iscomplexobj(pixels.data) else pixels.data
    values = values.astype(np.float32)
    if decibels:
        values = 20.0 * np.log10(np.maximum(values, 1e-6))
    return np.asarray(values, np.float32)


@dataclass(frozen=True)
class Lattice:
    """Working pixels: `scale` of them a native pixel; pixel i covers i / scale to (i+1) / scale."""

    reader: Reader
    stretch: Stretch
    scale: float

    @property
    def _decimated(self) -> int:
        """Native pixels that are averaged into one before resampling, along each axis."""
        return max(1, math.floor(0.5 / self.scale))

    def planes(self, col0: int, row0: int, col1: int, row1: int) -> Planes:
        """Return the planes of a half-open window of working pixels; edges are continued."""
        step = self._decimated
        rows, cols = (math.ceil(n / step) for n in self.reader.shape)
        down = _taps(row0, row1, self.scale * step, rows)
        across = _taps(col0, col1, self.scale * step, cols)
        r0, r1 = int(down[0].min()), int(down[0].max()) + 1
        c0, c1 = int(across[0].min()), int(across[0].max()) + 1
        shape = (r1 - r0, c1 - c0)
        window = Window(c0 * step, r0 * step, c1 * step, r1 * step)
        pixels = self.reader.read(
            *window, out_shape=None if step == 1 else shape, bands=list(self.stretch.bands)
        )
        native = self.stretch(pixels)
        half = _resampled(native, down[0] - r0, down[1], axis=1)
        return _resampled(half, across[0] - c0, across[1], axis=2)


def _taps(start: int, stop: int, scale: float, length: int) -> tuple[NDArray[np.intp], Planes]:
    """Return which samples make each working pixel, and their weights (triangle filter)."""
    centre = (np.arange(start, stop) + 0.5) / scale
    reach = max(1.0, 1.0 / scale)
    first = np.floor(centre - reach).astype(np.intp)
    taps = first[:, None] + np.arange(math.ceil(2 * reach) + 1)
    weight = np.maximum(0.0, 1.0 - np.abs(taps + 0.5 - centre[:, None]) / reach)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.clip(taps, 0, length - 1), weight.astype(np.float32)


def _resampled(planes: Planes, index: NDArray[np.intp], weight: Planes, axis: int) -> Planes:
    """Add up samples tap by tap, in the same order for every window."""
    shape = [1, 1, 1]
    shape[axis] = len(index)
    total = np.take(planes, index[:, 0], axis=axis) * weight[:, 0].reshape(shape)
    for tap in range(1, index.shape[1]):
        total += np.take(planes, index[:, tap], axis=axis) * weight[:, tap].reshape(shape)
    return np.asarray(total, np.float32)
