"""Pictures of pixels for people: stretched over the valid pixels, without metadata."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from store.raster.reader import Pixels
from store.scenes import Scene

Array = NDArray[Any]
Mask = NDArray[np.bool_]
_LOW, _HIGH = 2.0, 98.0
_PLAIN_SPREAD = 64
"""An 8-bit picture that spans this many levels is shown as it is."""
_RED_GREEN_BLUE = (("red", "B04", "B4"), ("green", "B03", "B3"), ("blue", "B02", "B2"))


def bands_to_show(scene: Scene) -> list[int]:
    """Return the bands to show: red, green, blue where known, else the first three, or one."""
    data = [band for band in scene.bands if band.role == "data"]
    by_name = {band.name: band.index for band in data}
    named = [
        next((by_name[name] for name in names if name in by_name), None)
        for names in _RED_GREEN_BLUE
    ]
    found = [index for index in named if index is not None]
    if len(found) == 3:
        return found
    indices = [band.index for band in data]
    return indices[:3] if len(indices) >= 3 else indices[:1]


@dataclass(frozen=True)
class Shade:
    """How the samples of one band become grey values from 0 to 255.

    Args:
        how: `as_is` for 8-bit samples; `linear`, or in `dB`, from low to high.
        low: What is shown black; in dB for `dB`.
        high: What is shown white.
    """

    how: Literal["as_is", "linear", "dB"]
    low: float = 0.0
    high: float = 255.0

    def grey(self, plane: Array) -> NDArray[np.uint8]:
        """Return grey values of samples; those that are no numbers give 0."""
        if self.how == "as_is":
            return plane
        if plane.dtype.kind in "iu" and plane.dtype.itemsize <= 2:
            table = _table(self, plane.dtype.str)
            return np.asarray(table[plane.view(f"u{plane.dtype.itemsize}")])
        return self._computed(plane)

    def _computed(self, plane: Array) -> NDArray[np.uint8]:
        values = _amplitudes(plane)
        if self.how == "dB":
            values = 20.0 * np.log10(np.maximum(values, np.finfo(np.float64).tiny))
        spread = max(self.high - self.low, 1e-12)
        scaled = np.clip((values - self.low) / spread * 255.0, 0, 255)
        return np.asarray(np.nan_to_num(scaled).astype(np.uint8))


@lru_cache(maxsize=32)
def _table(shade: Shade, kind: str) -> NDArray[np.uint8]:
    """Return the grey value of each sample that a type of one or two bytes can hold."""
    size = np.dtype(kind).itemsize
    return shade._computed(np.arange(1 << 8 * size, dtype=f"u{size}").view(kind))


@dataclass(frozen=True)
class Stretch:
    """How the bands shown become a picture; found once, so that all parts look alike."""

    shades: tuple[Shade, ...]

    @classmethod
    def of(cls, pixels: Pixels, scene: Scene) -> Stretch:
        """Find the stretch in pixels of a scene.

        Eight-bit pictures of enough levels and colour tables are shown as they are; others are
        stretched from the 2nd to the 98th percentile of the valid pixels, and radar amplitudes
        in dB before that. One decision holds for all bands of an 8-bit picture.
        """
        eight_bits = pixels.data.dtype == np.uint8
        if eight_bits and (scene.palette is not None or _is_plain(pixels, scene)):
            return cls(tuple(Shade("as_is") for _ in pixels.data))
        return cls(tuple(_shade(plane, pixels.valid, scene) for plane in pixels.data))

    def shown(self, pixels: Pixels) -> NDArray[np.uint8]:
        """Return (rows, columns, channels): grey or colours; with alpha where some are invalid."""
        rows, cols = pixels.valid.shape
        whole = bool(pixels.valid.all())
        planes = len(pixels.data)
        picture = np.zeros((rows, cols, planes + (not whole)), dtype=np.uint8)
        for i, (shade, plane) in enumerate(zip(self.shades, pixels.data, strict=True)):
            picture[..., i] = shade.grey(plane)
        if not whole:
            picture[..., planes] = 255
            picture[~pixels.valid] = 0
        return picture


def png_of(pixels: Pixels, scene: Scene, stretch: Stretch | None = None) -> bytes:
    """Return a PNG of one or three bands; invalid pixels are transparent.

    Args:
        pixels: What to show.
        scene: Whose pixels these are.
        stretch: By default the one found in these pixels; given, pictures of one scene match.
    """
    array = (stretch or Stretch.of(pixels, scene)).shown(pixels)
    out = io.BytesIO()
    Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(
        out, "PNG", compress_level=3
    )
    return out.getvalue()


def _is_plain(pixels: Pixels, scene: Scene) -> bool:
    """Tell whether an 8-bit picture has enough levels in some band to be shown as it is."""
    if scene.kind == "SAR":
        return False
    held = pixels.data[:, pixels.valid]
    if not held.size:
        return False
    low, high = np.percentile(held, [_LOW, _HIGH], axis=1)
    return bool((high - low).max() >= _PLAIN_SPREAD)


def _shade(plane: Array, valid: Mask, scene: Scene) -> Shade:
    """Return the stretch of one band."""
    values = _amplitudes(plane)[valid]
    held = values[np.isfinite(values)]
    radar = scene.kind == "SAR" and plane.dtype != np.uint8 and bool((held >= 0).all())
    if radar:  # an amplitude of nothing has no dB
        held = 20.0 * np.log10(held[held > 0])
    low, high = np.percentile(held, [_LOW, _HIGH]) if held.size else (0.0, 1.0)
    return Shade("dB" if radar else "linear", float(low), float(high))


def _amplitudes(plane: Array) -> NDArray[np.float64]:
    return np.asarray(np.abs(plane) if plane.dtype.kind == "c" else plane, dtype=np.float64)
