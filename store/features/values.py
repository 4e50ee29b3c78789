"""One value for each feature of a set: a size, a place, or the text of a tag."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from store.features.distances import Nearest, nearest
from store.features.labels import tags
from store.features.raw import centre_of
from store.features.sets import FeatureSet
from store.geo import Region, is_earth
from store.geo.measures import WGS84, area_m2, length_m, perimeter_m

Values = list[float | None]


def areas(features: FeatureSet) -> Values:
    """Return areas in m² on the ground, px² in a pixel frame; None where there is no polygon."""
    measure = area_m2 if is_earth(features.frame) else shapely.area
    return _sizes(features, measure, "area_m2")


def lengths(features: FeatureSet) -> Values:
    """Return lengths of lines in m or px; None where there is no line."""
    measure = length_m if is_earth(features.frame) else _line_px
    return _sizes(features, measure, "length_m")


def perimeters(features: FeatureSet) -> Values:
    """Return the lengths of outlines, holes too, in m or px; None where there is no polygon."""
    measure = perimeter_m if is_earth(features.frame) else _outline_px
    return _sizes(features, measure, None)


def _sizes(features: FeatureSet, measure: Callable[..., float], column: str | None) -> Values:
    """Measure each geometry; a column that was measured before saves the work."""
    known = features.columns.get(column) if column and is_earth(features.frame) else None
    if known is not None:
        return [None if value is None or value != value else float(value) for value in known]
    sizes = [None if shape is None else float(measure(shape)) for shape in features.geometry]
    return [size if size else None for size in sizes]


def _line_px(shape: shapely.Geometry) -> float:
    parts = shapely.get_parts(shape)
    return float(sum(p.length for p in parts if p.geom_type == "LineString"))


def _outline_px(shape: shapely.Geometry) -> float:
    parts = shapely.get_parts(shape)
    return float(sum(p.length for p in parts if p.geom_type == "Polygon"))


def centres(features: FeatureSet) -> list[tuple[float, float] | None]:
    """Return centroids (lon, lat or column, row); None where there is no place."""
    return [None if shape is None else centre_of(shape) for shape in features.geometry]


def to_others(features: FeatureSet, others: FeatureSet, check: Callable[[], None]) -> Nearest:
    """Return for each feature its nearest other one and how far that is."""
    nobody = np.full(len(features), -1, dtype=np.intp)
    return nearest(features.frame, features.geometry, others.geometry, nobody, check)


def centre_point(region: Region) -> FeatureSet:
    """Return the middle of a region as a set of one point."""
    return FeatureSet.of(region.frame, [shapely.Point(region.centre())])


def bearings(features: FeatureSet, others: FeatureSet, rows: NDArray[np.intp]) -> Values:
    """Return the initial bearing from each feature's centre to that of its row among the others."""
    ends = centres(others)
    found: Values = []
    for start, row in zip(centres(features), rows, strict=True):
        end = ends[row] if row >= 0 else None
        if start is None or end is None or start == end:
            found.append(None)
        elif is_earth(features.frame):
            found.append(float(WGS84.inv(*start, *end)[0]) % 360.0)
        else:
            east, north = end[0] - start[0], start[1] - end[1]
            found.append(float(np.degrees(np.arctan2(east, north))) % 360.0)
    return found


def tag_texts(features: FeatureSet, key: str) -> list[str | None]:
    """Return the text of a tag of each feature, or of the column of that name."""
    if "tags" not in features.columns and key in features.columns:
        return [None if value is None else str(value) for value in features.columns[key]]
    return [tags(features, row).get(key) for row in range(len(features))]
