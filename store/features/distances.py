"""Distances from many features to the nearest of many others, in m on the ground or in pixels.

Candidates are found in the Mercator projection, which is conformal, so that near a place
"nearest" there is nearest on the ground; among those that the change of scale leaves in doubt
the geodesic distance decides (Karney 2013, through PROJ).
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
        lengths = _lengths(flat_left[of], flat_right[to], on_ground=on_ground)
        order = np.lexsort((to, lengths, of))
        first = order[np.unique(of[order], return_index=True)[1]]
        row[of[first]], far[of[first]] = to[first], lengths[first]
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


def _lengths(left: Geometries, right: Geometries, *, on_ground: bool) -> NDArray[np.float64]:
    """Return the distances of pairs between their nearest points."""
    if not on_ground:
        return np.asarray(shapely.distance(left, right))
    ends = shapely.get_coordinates(shapely.shortest_line(left, right)).reshape(-1, 2, 2)
    lon = np.degrees(ends[:, :, 0] / SEMI_MAJOR_M)
    lat = np.degrees(_latitude(ends[:, :, 1]))
    metres = WGS84.inv(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1])[2]
    return np.where(shapely.intersects(left, right), 0.0, metres)


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
