"""A region over the pixels of one scene: which window it needs, and which pixels are inside."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from store.errors import BadRegion, FramesDiffer
from store.geo import EARTH, Region
from store.raster.gdal import safe_gdal
from store.raster.place import Place
from store.raster.window import Window
from store.scenes import Scene

Mask = NDArray[np.bool_]
_ROUNDING = 1e-6


@dataclass(frozen=True)
class RegionWindow:
    """The window that a region needs of a scene, and the region in its columns and rows."""

    window: Window
    area: BaseGeometry

    def mask(self, window: Window | None = None, shape: tuple[int, int] | None = None) -> Mask:
        """Return which pixels of a window have their centre inside the region.

        Args:
            window: Part of the scene; by default the region's window.
            shape: Rows and columns of the mask, when the window was read coarser or finer.
        """
        window = self.window if window is None else window
        shape = window.shape if shape is None else shape
        if self.area.covers(shapely.box(*window)):
            return np.ones(shape, dtype=bool)
        to_pixels = Affine(
            window.width / shape[1], 0.0, window.col0, 0.0, window.height / shape[0], window.row0
        )
        with safe_gdal():
            burnt = rasterize(
                [(self.area, 1)], out_shape=shape, transform=to_pixels, dtype=np.uint8
            )
        return np.asarray(burnt, dtype=bool)


def region_window(scene: Scene, region: Region) -> RegionWindow:
    """Return where a region lies in a scene; refuses one in another frame, or outside of it."""
    area = shapely.intersection(
        _in_pixels(scene, region), shapely.box(0, 0, scene.width, scene.height)
    )
    if area.area <= 0:
        raise BadRegion(f"this region does not meet {scene.id}; name a region within its footprint")
    col0, row0, col1, row1 = area.bounds
    # A corner that missed a pixel's edge by rounding asks for no further pixel.
    whole = Window(
        math.floor(col0 + _ROUNDING), math.floor(row0 + _ROUNDING),
        math.ceil(col1 - _ROUNDING), math.ceil(row1 - _ROUNDING),
    )  # fmt: skip
    return RegionWindow(whole.clipped((scene.height, scene.width)), area)


def _in_pixels(scene: Scene, region: Region) -> BaseGeometry:
    if (
        region.frame in (scene.frame, f"px:{scene.id}", f"px:{scene.alias}")
        and region.frame != EARTH
    ):
        return region.area
    if region.frame == EARTH and scene.is_georeferenced:
        near = shapely.intersection(region.area, _near(scene))
        pixels = Place.of(scene).in_pixels(near) if not near.is_empty else near
        return pixels if pixels.is_valid else shapely.make_valid(pixels)
    raise FramesDiffer(
        f"the region is in {region.frame}, the scene {scene.id} in {scene.frame}; "
        f"write the region as px:{scene.id}:C0,R0,C1,R1, or give the scene a georeference"
    )


def _near(scene: Scene) -> BaseGeometry:
    """Return where the scene is and a little more: far away its CRS may have no places."""
    boxes = []
    for part in shapely.get_parts(scene.footprint.area):
        west, south, east, north = part.bounds
        across, up = (east - west) / 8, (north - south) / 8
        boxes.append(shapely.box(west - across, south - up, east + across, north + up))
    return shapely.union_all(boxes)
