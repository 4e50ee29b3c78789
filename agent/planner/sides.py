"""Sides of a mapped line or area: what of a scene lies to the north of a river."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.ops import split

_LEAST = 0.01
"""A piece smaller than this share of the whole is a scrap at the edge, not a side."""
_AXES = {"north_of": (1, 1), "south_of": (1, -1), "east_of": (0, 1), "west_of": (0, -1)}


def side_of(
    area: shapely.Geometry, shapes: Sequence[shapely.Geometry], side: str
) -> shapely.Geometry | None:
    """Return the pieces of an area that lie on one side of what cuts it; None where nothing does.

    A piece lies to the north when the middle of what it shares with the cut lies to its south.

    >>> import shapely
    >>> river = shapely.LineString([(-1, 0.4), (2, 0.6)])
    >>> side_of(shapely.box(0, 0, 1, 1), [river], "north_of").centroid.y > 0.5
    True
    >>> side_of(shapely.box(0, 0, 1, 1), [shapely.Point(0.5, 0.5)], "north_of") is None
    True
    """
    pieces = _pieces(area, shapes)
    pieces = [piece for piece in pieces if piece.area >= _LEAST * area.area]
    if len(pieces) < 2:
        return None
    cut = shapely.union_all(list(shapes))
    axis, sign = _AXES[side]
    kept = [piece for piece in pieces if sign * _beyond(piece, cut, axis) > 0]
    if not kept or len(kept) == len(pieces):
        return None
    return shapely.union_all(kept)


def _pieces(area: shapely.Geometry, shapes: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    lines = [part for shape in shapes for part in shapely.get_parts(shape)]
    areas = [part for part in lines if part.geom_type == "Polygon"]
    lines = [part for part in lines if part.geom_type == "LineString"]
    left = shapely.difference(area, shapely.union_all(areas)) if areas else area
    pieces = list(shapely.get_parts(left))
    merged = shapely.line_merge(shapely.union_all(lines)) if lines else None
    for line in [] if merged is None else shapely.get_parts(merged):
        pieces = [part for piece in pieces for part in split(piece, line).geoms]
    return pieces


def _beyond(piece: shapely.Geometry, cut: shapely.Geometry, axis: int) -> float:
    """Return how far a piece lies beyond the part of the cut that bounds it, along an axis."""
    reach = max(piece.bounds[2] - piece.bounds[0], piece.bounds[3] - piece.bounds[1])
    edge = shapely.intersection(cut, shapely.buffer(piece, 1e-6 * reach))
    if edge.is_empty:
        return 0.0
    middle, end = shapely.centroid(piece), shapely.centroid(edge)
    return float((middle.x - end.x, middle.y - end.y)[axis])
