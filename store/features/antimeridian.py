"""Outlines that step over 180 degrees, cut there (RFC 7946, section 3.1.9)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Path = NDArray[np.float64]
_TURNS = (-360.0, 0.0, 360.0)


def steps_over(geometry: BaseGeometry) -> bool:
    """Tell whether an edge of a polygon or line is longer than 180 degrees of longitude.

    Such an edge is meant to go the short way, over the antimeridian. One of 360 degrees runs
    along it, as the outline of the whole world does.
    """
    if geometry.is_empty or geometry.bounds[2] - geometry.bounds[0] <= 180.0:
        return False
    steps = [np.abs(np.diff(path[:, 0])) for path in _paths(geometry)]
    return any(bool(((step > 180.0) & (step < 360.0)).any()) for step in steps)


def joined_up(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry whose edges go the short way; longitudes may leave -180 to 180.

    A ring around a pole, which does not close so, is returned as it is.
    """
    parts = list(shapely.get_parts(geometry))
    if len(parts) > 1 or geometry.geom_type.startswith("Multi"):
        return type(geometry)([joined_up(part) for part in parts])
    if geometry.geom_type == "LineString":
        return shapely.LineString(_onwards(shapely.get_coordinates(geometry)))
    if geometry.geom_type != "Polygon":
        return geometry
    outer, *holes = (_onwards(path) for path in _paths(geometry))
    if any(path[0, 0] != path[-1, 0] for path in (outer, *holes)):
        return geometry
    return shapely.Polygon(outer, [_beside(hole, outer) for hole in holes])


def cut(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry with longitudes beyond 180 degrees in pieces, each within -180 to 180."""
    if geometry.bounds[0] >= -180.0 and geometry.bounds[2] <= 180.0:
        return geometry
    pieces = []
    for turn in _TURNS:
        strip = shapely.intersection(geometry, shapely.box(turn - 180, -90.0, turn + 180, 90.0))
        dimension = shapely.get_dimensions(geometry)
        kept = [p for p in shapely.get_parts(strip) if shapely.get_dimensions(p) == dimension]
        pieces += [shapely.transform(part, lambda p, by=turn: p - [by, 0.0]) for part in kept]
    return shapely.union_all(pieces)


def _paths(geometry: BaseGeometry) -> list[Path]:
    """Return the rings of polygons, outer ones first, and the lines, as (lon, lat)."""
    found: list[Path] = []
    for part in shapely.get_parts(geometry):
        lines: Sequence[BaseGeometry] = (
            [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        )
        found += [shapely.get_coordinates(line) for line in lines]
    return found


def _onwards(path: Path) -> Path:
    return np.column_stack([np.unwrap(path[:, 0], period=360.0), path[:, 1]])


def _beside(hole: Path, outer: Path) -> Path:
    """Return a hole moved by whole turns to where its outer ring lies."""
    apart = (outer[:, 0].min() + outer[:, 0].max() - hole[:, 0].min() - hole[:, 0].max()) / 2
    return np.column_stack([hole[:, 0] + 360.0 * round(apart / 360.0), hole[:, 1]])
