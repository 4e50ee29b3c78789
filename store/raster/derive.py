"""What we make of a file once, at ingest: overviews, a tiled copy, and a proof that it is whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window as RasterioWindow

from store.artifacts import Artifacts
from store.errors import StoreError
from store.raster.gate import LARGEST_TILE_PX, check_file
from store.raster.gdal import GDAL_ERRORS, placeless, reading, safe_gdal
from store.raster.levels import Level
from store.raster.resample import area_average, nearest
from store.raster.window import Window

OVERVIEWS_ABOVE_PX = 16_000_000
COPY_ABOVE_PX = 64_000_000
_SHRINK = 4
_TILE = 512
_FEW_BANDS = 4
_TILED_FORMATS = ("GTiff", "JP2OpenJPEG")

Progress = Callable[[float, str], None]


def needs_copy(level: Level) -> bool:
    """Tell whether a file cannot be read by windows: large, and in one piece."""
    rows, cols = level.shape
    across, down = level.block
    loose = level.dataset.driver not in _TILED_FORMATS and rows * cols > COPY_ABOVE_PX
    one_piece = any(
        image.compressed and image.block[0] * image.block[1] > LARGEST_TILE_PX
        for image in level.images[:1]
    )
    return loose or one_piece or across * down > LARGEST_TILE_PX


def needs_overviews(level: Level) -> bool:
    """Tell whether a look at the whole file would decode too much of it."""
    rows, cols = level.shape
    return rows * cols > OVERVIEWS_ABOVE_PX and not level.dataset.overviews(1)


def check_readable(level: Level, progress: Progress) -> None:
    """Decode the whole file once; a file cut short or damaged is an error here, not zeros later."""
    rows, cols = level.shape
    for window in _strips(rows, cols, level.block[1], level.dataset.count):
        with reading(level.scene.id):
            level.dataset.read(window=RasterioWindow(*window[:2], window.width, window.height))
        progress(window.row1 / rows, f"checking {level.scene.id}")


def make_overviews(level: Level, artifacts: Artifacts, progress: Progress) -> str:
    """Write overviews of a file among our artifacts and return their digest."""
    return _write(level, artifacts, _SHRINK, progress)


def make_copy(level: Level, artifacts: Artifacts, progress: Progress) -> str:
    """Write a tiled copy of a file, with overviews, among our artifacts and return its digest."""
    return _write(level, artifacts, 1, progress)


def _write(level: Level, artifacts: Artifacts, shrink: int, progress: Progress) -> str:
    rows, cols = (math.ceil(n / shrink) for n in level.shape)
    with artifacts.new_file(".tif") as temporary:
        try:
            with safe_gdal(), placeless():
                with rasterio.open(temporary, "w", **_profile(level, rows, cols)) as target:
                    _describe(level, target)
                    for box in _boxes(level, rows, cols, shrink):
                        _write_box(level, target, box, progress)
                _add_overviews(level, temporary, rows, cols)
        except GDAL_ERRORS as wrong:
            raise StoreError(
                f"overviews of {level.scene.id} could not be written ({wrong}); "
                "make room on the disk and ingest again",
                code="cannot_write",
            ) from wrong
        check_file(temporary)
        return artifacts.put_file(temporary)


def _profile(level: Level, rows: int, cols: int) -> dict[str, Any]:
    dataset = level.dataset
    kind = str(dataset.dtypes[0])
    kind = "complex64" if kind.startswith("complex_int") else kind
    return {
        "driver": "GTiff", "width": cols, "height": rows, "count": dataset.count, "dtype": kind,
        "nodata": dataset.nodata, "tiled": True, "blockxsize": _TILE, "blockysize": _TILE,
        "compress": "deflate", "zlevel": 1, "predictor": 2 if np.dtype(kind).kind in "iu" else 1,
        "bigtiff": "if_safer",
    }  # fmt: skip


def _describe(level: Level, target: Any) -> None:
    """Carry over what the reading of samples depends on: colour table and the alpha band."""
    if level.scene.palette is not None:
        target.write_colormap(1, level.dataset.colormap(1))
    elif any(band.role == "alpha" for band in level.scene.bands):
        target.colorinterp = level.dataset.colorinterp
    else:  # GDAL takes a fourth byte for transparency by itself
        target.colorinterp = [
            ColorInterp.undefined if colour == ColorInterp.alpha else colour
            for colour in level.dataset.colorinterp
        ]


def _write_box(level: Level, target: Any, box: Window, progress: Progress) -> None:
    rows, cols = target.height, target.width
    down, across = level.shape[0] / rows, level.shape[1] / cols
    row_edges = np.arange(box.row0, box.row1 + 1) * down
    col_edges = np.arange(box.col0, box.col1 + 1) * across
    source = Window(
        math.floor(col_edges[0]),
        math.floor(row_edges[0]),
        math.ceil(col_edges[-1]),
        math.ceil(row_edges[-1]),
    ).clipped(level.shape)
    data, valid = _samples(level, source)
    if (down, across) != (1.0, 1.0):
        resample = nearest if level.scene.palette is not None else area_average
        data, valid = resample(data, valid, row_edges - source.row0, col_edges - source.col0)
    _mark_invalid(level, data, valid, shrunk=down != 1.0)
    place = RasterioWindow(box.col0, box.row0, box.width, box.height)
    target.write(data, window=place)
    if _needs_mask(level):
        target.write_mask(valid, window=place)
    progress(box.row1 / rows, f"preparing {level.scene.id}")


def _samples(level: Level, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read all bands of the file as they are, indices of a palette included."""
    if level.scene.palette is None:
        return level.read(window, [band.index for band in level.scene.bands])
    with reading(level.scene.id):
        data = level.dataset.read(window=RasterioWindow(*window[:2], window.width, window.height))
    return data, np.ones(window.shape, dtype=bool)


