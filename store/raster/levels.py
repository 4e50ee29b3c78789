"""One resolution of a file: native samples and their validity, read by whole-pixel windows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.windows import Window as RasterioWindow

from store.raster.gdal import open_dataset, reading
from store.raster.tiff import Image
from store.raster.window import Window
from store.scenes import Scene

Array = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass
class Level:
    """The file itself, or one of its overviews.

    Args:
        scene: Whose pixels these are.
        path: The file that holds them.
        drivers: By which drivers it may be opened.
        overview: Number of the overview, None for the file at full size.
        images: The images of the file where it is a TIFF, to know its sparse blocks.
    """

    scene: Scene
    path: Path
    drivers: list[str]
    overview: int | None
    images: list[Image]

    @cached_property
    def dataset(self) -> Any:
        """The open dataset."""
        return open_dataset(self.path, self.drivers, self.overview)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.dataset.height), int(self.dataset.width)

    @property
    def block(self) -> tuple[int, int]:
        """Columns and rows of a block."""
        down, across = self.dataset.block_shapes[0]
        return int(across), int(down)

    @property
    def factor(self) -> tuple[float, float]:
        """How many pixels of the scene one column and one row of this level span."""
        rows, cols = self.shape
        return self.scene.width / cols, self.scene.height / rows

    def aligned_px(self, window: Window) -> int:
        """Return how many pixels are decoded for a window: those of all blocks it touches."""
        rows, cols = self.shape
        across, down = self.block
        width = min(-(-window.col1 // across) * across, cols) - window.col0 // across * across
        height = min(-(-window.row1 // down) * down, rows) - window.row0 // down * down
        return width * height

    def read(self, window: Window, bands: list[int]) -> tuple[Array, Mask]:
        """Read a window within this level: the bands' samples, and where all of them are data."""
        box = RasterioWindow(window.col0, window.row0, window.width, window.height)
        palette = self.scene.palette is not None
        with reading(self.scene.id):
            data = self.dataset.read([1] if palette else bands, window=box)
            valid = self._unmasked(window, box)
        if self.scene.palette is not None:
            return self._coloured(data[0], valid, bands)
        for plane, band in zip(data, bands, strict=True):
            valid &= _is_data(plane, self.scene.bands[band - 1].nodata)
        return data, valid

    def unmasked(self, window: Window) -> Mask:
        """Return where nothing beside the samples themselves says that they are none."""
        return self._unmasked(
            window, RasterioWindow(window.col0, window.row0, window.width, window.height)
        )

    def close(self) -> None:
        """Close the dataset if it was opened."""
        if "dataset" in self.__dict__:
            self.dataset.close()

    def _unmasked(self, window: Window, box: RasterioWindow) -> Mask:
        """Return where neither alpha, a mask nor a block never written says "nothing"."""
        valid = np.ones(window.shape, dtype=bool)
        for band in self.scene.bands:
            if band.role == "alpha":
                valid &= self.dataset.read(band.index, window=box) > 0
        flags = self.dataset.mask_flag_enums[0]
        if MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags:
            valid &= self.dataset.read_masks(1, window=box) > 0
        if self._sparse is not None:
            valid &= ~_spread(self._sparse, window, self.block)
        return valid

    @cached_property
    def _sparse(self) -> Mask | None:
        """(rows, columns) of blocks in which some band was never written; None when all were."""
        rows, cols = self.shape
        for image in self.images:
            if (
                not image.mask
                and (image.width, image.height) == (cols, rows)
                and image.sparse is not None
            ):
                return np.asarray(image.sparse.any(axis=0))
        return None

    @cached_property
    def _colours(self) -> NDArray[np.uint8]:
        """(entries, 4): red, green, blue, alpha; opaque black where the table has no entry."""
        table = np.zeros(
            (max(256, 1 << 8 * np.dtype(self.dataset.dtypes[0]).itemsize), 4), np.uint8
        )
        table[:, 3] = 255
        with reading(self.scene.id):
            for index, colour in self.dataset.colormap(1).items():
                table[index] = colour
        return table

    def _coloured(self, index: Array, valid: Mask, bands: list[int]) -> tuple[Array, Mask]:
        """Return the colours that a palette gives to indices."""
        nodata = self.dataset.nodata
        colours = self._colours[index]
        valid = valid & (colours[..., 3] > 0) & _is_data(index, nodata)
        return np.moveaxis(colours, -1, 0)[[band - 1 for band in bands]], valid


def _is_data(plane: Array, nodata: float | None) -> Mask:
    """Return where samples are finite and not nodata; a value the type cannot hold hides none."""
    kind = plane.dtype
    valid = np.isfinite(plane) if kind.kind in "fc" else np.ones(plane.shape, dtype=bool)
    if nodata is None or np.isnan(nodata):
        return np.asarray(valid)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        if nodata != int(nodata) or not limits.min <= nodata <= limits.max:
            return np.asarray(valid)
        return np.asarray(valid & (plane != kind.type(int(nodata))))
    with np.errstate(over="ignore"):
        return np.asarray(valid & (plane != kind.type(nodata)))


def _spread(blocks: Mask, window: Window, block: tuple[int, int]) -> Mask:
    """Return a mask of blocks as a mask of the pixels of a window."""
    rows = np.arange(window.row0, window.row1) // block[1]
    cols = np.arange(window.col0, window.col1) // block[0]
    return blocks[rows[:, None], cols[None, :]]
