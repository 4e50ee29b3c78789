"""What a first look at a very large scene costs: time, memory and share of the pixels read.

Makes a scene of SIDE x SIDE pixels (and a small one to compare with), ingests both into a new
store, and describes each in a cold process. Goals: at most 2 s, 300 MB and 1 % of the pixels, and
no more than 1.2 times the small scene's time.

    python benchmarks/gigapixel.py [--side 32768] [--small 8192] [--runs 5] [--no-overviews]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.windows import Window

from store.home import Home
from store.ingest import ingest_scene

TILE = 2048
DESCRIBE = r"""
import json, re, sys, time
started = time.monotonic()
from pathlib import Path
from store.home import Home
from tools.contract import Bench
from tools.describe_scene import describe_scene
home = Home(Path(sys.argv[1]))
bench = Bench(catalog=home.catalog, open_scene=home.open_scene)
finding = describe_scene.function(bench, home.catalog.scene(sys.argv[2]))
print(json.dumps({
    "seconds": time.monotonic() - started, "pixels_read": finding.pixels_read,
    # Not ru_maxrss: a new process inherits that of the one it was forked from.
    "mb": int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024,
}))
"""


def render(path: Path, side: int, bands: int, *, overviews: bool) -> None:
    """Write fields, roads and grain, tile by tile, nowhere twice the same."""
    rng = np.random.default_rng(7)
    grain = rng.normal(0, 12, (bands, TILE, TILE))
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": bands, "dtype": "uint8",
        "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "zlevel": 1,
        "bigtiff": "if_safer",
        "crs": "EPSG:32633", "transform": rasterio.Affine(0.3, 0, 500_000, 0, -0.3, 5_000_000),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, side, TILE):
            for col in range(0, side, TILE):
                fields = rng.integers(40, 200, (bands, 16, 16)).repeat(128, 1).repeat(128, 2)
                picture = fields + np.roll(
                    grain, (int(rng.integers(TILE)), int(rng.integers(TILE))), (1, 2)
                )
                size = min(TILE, side - row), min(TILE, side - col)
                piece = np.clip(picture, 0, 255).astype(np.uint8)[:, : size[0], : size[1]]
                target.write(piece, window=Window(col, row, size[1], size[0]))
    if overviews:
        with rasterio.Env(GDAL_CACHEMAX=256 << 20), rasterio.open(path, "r+") as target:
            target.build_overviews(
                [2**n for n in range(1, 9) if side / 2**n >= 256], Resampling.average
            )


def cold(home: Path, scene: str, runs: int) -> list[dict[str, float]]:
    """Describe a scene in a new process, several times."""
    results = []
    for _ in range(runs):
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", DESCRIBE, str(home), scene],
            capture_output=True,
            text=True,
            check=True,
        )
        results.append({**json.loads(done.stdout), "process_s": time.monotonic() - started})
    return results


def main() -> None:
    """Make, ingest, describe, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=32_768)
    parser.add_argument("--small", type=int, default=8_192)
    parser.add_argument("--bands", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-overviews", action="store_true", help="let ingest make them")
    parser.add_argument("--folder", type=Path, help="where the scenes are made; they are removed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        store = Home(Path(folder) / "home")
        medians = []
        for side in (options.small, options.side):
            path = Path(folder) / f"scene_{side}.tif"
            render(path, side, options.bands, overviews=not options.no_overviews)
            started = time.monotonic()
            scene = ingest_scene(store, path)
            ingest_s = time.monotonic() - started
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            runs = cold(Path(folder) / "home", scene.id, options.runs)
            seconds = [run["process_s"] for run in runs]
            medians.append(statistics.median(seconds))
            share = runs[0]["pixels_read"] / side**2
            print(
                f"{side} x {side} x {options.bands}: ingest {ingest_s:.1f} s "
                f"(peak {peak_mb:.0f} MB with making it), describe, cold process: "
                f"median {medians[-1]:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), "
                f"{max(run['mb'] for run in runs):.0f} MB, {share:.3%} of the pixels"
            )
        print(f"ratio large / small: {medians[1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