def _mark_invalid(
    level: Level, data: NDArray[Any], valid: NDArray[np.bool_], *, shrunk: bool
) -> None:
    """Write into the samples which of them are none, in the way the file itself does."""
    nodata = level.dataset.nodata
    if nodata is not None and not math.isnan(nodata):
        if shrunk:  # an average of data is never nodata by chance
            data[:, valid] = np.where(data[:, valid] == nodata, nodata + 1, data[:, valid])
        data[:, ~valid] = nodata
    elif data.dtype.kind in "fc":
        data[:, ~valid] = np.nan
    for band in level.scene.bands:
        if band.role == "alpha":
            data[band.index - 1][~valid] = 0


def _needs_mask(level: Level) -> bool:
    """Tell whether only a mask can say which samples are none."""
    scene, dataset = level.scene, level.dataset
    if (
        scene.palette is not None
        or dataset.nodata is not None
        or np.dtype(scene.bands[0].dtype).kind in "fc"
    ):
        return False
    has_alpha = any(band.role == "alpha" for band in scene.bands)
    masked = MaskFlags.per_dataset in dataset.mask_flag_enums[0]
    return not has_alpha and (masked or any(image.sparse is not None for image in level.images))


def _add_overviews(level: Level, path: Path, rows: int, cols: int) -> None:
    factors = [2**n for n in range(1, 20) if max(rows, cols) / 2 ** (n - 1) > _TILE]
    if not factors:
        return
    how = Resampling.nearest if level.scene.palette is not None else Resampling.average
    with rasterio.open(path, "r+") as target:
        target.build_overviews(factors, how)


def _boxes(level: Level, rows: int, cols: int, shrink: int) -> Iterator[Window]:
    """Yield the pieces to write: squares of tiles where the file has tiles, else whole rows."""
    if shrink == 1 and level.block[0] >= level.shape[1]:
        yield from _strips(rows, cols, _TILE, level.dataset.count)
        return
    side = _TILE if level.dataset.count <= _FEW_BANDS else _TILE // 4
    for row in range(0, rows, side):
        for col in range(0, cols, side):
            yield Window(col, row, min(col + side, cols), min(row + side, rows))


def _strips(rows: int, cols: int, block: int, bands: int) -> Iterator[Window]:
    """Yield whole rows, about 12 million samples at a time and in whole blocks."""
    down = max(1, (12 << 20) // (cols * bands) // block) * min(block, rows)
    for row in range(0, rows, down):
        yield Window(0, row, cols, min(row + down, rows))
