"""Scenes drawn for tests of shapes: a sea with ships, a tank farm, a parking lot, a wood."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from tests.pictures import write

SEA, HULL, ISLAND = (30, 60, 75), (215, 215, 210), (90, 105, 70)


def canvas(rows, cols, colour, seed=1, grain=1.5):
    """Return (3, rows, cols) floats of one colour with fine grain."""
    dice = np.random.default_rng(seed)
    flat = np.array(colour, dtype=float)[:, None, None] * np.ones((3, rows, cols))
    return flat + gaussian_filter(dice.normal(size=(3, rows, cols)), (0, 0.7, 0.7)) * 2 * grain


def put_box(data, col, row, length, width, angle, colour):
    """Draw a turned rectangle about a centre; sizes in px, the angle from columns towards rows."""
    rows, cols = np.mgrid[: data.shape[1], : data.shape[2]] + 0.5
    along = (cols - col) * np.cos(angle) + (rows - row) * np.sin(angle)
    across = (rows - row) * np.cos(angle) - (cols - col) * np.sin(angle)
    inside = (abs(along) <= length / 2) & (abs(across) <= width / 2)
    data[:, inside] = np.array(colour, dtype=float)[:, None]


def put_disc(data, col, row, radius, colour):
    """Draw a disc."""
    rows, cols = np.mgrid[: data.shape[1], : data.shape[2]] + 0.5
    data[:, np.hypot(cols - col, rows - row) <= radius] = np.array(colour, dtype=float)[:, None]


def sea_with_ships(places, rows=400, cols=500, seed=1, grain=1.5, length=24):
    """Return a calm sea, ships of a length in px at (col, row, angle)."""
    data = canvas(rows, cols, SEA, seed, grain)
    for col, row, angle in places:
        put_box(data, col, row, length, length / 4, angle, HULL)
    return data


def wood(rows=400, cols=500, seed=2):
    """Return crowns and shadows."""
    dice = np.random.default_rng(seed)
    data = canvas(rows, cols, (30, 45, 28), seed, 3)
    for _ in range(rows * cols // 150):
        shade = dice.uniform(0.7, 1.6)
        colour = np.array((45, 65, 38)) * shade
        put = dice.uniform(0, cols), dice.uniform(0, rows), dice.uniform(3, 7)
        put_disc_fast(data, *put, colour)
    return data


def put_disc_fast(data, col, row, radius, colour):
    """Draw a small disc without going over the whole picture."""
    r0, c0 = max(int(row - radius), 0), max(int(col - radius), 0)
    part = data[:, r0 : int(row + radius) + 2, c0 : int(col + radius) + 2]
    rows, cols = np.mgrid[: part.shape[1], : part.shape[2]]
    inside = np.hypot(cols + c0 + 0.5 - col, rows + r0 + 0.5 - row) <= radius
    part[:, inside] = colour[:, None]


def town(rows=400, cols=500, seed=3):
    """Return roofs, roads and gardens."""
    dice = np.random.default_rng(seed)
    data = canvas(rows, cols, (110, 105, 95), seed, 4)
    for _ in range(rows * cols // 900):
        col, row = dice.uniform(0, cols), dice.uniform(0, rows)
        shade = dice.uniform(50, 220)
        colour = np.array((1.0, dice.uniform(0.7, 1.0), dice.uniform(0.5, 1.0))) * shade
        put_box(
            data, col, row, dice.uniform(12, 40), dice.uniform(8, 20), dice.uniform(0, 3), colour
        )
    return data


def kept(path, data, **more):
    """Write floats as a picture without a place."""
    return write(
        path, np.clip(np.rint(data), 1, 254).astype(np.uint8), crs=None, transform=None, **more
    )
