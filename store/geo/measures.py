"""Lengths, areas, distances and pixel sizes on the WGS84 ellipsoid.

Coordinates are longitude and latitude in degrees. Edges are straight in longitude and
latitude, as RFC 7946 (GeoJSON, section 3.1.1) has them, so a cell bounded by parallels
is measured as that cell. Areas follow the authalic integral of Snyder, *Map
Projections: A Working Manual* (USGS 1395, 1987), eq. 3-12; lengths and distances are
geodesics after Karney (J. Geodesy 87, 2013) through PROJ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

WGS84 = Geod(ellps="WGS84")
SEMI_MAJOR_M = WGS84.a
SEMI_MINOR_M = WGS84.b
_ECCENTRICITY = math.sqrt(WGS84.es)
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(6)
_LONGEST_STEP_DEG = 5.0


def _zone_m2(lat_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area in m² per radian of longitude between the equator and a latitude."""
    sine = np.sin(lat_rad)
    e = _ECCENTRICITY
    ring = sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e
    return np.asarray(SEMI_MINOR_M**2 / 2 * ring)


def _ring_area_m2(ring: NDArray[np.float64]) -> float:
    """Return the signed area under one closed ring of (lon, lat), in m²."""
    lon = np.radians(ring[:, 0])
    lat = np.radians(ring[:, 1])
    steps = np.maximum(1, np.ceil(np.abs(np.degrees(np.diff(lat))) / _LONGEST_STEP_DEG)).astype(int)
    if steps.max(initial=1) > 1:
        lon, lat = _densified(lon, lat, steps)
    middle = (lat[1:] + lat[:-1]) / 2
    half = (lat[1:] - lat[:-1]) / 2
    mean = (_zone_m2(middle[:, None] + half[:, None] * _GAUSS_NODES) * _GAUSS_WEIGHTS).sum(
        axis=1
    ) / 2
    return float(np.sum(mean * np.diff(lon)))


def _densified(
    lon: NDArray[np.float64], lat: NDArray[np.float64], steps: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut edges that climb far, so that the quadrature stays exact to rounding."""
    at = np.concatenate([i + np.arange(n) / n for i, n in enumerate(steps)] + [[len(steps)]])
    places = np.arange(len(lon))
    return np.interp(at, places, lon), np.interp(at, places, lat)


def area_m2(geometry: BaseGeometry) -> float:
    """Return the area of a polygon or multipolygon on the ellipsoid, in m²; 0 for lines and points.

    >>> import shapely
    >>> round(area_m2(shapely.box(0, 45, 1, 46)) / 1e6, 3)
    8686.495
    """
    total = 0.0
    for polygon in _polygons(geometry):
        total += abs(_ring_area_m2(shapely.get_coordinates(polygon.exterior)))
        total -= sum(
            abs(_ring_area_m2(shapely.get_coordinates(hole))) for hole in polygon.interiors
        )
    return total


def areas_m2(geometries: Iterable[BaseGeometry]) -> NDArray[np.float64]:
    """Return the areas of many geometries, in m²."""
    return np.array([area_m2(geometry) for geometry in geometries], dtype=np.float64)


def _polygons(geometry: BaseGeometry) -> list[shapely.Polygon]:
    return [
        part
        for part in _leaves(geometry)
        if isinstance(part, shapely.Polygon) and not part.is_empty
    ]


def _leaves(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the simple parts of a geometry, collections in collections included."""
    parts = list(shapely.get_parts(geometry))
    if any(
        part.geom_type == "GeometryCollection" or part.geom_type.startswith("Multi")
        for part in parts
    ):
        return [leaf for part in parts for leaf in _leaves(part)]
    return parts


def length_m(geometry: BaseGeometry) -> float:
    """Return the geodesic length of lines in m; 0 for polygons and points.

    >>> import shapely
    >>> round(length_m(shapely.LineString([(0, 0), (0, 1)])))
    110574
    """
    return sum(
        _path_m(shapely.get_coordinates(part))
        for part in _leaves(geometry)
        if isinstance(part, shapely.LineString)
    )


def perimeter_m(geometry: BaseGeometry) -> float:
    """Return the geodesic length of the outlines of polygons, holes included, in m."""
    return sum(
        _path_m(shapely.get_coordinates(ring))
        for polygon in _polygons(geometry)
        for ring in (polygon.exterior, *polygon.interiors)
    )


def _path_m(path: NDArray[np.float64]) -> float:
    return float(WGS84.line_length(path[:, 0], path[:, 1])) if len(path) > 1 else 0.0


def gsd_at(
    to_lonlat: Callable[
        [NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]
    ],
    col: float,
    row: float,
) -> tuple[float, float]:
    """Return the ground size in m of one pixel step along columns and along rows.

    Args:
        to_lonlat: From columns and rows to longitudes and latitudes.
        col: Column of the place measured, in pixels.
        row: Row of the place measured, in pixels.
    """
    cols = np.array([col - 0.5, col + 0.5, col, col])
    rows = np.array([row, row, row - 0.5, row + 0.5])
    lon, lat = to_lonlat(cols, rows)
    along = WGS84.inv(lon[0], lat[0], lon[1], lat[1])[2]
    down = WGS84.inv(lon[2], lat[2], lon[3], lat[3])[2]
    return float(along), float(down)
