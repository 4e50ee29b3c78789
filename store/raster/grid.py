"""Grids: one scene read on the pixels of another, by windows, with validity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject

from store.errors import FramesDiffer
from store.geo import EARTH
from store.raster.gdal import reading
from store.raster.place import SixNumbers, same_crs
from store.raster.reader import Pixels, SceneReader, numpy_type
from store.raster.window import Window
from store.scenes import Scene

Array = NDArray[Any]
Mask = NDArray[np.bool_]
How = Literal["bilinear", "nearest"]

_WHOLE = 0.999
"""A pixel brought to another grid is valid when nothing invalid went into it."""
_MARGIN_PX = 3
_EDGE_POINTS = 21
_TOLERANCE_PX = 0.01


@dataclass(frozen=True)
class Grid:
    """The pixels of a scene: a CRS and transform on the ground, or a shared pixel frame."""

    frame: str
    crs: str | None
    transform: SixNumbers | None
    width: int
    height: int
    gsd_m: float | None = None

    @classmethod
    def of(cls, scene: Scene) -> Grid:
        """Return the grid of a scene."""
        return cls(scene.frame, scene.crs, scene.transform, scene.width, scene.height, scene.gsd_m)

    @property
    def whole(self) -> Window:
        """The window of all of it."""
        return Window(0, 0, self.width, self.height)

    @property
    def affine(self) -> Affine:
        """From columns and rows to the CRS."""
        return Affine(*(self.transform or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)))

    def same_as(self, other: Grid) -> bool:
        """Tell whether two grids are the same pixels: corners within a hundredth of a pixel."""
        if (self.frame, self.width, self.height) != (other.frame, other.width, other.height):
            return False
        if self.frame != EARTH:
            return True
        if self.crs is None or other.crs is None or not same_crs(self.crs, other.crs):
            return False
        across = ~other.affine * self.affine
        corners = [(0, 0), (self.width, 0), (0, self.height), (self.width, self.height)]
        return all(math.dist(across * corner, corner) <= _TOLERANCE_PX for corner in corners)


def read_on_grid(
    reader: SceneReader,
    grid: Grid,
    window: Window,
    out_shape: tuple[int, int] | None = None,
    bands: Sequence[int] | None = None,
    resampling: How = "bilinear",
) -> Pixels:
    """Read what a scene shows in a window of another grid, one for one or at a coarser shape.

    On equal grids these are the scene's own samples, untouched. Else a scene that is finer is
    first averaged to about the grid's resolution, then interpolated; a pixel is valid when
    only valid samples went into it. What lies outside of the scene is invalid.

    Raises:
        FramesDiffer: The scene and the grid share no frame.
    """
    own = Grid.of(reader.scene)
    shape = window.shape if out_shape is None else out_shape
    if own.same_as(grid):
        return reader.read(*window, out_shape=shape, bands=bands)
    if own.frame != grid.frame or own.frame != EARTH:
        raise FramesDiffer(
            f"{reader.scene.id} is in {own.frame} ({own.width} x {own.height} px), the grid in "
            f"{grid.frame} ({grid.width} x {grid.height} px); give both a georeference, "
            "or register one to the other"
        )
    chosen = list(bands or reader.data_bands)
    wanted = _Wanted(grid, window, shape)
    source = _source_window(own, wanted).clipped(reader.shape)
    if not source.size:
        return _nothing(reader, chosen, wanted)
    coarser = _coarser(own, wanted)
    step = max(1, math.floor(coarser + 0.25))
    looked = math.ceil(source.height / step), math.ceil(source.width / step)
    pixels = reader.read(*source, out_shape=looked, bands=chosen)
    moved = own.affine * Affine.translation(source.col0, source.row0)
    moved *= Affine.scale(source.width / looked[1], source.height / looked[0])
    warp = _Warp(own.crs, moved, resampling, coarser / step)
    data, valid = _warped(pixels, warp, wanted, reader.scene.id)
    return Pixels(data, valid, window, wanted.gsd_m)


@dataclass(frozen=True)
class _Wanted:
    """A window of a grid at a shape."""

    grid: Grid
    window: Window
    shape: tuple[int, int]

    @property
    def affine(self) -> Affine:
        """From columns and rows of the result to the CRS."""
        down, across = self.window.height / self.shape[0], self.window.width / self.shape[1]
        moved = Affine.translation(self.window.col0, self.window.row0)
        return self.grid.affine * moved * Affine.scale(across, down)

    @property
    def gsd_m(self) -> float | None:
        """Ground size of a pixel of the result."""
        own = self.grid.gsd_m
        step = math.sqrt(self.window.size / (self.shape[0] * self.shape[1]))
        return None if own is None else own * step


def _nothing(reader: SceneReader, bands: list[int], wanted: _Wanted) -> Pixels:
    kind = np.result_type(*(numpy_type(reader.scene.bands[band - 1].dtype) for band in bands))
    data = np.zeros((len(bands), *wanted.shape), dtype=kind)
    return Pixels(data, np.zeros(wanted.shape, dtype=bool), wanted.window, wanted.gsd_m)


def _to_own_pixels(own: Grid, wanted: _Wanted, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns and rows of the scene for those of the result; inf where there are none."""
    x, y = _apply(wanted.affine, points)
    crs = wanted.grid.crs
    if own.crs is not None and crs is not None and not same_crs(own.crs, crs):
        x, y = _between(crs, own.crs).transform(x, y)
    return np.column_stack(_apply(~own.affine, np.column_stack([x, y])))


