"""How a picture lies on the ground: the size of its pixels there, and where north is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from store.geo import gsd_at
from store.raster import SceneReader, Window

_STEP_DEG = 1e-4


@dataclass(frozen=True)
class Bearings:
    """The ground size of one scene pixel along columns and rows, and the direction of north.

    `north_deg` is clockwise from the top of the picture; None where the scene has no position.
    """

    gsd_x_m: float | None
    gsd_y_m: float | None
    north_deg: float | None

    @property
    def gsd_m(self) -> float | None:
        """The geometric mean of both sizes."""
        if self.gsd_x_m is None or self.gsd_y_m is None:
            return None
        return math.sqrt(self.gsd_x_m * self.gsd_y_m)


def bearings_of(reader: SceneReader, window: Window) -> Bearings:
    """Return how a scene lies on the ground at the middle of a window."""
    scene = reader.scene
    if not scene.is_georeferenced:
        return Bearings(scene.gsd_x_m, scene.gsd_y_m, None)
    col, row = (window.col0 + window.col1) / 2, (window.row0 + window.row1) / 2
    across, down = gsd_at(reader.to_lonlat, col, row)
    return Bearings(across, down, _north(reader, col, row))


def _north(reader: SceneReader, col: float, row: float) -> float | None:
    """Return the direction of true north, clockwise from up; None where there is none."""
    lon, lat = reader.to_lonlat(np.array([col]), np.array([row]))
    step = _STEP_DEG if lat[0] < 90.0 - 2 * _STEP_DEG else -_STEP_DEG
    cols, rows = reader.to_pixel(np.append(lon, lon), np.append(lat, lat + step))
    right, down = (float(axis[1] - axis[0]) * math.copysign(1.0, step) for axis in (cols, rows))
    if not (math.isfinite(right) and math.isfinite(down)) or right == down == 0.0:
        return None
    return math.degrees(math.atan2(right, -down)) % 360.0
