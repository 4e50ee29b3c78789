"""Reading the pixels of a scene: windows at any resolution, with validity, counted."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from store.artifacts import Artifacts
from store.errors import BadRegion, InputChanged, StoreError, TooLarge
from store.geo import Region
from store.raster.gate import check_file, header_of
from store.raster.levels import Level
from store.raster.place import Place
from store.raster.region import RegionWindow, region_window
from store.raster.resample import area_average, nearest
from store.raster.window import Tile, Window, tiling
from store.scenes import Scene, Source

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Resampling = Literal["average", "nearest"]

LARGEST_READ_PX = 64_000_000
_CHUNK_SAMPLES = 12 << 20
_COARSEST_JPEG_OVERVIEW = 8
"""JPEG overviews of factor 2, 4 and 8 are of the picture; any other is a camera's thumbnail."""


@dataclass(frozen=True)
class Pixels:
    """A window of a scene as it was read.

    `data` is (bands, rows, columns) in the file's own type; `valid` is (rows, columns) and
    true where all bands read hold data; `inside`, when a region was asked for, is true where
    a pixel's centre is in it. `gsd_m` is the ground size of one pixel of `data`.
    """

    data: Array
    valid: Mask
    window: Window
    gsd_m: float | None
    inside: Mask | None = None


class SceneReader:
    """The pixels of one scene; a context manager, for one thread at a time.

    Args:
        scene: The scene as held by the catalogue.
        artifacts: Where overviews and copies that we made lie.
        extra_drivers: GDAL drivers that were allowed at ingest beside our own.
    """

    def __init__(
        self, scene: Scene, artifacts: Artifacts, extra_drivers: Sequence[str] = ()
    ) -> None:
        self.scene = scene
        self.pixels_read = 0
        """Pixels decoded so far, of all blocks touched at any level; bands count once together."""
        self._artifacts = artifacts
        self._extra = tuple(extra_drivers)
        self._levels: list[Level] = []
        check_unchanged(_read_from(scene, artifacts), scene.id)
        self._full = (
            self._level(Path(scene.source.path))
            if scene.copy_sha256 is None
            else self._kept(scene.copy_sha256)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all files."""
        for level in self._levels:
            level.close()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the scene."""
        return self.scene.height, self.scene.width

    @property
    def whole(self) -> Window:
        """The window of the whole scene."""
        return Window(0, 0, self.scene.width, self.scene.height)

    @property
    def data_bands(self) -> list[int]:
        """Indices, from 1, of the bands that hold data."""
        return [band.index for band in self.scene.bands if band.role == "data"]

    @property
    def scales(self) -> list[float]:
        """What a sample of each data band is multiplied by to give its physical value."""
        return self._per_band(self._full.dataset.scales, 1.0)

    @property
    def offsets(self) -> list[float]:
        """What is then added to give the physical value."""
        return self._per_band(self._full.dataset.offsets, 0.0)

    def read(
        self,
        col0: int,
        row0: int,
        col1: int,
        row1: int,
        out_shape: tuple[int, int] | None = None,
        bands: Sequence[int] | None = None,
        resampling: Resampling | None = None,
    ) -> Pixels:
        """Read a half-open window; what lies outside of the scene is invalid and zero.

        Args:
            col0: First column.
            row0: First row.
            col1: One past the last column.
            row1: One past the last row.
            out_shape: Rows and columns wanted; by default one for one. Coarser looks are area
                averages over the valid pixels, from overviews where there are some.
            bands: Indices from 1; by default all data bands.
            resampling: `nearest` for classes; by default `average`, in a palette `nearest`.
        """
        window = Window(int(col0), int(row0), int(col1), int(row1))
        shape = window.shape if out_shape is None else (int(out_shape[0]), int(out_shape[1]))
        self._check_read(window, shape)
        chosen = self.data_bands if bands is None else self._known_bands(bands)
        part = window.clipped(self.shape)
        data = np.zeros((len(chosen), *shape), dtype=self._dtype(chosen))
        valid = np.zeros(shape, dtype=bool)
        if part.size:
            if shape == window.shape:
                inner = part.inside(window)
                data[:, *inner], valid[inner] = self._native(self._full, part, chosen)
            else:
                how: Resampling = resampling or (
                    "nearest" if self.scene.palette == "colour" else "average"
                )
                self._fill(data, valid, window, part, chosen, how)
        return Pixels(data, valid, window, self._gsd(window, shape))

    def reduced(
        self, max_px: int, bands: Sequence[int] | None = None, longest: int | None = None
    ) -> Pixels:
        """Read the whole scene with at most `max_px` pixels, and no side above `longest`."""
        rows, cols = shape_within(self.whole, max_px)
        if longest is not None and max(rows, cols) > longest:
            step = max(rows, cols) / longest
            rows, cols = max(1, round(rows / step)), max(1, round(cols / step))
        return self.read(*self.whole, out_shape=(rows, cols), bands=bands)

    def windows(
        self, max_px: int = 4 << 20, halo: int = 0, within: Window | None = None
    ) -> Iterator[Tile]:
        """Yield tiles that cover the scene, or a window of it, exactly once and along its blocks.

        Each has a `core` window and an `outer` one, larger by `halo` where the scene goes on.
        """
        part = self.whole if within is None else within.clipped(self.shape)
        return tiling(part, self._full.block, self.shape, max_px=max_px, halo=halo)

    def region_window(self, region: Region) -> RegionWindow:
        """Return the window that a region needs, and the mask of the pixels inside it."""
        return region_window(self.scene, region)

    def read_region(
        self, region: Region, gsd_m: float | None = None, bands: Sequence[int] | None = None
    ) -> Pixels:
        """Read the window of a region at a ground resolution, by default the scene's own.

        A resolution finer than the scene's gives the scene's own pixels: nothing is made up.
        """
        where = self.region_window(region)
        window = where.window
        own = self.scene.gsd_m
        shape = window.shape
        if gsd_m is not None and own is None:
            raise StoreError(
                f"{self.scene.id} does not say how large its pixels are; "
                "declare it with `elenchus ingest --gsd M`",
                code="unknown_gsd",
            )
        if gsd_m is not None and own is not None and gsd_m > own:
            shape = (
                max(1, round(window.height * own / gsd_m)),
                max(1, round(window.width * own / gsd_m)),
            )
        pixels = self.read(*window, out_shape=shape, bands=bands)
        return Pixels(pixels.data, pixels.valid, window, pixels.gsd_m, where.mask(window, shape))

    @cached_property
    def place(self) -> Place:
        """The grid on the ground; refuses a scene without position."""
        return Place.of(self.scene)

    def to_lonlat(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Return longitudes and latitudes of columns and rows (0, 0: upper-left corner)."""
        return self.place.to_lonlat(cols, rows)

    def to_pixel(self, lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
        """Return columns and rows of longitudes and latitudes."""
        return self.place.to_pixel(lons, lats)

    def to_frame(self, area: BaseGeometry) -> BaseGeometry:
        """Return pixel geometry in the scene's frame: on the ground, or left in pixels."""
        return self.place.on_earth(area) if self.scene.is_georeferenced else area

    def to_region(self, window: Window) -> Region:
        """Return a window as a region of the scene's frame."""
        pixels = Region.pixels(f"px:{self.scene.id}", *window)
        return Region.of(self.scene.frame, self.to_frame(pixels.area))

    @cached_property
    def levels(self) -> list[Level]:
        """The scene at full size, then its overviews from fine to coarse."""
        found = [self._full, *self._overviews_of(self._full)]
        if self.scene.overview_sha256 is not None:
            ours = self._kept(self.scene.overview_sha256)
            found += [ours, *self._overviews_of(ours)]
        return sorted(found, key=lambda level: level.factor[0])

    def _overviews_of(self, level: Level) -> list[Level]:
        factors = level.dataset.overviews(1)
        if level.dataset.driver == "JPEG":
            factors = [factor for factor in factors if factor <= _COARSEST_JPEG_OVERVIEW]
        made = [
            Level(self.scene, level.path, level.drivers, i, level.images)
            for i in range(len(factors))
        ]
        self._levels += made
        return made

    def _level(self, path: Path, extra: Sequence[str] | None = None) -> Level:
        passed = check_file(path, self._extra if extra is None else extra)
        level = Level(self.scene, path, passed.drivers, None, passed.images)
        self._levels.append(level)
        return level

    def _kept(self, digest: str) -> Level:
        return self._level(self._artifacts.path(digest), ())

    def _native(self, level: Level, window: Window, bands: list[int]) -> tuple[Array, Mask]:
        self.pixels_read += level.aligned_px(window)
        return level.read(window, bands)

    def _fill(
        self,
        data: Array,
        valid: Mask,
        window: Window,
        part: Window,
        bands: list[int],
        how: Resampling,
    ) -> None:
        """Resample the part of a window that lies in the scene into arrays of the shape wanted."""
        step = window.height / valid.shape[0], window.width / valid.shape[1]
        # Overviews are averages: classes are picked from the file itself.
        picked = how == "nearest" and self.scene.palette is None
        level = self._full if picked else self._level_for(min(step))
        row_edges = window.row0 + np.arange(valid.shape[0] + 1) * step[0]
        col_edges = window.col0 + np.arange(valid.shape[1] + 1) * step[1]
        rows = _touching(row_edges, part.row0, part.row1, step[0])
        cols = _touching(col_edges, part.col0, part.col1, step[1])
        across = max(1.0, step[1] / level.factor[0]) * (cols.stop - cols.start)
        chunk = _CHUNK_SAMPLES / max(3, len(bands))
        lines = max(1, int(chunk / (across * max(1.0, step[0] / level.factor[1]))))
        for start in range(rows.start, rows.stop, lines):
            piece = slice(start, min(start + lines, rows.stop))
            data[:, piece, cols], valid[piece, cols] = self._resampled(
                level,
                row_edges[piece.start : piece.stop + 1],
                col_edges[cols.start : cols.stop + 1],
                bands,
                how,
            )

    def _resampled(
        self, level: Level, row_edges: Floats, col_edges: Floats, bands: list[int], how: Resampling
    ) -> tuple[Array, Mask]:
        """Read what lies under boxes at a level and resample it into them."""
        rows = row_edges / level.factor[1]
        cols = col_edges / level.factor[0]
        source = Window(
            math.floor(cols[0] + 1e-6),
            math.floor(rows[0] + 1e-6),
            math.ceil(cols[-1] - 1e-6),
            math.ceil(rows[-1] - 1e-6),
        ).clipped(level.shape)
        data, valid = self._native(level, source, bands)
        resample = nearest if how == "nearest" else area_average
        return resample(data, valid, rows - source.row0, cols - source.col0)

    def _level_for(self, step: float) -> Level:
        """Return the coarsest level that is not coarser than wanted."""
        if step <= 1.0:
            return self._full
        fine_enough = [level for level in self.levels if max(level.factor) <= step * (1 + 1e-3)]
        return fine_enough[-1] if fine_enough else self._full

    def _check_read(self, window: Window, shape: tuple[int, int]) -> None:
        if window.width < 1 or window.height < 1 or min(shape) < 1:
            raise BadRegion(f"the window {tuple(window)} at {shape[1]} x {shape[0]} px is empty")
        if shape[0] * shape[1] > LARGEST_READ_PX:
            raise TooLarge(
                f"{shape[1]} x {shape[0]} px are more than a read may give ({LARGEST_READ_PX:,}); "
                "read by windows, or coarser"
            )

    def _known_bands(self, bands: Sequence[int]) -> list[int]:
        for band in bands:
            if not 1 <= band <= len(self.scene.bands):
                raise BadRegion(
                    f"{self.scene.id} has bands 1 to {len(self.scene.bands)}, not {band}"
                )
        return list(bands)

    def _dtype(self, bands: list[int]) -> np.dtype[Any]:
        return np.result_type(*(numpy_type(self.scene.bands[band - 1].dtype) for band in bands))

    def _gsd(self, window: Window, shape: tuple[int, int]) -> float | None:
        own = self.scene.gsd_m
        step = math.sqrt(window.size / (shape[0] * shape[1]))
        return None if own is None else own * step

    def _per_band(self, values: Sequence[float], of_colours: float) -> list[float]:
        if self.scene.palette is not None:
            return [of_colours] * len(self.data_bands)
        return [float(values[band - 1]) for band in self.data_bands]


def shape_within(window: Window, max_px: int) -> tuple[int, int]:
    """Return rows and columns of a window's proportions with at most `max_px` pixels."""
    step = max(1.0, math.sqrt(window.size / max_px))
    rows, cols = max(1, math.floor(window.height / step)), max(1, math.floor(window.width / step))
    while rows * cols > max_px:
        rows, cols = (rows - 1, cols) if rows > cols else (rows, cols - 1)
    return rows, cols


def numpy_type(name: str) -> np.dtype[Any]:
    """Return the type in which samples arrive; complex whole numbers arrive as complex64."""
    return np.dtype(np.complex64) if name.startswith("complex_int") else np.dtype(name)


def _read_from(scene: Scene, artifacts: Artifacts) -> Source:
    """Return what is read: the source, or of an upload our own copy, wherever the home lies now."""
    if scene.trust != "upload" or scene.copy_sha256 is None:
        return scene.source
    path = artifacts.path(scene.copy_sha256)
    moved = {"path": str(path), "mtime_ns": path.stat().st_mtime_ns}
    return scene.source.model_copy(update=moved)


def check_unchanged(source: Source, name: str) -> None:
    """Refuse a source whose size, time of change or header is not as it was at ingest."""
    path = Path(source.path)
    try:
        now = path.stat()
    except OSError as wrong:
        raise InputChanged(
            f"the file of {name} is no longer where it was ({wrong.strerror}); ingest it again"
        ) from wrong
    same = (now.st_size, now.st_mtime_ns) == (source.size, source.mtime_ns)
    if not same or hashlib.sha256(header_of(path)).hexdigest() != source.header_sha256:
        raise InputChanged(f"the file of {name} was changed after it was ingested; ingest it again")


def _touching(edges: Floats, low: int, high: int, step: float) -> slice:
    """Return which boxes have their centre within a range of pixels."""
    centres = edges[:-1] + step / 2
    inside = np.flatnonzero((centres >= low) & (centres < high))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)
