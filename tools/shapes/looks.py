"""The pixels that shapes are looked for in: colour planes on a working grid, window by window.

Every filter behind this reaches a fixed number of pixels and computes each pixel in the same order
wherever its window starts, so a window with a large enough margin holds exactly what the whole has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from store.raster import SceneReader, Window
from store.raster.picture import bands_to_show
from store.raster.reader import shape_within
from store.scenes import Scene

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

LOOK_PX = 1 << 20
"""Scene-wide values (stretch, median colour, water) come from at most so many averaged pixels."""
_WIDEST_PX, _NARROWEST_PX = 2048, 512
"""A window with its margins is about so wide, but its core is not narrower than this."""
_ABOUT = 0.1
"""A working pixel may be so much coarser than wanted, in native pixels, to be a whole number."""
_AWAY_PX = 3
"""Edges of what has no data are not looked at so far around."""
_WHITE = 230.0
_BRIGHT = 99.0
_NIR = ("nir", "B08", "B8")


class Piece(NamedTuple):
    """A window of the working grid: the core is this piece's own, the outer has a margin.

    `scene` is the (rows, columns) of the whole grid: an outer edge there is the scene's own.
    """

    core: Window
    outer: Window
    scene: tuple[int, int]


@dataclass(frozen=True)
class Look:
    """Colour planes of one window, (rows, columns), on a scale from 0 to about 255.

    `red`, `green` and `blue` are one and the same plane in a grey scene; `valid` is false where
    there is no data, and there the planes hold the scene's median. `origin` is the (column, row)
    of the first pixel on the working grid, and `gsd_m` the ground size of a pixel.
    """

    red: Plane
    green: Plane
    blue: Plane
    valid: Mask
    origin: tuple[int, int]
    gsd_m: float
    nir: Plane | None = None

    @property
    def sure(self) -> Mask:
        """Where there is data, and a little away from where there is none."""
        if self.valid.all():
            return self.valid
        away: Mask = ndimage.minimum_filter(
            self.valid, size=2 * _AWAY_PX + 1, mode="constant", cval=1
        )
        return away

    @property
    def brightness(self) -> Plane:
        """The mean of the three colours."""
        mean: Plane = (self.red + self.green + self.blue) * np.float32(1 / 3)
        return mean


class Canvas:
    """A scene, or a window of it, as working pixels of whole numbers of native ones.

    Args:
        reader: The open scene.
        gsd_m: Ground size of a native pixel.
        work_m: Wanted ground size of a working pixel; the scene's own where that is coarser.
        within: The part to look at, in native pixels.
    """

    def __init__(
        self, reader: SceneReader, gsd_m: float, work_m: float, within: Window | None = None
    ) -> None:
        self._reader = reader
        self.step = max(1, math.floor(work_m / gsd_m + _ABOUT))
        self.gsd_m = gsd_m * self.step
        part = (reader.whole if within is None else within).clipped(reader.shape)
        self.within = Window(
            part.col0 // self.step,
            part.row0 // self.step,
            -(-part.col1 // self.step),
            -(-part.row1 // self.step),
        )
        self._grid = -(-reader.shape[0] // self.step), -(-reader.shape[1] // self.step)
        self._bands, self.is_grey = _bands(reader.scene)
        self._nir = next((b.index for b in reader.scene.bands if b.name in _NIR), None)
        self._gain, self._neutral = self._levels()

    def pieces(self, margin: int, side: int | None = None) -> list[Piece]:
        """Return windows that cover the part exactly once, with a margin where the scene goes on.

        Args:
            margin: Pixels around each core.
            side: Of a core; by default as large as memory for a window and its margin allows.
        """
        side = side or min(1024, max(_NARROWEST_PX, _WIDEST_PX - 2 * margin))
        part = self.within
        found = []
        for row in range(part.row0, part.row1, side):
            for col in range(part.col0, part.col1, side):
                core = Window(col, row, min(col + side, part.col1), min(row + side, part.row1))
                found.append(Piece(core, core.grown(margin, self._grid), self._grid))
        return found

    def look(self, window: Window) -> Look:
        """Read a window of the working grid."""
        native = Window(*(edge * self.step for edge in window))
        return self._read(native, window.shape, (window.col0, window.row0), self.gsd_m)

    def whole(self, max_px: int = LOOK_PX) -> Look:
        """Read all of the part, averaged down to at most `max_px` pixels."""
        native = Window(*(edge * self.step for edge in self.within))
        coarser = max(1, math.ceil(math.sqrt(native.size / max_px) / self.step))
        shape = -(-self.within.height // coarser), -(-self.within.width // coarser)
        grown = Window(
            native.col0,
            native.row0,
            native.col0 + shape[1] * coarser * self.step,
            native.row0 + shape[0] * coarser * self.step,
        )
        return self._read(grown, shape, (native.col0, native.row0), self.gsd_m * coarser)

    def _read(
        self, native: Window, shape: tuple[int, int], origin: tuple[int, int], gsd_m: float
    ) -> Look:
        bands = [*self._bands, *([self._nir] if self._nir is not None else [])]
        pixels = self._reader.read(*native, out_shape=shape, bands=bands)
        planes = [
            _filled(plane, pixels.valid, self._gain, neutral)
            for plane, neutral in zip(pixels.data, self._neutral, strict=True)
        ]
        red, green, blue = planes[:3] if not self.is_grey else (planes[0],) * 3
        nir = planes[-1] if self._nir is not None else None
        return Look(red, green, blue, pixels.valid, origin, gsd_m, nir)

    def _levels(self) -> tuple[float, list[float]]:
        """Return the factor to the common scale, one for all bands, and each band's median."""
        bands = [*self._bands, *([self._nir] if self._nir is not None else [])]
        shape = shape_within(self._reader.whole, LOOK_PX // 4)
        pixels = self._reader.read(*self._reader.whole, out_shape=shape, bands=bands)
        held = np.abs(pixels.data[:, pixels.valid]).astype(np.float64)
        if not held.size:
            return 1.0, [0.0] * len(bands)
        bright = float(np.percentile(held[: len(self._bands)], _BRIGHT))
        gain = 1.0 if pixels.data.dtype == np.uint8 else _WHITE / max(bright, 1e-9)
        return gain, [float(value) * gain for value in np.median(held, axis=1)]


def _bands(scene: Scene) -> tuple[list[int], bool]:
    shown = bands_to_show(scene)
    return (shown, False) if len(shown) == 3 else (shown[:1], True)


def _filled(plane: NDArray[Any], valid: Mask, gain: float, neutral: float) -> Plane:
    """Bring a band to the common scale, whole steps of 1/16, with one value where there is none."""
    values = np.abs(plane).astype(np.float32)
    if gain != 1.0:
        values = np.rint(np.minimum(values * np.float32(gain), 255.0) * 16) / np.float32(16)
    filled: Plane = values
    if not valid.all():
        filled = np.where(valid, values, np.float32(neutral))
    return filled
