"""Masks written window by window, and kept as Cloud Optimized GeoTIFF."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.shutil import copy
from rasterio.windows import Window

from store.errors import StoreError
from store.raster.gdal import safe_gdal

NOT_KNOWN = 255
_TILE = 512


class MaskWriteFailed(StoreError):
    """A mask could not be written, as on a full disk."""

    code = "mask_write_failed"
    exit_code = 1


@contextmanager
def _quiet_gdal() -> Iterator[None]:
    """Run GDAL without its warning that a mask in pixels has no place."""
    with safe_gdal(), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


class MaskWriter:
    """Writes a mask of 1 (yes), 0 (no) and 255 (not known) by windows; a context manager.

    Args:
        path: The file to make.
        shape: Rows and columns.
        crs: CRS of the grid, None in a pixel frame.
        transform: Six numbers of the grid, as rasterio's Affine has them; None in a pixel frame.
    """

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int],
        crs: str | None = None,
        transform: tuple[float, float, float, float, float, float] | None = None,
    ) -> None:
        self._path = path
        self._working = path.with_suffix(".working.tif")
        profile = {
            "driver": "GTiff", "height": shape[0], "width": shape[1], "count": 1, "dtype": "uint8",
            "nodata": NOT_KNOWN, "tiled": True, "blockxsize": _TILE, "blockysize": _TILE,
            "compress": "zstd", "zstd_level": 1, "bigtiff": "if_safer", "crs": crs,
        }  # fmt: skip
        if transform is not None:
            profile["transform"] = Affine(*transform)
        with _quiet_gdal():
            self._file = rasterio.open(self._working, "w", **profile)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, unless the work inside failed."""
        try:
            with _quiet_gdal():
                self._file.close()
                if kind is None:
                    copy(self._working, self._path, driver="COG", compress="zstd", level=1)
        except (RasterioError, OSError) as wrong:
            raise MaskWriteFailed(f"the mask could not be written: {wrong}") from wrong
        finally:
            self._working.unlink(missing_ok=True)

    def write(self, row0: int, col0: int, codes: NDArray[np.uint8]) -> None:
        """Write one window whose upper-left pixel is (row0, col0)."""
        window = Window(col0, row0, codes.shape[1], codes.shape[0])
        try:
            with safe_gdal():
                self._file.write(codes, 1, window=window)
        except (RasterioError, OSError) as wrong:
            raise MaskWriteFailed(f"the mask could not be written: {wrong}") from wrong
