"""The picture of an index: a colour ramp between round ends, with its legend."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from store.raster import SceneReader
from tools.contract import View
from tools.looking.bearings import bearings_of
from tools.looking.index_scan import IndexScan, Threshold
from tools.looking.ramps import coloured, ramp_of
from tools.looking.sheet import NO_DATA, Ramp, Sheet, compose, enlarged, enlargement

_ROUND = 0.05


def index_view(reader: SceneReader, found: IndexScan, threshold: Threshold | None) -> View:
    """Return the picture of the index that a scan gathered."""
    scene, scan = reader.scene, found.scan
    values, valid = found.canvas.means[0], found.canvas.valid
    low, high = _ends(values[valid])
    colours = ramp_of(found.index.ramp)
    picture = coloured(values, low, high, colours)
    picture[~valid] = NO_DATA
    step = found.canvas.step * scan.step
    times = enlargement(*valid.shape) if step == 1 else 1
    bearings = bearings_of(reader, scan.window)
    across = step / times
    date = "no date" if scene.period is None else str(scene.period)
    name = found.index.name.upper()
    words = f"{name}, {found.index.means}"
    sheet = Sheet(
        title=f"{scene.id} · {date}",
        lines=[words if threshold is None else f"{words}; marked: {threshold.words()}",
               _sizes(scan.gsd_m, step, times, found.canvas.step)],
        gsd_m=None if bearings.gsd_x_m is None else bearings.gsd_x_m * across,
        px_per_px=across,
        north_deg=bearings.north_deg,
        ramp=Ramp(colours, f"{low:.2f}", f"{high:.2f}", name, _mark(threshold, low, high)),
        swatches=[] if valid.all() else [(NO_DATA, "no data")],
    )  # fmt: skip
    return View(
        name="index",
        png=compose(enlarged(picture, times), sheet),
        region=scan.region,
        gsd_m=None if scan.gsd_m is None else scan.gsd_m * found.canvas.step,
        caption=f"{sheet.title}; {words}, from {low:.2f} to {high:.2f}",
    )


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return round ends around nearly all values."""
    low, high = np.percentile(values, [2.0, 98.0]) if values.size else (0.0, 1.0)
    low, high = (math.floor(low / _ROUND) * _ROUND, math.ceil(high / _ROUND) * _ROUND)
    return (low, high) if high > low else (low - _ROUND, high + _ROUND)


def _mark(threshold: Threshold | None, low: float, high: float) -> float | None:
    """Return where the threshold lies on the ramp; None where it is off it."""
    if threshold is None:
        return None
    value = threshold.above if threshold.above is not None else threshold.below
    share = (float(value or 0.0) - low) / (high - low)
    return share if 0.0 <= share <= 1.0 else None


def _sizes(gsd_m: float | None, step: int, times: int, averaged: int) -> str:
    own = "pixel size not known" if gsd_m is None else f"computed at {gsd_m:.3g} m"
    if times > 1:
        return f"{own}; each pixel drawn {times} times as large"
    return f"{own}; each pixel of the picture is the mean of {averaged} by {averaged}" if (
        step > 1
    ) else own  # fmt: skip
