"""Our own copy of a picture that we do not trust: its samples and its place, and nothing else.

The copy is a tiled GeoTIFF with overviews and always has the same structure, so that what reads it
later meets one compression and one layout. Samples are the file's own, value for value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window as RasterioWindow

from store.errors import BrokenFile, StoreError, TooLarge
from store.raster.gate import MOST_UPLOADED_BANDS, check_file, shown
from store.raster.gdal import GDAL_ERRORS, placeless, reading, safe_gdal
from store.raster.levels import Level
from store.raster.window import Window

MOST_BYTES = 4 << 30
"""Most bytes of the samples of a picture that is copied."""
TILE = 512
ZSTD = 50_000
_DEFLATE = (8, 32_946)
_LONGEST = 1_000_000_000
_SAMPLES_AT_ONCE = 12 << 20

Progress = Callable[[float, str], None]


def recode(
    level: Level, target: Path, crs: CRS | None, acquired: str | None, progress: Progress
) -> None:
    """Write our own copy of a picture.

    Args:
        level: The file; its scene names the bands and their roles.
        target: Where to write.
        crs: The CRS to give it, of its grid or of its ground control points.
        acquired: The time of acquisition as the file gives it in the agreed place, or None.
        progress: Told how far it is.
    """
    rows, cols = level.shape
    decoded = rows * cols * sum(np.dtype(_kind(name)).itemsize for name in level.dataset.dtypes)
    if decoded > MOST_BYTES:
        raise TooLarge(
            f"{shown(level.path)!r} holds {decoded / 2**30:.1f} GiB of samples; an upload may hold "
            f"{MOST_BYTES >> 30} GiB: cut it, or ingest it on the command line"
        )
    try:
        with safe_gdal(), placeless():
            with rasterio.open(target, "w", **_profile(level)) as made:
                _describe(level, made, crs, acquired)
                for box in _boxes(level):
                    _copy_box(level, made, box)
                    progress(0.9 * box.row1 / rows, "copying")
            progress(0.9, "making overviews")
            _add_overviews(level, target)
    except GDAL_ERRORS as wrong:
        raise StoreError(
            f"our copy of {shown(level.path)!r} could not be written; it may need more room than "
            "there is",
            code="cannot_write",
        ) from wrong


def _kind(name: str) -> str:
    return "complex64" if name.startswith("complex_int") else name


def _profile(level: Level) -> dict[str, Any]:
    dataset = level.dataset
    kind = np.result_type(*(np.dtype(_kind(name)) for name in dataset.dtypes))
    names = [band.name for band in level.scene.bands[:3]]
    colours = names == ["red", "green", "blue"] and kind.kind == "u" and kind.itemsize <= 2
    plain = {} if level.scene.palette else {"photometric": "rgb" if colours else "minisblack"}
    return {
        "driver": "GTiff", "width": dataset.width, "height": dataset.height,
        "count": dataset.count, "dtype": kind.name, "nodata": _nodata(level, kind), "tiled": True,
        "blockxsize": TILE, "blockysize": TILE, "compress": "zstd", "zstd_level": 1,
        "predictor": 2 if kind.kind in "iu" else 1, "bigtiff": "if_safer", "interleave": "pixel",
        **plain,
    }  # fmt: skip


def _nodata(level: Level, kind: np.dtype[Any]) -> float | None:
    """Return the nodata value, where samples of this type can have it; else it marks none."""
    value = level.dataset.nodata
    if value is None or kind.kind in "fc":
        return None if value is None else float(value)
    limits = np.iinfo(kind)
    whole = math.isfinite(value) and value == int(value)
    return value if whole and limits.min <= value <= limits.max else None


def _describe(level: Level, made: Any, crs: CRS | None, acquired: str | None) -> None:
    """Write what the file says of its samples, its place and its time."""
    dataset, scene = level.dataset, level.scene
    if scene.palette is not None:
        made.write_colormap(1, dataset.colormap(1))
    else:
        for band in scene.bands:
            made.set_band_description(band.index, band.name)
        if any(band.role == "alpha" for band in scene.bands):
            own = list(made.colorinterp)
            roles = [band.role == "alpha" for band in scene.bands]
            made.colorinterp = [
                ColorInterp.alpha if alpha else ColorInterp.undefined if was == ColorInterp.alpha
                else was for was, alpha in zip(own, roles, strict=True)
            ]  # fmt: skip
        made.scales, made.offsets = dataset.scales, dataset.offsets
    points = dataset.gcps[0]
    if points:
        made.gcps = ([_bare(point) for point in points], crs or CRS())
    elif crs is not None:
        made.crs = crs
    if not dataset.transform.is_identity:
        made.transform = dataset.transform
    if dataset.rpcs is not None:
        made.rpcs = dataset.rpcs
    if acquired is not None:
        made.update_tags(ns="IMAGERY", ACQUISITIONDATETIME=acquired)


def _bare(point: Any) -> Any:
    """Return a ground control point without the texts that a file may give it."""
    return GroundControlPoint(row=point.row, col=point.col, x=point.x, y=point.y, z=point.z)


def _boxes(level: Level) -> Iterator[Window]:
    """Yield windows of whole tiles of the copy, large enough to decode few blocks twice."""
    rows, cols = level.shape
    across, down = (math.ceil(size / TILE) * TILE for size in level.block)
    room = max(1, _SAMPLES_AT_ONCE // level.dataset.count)
    down = min(down, TILE * max(1, rows // TILE + 1)) if level.block[1] < rows else TILE
    across = min(max(across, room // down // TILE * TILE), math.ceil(cols / TILE) * TILE)
    for row in range(0, rows, down):
        for col in range(0, cols, across):
            yield Window(col, row, min(col + across, cols), min(row + down, rows))


def _copy_box(level: Level, made: Any, box: Window) -> None:
    """Copy the samples of a window, and what in it is none where the samples do not say so."""
    place = RasterioWindow(box.col0, box.row0, box.width, box.height)
    clear = _clear_colours(level)
    hidden = bool(clear) or _has_mask(level)
    with reading(shown(level.path)):
        data = level.dataset.read(window=place)
        valid = level.unmasked(box) if hidden else None
    made.write(data, window=place)
    if valid is not None:
        made.write_mask(valid & ~np.isin(data[0], clear) if clear else valid, window=place)


def _has_mask(level: Level) -> bool:
    """Tell whether a mask, or blocks that were never written, hide samples."""
    flags = level.dataset.mask_flag_enums[0]
    masked = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
    return masked or any(image.sparse is not None for image in level.images)


def _clear_colours(level: Level) -> list[int]:
    """Return the indices whose colour is wholly transparent: a TIFF's table cannot say that."""
    if level.scene.palette is None:
        return []
    return [index for index, colour in level.dataset.colormap(1).items() if colour[3] == 0]


def _add_overviews(level: Level, path: Path) -> None:
    factors = [2**n for n in range(1, 20) if max(level.shape) / 2 ** (n - 1) > TILE]
    if not factors:
        return
    how = Resampling.nearest if level.scene.palette is not None else Resampling.average
    with rasterio.open(path, "r+", driver="GTiff") as target:
        target.build_overviews(factors, how)


def check_copy(path: Path) -> None:
    """Refuse a file that has not the structure of our own copies, whatever made it."""
    if path.is_symlink() or not path.is_file() or path.stat().st_nlink != 1:
        raise BrokenFile("the copy that was made is not a plain file; nothing of it was kept")
    passed = check_file(path)
    ours = passed.drivers == ["GTiff"] and all(
        image.tiled and image.block == (TILE, TILE) and image.samples <= MOST_UPLOADED_BANDS
        and image.compression in (ZSTD, *_DEFLATE) and max(image.width, image.height) <= _LONGEST
        for image in passed.images
    )  # fmt: skip
    if not ours:
        raise BrokenFile("the copy that was made is not as ours are; nothing of it was kept")
