"""Small scenes made on the spot for tests: textured ground, files, benches."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from store.home import Home
from store.ingest.declared import Declared
from store.ingest.scenes import ingest_scene
from store.scenes import Scene
from tools.contract import Bench

UTM = "EPSG:32633"
HALF_METRE = from_origin(500_000, 5_000_000, 0.5, 0.5)


def ground(rows=256, cols=256, bands=3, seed=1, noise=1.0):
    """Return (bands, rows, cols) uint8: roofs and fields with texture, the same for a seed."""
    dice = np.random.default_rng(seed)
    coarse = gaussian_filter(dice.normal(size=(rows, cols)), 12)
    base = 110 + 30 * coarse / max(coarse.std(), 1e-6)
    for _ in range(rows * cols // 1500):
        r, c = dice.integers(0, rows - 8), dice.integers(0, cols - 8)
        h, w = dice.integers(6, 24, 2)
        base[r : r + h, c : c + w] = dice.uniform(40, 220)
    fine = gaussian_filter(dice.normal(size=(rows, cols)), 0.8) * 12
    grain = np.random.default_rng(seed + 1000).normal(size=(bands, rows, cols)) * noise
    tints = np.linspace(0.85, 1.1, bands)[:, None, None]
    return np.clip((base + fine)[None] * tints + grain, 1, 254).astype(np.uint8)


def write(path, data, crs=UTM, transform=HALF_METRE, nodata=None, **more):
    """Write (bands, rows, cols) as GeoTIFF, or as PNG when the name says so."""
    path = Path(path)
    count, height, width = data.shape
    profile = {"height": height, "width": width, "count": count, "dtype": data.dtype.name}
    if path.suffix == ".tif":
        profile |= {"driver": "GTiff", "crs": crs, "nodata": nodata}
        if transform is not None:
            profile["transform"] = transform
    else:
        profile |= {"driver": "PNG"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", **(profile | more)) as file:
            file.write(data)
    return path


def take(home: Home, path: Path, **declared) -> Scene:
    """Ingest a picture."""
    return ingest_scene(home, Path(path), Declared(**declared))


def bench(home: Home, folder: Path, **limits) -> Bench:
    """Return a bench over a home."""
    folder.mkdir(parents=True, exist_ok=True)
    return Bench(catalog=home.catalog, open_scene=home.open_scene, scratch=folder, **limits)
