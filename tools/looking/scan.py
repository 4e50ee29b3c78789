"""Going over a region by windows: any size, bounded memory, each pixel once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from store.geo import Region
from store.raster import Pixels, RegionWindow, SceneReader, Window
from store.scenes import Caveat
from tools.contract import Bench, Coverage, Look, ToolRefusal
from tools.looking.areas import PixelAreas

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
SixNumbers = tuple[float, float, float, float, float, float]

TILE_PX = 1 << 20
_HALO_TILES = 2
"""Pieces with a margin are larger, as the blocks around each are read for it."""
LARGEST_SCAN_PX = 400_000_000
"""Up to this size each pixel is looked at; beyond, the scene is read coarser, and it is said."""


@dataclass(frozen=True)
class Piece:
    """One piece of a scan.

    `row0` and `col0` are its place in the scan's own grid; `pixels` may have a margin of `halo`
    pixels, which `core` cuts off; `inside` says which pixels of the core are in the region.
    """

    row0: int
    col0: int
    pixels: Pixels
    core: tuple[slice, slice]
    inside: Bools
    window: Window

    @property
    def valid(self) -> Bools:
        """Which pixels of the core are in the region and hold data."""
        return self.inside & self.pixels.valid[self.core]


class Scan:
    """A region of a scene, at full resolution or `step` times coarser where it is too large.

    Args:
        bench: The run's limits; they are looked at before each piece.
        reader: The scene.
        region: Where to look; the whole scene when None.
        most_px: Most pixels to look at.
    """

    def __init__(
        self,
        bench: Bench,
        reader: SceneReader,
        region: Region | None,
        most_px: int = LARGEST_SCAN_PX,
    ) -> None:
        bench.check()
        self._bench, self._reader = bench, reader
        self.where: RegionWindow | None = None if region is None else reader.region_window(region)
        self._asked = region
        self.window = reader.whole if self.where is None else self.where.window
        self.step = max(1, math.ceil(math.sqrt(self.window.size / most_px)))
        self.shape = (
            math.ceil(self.window.height / self.step), math.ceil(self.window.width / self.step),
        )  # fmt: skip
        self.areas = PixelAreas(reader)
        self.inside_px = 0
        self.valid_px = 0

    @property
    def gsd_m(self) -> float | None:
        """The ground size of a pixel of the scan."""
        own = self._reader.scene.gsd_m
        return None if own is None else own * self.step

    @property
    def region(self) -> Region:
        """What is looked at, in the scene's frame."""
        if self.where is None:
            return self._reader.scene.footprint
        return Region.of(self._reader.scene.frame, self._reader.to_frame(self.where.area))

    @property
    def grid(self) -> tuple[str | None, SixNumbers | None]:
        """CRS and transform of the scan's grid; None in a pixel frame."""
        scene = self._reader.scene
        if scene.transform is None or not scene.is_georeferenced:
            return None, None
        moved = Affine(*scene.transform) * Affine.translation(self.window.col0, self.window.row0)
        a, b, c, d, e, f = tuple(moved * Affine.scale(self.step))[:6]
        return scene.crs, (a, b, c, d, e, f)

    def pieces(self, bands: Sequence[int], what: str, halo: int = 0) -> Iterator[Piece]:
        """Yield the pieces of the region, each read once.

        Args:
            bands: Bands to read, by index from 1.
            what: What is being done, for the person who waits.
            halo: Margin in pixels of the scan; what lies outside of the scene is invalid there.

        Raises:
            ToolRefusal: The region is so small that no pixel has its middle in it.
        """
        done = 0
        for core in self._cores(TILE_PX if halo == 0 else _HALO_TILES * TILE_PX):
            self._bench.check()
            piece = self._piece(core, bands, halo)
            self.inside_px += int(piece.inside.sum())
            self.valid_px += int(piece.valid.sum())
            yield piece
            done += core.size
            self._bench.progress(done / (self.shape[0] * self.shape[1]), what)
        if not self.inside_px:
            raise ToolRefusal(
                f"the region holds the middle of no pixel of {self._reader.scene.id}, so there is "
                "nothing to measure in it; name a region of a few pixels or more",
                "region_too_small",
                {"pixels": "> 0"},
            )

    def weights(self, piece: Piece) -> Floats:
        """Return the area of each pixel of a piece's core."""
        return self.areas.weights(piece.window, piece.inside.shape)

    def coverage(self) -> Coverage:
        """Return what share of the asked area is imaged, valid and was looked at."""
        shown = self.region.size()
        asked = shown if self._asked is None else self._asked.size()
        imaged = min(1.0, shown / asked) if asked > 0 else 0.0
        valid = imaged * self.valid_px / max(1, self.inside_px)
        return Coverage(
            asked=asked, imaged=imaged, valid=valid, looked=[Look(gsd_m=self.gsd_m, share=valid)]
        )

    def caveats(self) -> list[Caveat]:
        """Say when the scene was looked at coarser than it is."""
        if self.step == 1:
            return []
        text = (
            f"the area has {self.window.size:,} pixels: it was looked at {self.step} times "
            "coarser, and areas are estimates; ask for a smaller region to have each pixel"
        )
        return [Caveat(code="reduced_look", text=text)]

    def _cores(self, most_px: int) -> Iterator[Window]:
        """Yield windows in the scan's own grid; at full resolution along the file's blocks."""
        if self.step == 1:
            for tile in self._reader.windows(most_px, within=self.window):
                core = tile.core
                yield Window(
                    core.col0 - self.window.col0, core.row0 - self.window.row0,
                    core.col1 - self.window.col0, core.row1 - self.window.row0,
                )  # fmt: skip
            return
        side = math.isqrt(most_px)
        for row in range(0, self.shape[0], side):
            for col in range(0, self.shape[1], side):
                last = min(col + side, self.shape[1]), min(row + side, self.shape[0])
                yield Window(col, row, *last)

    def _native(self, core: Window) -> Window:
        step, left, top = self.step, self.window.col0, self.window.row0
        return Window(
            left + core.col0 * step, top + core.row0 * step,
            left + core.col1 * step, top + core.row1 * step,
        )  # fmt: skip

    def _piece(self, core: Window, bands: Sequence[int], halo: int) -> Piece:
        outer = Window(core.col0 - halo, core.row0 - halo, core.col1 + halo, core.row1 + halo)
        native = self._native(core)
        pixels = self._reader.read(
            *self._native(outer), out_shape=outer.shape, bands=list(bands) or None
        )
        inside = (
            np.ones(core.shape, dtype=bool)
            if self.where is None
            else self.where.mask(native, core.shape)
        )
        if self.step > 1:
            inside &= self._within(native, core.shape)
        return Piece(core.row0, core.col0, pixels, core.inside(outer), inside, native)

    def _within(self, native: Window, shape: tuple[int, int]) -> Bools:
        """Return which pixels of a coarser grid have their centre in the scene."""
        rows = native.row0 + (np.arange(shape[0]) + 0.5) * self.step
        cols = native.col0 + (np.arange(shape[1]) + 0.5) * self.step
        return np.asarray((rows < self.window.row1)[:, None] & (cols < self.window.col1)[None, :])
