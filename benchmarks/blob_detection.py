"""Blobs of several sizes: ours beside scikit-image's `blob_dog`, on the same sizes and threshold.

Run with `python benchmarks/blob_detection.py [--side 2048] [--repeat 3]`; one thread. The picture
is drawn from a seed: soft discs of known places on textured ground, so that both can be scored. The
ratio of speeds comes last.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.feature import blob_dog

from store.raster import Window
from tools.counting.contract import Candidates
from tools.counting.seams import apart
from tools.shapes.blobs import NEAREST, REACH_PX, alignment_px, find_blobs, octaves_for

SMALLEST, LARGEST, THRESHOLD = 1.0, 4.8, 10.0
"""Sigmas in px, and grey levels."""


def picture(side: int, seed: int = 7) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return grey levels and the (row, column, radius) of the discs in them."""
    dice = np.random.default_rng(seed)
    ground = 90 + 15 * ndimage.gaussian_filter(dice.normal(size=(side, side)), 20) * 20
    ground += dice.normal(size=(side, side)) * 2
    count = side * side // 2500
    discs = np.column_stack([dice.uniform(10, side - 10, (count, 2)), dice.uniform(2, 6, count)])
    rows, cols = np.mgrid[-9:10, -9:10]
    for row, col, radius in discs:
        away = np.hypot(rows - row % 1, cols - col % 1)
        patch = slice(int(row) - 9, int(row) + 10), slice(int(col) - 9, int(col) + 10)
        ground[patch] += 60 / (1 + np.exp((away - radius) * 2))
    return ground.astype(np.float32), discs


def ours(plane: NDArray[np.float32], side: int) -> NDArray[np.float64]:
    """Return (row, column) of blobs, found by windows with margins."""
    octaves = octaves_for(SMALLEST, LARGEST)
    margin = REACH_PX * alignment_px(octaves)
    whole, parts = plane.shape, []
    for row in range(0, whole[0], side):
        for col in range(0, whole[1], side):
            core = Window(col, row, min(col + side, whole[1]), min(row + side, whole[0]))
            outer = core.grown(margin, whole)
            window = plane[outer.row0 : outer.row1, outer.col0 : outer.col1]
            blobs = find_blobs(window, octaves, THRESHOLD, (outer.col0, outer.row0))
            size = blobs.sigma * 2 * np.sqrt(2)
            places = np.stack([blobs.cols, blobs.rows], axis=1)
            found = Candidates(places, size, size, np.zeros(len(size)), blobs.response)
            parts.append(found.within(core))
    return apart(Candidates.joined(parts), NEAREST).centres[:, ::-1]


def theirs(plane: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (row, column) of blobs, found by scikit-image over the whole picture."""
    found = blob_dog(
        plane / 255,
        min_sigma=SMALLEST,
        max_sigma=LARGEST,
        sigma_ratio=np.sqrt(2),
        threshold=THRESHOLD / 255,
    )
    return np.asarray(found[:, :2] + 0.5, dtype=np.float64)


def timed(work: Callable[[], Any], repeat: int) -> tuple[Any, list[float]]:
    """Return the result and the seconds of each run."""
    seconds = []
    out = None
    for _ in range(repeat):
        begun = time.perf_counter()
        out = work()
        seconds.append(time.perf_counter() - begun)
    return out, seconds


def recall(places: NDArray[np.float64], discs: NDArray[np.float64]) -> tuple[float, float]:
    """Return the shares of discs found, and of places on a disc."""
    near, _ = cKDTree(places).query(discs[:, :2])
    back, index = cKDTree(discs[:, :2]).query(places)
    return float((near <= discs[:, 2]).mean()), float((back <= discs[index, 2]).mean())


def main() -> None:
    """Run both sides in turn and print medians, spread, quality and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=2048)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    plane, discs = picture(chosen.side)
    speeds = {}
    for name, work in (
        ("scikit-image blob_dog", lambda: theirs(plane)),
        ("ours, windows of 1024", lambda: ours(plane, 1024)),
    ):
        places, seconds = timed(work, chosen.repeat)
        speeds[name] = plane.size / float(np.median(seconds)) / 1e6
        found, right = recall(places, discs)
        print(
            f"{name:24} {speeds[name]:7.1f} Mpx/s ({min(seconds):.2f} to {max(seconds):.2f} s)  "
            f"{len(places)} blobs, {found:.1%} of the discs found, {right:.1%} of the blobs right"
        )
    tiled, whole = ours(plane, 512), ours(plane, chosen.side)
    print(f"windows equal the whole exactly: {np.array_equal(tiled, whole)}")
    slow, fast = speeds.values()
    print(f"ratio {fast / slow:.1f} (goal: at least 10)")


if __name__ == "__main__":
    main()
