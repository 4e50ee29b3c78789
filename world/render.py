"""The town as an image: any window of it, at one of two dates, equal to that part of the whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from world import texture
from world.look import Look
from world.paint import Floats32, Painter
from world.palette import GROUND, SHADOW, colours, strengths
from world.plan import LARGEST_SIDE
from world.streets import Labels
from world.town import Town

BANDS = ("red", "green", "blue", "nir")
_HALO = 3
_CLOUD_CELL = 16
_CLOUD_LEVELS = (225, 225, 225, 213)
_ROWS_AT_ONCE = 64


class Renderer:
    """Renders windows of one acquisition of a square scene around the middle of the town.

    Args:
        town: The town.
        look: How it is seen.
        size: Columns and rows of the scene.
    """

    def __init__(self, town: Town, look: Look, size: int) -> None:
        if not 64 <= size <= LARGEST_SIDE:
            raise ValueError(
                f"a scene of {size} pixels a side; 64 to {LARGEST_SIDE} can be rendered"
            )
        self.town, self.look, self.size = town, look, size
        self._half = size // 2
        self._colours = colours(look.gain, look.haze, look.greenness, look.style)
        self._fine, self._coarse = strengths("fine"), strengths("coarse")
        self._taps = [_taps(shift) for shift in look.shift]
        self._kept_bits = np.int16(-1 << look.dropped_bits)
        self._noise = texture.sensor_noise(look.date, look.noise)

    def window(self, col0: int, row0: int, col1: int, row1: int) -> NDArray[np.uint8]:
        """Return (band, row, column) of a window, half-open, in pixels of the scene."""
        x0, y0 = col0 - self._half - _HALO, row0 - self._half - _HALO
        x1, y1 = col1 - self._half + _HALO, row1 - self._half + _HALO
        labels = Painter(self.town, self.look, x0, y0, x1, y1).paint()
        out = np.empty((4, row1 - row0, col1 - col0), np.uint8)
        for row in range(0, row1 - row0, _ROWS_AT_ONCE):
            last = min(row + _ROWS_AT_ONCE, row1 - row0)
            self._develop(labels[row : last + 2 * _HALO], x0, y0 + row, out[:, row:last])
        return out

    def _develop(self, labels: Labels, x0: int, y0: int, out: NDArray[np.uint8]) -> None:
        """Turn labels into levels: colour, texture, blur, noise."""
        at = labels.astype(np.intp)
        y1, x1 = y0 + labels.shape[0], x0 + labels.shape[1]
        detail = self._fine[at] * texture.fine().window(x0, y0, x1, y1)
        detail += self._coarse[at] * texture.coarse().window(x0, y0, x1, y1)
        detail >>= 5
        forest = labels & (SHADOW - 1) == GROUND["forest"]
        if forest.any():
            detail += np.where(forest, texture.canopy().window(x0, y0, x1, y1), 0)
        rows = slice(_HALO, -_HALO)
        inner = (x0 + _HALO, y0 + _HALO, x1 - _HALO, y1 - _HALO)
        cloud = self._cloud(*inner) if self.look.cloud else None
        for band in range(4):
            level = self._colours[band][at]
            level += detail if band != 3 else detail + (detail >> 1)
            blurred = _blur(_blur(level, self._taps[1], 0)[rows], self._taps[0], 1)[:, rows]
            blurred += self._noise[band].window(*inner)
            if cloud is not None:
                veil = (np.float32(_CLOUD_LEVELS[band]) - blurred) * cloud
                blurred = np.rint(blurred + veil).astype(np.int16)
            np.clip(blurred, 0, 255, out=blurred)
            blurred &= self._kept_bits
            out[band] = blurred

    def _cloud(self, x0: int, y0: int, x1: int, y1: int) -> Floats32:
        """Return how white the cloud is, in [0, 1], bilinear between its cells."""
        cells = texture.clouds(self.town.seed % 7)
        side = len(cells)
        x, y = (np.arange(a, b) / _CLOUD_CELL for a, b in ((x0, x1), (y0, y1)))
        left, top = np.floor(x).astype(int), np.floor(y).astype(int)
        fx, fy = x - left, (y - top)[:, None]
        rows, next_rows, cols, next_cols = (n % side for n in (top, top + 1, left, left + 1))
        upper = cells[np.ix_(rows, cols)] * (1 - fx) + cells[np.ix_(rows, next_cols)] * fx
        lower = cells[np.ix_(next_rows, cols)] * (1 - fx) + cells[np.ix_(next_rows, next_cols)] * fx
        return np.asarray(upper * (1 - fy) + lower * fy, np.float32)


def _taps(shift: float) -> tuple[int, int, int, int]:
    """Return a 1 2 1 blur moved by part of a pixel, in sixty-fourths, from the nearest on."""
    blur = np.array([16.0, 32.0, 16.0, 0.0])
    moved = np.rint(blur * (1 - shift) + np.roll(blur, 1) * shift)
    moved[1] += 64 - moved.sum()
    first, second, third, fourth = (int(tap) for tap in moved)
    return first, second, third, fourth


def _blur(
    level: NDArray[np.int16], taps: tuple[int, int, int, int], axis: int
) -> NDArray[np.int16]:
    """Return the weighted sum of neighbours along an axis; the outer two pixels are not valid."""
    level = level if axis == 0 else level.T
    out = np.empty_like(level, order="K")
    inner = out[2:-1]
    np.multiply(level[3:], taps[0], out=inner)
    for place, tap in enumerate(taps[1:], start=1):
        if tap:
            inner += level[3 - place : -place] * np.int16(tap)
    inner += 32
    inner >>= 6
    return out if axis == 0 else out.T
