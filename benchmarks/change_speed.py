"""Speed of change detection on 10,000 x 10,000 px of four bands, over the bare reading of both.

Run: python benchmarks/change_speed.py [--side PX] [--type uint8|uint16] [--rounds N] [--shift PX]

The floor reads both images window by window and writes a mask of one byte a pixel. Ours does the
same through `detect_change`: registration, normalisation, noise, mask, evidence, regions. Both
run in turn, page cache warm; the medians, their spread and the ratio are printed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from store.raster.masks import MaskWriter
from tools.change import detect_change
from tools.change.contract import Bands, Mask, SensorKind
from tools.change.windows import reduction, tiles

BANDS, CELL_PX, GOAL = 4, 1024, 1.5


def ground(row: int, col: int, kind: str, date: int, shift_px: float) -> NDArray[np.generic]:
    """One cell of fields with edges, texture and noise; 1 % of it is replaced on date 1."""
    rng = np.random.default_rng((row, col))
    plane = np.zeros((CELL_PX, CELL_PX))
    for size in (17, 64, 211):
        n = CELL_PX // size + 2
        plane += np.kron(rng.normal(0, 1, (n, n)), np.ones((size, size)))[:CELL_PX, :CELL_PX]
    plane = 18 * plane + ndimage.gaussian_filter(rng.normal(0, 20, plane.shape), 1.2)
    if date:
        at = rng.integers(100, CELL_PX - 200, 2)
        plane[at[0] : at[0] + 100, at[1] : at[1] + 100] = rng.normal(60, 12, (100, 100))
        plane = ndimage.shift(plane, (shift_px, 0), order=1, mode="nearest")
    plane = ndimage.gaussian_filter(plane, 0.7)
    noise = np.random.default_rng((row, col, date)).normal(0, 1.5, (BANDS, CELL_PX, CELL_PX))
    tint = np.array([1.0, 0.9, 0.8, 1.2])[:, None, None]
    values = 110 + plane * tint * (0.95 if date else 1.0) + noise
    scale = 1 if kind == "uint8" else 16
    return np.asarray(np.clip(values * scale, 1, 255 * scale).astype(kind))


def write(path: Path, side: int, kind: str, date: int, shift_px: float) -> None:
    """Write one date, as uncompressed tiles."""
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": BANDS, "dtype": kind,
        "tiled": True, "blockxsize": 512, "blockysize": 512, "interleave": "band",
        "crs": "EPSG:32633", "transform": rasterio.Affine(1.0, 0, 5e5, 0, -1.0, 5e6),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        for window in tiles((side, side), CELL_PX):
            cell = ground(window.row0, window.col0, kind, date, shift_px)
            rows, cols = window.shape
            at = Window(window.col0, window.row0, cols, rows)
            file.write(cell[:, :rows, :cols], window=at)


class FilePair:
    """Both files, read by windows in their own type."""

    kinds: tuple[SensorKind, SensorKind] = ("MS", "MS")
    gsd_m: float | None = 1.0

    def __init__(self, files: list[rasterio.DatasetReader]) -> None:
        self._files = files
        self.shape: tuple[int, int] = files[0].shape

    def read(self, row0: int, col0: int, row1: int, col1: int) -> tuple[Bands, Bands, Mask]:
        """Read a half-open window."""
        window = Window(col0, row0, col1 - col0, row1 - row0)
        a, b = (file.read(window=window) for file in self._files)
        return a, b, np.ones(a.shape[1:], bool)

    def reduced(self, max_px: int) -> tuple[Bands, Bands, Mask]:
        """Read all of it decimated."""
        step = reduction(self.shape, max_px)
        shape = (BANDS, -(-self.shape[0] // step), -(-self.shape[1] // step))
        a, b = (file.read(out_shape=shape) for file in self._files)
        return a, b, np.ones(shape[1:], bool)


def floor(paths: list[Path], out: Path) -> float:
    """Read both and write an empty mask."""
    files = [rasterio.open(path) for path in paths]
    pair = FilePair(files)
    with MaskWriter(out, pair.shape) as sink:
        for window in tiles(pair.shape, CELL_PX):
            a, b, valid = pair.read(*window)
            sink.write(window.row0, window.col0, (~valid).astype(np.uint8))
            del a, b
    return 0.0


def ours(paths: list[Path], out: Path) -> float:
    """Detect change, and return the share."""
    files = [rasterio.open(path) for path in paths]
    pair = FilePair(files)
    with MaskWriter(out, pair.shape) as sink:
        result = detect_change(pair, sink)
    if result.verdict != "changed":
        raise SystemExit(f"the pair is made with a change; the verdict was {result.verdict}")
    return float(result.share or 0.0)


def timed(run: Callable[[list[Path], Path], float], paths: list[Path], out: Path) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    run(paths, out)
    return time.perf_counter() - started


def main() -> None:
    """Make the pair, run both sides in turn, print medians, spread and ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--side", type=int, default=10_000)
    parser.add_argument("--type", choices=("uint8", "uint16"), default="uint16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shift", type=float, default=0.3, help="of the second date, px")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, rasterio.Env(GDAL_CACHEMAX=128 << 20):
        paths = [Path(folder) / f"{date}.tif" for date in (0, 1)]
        for date, path in enumerate(paths):
            write(path, given.side, given.type, date, given.shift)
        out = Path(folder) / "mask.tif"
        sides = {"floor": floor, "ours": ours}
        took: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(given.rounds):
            for name, run in sides.items():
                took[name].append(timed(run, paths, out))
        share = ours(paths, out)
    for name, seconds in took.items():
        speed = given.side**2 / statistics.median(seconds) / 1e6
        spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
        print(f"{name}: {statistics.median(seconds):.2f} s ({spread}), {speed:.1f} Mpx/s")
    ratio = statistics.median(took["ours"]) / statistics.median(took["floor"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"changed share {share:.4f} of about 0.0095; peak {peak:.0f} MB")
    print(f"ratio to reading and writing: {ratio:.1f} (goal {GOAL})")


if __name__ == "__main__":
    main()
