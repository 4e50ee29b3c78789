"""Distances from many features to the nearest of many others, in m on the ground or in pixels.

Candidates are found in the Mercator projection, which is conformal, so that near a place
"nearest" there is nearest on the ground. Of each candidate the nearest points are found on the
plane that touches the ellipsoid between the two (orthographic), and the geodesic between those
points is measured (Karney 2013, through PROJ). Edges are cut at 0.05 degrees, so that they run
straight in longitude and latitude.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from store.geo import Frame, is_earth
from store.geo.measures import SEMI_MAJOR_M, WGS84

Geometries = NDArray[np.object_]
_ECCENTRICITY = WGS84.es**0.5
_LONGEST_EDGE_DEG = 0.05
_MOST_LAT_DEG = 89.9
_SLACK = 1.01
"""Covers the difference between the ellipsoid's radii (0.7 %)."""
_BATCH = 20_000
_FLAT_M = 300_000.0
"""Up to this far apart, nearest points are found on a tangent plane (true to 3e-4 there)."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """For each left feature the row of its nearest right one (-1 for none) and how far it is."""

    row: NDArray[np.intp]
    distance: NDArray[np.float64]
    """In m on the ground, in px in a pixel frame; NaN where there is none."""


def nearest(
    frame: Frame,
    left: Geometries,
    right: Geometries,
    itself: NDArray[np.intp],
    check: Callable[[], None] = lambda: None,
) -> Nearest:
    """Return the nearest right feature of each left one.

    Args:
        frame: Of both.
        left: Geometries, None where there is no place.
        right: Geometries, None where there is no place.
        itself: For each left feature its own row among the right ones, or -1; it is left out.
        check: Called between batches; raises to stop.
    """
    row = np.full(len(left), -1, dtype=np.intp)
    far = np.full(len(left), np.nan)
    if not len(left) or not len(right):
        return Nearest(row, far)
    on_ground = is_earth(frame)
    flat_left, flat_right = _flattened(left, right) if on_ground else (left, right)
    tree = shapely.STRtree(flat_right)
    for start in range(0, len(left), _BATCH):
        check()
        part = np.arange(start, min(start + _BATCH, len(left)))
        pairs = _candidates(tree, flat_left[part], itself[part], on_ground=on_ground)
        if not pairs.size:
            continue
        of, to = part[pairs[0]], pairs[1]
        lengths = _geodesics if on_ground else shapely.distance
        apart = lengths(flat_left[of], flat_right[to])
        order = np.lexsort((to, apart, of))
        first = order[np.unique(of[order], return_index=True)[1]]
        row[of[first]], far[of[first]] = to[first], apart[first]
    return Nearest(row, far)


def _candidates(
    tree: shapely.STRtree, left: Geometries, itself: NDArray[np.intp], *, on_ground: bool
) -> NDArray[Any]:
    """Return pairs (row in left, row in right) among which each left one's nearest is."""
    rows = np.flatnonzero(~(shapely.is_missing(left) | shapely.is_empty(left)))
    alone, twice = rows[itself[rows] < 0], rows[itself[rows] >= 0]
    pairs = [_near(tree, left, alone, exclusive=False)]
    if len(twice):
        touching = tree.query(left[twice], predicate="intersects")
        touching[0] = twice[touching[0]]
        touching = touching[:, touching[1] != itself[touching[0]]]
        pairs.append(touching)
        rest = np.setdiff1d(twice, touching[0])
        pairs.append(_near(tree, left, rest, exclusive=True))
    found = np.concatenate(pairs, axis=1)
    return _all_in_doubt(tree, left, found, itself) if on_ground else found


def _near(
    tree: shapely.STRtree, left: Geometries, rows: NDArray[np.intp], *, exclusive: bool
) -> NDArray[np.intp]:
    if not len(rows) or not len(tree):
        return np.empty((2, 0), dtype=np.intp)
    found = tree.query_nearest(left[rows], exclusive=exclusive, all_matches=True)
    return np.vstack([rows[found[0]], found[1]])


