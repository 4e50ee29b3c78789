"""Two scenes on one grid, read by windows: what is compared, and when that is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from store.geo import Region
from store.raster import Pixels, RegionWindow, SceneReader, Window
from store.raster.grid import Grid, read_on_grid
from store.raster.picture import bands_to_show
from store.scenes import Caveat, Scene
from tools.change.contract import Bands, Mask, SensorKind
from tools.change.windows import reduction
from tools.contract import ToolRefusal

MOST_UNLIKE_GSD = 8.0
SAME_GSD = 0.02


@dataclass(frozen=True)
class Common:
    """The grid two scenes are compared on.

    `window` is the part of the reference scene that both show and the person asked for;
    `where` says which of its pixels are inside. `reference` is the coarser scene.
    """

    reference: SceneReader
    other: SceneReader
    window: Window
    where: RegionWindow
    caveats: list[Caveat]


def common_grid(a: SceneReader, b: SceneReader, region: Region | None) -> Common:
    """Choose the grid; refuses scenes that do not show one place in one frame."""
    if a.scene.is_georeferenced != b.scene.is_georeferenced:
        placed, loose = (a, b) if a.scene.is_georeferenced else (b, a)
        raise ToolRefusal(
            f"{placed.scene.id} has a place on the ground and {loose.scene.id} has none, so what "
            "they share is not known; ingest the latter with --crs and a world file",
            "frames_differ",
        )
    on_ground = a.scene.is_georeferenced
    return _on_ground(a, b, region) if on_ground else _in_pixels(a, b, region)


def _on_ground(a: SceneReader, b: SceneReader, region: Region | None) -> Common:
    coarser, finer = sorted((a, b), key=lambda r: -(r.scene.gsd_m or 0.0))
    wanted = region or a.scene.footprint
    shared = a.scene.footprint.overlap(b.scene.footprint)
    shared = None if shared is None else shared.overlap(wanted)
    if shared is None:
        where = "" if region is None else " within the region asked about"
        raise ToolRefusal(
            f"{a.scene.id} and {b.scene.id} show no common ground{where}; "
            "name two scenes that overlap",
            "no_overlap",
        )
    ratio = (coarser.scene.gsd_m or 1.0) / (finer.scene.gsd_m or 1.0)
    if ratio > MOST_UNLIKE_GSD:
        raise ToolRefusal(
            f"{coarser.scene.id} has pixels of {coarser.scene.gsd_m:.3g} m, {finer.scene.id} of "
            f"{finer.scene.gsd_m:.3g} m: {ratio:.0f} times finer, too unlike to compare pixel by "
            f"pixel; {(coarser.scene.gsd_m or 0) / MOST_UNLIKE_GSD:.3g} m or coarser would do",
            "too_coarse",
            {"gsd_ratio": f"<= {MOST_UNLIKE_GSD:g}"},
        )
    where_on = coarser.region_window(shared)
    caveats = []
    if ratio > 1 + SAME_GSD:
        text = f"compared at {coarser.scene.gsd_m:.3g} m, the coarser of both"
        caveats.append(Caveat(code="coarser_used", text=text))
    return Common(coarser, finer, where_on.window, where_on, caveats)


def _in_pixels(a: SceneReader, b: SceneReader, region: Region | None) -> Common:
    caveats = _frame_caveats(a.scene, b.scene)
    _same_pixel_size(a.scene, b.scene)
    rows, cols = (min(pair) for pair in zip(a.shape, b.shape, strict=True))
    both = Region.pixels(a.scene.frame, 0, 0, cols, rows)
    wanted = both if region is None else Region(frame=a.scene.frame, geometry=region.geometry)
    if region is not None and region.frame not in (a.scene.frame, b.scene.frame):
        raise ToolRefusal(
            f"the region is in {region.frame}, the scenes are in {a.scene.frame}; "
            f"write it as px:{a.scene.id}:C0,R0,C1,R1",
            "frames_differ",
        )
    shared = both.overlap(wanted)
    if shared is None:
        raise ToolRefusal("the region lies outside what both scenes show", "no_overlap")
    where = a.region_window(shared)
    return Common(a, b, where.window, where, caveats)


def _frame_caveats(a: Scene, b: Scene) -> list[Caveat]:
    """Allow two pixel frames only where they are known, or can be taken, to be one."""
    sizes = f"{a.width} x {a.height} and {b.width} x {b.height} px"
    equal = (a.width, a.height) == (b.width, b.height)
    if a.frame == b.frame:
        text = f"the scenes are of unequal size ({sizes}); what both show was compared"
        return [] if equal else [Caveat(code="sizes_differ", text=text)]
    if not equal:
        raise ToolRefusal(
            f"{a.id} and {b.id} have no place on the ground and unequal sizes ({sizes}), so "
            "how they lie on each other is not known; if their upper-left pixels show the same "
            "place, ingest both with the same --frame NAME",
            "sizes_differ",
        )
    text = "both scenes are taken to show the same ground, pixel by pixel: nothing in them says so"
    return [Caveat(code="frame_assumed", text=text)]


def _same_pixel_size(a: Scene, b: Scene) -> None:
    if a.gsd_m is None or b.gsd_m is None:
        return
    if abs(math.log(a.gsd_m / b.gsd_m)) > SAME_GSD:
        raise ToolRefusal(
            f"{a.id} was declared with {a.gsd_m:g} m a pixel, {b.id} with {b.gsd_m:g} m; pixels of "
            "unequal size and without position cannot be laid on each other",
            "gsd_differs",
        )


class ScenePair:
    """Two scenes as a pair on one grid; `a` is the first in time."""

    def __init__(self, before: SceneReader, after: SceneReader, common: Common) -> None:
        self._before, self._after, self._common = before, after, common
        self._bands = common_bands(before.scene, after.scene)
        self._scaled = _physical(before) != _physical(after)
        self.kinds: tuple[SensorKind, SensorKind] = (before.scene.kind, after.scene.kind)

    @property
    def scenes(self) -> tuple[Scene, Scene]:
        """Both scenes, the earlier first."""
        return self._before.scene, self._after.scene

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._common.window.shape

    @property
    def gsd_m(self) -> float | None:
        """Size of a pixel of the common grid in m."""
        return self._common.reference.scene.gsd_m or self._common.other.scene.gsd_m

    def read(self, row0: int, col0: int, row1: int, col1: int) -> tuple[Bands, Bands, Mask]:
        """Read a half-open window of both."""
        return self._read(row0, col0, row1, col1, (row1 - row0, col1 - col0))

    def reduced(self, max_px: int) -> tuple[Bands, Bands, Mask]:
        """Read all of both, decimated."""
        rows, cols = self.shape
        step = reduction(self.shape, max_px)
        return self._read(0, 0, rows, cols, (math.ceil(rows / step), math.ceil(cols / step)))

    def _read(
        self, row0: int, col0: int, row1: int, col1: int, shape: tuple[int, int]
    ) -> tuple[Bands, Bands, Mask]:
        left, top, _, _ = self._common.window
        window = Window(left + col0, top + row0, left + col1, top + row1)
        a, a_valid = self._one(self._before, window, shape, 0)
        b, b_valid = self._one(self._after, window, shape, 1)
        return a, b, a_valid & b_valid & self._common.where.mask(window, shape)

    def _one(
        self, reader: SceneReader, window: Window, shape: tuple[int, int], which: int
    ) -> tuple[Bands, Mask]:
        bands = self._bands[which]
        pixels = self._pixels(reader, window, shape, bands)
        return self._values(reader, pixels.data, bands), pixels.valid

    def _pixels(
        self, reader: SceneReader, window: Window, shape: tuple[int, int], bands: list[int]
    ) -> Pixels:
        """Read one scene in a window of the common grid, in its own type."""
        if reader is self._common.reference or not reader.scene.is_georeferenced:
            return reader.read(*window, out_shape=shape, bands=bands)
        grid = Grid.of(self._common.reference.scene)
        if shape == window.shape:
            return read_on_grid(reader, grid, window, bands=bands)
        return read_on_grid(reader, _coarser(grid, window, shape), _whole(shape), bands=bands)

    def pictures(self, max_px: int) -> tuple[Pixels, Pixels, float]:
        """Read both as they are shown to people, decimated; with pixels of the grid per pixel."""
        rows, cols = self.shape
        step = reduction(self.shape, max_px)
        shape = math.ceil(rows / step), math.ceil(cols / step)
        shown = [
            self._pixels(reader, self._common.window, shape, bands_to_show(reader.scene))
            for reader in (self._before, self._after)
        ]
        return shown[0], shown[1], cols / shape[1]

    def _values(self, reader: SceneReader, data: NDArray[Any], bands: list[int]) -> Bands:
        """Give samples in the file's own type, or physical values where the scenes scale apart."""
        values = np.abs(data) if np.iscomplexobj(data) else data
        if not self._scaled:
            return values
        values = values.astype(np.float32)
        at = [reader.data_bands.index(band) for band in bands]
        scale = np.array([reader.scales[i] for i in at], np.float32)[:, None, None]
        offset = np.array([reader.offsets[i] for i in at], np.float32)[:, None, None]
        return values * scale + offset


