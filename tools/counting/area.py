"""The part of a scene that is counted in: its window, outline, and how much of it is valid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from store.geo import Region
from store.raster import RegionWindow, SceneReader
from tools.contract import Coverage, Look, ToolRefusal
from tools.counting.contract import Candidates

_LOOK_PX = 1 << 20


@dataclass(frozen=True)
class Area:
    """Where is counted, in native pixels and in the scene's frame."""

    where: RegionWindow
    region: Region
    coverage: Coverage
    valid: NDArray[np.bool_]
    """Which parts of the window hold data, perhaps coarser than its pixels."""

    def on_data(self, found: Candidates) -> NDArray[np.bool_]:
        """Return which candidates have their centre where there is data."""
        window = self.where.window
        rows, cols = self.valid.shape
        col = (found.centres[:, 0] - window.col0) / window.width * cols
        row = (found.centres[:, 1] - window.row0) / window.height * rows
        at = np.clip(row.astype(int), 0, rows - 1), np.clip(col.astype(int), 0, cols - 1)
        return np.asarray(self.valid[at], dtype=bool)

    def cut(self, found: Candidates) -> int:
        """Return how many outlines reach beyond the area."""
        return int((~shapely.covers(self.where.area, found.outlines())).sum())

    def holds(self, found: Candidates) -> Candidates:
        """Return those whose centre lies in the area."""
        return found.take(
            shapely.contains_xy(self.where.area, found.centres[:, 0], found.centres[:, 1])
        )


def area_of(reader: SceneReader, region: Region | None) -> Area:
    """Return where is counted; refuses a region of which no pixel holds data."""
    if region is None:
        whole = shapely.box(0, 0, reader.scene.width, reader.scene.height)
        where = RegionWindow(reader.whole, whole)
    else:
        where = reader.region_window(region)
    window = where.window
    step = max(1.0, float(np.sqrt(window.size / _LOOK_PX)))
    shape = max(1, round(window.height / step)), max(1, round(window.width / step))
    pixels = reader.read(*window, out_shape=shape, bands=reader.data_bands[:1])
    inside = where.mask(window, shape)
    valid = float(pixels.valid[inside].mean()) if inside.any() else float(pixels.valid.mean())
    if valid <= 0.0:
        raise ToolRefusal(
            f"no pixel of {reader.scene.id} holds data there; choose another scene or region",
            "no_valid_pixels",
        )
    held = Region.of(reader.scene.frame, reader.to_frame(where.area))
    asked = region if region is not None else held
    same = asked.frame == held.frame
    size = asked.size() if same else held.size()
    imaged = min(1.0, held.size() / size if same else where.area.area / asked.area.area)
    look = Look(gsd_m=reader.scene.gsd_m, share=imaged * valid)
    coverage = Coverage(asked=size, imaged=imaged, valid=imaged * valid, looked=[look])
    return Area(where, held, coverage, pixels.valid)