@lru_cache(maxsize=64)
def _between(first: str, second: str) -> Transformer:
    return Transformer.from_crs(first, second, always_xy=True)


def _apply(
    affine: Affine, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b, c, d, e, f = tuple(affine)[:6]
    return a * points[:, 0] + b * points[:, 1] + c, d * points[:, 0] + e * points[:, 1] + f


def _source_window(own: Grid, wanted: _Wanted) -> Window:
    """Return the window of the scene that the result needs, with a margin."""
    rows, cols = wanted.shape
    outline = shapely.segmentize(shapely.box(0, 0, cols, rows), max(rows, cols) / _EDGE_POINTS)
    found = _to_own_pixels(own, wanted, shapely.get_coordinates(outline))
    found = found[np.isfinite(found).all(axis=1)]
    if not len(found):
        return Window(0, 0, 0, 0)
    limit = float(2**31)
    (col0, row0), (col1, row1) = (
        np.clip(end, -limit, limit) for end in (found.min(0), found.max(0))
    )
    margin = _MARGIN_PX * max(1, math.ceil(_coarser(own, wanted)))
    return Window(
        math.floor(col0) - margin,
        math.floor(row0) - margin,
        math.ceil(col1) + margin,
        math.ceil(row1) + margin,
    )


def _coarser(own: Grid, wanted: _Wanted) -> float:
    """Return how many pixels of the scene one pixel of the result spans, at the grid's centre.

    Not at the window's: neighbouring windows are resampled alike, or they would not join.
    """
    scale = wanted.window.width / wanted.shape[1], wanted.window.height / wanted.shape[0]
    col = (wanted.grid.width / 2 - wanted.window.col0) / scale[0]
    row = (wanted.grid.height / 2 - wanted.window.row0) / scale[1]
    found = _to_own_pixels(own, wanted, np.array([[col, row], [col + 1, row], [col, row + 1]]))
    if not np.isfinite(found).all():
        return 1.0
    (ax, ay), (bx, by) = found[1] - found[0], found[2] - found[0]
    return math.sqrt(abs(ax * by - ay * bx))


@dataclass(frozen=True)
class _Warp:
    """From what grid, and how, samples are interpolated."""

    crs: str | None
    transform: Affine
    how: How
    coarser: float


def _warped(pixels: Pixels, warp: _Warp, wanted: _Wanted, name: str) -> tuple[Array, Mask]:
    """Interpolate samples and their validity into the result."""
    scale = 1.0 / max(1.0, warp.coarser)
    target = {
        "src_transform": warp.transform,
        "src_crs": warp.crs,
        "dst_transform": wanted.affine,
        "dst_crs": wanted.grid.crs,
        "resampling": Resampling[warp.how],
        "tolerance": _TOLERANCE_PX,
        # Else GDAL takes the width of its kernel from the size of the window.
        "XSCALE": scale,
        "YSCALE": scale,
    }
    kind = pixels.data.dtype
    share = np.zeros(wanted.shape, dtype=np.float32)
    planes = np.where(pixels.valid, pixels.data, 0).astype(_working(kind, warp.how))
    data = np.zeros((len(planes), *wanted.shape), dtype=planes.dtype)
    with reading(name):
        reproject(pixels.valid.astype(np.float32), share, **target)
        for plane, out in zip(planes, data, strict=True):
            reproject(plane, out, **target)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        data = np.clip(np.rint(data), limits.min, limits.max)
    return data.astype(kind), np.asarray(share >= _WHOLE)


def _working(kind: np.dtype[Any], how: How) -> np.dtype[Any]:
    """Return the type to interpolate in: wide enough to round only once."""
    if kind.kind == "c" or how == "nearest":
        return kind
    return np.dtype(np.float64 if kind.itemsize > 2 else np.float32)