def _all_in_doubt(
    tree: shapely.STRtree, left: Geometries, pairs: NDArray[np.intp], itself: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Add the features that may be nearer on the ground than those nearest on the map."""
    if not pairs.size:
        return pairs
    rows, first = np.unique(pairs[0], return_index=True)
    best = shapely.distance(left[rows], tree.geometries[pairs[1][first]])
    apart = np.flatnonzero(best > 0)
    if not len(apart):
        return pairs
    bounds = shapely.bounds(left[rows[apart]])
    low, high = (_latitude(bounds[:, i]) for i in (1, 3))
    # The map stretches lengths by 1 / cos(latitude), within the circle from cos to cos.
    reach = best[apart] / SEMI_MAJOR_M * _SLACK
    nearest_pole = np.minimum(np.maximum(np.abs(low), np.abs(high)) + reach, np.radians(89.9))
    least = np.where(low * high < 0, 0.0, np.minimum(np.abs(low), np.abs(high)))
    equator = np.maximum(least - reach, 0.0)
    wider = best[apart] * np.cos(equator) / np.cos(nearest_pole) * _SLACK
    more = tree.query(left[rows[apart]], predicate="dwithin", distance=wider)
    more = np.vstack([rows[apart][more[0]], more[1]])
    more = more[:, more[1] != itself[more[0]]]
    return np.unique(np.concatenate([pairs, more], axis=1), axis=1)


def _geodesics(left: Geometries, right: Geometries) -> NDArray[np.float64]:
    """Return the distances in m of pairs in the Mercator projection, between nearest points."""
    ends = _ends(left, right)
    metres = _inverse(ends)
    near = np.flatnonzero((metres > 0) & (metres < _FLAT_M))
    if len(near):
        middle = ends[near].mean(axis=1)
        touching = _Tangent(middle[:, 0], middle[:, 1])
        planes = [touching.flat(shapes[near]) for shapes in (left, right)]
        line = shapely.get_coordinates(shapely.shortest_line(*planes)).reshape(-1, 2, 2)
        # both are distances between points of the two: the lesser is nearer to the truth
        metres[near] = np.minimum(metres[near], _inverse(touching.back(line)))
    return np.where(shapely.intersects(left, right), 0.0, metres)


def _ends(left: Geometries, right: Geometries) -> NDArray[np.float64]:
    """Return the nearest points (pair, end, lon and lat) as the Mercator projection has them."""
    ends = shapely.get_coordinates(shapely.shortest_line(left, right)).reshape(-1, 2, 2)
    lon = np.degrees(ends[:, :, 0] / SEMI_MAJOR_M)
    return np.stack([lon, np.degrees(_latitude(ends[:, :, 1]))], axis=2)


def _inverse(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geodesic lengths in m between pairs of ends (lon, lat)."""
    (lon0, lat0), (lon1, lat1) = ends[:, 0].T, ends[:, 1].T
    return np.asarray(WGS84.inv(lon0, lat0, lon1, lat1)[2], dtype=float)


class _Tangent:
    """Planes that touch the ellipsoid, one for each pair of geometries."""

    def __init__(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
        lon, lat = np.radians(lon), np.radians(lat)
        zero = np.zeros_like(lon)
        east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=1)
        up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
        self._axes = np.stack([east, np.cross(up, east), up], axis=1)
        self._origin = _earth_centred(lon, lat)

    def flat(self, shapes: Geometries) -> Geometries:
        """Return geometries of the Mercator projection, each on its plane, in m east and north."""
        points, of = shapely.get_coordinates(shapes, return_index=True)
        away = _earth_centred(points[:, 0] / SEMI_MAJOR_M, _latitude(points[:, 1]))
        plane = np.einsum("ijk,ik->ij", self._axes[of, :2], away - self._origin[of])
        return np.asarray(shapely.set_coordinates(shapes.copy(), plane), dtype=object)

    def back(self, ends: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (pair, end, east and north) as longitudes and latitudes in degrees."""
        sunk = -(ends**2).sum(axis=2) / (2 * SEMI_MAJOR_M)
        local = np.concatenate([ends, sunk[:, :, None]], axis=2)
        x, y, z = np.moveaxis(
            self._origin[:, None, :] + np.einsum("ikj,ilk->ilj", self._axes, local), 2, 0
        )
        lat = np.arctan2(z, np.hypot(x, y) * (1 - WGS84.es))
        return np.stack([np.degrees(np.arctan2(y, x)), np.degrees(lat)], axis=2)


def _earth_centred(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Cartesian places on the ellipsoid in m, from longitudes and latitudes in radians."""
    prime = SEMI_MAJOR_M / np.sqrt(1 - WGS84.es * np.sin(lat) ** 2)
    along = prime * np.cos(lat)
    return np.stack(
        [along * np.cos(lon), along * np.sin(lon), prime * (1 - WGS84.es) * np.sin(lat)], axis=1
    )


def _flattened(left: Geometries, right: Geometries) -> tuple[Geometries, Geometries]:
    """Return both in the Mercator projection, in m at the equator; turned when they meet at 180."""
    bounds = shapely.total_bounds(np.concatenate([left, right]))
    turned = bounds[2] - bounds[0] > 180.0

    def mercator(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon = points[:, 0] % 360.0 if turned else points[:, 0]
        lat = np.radians(np.clip(points[:, 1], -_MOST_LAT_DEG, _MOST_LAT_DEG))
        sine = np.sin(lat)
        north = np.arctanh(sine) - _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine)
        return SEMI_MAJOR_M * np.column_stack([np.radians(lon), north])

    def flat(shapes: Geometries) -> Geometries:
        return np.asarray(
            shapely.transform(shapely.segmentize(shapes, _LONGEST_EDGE_DEG), mercator), dtype=object
        )

    return flat(left), flat(right)


def _latitude(north: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return latitudes in radians of Mercator ordinates (Snyder 1987, eq. 7-9, iterated)."""
    isometric = north / SEMI_MAJOR_M
    sine = np.tanh(isometric)
    for _ in range(6):
        sine = np.tanh(isometric + _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    return np.arcsin(sine)
