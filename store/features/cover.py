"""How much of a region features cover: their union, clipped to it."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from store.features.sets import FeatureSet
from store.geo import Region, is_earth
from store.geo.measures import area_m2


def covered(features: FeatureSet, region: Region) -> float | None:
    """Return the area of the union of the polygons inside a region, in m² (px² in a pixel frame).

    Overlaps count once. None where no feature is a polygon.
    """
    shapes = [_polygonal(shape) for shape in features.geometry if shape is not None]
    held = [shape for shape in shapes if not shape.is_empty]
    if not held:
        return None
    clipped = shapely.intersection(region.area, np.array(held, dtype=object))
    union = _polygonal(shapely.union_all(np.array([_polygonal(s) for s in clipped], dtype=object)))
    size = area_m2(union) if is_earth(region.frame) else float(union.area)
    return min(size, region.size())


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry alone."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    areas = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(areas) if areas else shapely.Polygon()