def _whole(shape: tuple[int, int]) -> Window:
    return Window(0, 0, shape[1], shape[0])


def _coarser(grid: Grid, window: Window, shape: tuple[int, int]) -> Grid:
    """Return a grid of fewer pixels over a window of another."""
    scale = Affine.scale(window.width / shape[1], window.height / shape[0])
    moved = grid.affine * Affine.translation(window.col0, window.row0) * scale
    a, b, c, d, e, f = tuple(moved)[:6]
    gsd_m = None if grid.gsd_m is None else grid.gsd_m * window.width / shape[1]
    return Grid(grid.frame, grid.crs, (a, b, c, d, e, f), shape[1], shape[0], gsd_m)


def _physical(reader: SceneReader) -> list[tuple[float, float]]:
    return list(zip(reader.scales, reader.offsets, strict=True))


def common_bands(a: Scene, b: Scene) -> tuple[list[int], list[int]]:
    """Return the bands to compare: those of one name where all are named, else all data bands."""
    first = {band.name: band.index for band in a.bands if band.role == "data"}
    second = {band.name: band.index for band in b.bands if band.role == "data"}
    shared = [name for name in first if name is not None and name in second]
    if shared and None not in first and None not in second:
        return [first[name] for name in shared], [second[name] for name in shared]
    return (
        [band.index for band in a.bands if band.role == "data"],
        [band.index for band in b.bands if band.role == "data"],
    )
