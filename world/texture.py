"""Textures without seams: noise of several sizes, and a forest seen from above."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from world.dice import Dice, random_bytes

FINE, COARSE, CANOPY = 1021, 1531, 733
"""Periods in pixels, without a common factor, so that no pattern repeats soon."""
_STRENGTH = 32.0
_PAD_ROWS, _PAD_COLUMNS = 80, 2080
"""How much of itself a pattern repeats at its end, so that most windows of it are plain slices."""


class Pattern:
    """Levels that repeat in both directions."""

    def __init__(self, levels: NDArray[np.int16]) -> None:
        self._side = len(levels)
        self._wide = np.pad(levels, ((0, _PAD_ROWS), (0, _PAD_COLUMNS)), mode="wrap")

    def window(self, x0: int, y0: int, x1: int, y1: int) -> NDArray[np.int16]:
        """Return a window, to be read only."""
        row, column = y0 % self._side, x0 % self._side
        if y1 - y0 <= _PAD_ROWS and x1 - x0 <= _PAD_COLUMNS:
            return self._wide[row : row + y1 - y0, column : column + x1 - x0]
        rows, columns = np.arange(y0, y1) % self._side, np.arange(x0, x1) % self._side
        return np.asarray(self._wide[rows[:, None], columns])


def _white(key: int, side: int) -> NDArray[np.float64]:
    """Return noise of mean 0 and deviation 1 from sums of four bytes: exact on every machine."""
    thrown = random_bytes(key, side * side * 4).reshape(side, side, 4).astype(np.int64).sum(axis=2)
    return np.asarray((thrown - 510.0) / 147.8)


def _levels(field: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return a field scaled to deviation 32, as whole levels."""
    field = field - field.mean()
    scaled = np.rint(field * (_STRENGTH / field.std()))
    return np.asarray(np.clip(scaled, -127, 127), np.int16)


@lru_cache(maxsize=2)
def fine() -> Pattern:
    """Return texture a pixel or two across, deviation 32."""
    return Pattern(_levels(ndimage.gaussian_filter(_white(11, FINE), 0.7, mode="wrap")))


@lru_cache(maxsize=2)
def coarse() -> Pattern:
    """Return texture from two to thirty metres across, deviation 32."""
    white = _white(12, COARSE)
    field = np.zeros_like(white)
    for sigma, share in ((4.0, 0.45), (11.0, 0.8), (36.0, 0.7)):
        layer = ndimage.gaussian_filter(white, sigma, mode="wrap")
        white = np.roll(white, (311, 173), axis=(0, 1))
        field += share * layer / layer.std()
    return Pattern(_levels(field))


@lru_cache(maxsize=2)
def canopy() -> Pattern:
    """Return a closed forest: lit crowns over dark gaps, in levels about zero."""
    dice, height = Dice(13), np.full((CANOPY, CANOPY), -42.0)
    for _ in range(CANOPY * CANOPY // 62):
        row, col, radius = dice.whole(0, CANOPY - 1), dice.whole(0, CANOPY - 1), dice.whole(5, 9)
        y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        dome = np.where(
            x * x + y * y <= radius * radius, 14.0 * dice.unit() - 5.0 * (x - y) / radius, -99.0
        )
        rows = np.arange(row - radius, row + radius + 1) % CANOPY
        cols = np.arange(col - radius, col + radius + 1) % CANOPY
        place = np.ix_(rows, cols)
        height[place] = np.where(
            dome > -90, dome - 6.0 * ((x * x + y * y) > 0.6 * radius * radius), height[place]
        )
    return Pattern(np.rint(height).astype(np.int16))


@lru_cache(maxsize=4)
def sensor_noise(key: int, deviation: float) -> tuple[Pattern, ...]:
    """Return the noise of four bands, of a deviation in levels; another for each key."""
    noise = _levels(_white(1000 + key, FINE)).astype(np.float64) * (deviation / _STRENGTH)
    levels = np.rint(noise).astype(np.int16)
    return tuple(Pattern(np.roll(levels, 257 * band, axis=(0, 1))) for band in range(4))


@lru_cache(maxsize=2)
def clouds(key: int) -> NDArray[np.float64]:
    """Return a thin cloud as shares of white in [0, 1], 512 cells to a side of 16 pixels each."""
    white, field = _white(2000 + key, 512), np.zeros((512, 512))
    for sigma, share in ((20.0, 1.0), (8.0, 0.5), (3.0, 0.22), (1.2, 0.08)):
        layer = ndimage.gaussian_filter(white, sigma, mode="wrap")
        white = np.roll(white, (97, 211), axis=(0, 1))
        field += share * layer / layer.std()
    return np.clip((field - 0.55) * 0.42, 0.0, 0.75)
