"""From a scene's pixels to the frame of its sets, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from store.features.sets import FeatureSet
from store.geo import is_earth, same_frame
from store.raster import SceneReader

Geometries = NDArray[np.object_]
_HALF_TURN_DEG = 180.0


def to_frame(reader: SceneReader, outlines: Geometries) -> Geometries:
    """Return small outlines in native pixels in the scene's frame, all at once."""
    if not reader.scene.is_georeferenced or not len(outlines):
        return outlines

    def on_earth(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(reader.to_lonlat(points[:, 0], points[:, 1]))

    moved: Geometries = np.asarray(shapely.transform(outlines, on_earth), dtype=object)
    bounds = shapely.bounds(moved)
    for row in np.flatnonzero(bounds[:, 2] - bounds[:, 0] > _HALF_TURN_DEG):
        moved[row] = reader.to_frame(outlines[row])
    return moved


def to_pixels(reader: SceneReader, features: FeatureSet) -> Geometries:
    """Return the geometries of a set in native pixels; those without a place are left out.

    Raises:
        FramesDiffer: The set lies in the frame of another scene.
    """
    scene = reader.scene
    held = np.array([shape is not None for shape in features.geometry], bool)
    shapes: Geometries = features.geometry[held]
    if features.frame == f"px:{scene.id}" and not scene.is_georeferenced:
        return shapes
    same_frame(features.frame, scene.frame)
    if not is_earth(scene.frame) or not len(shapes):
        return shapes

    def in_pixels(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(reader.to_pixel(points[:, 0], points[:, 1]))

    moved: Any = shapely.transform(shapes, in_pixels)
    return np.asarray(moved, dtype=object)
