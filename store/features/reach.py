"""How far around features a region reaches: what lies nearer than that was looked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from store.features.distances import nearest
from store.geo import Frame, Region, is_earth
from store.geo.region import unrolled

Geometries = NDArray[np.object_]


def reach(
    frame: Frame, shapes: Geometries, region: Region, check: Callable[[], None] = lambda: None
) -> NDArray[np.float64]:
    """Return how far each geometry lies from what is outside a region.

    In m on the ground, in px in a pixel frame; 0 for one that is not wholly inside, infinite
    where the region has no edge.

    Args:
        frame: Of both.
        shapes: None where there is no place; their reach is 0.
        region: Where was looked.
        check: Called between batches; raises to stop.
    """
    far = np.zeros(len(shapes))
    inside = np.flatnonzero(shapely.covers(region.area, shapes))
    edge = _edge(region)
    if edge.is_empty:
        far[inside] = np.inf
        return far
    edges = np.empty(1, dtype=object)
    edges[0] = edge
    alone = np.full(len(inside), -1, dtype=np.intp)
    far[inside] = nearest(frame, shapes[inside], edges, alone, check).distance
    return far


def _edge(region: Region) -> BaseGeometry:
    """Return the outline of a region; where it is only cut at 180 degrees is no edge."""
    if not is_earth(region.frame):
        return region.area.boundary
    whole = unrolled(region.area)
    west, _, east, _ = whole.bounds
    if east - west < 360.0:
        return whole.boundary
    seam: Any = shapely.MultiLineString([[(x, -90.0), (x, 90.0)] for x in (west, east)])
    return whole.boundary.difference(seam)
