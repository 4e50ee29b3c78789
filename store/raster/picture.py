"""Pictures of pixels for people: stretched over the valid pixels, without metadata."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from store.raster.reader import Pixels
from store.scenes import Scene

Array = NDArray[Any]
_LOW, _HIGH = 2.0, 98.0
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


def png_of(pixels: Pixels, scene: Scene) -> bytes:
    """Return a PNG of one or three bands; invalid pixels are transparent.

    Eight-bit pictures are shown as they are; others are stretched from the 2nd to the 98th
    percentile of the valid pixels, and radar amplitudes in dB before that.
    """
    planes = [_shown(plane, pixels.valid, scene) for plane in pixels.data]
    if not pixels.valid.all():
        planes = [np.where(pixels.valid, plane, 0).astype(np.uint8) for plane in planes]
        planes.append(np.where(pixels.valid, 255, 0).astype(np.uint8))
    array = np.ascontiguousarray(np.stack(planes, axis=-1))
    out = io.BytesIO()
    Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(
        out, "PNG", compress_level=3
    )
    return out.getvalue()


def _shown(plane: Array, valid: NDArray[np.bool_], scene: Scene) -> NDArray[np.uint8]:
    """Return one band as grey values from 0 to 255."""
    if plane.dtype == np.uint8 and scene.kind != "SAR":
        values = plane.astype(np.float64)
        held = values[valid]
        if held.size and np.percentile(held, _HIGH) - np.percentile(held, _LOW) >= 64:
            return plane
    else:
        values = np.abs(plane).astype(np.float64)
        if plane.dtype.kind not in "c":
            values = plane.astype(np.float64)
        if scene.kind == "SAR" and plane.dtype != np.uint8 and (values[valid] >= 0).all():
            values = 20.0 * np.log10(np.maximum(values, np.finfo(np.float64).tiny))
    held = values[valid & np.isfinite(values)]
    low, high = np.percentile(held, [_LOW, _HIGH]) if held.size else (0.0, 1.0)
    spread = max(float(high - low), 1e-12)
    return np.asarray(np.clip((values - low) / spread * 255.0, 0, 255).astype(np.uint8))
