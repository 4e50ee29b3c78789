"""Where the town lies: on the open Atlantic, where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer

from store.geo import EARTH, Region
from world.things import PIXEL_M

CRS = "EPSG:32625"
EASTING_M, NORTHING_M = 512_000.0, 3_650_000.0
"""The middle of the town."""
_EDGE_POINTS = 64

Floats = NDArray[np.float64]


def transform(size: int) -> Affine:
    """Return the grid of a square scene around the middle, north up."""
    half = size // 2 * PIXEL_M
    return Affine(PIXEL_M, 0.0, EASTING_M - half, 0.0, -PIXEL_M, NORTHING_M + half)


@lru_cache(maxsize=1)
def _to_lonlat() -> Transformer:
    return Transformer.from_crs(CRS, "OGC:CRS84", always_xy=True)


def lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of columns and rows from the middle of the world."""
    lon, lat = _to_lonlat().transform(EASTING_M + PIXEL_M * x, NORTHING_M - PIXEL_M * y)
    return np.asarray(lon), np.asarray(lat)


def world_xy(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return columns and rows from the middle of the world."""
    east, north = _to_lonlat().transform(lon, lat, direction="INVERSE")
    return (np.asarray(east) - EASTING_M) / PIXEL_M, (NORTHING_M - np.asarray(north)) / PIXEL_M


def lonlat_points(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return pairs of longitude and latitude, rounded to seven digits as maps keep them."""
    lon, lat = lonlat(*(np.array(axis) for axis in zip(*points, strict=True)))
    return [(float(a), float(b)) for a, b in zip(lon.round(7), lat.round(7), strict=True)]


def footprint(size: int) -> Region:
    """Return the outline of a scene on the ground."""
    ring = shapely.get_coordinates(shapely.segmentize(scene_box(size), size / _EDGE_POINTS))
    return Region.of(EARTH, shapely.Polygon(np.column_stack(lonlat(ring[:, 0], ring[:, 1]))))


def scene_box(size: int, margin: float = 0.0) -> shapely.Polygon:
    """Return the scene in columns and rows from the middle of the world."""
    low, high = -(size // 2) - margin, size - size // 2 + margin
    return shapely.box(low, low, high, high)
