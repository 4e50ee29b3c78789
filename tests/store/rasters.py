"""Miniature awkward rasters, written by GDAL or byte by byte."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

UTM = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_000_000, 1, 1)}


def write(
    path: Path, data: np.ndarray, *, descriptions=None, tags=None, mask=None, **profile: Any
) -> Path:
    """Write (bands, rows, columns) as a GeoTIFF or what `driver` says."""
    data = data if data.ndim == 3 else data[None]
    shape = {
        "count": data.shape[0],
        "height": data.shape[1],
        "width": data.shape[2],
        "dtype": data.dtype,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with (
            rasterio.Env(GDAL_PAM_ENABLED="NO", GDAL_TIFF_INTERNAL_MASK="YES"),
            rasterio.open(path, "w", **{"driver": "GTiff", **shape, **profile}) as target,
        ):
            target.write(data)
            if mask is not None:
                target.write_mask(mask)
            for i, text in enumerate(descriptions or [], start=1):
                target.set_band_description(i, text)
            for domain, values in (tags or {}).items():
                target.update_tags(ns=domain, **values)
    return path


def textured(rows: int, cols: int, bands: int = 3, seed: int = 0) -> np.ndarray:
    """Return uint8 noise from 1 to 254."""
    return np.random.default_rng(seed).integers(1, 255, (bands, rows, cols), dtype=np.uint8)


def tiff(
    width: int,
    height: int,
    *,
    tags: list[tuple[int, int, int, int]] = (),
    body: bytes = b"",
    samples: int = 1,
) -> bytes:
    """Write a little-endian classic TIFF by hand: (code, type, count, value or offset) after the basic tags."""
    entries = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, 8),
        259: (3, 1, 1),
        262: (3, 1, 1),
    }
    entries[277] = (3, 1, samples)
    entries.update({code: (kind, count, value) for code, kind, count, value in tags})
    packed = b"".join(struct.pack("<HHII", code, *entries[code]) for code in sorted(entries))
    head = (
        struct.pack("<2sHI", b"II", 42, 8)
        + struct.pack("<H", len(entries))
        + packed
        + struct.pack("<I", 0)
    )
    return head + body
