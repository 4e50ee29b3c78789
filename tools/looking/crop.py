"""Crops: one region read once at the resolution it is shown at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.errors import StoreError
from store.geo import Region
from store.raster import RegionWindow, SceneReader, Window
from store.raster.reader import Pixels
from store.scenes import Caveat
from tools.contract import Coverage, Look
from tools.looking.bearings import Bearings, bearings_of
from tools.looking.sheet import ROOM, ROOM_DOWN

Bools = NDArray[np.bool_]
_HARDLY = 1.001


@dataclass(frozen=True)
class Crop:
    """A region as it was read: pixels of some bands, where they are, and how fine."""

    reader: SceneReader
    region: Region
    window: Window
    pixels: Pixels
    bands: list[int]
    inside: Bools
    bearings: Bearings
    caveats: list[Caveat]
    asked: float

    @property
    def valid(self) -> Bools:
        """Which pixels are in the region and hold data."""
        return self.inside & self.pixels.valid

    @property
    def step(self) -> float:
        """How many pixels of the scene one pixel of the crop spans along a side."""
        return math.sqrt(self.window.size / self.pixels.valid.size)

    @property
    def gsd_m(self) -> float | None:
        """The ground size of a pixel of the crop, at its middle."""
        own = self.bearings.gsd_m
        return None if own is None else own * self.step

    def planes(self, bands: Sequence[int]) -> NDArray[np.generic]:
        """Return the samples of some of the bands that were read."""
        return np.asarray(self.pixels.data[[self.bands.index(band) for band in bands]])

    def coverage(self) -> Coverage:
        """Return what share of the asked area is imaged, valid and shown."""
        imaged = min(1.0, self.region.size() / self.asked) if self.asked > 0 else 0.0
        inside = int(self.inside.sum())
        valid = imaged * int(self.valid.sum()) / inside if inside else 0.0
        return Coverage(
            asked=self.asked, imaged=imaged, valid=valid,
            looked=[Look(gsd_m=self.gsd_m, share=valid)],
        )  # fmt: skip


def read_crop(
    reader: SceneReader, region: Region | None, gsd_m: float | None, bands: Sequence[int]
) -> Crop:
    """Read a region as finely as asked and as a picture has room for, never finer than it is."""
    where = None if region is None else reader.region_window(region)
    window = reader.whole if where is None else where.window
    bearings = bearings_of(reader, window)
    shape, caveats = _shape(reader, window, gsd_m, bearings)
    pixels = reader.read(*window, out_shape=shape, bands=bands)
    own = _own_region(reader, where)
    return Crop(
        reader, own, window, pixels, list(bands),
        np.ones(shape, dtype=bool) if where is None else _mask(where, window, shape),
        bearings, caveats, own.size() if region is None else region.size(),
    )  # fmt: skip


def _mask(where: RegionWindow, window: Window, shape: tuple[int, int]) -> Bools:
    """Return the pixels in a region; one that is smaller than a pixel is the pixel it is in."""
    inside = where.mask(window, shape)
    return inside if inside.any() else np.ones(shape, dtype=bool)


def _own_region(reader: SceneReader, where: RegionWindow | None) -> Region:
    scene = reader.scene
    if where is None:
        return scene.footprint
    return Region.of(scene.frame, reader.to_frame(where.area))


def _shape(
    reader: SceneReader, window: Window, gsd_m: float | None, bearings: Bearings
) -> tuple[tuple[int, int], list[Caveat]]:
    """Return rows and columns to read, and what of the wish could not be met."""
    fits = max(window.width / ROOM, window.height / ROOM_DOWN, 1.0)
    if gsd_m is None:
        return _coarser(window, fits), []
    own = bearings.gsd_m
    if own is None:
        raise StoreError(
            f"{reader.scene.id} does not say how large its pixels are; "
            "declare it with `elenchus ingest --gsd M`, or leave gsd_m out",
            code="unknown_gsd",
        )
    wanted = gsd_m / own
    if wanted * _HARDLY < 1.0:
        text = f"{gsd_m:g} m was asked for; the scene has {own:.4g} m, and nothing finer is made up"
        return _coarser(window, fits), [Caveat(code="native_resolution", text=text)]
    if wanted * _HARDLY < fits:
        text = (
            f"the region is too large for a picture at {gsd_m:g} m; shown at {own * fits:.4g} m, "
            "ask for a smaller region to see it as finely as asked"
        )
        return _coarser(window, fits), [Caveat(code="shown_coarser", text=text)]
    return _coarser(window, wanted), []


def _coarser(window: Window, step: float) -> tuple[int, int]:
    if step <= _HARDLY:
        return window.shape
    return max(1, int(window.height / step)), max(1, int(window.width / step))
