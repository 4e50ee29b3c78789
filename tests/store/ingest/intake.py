"""What the tests of untrusted files share: awkward files, and the work done in this process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.rpc import RPC
from rasterio.transform import Affine

from store.ingest import untrusted, worker
from tests.store.rasters import UTM, textured, write

CANARY = "CANARY7f3a91"


def do_here(job, given, limits, progress):
    """Do the work of the other process in this one: quicker, for what is not about the process."""
    whole = job.model_copy(
        update={"file": str(given.path), "folder": str(given.folder), "limits": limits}
    )
    return worker._WORK[whole.do](whole)


def work_here(monkeypatch):
    monkeypatch.setattr(untrusted, "_do", do_here)


def rpc() -> RPC:
    one = [1.0] + [0.0] * 19
    line, sample = [0.0, 0.0, 1.0] + [0.0] * 17, [0.0, 1.0] + [0.0] * 18
    return RPC(100, 100, 50, 1, line, one, 25, 25, 20, 1, sample, one, 25, 25, 30, 1)


def sparse(path: Path) -> Path:
    """Write a tiled file of which one tile was never written."""
    data = textured(256, 256, 1)
    write(path, data, tiled=True, blockxsize=128, blockysize=128, SPARSE_OK=True)
    data[:, 128:, 128:] = 0
    write(path, data, tiled=True, blockxsize=128, blockysize=128, SPARSE_OK=True)
    return path


def palette(path: Path) -> Path:
    """Write a PNG of indices, two of whose colours are transparent."""
    index = np.arange(900, dtype=np.uint8).reshape(30, 30) % 8
    picture = Image.fromarray(index, mode=None).convert("P")
    picture.putpalette([int(v) for v in np.random.default_rng(1).integers(0, 255, 24)])
    picture.putdata(index.ravel().tolist())
    picture.save(path, transparency=bytes([255, 0, 255, 0, 128, 255, 255, 255]))
    return path


def awkward(folder: Path) -> dict[str, Path]:
    """Write a small file of every kind that must come through unchanged."""
    rng = np.random.default_rng(0)
    big = rng.integers(0, 4000, (4, 70, 90)).astype(np.uint16)
    real = rng.normal(size=(2, 60, 50)).astype(np.float32)
    holes, marked = real.copy(), real.copy()
    holes[0, :9, :9] = np.nan
    holes[1, 30, 30] = np.inf
    marked[:, 5:20, 5:20] = -9999
    zeros = textured(600, 700, 3)
    zeros[:, :50, :50] = 0
    zeros[1, 300, 300] = 0
    rgba = textured(40, 50, 4)
    rgba[3] = np.where(rgba[3] > 128, 255, 0)
    mask = np.full((40, 50), 255, np.uint8)
    mask[10:20] = 0
    turned = {"crs": "EPSG:32633", "transform": Affine(1.2, 0.4, 5e5, 0.3, -1.1, 5e6)}
    points = [
        GroundControlPoint(r, c, 10 + c / 1e3, 50 - r / 1e3, id=CANARY)
        for r, c in ((0, 0), (0, 40), (30, 0), (30, 40))
    ]
    own = "+proj=tmerc +lon_0=14.9 +k=0.9996 +x_0=500000 +datum=WGS84 +units=m"
    named = CRS.from_proj4(own).to_wkt().replace('"unknown"', f'"{CANARY}"')
    made = {
        "rgb.png": lambda p: write(p, textured(30, 40), driver="PNG"),
        "rgba.png": lambda p: write(p, rgba, driver="PNG"),
        "gray16.png": lambda p: write(p, big[:1], driver="PNG"),
        "palette.png": palette,
        "photo.jpg": lambda p: write(p, textured(70, 90), driver="JPEG", quality=90),
        "gray.jpg": lambda p: write(p, textured(70, 90, 1), driver="JPEG"),
        "wave.jp2": lambda p: write(p, big[:3], driver="JP2OpenJPEG", REVERSIBLE="YES", QUALITY=100, **UTM),
        "plain.bmp": lambda p: write(p, textured(33, 35), driver="BMP"),
        "bands.tif": lambda p: write(p, big, nodata=0, descriptions=["B2", "B3", "red edge", "NIR"],
                                     tags={"IMAGERY": {"ACQUISITIONDATETIME": "2021-07-04 10:00:00"}}, **UTM),
        "turned.tif": lambda p: write(p, textured(30, 40), **turned),
        "holes.tif": lambda p: write(p, holes, **UTM),
        "marked.tif": lambda p: write(p, marked, nodata=-9999, **UTM),
        "zeros.tif": lambda p: write(p, zeros, nodata=0, tiled=True, blockxsize=256, blockysize=256, compress="lzw", **UTM),
        "no nodata.tif": lambda p: write(p, textured(20, 20, 1), nodata=None, **UTM),
        "masked.tif": lambda p: write(p, textured(40, 50), mask=mask, **UTM),
        "sparse.tif": sparse,
        "complex.tif": lambda p: write(p, (real[:1] + 1j * real[1:]).astype(np.complex64)),
        "signed.tif": lambda p: write(p, (big[:2].astype(np.int16) - 2000), nodata=-2000),
        "wide.tif": lambda p: write(p, big.astype(np.float64) * 1e9, compress="deflate"),
        "separate.tif": lambda p: write(p, textured(50, 60, 5), interleave="band", tiled=True, blockxsize=16, blockysize=32),
        "three.tif": lambda p: write(p, textured(20, 20), photometric="minisblack"),
        "points.tif": lambda p: write(p, textured(30, 40), gcps=points, crs="EPSG:4326"),
        "points alone.tif": lambda p: write(p, textured(30, 40), gcps=points, crs=CRS()),
        "rpcs.tif": lambda p: write(p, textured(30, 40), rpcs=rpc()),
        "own crs.tif": lambda p: write(p, textured(30, 40), crs=CRS.from_wkt(named), transform=UTM["transform"]),
        "wide nodata.tif": lambda p: write(p, textured(20, 30, 1), tags={None: {"GDAL_NODATA": "-9999"}}, **UTM),
    }  # fmt: skip
    return {name: make(folder / name) for name, make in made.items()}


def geojson(path: Path, count: int = 5) -> Path:
    features = [
        {"type": "Feature", "properties": {"building": "yes", "name": f"House {n}"},
         "geometry": {"type": "Point", "coordinates": [10 + n / 1e4, 50]}}
        for n in range(count)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path
