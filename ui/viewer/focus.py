"""Where to look: evidence, or one object of it, in the pixels of a scene."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from agent.evidence import Evidence
from agent.ledger import SessionLedger
from store.errors import UnknownId
from store.geo import Region
from store.scenes import Scene
from ui.viewer.spec import Box, Focus
from ui.viewer.vectors import in_pixels

_AROUND = 3.0
"""A cited object is shown with its surroundings, so many times its size."""
_LEAST_PX = 48.0


def focus_of(
    scene: Scene, ledger: SessionLedger, evidence: Evidence, row: int | None
) -> Focus | None:
    """Return where the evidence, or one object of it, lies on a scene."""
    resolution = _resolution(scene, evidence.gsd_m)
    if row is not None:
        features = ledger.features(evidence.id)
        if features is None or not 1 <= row <= len(features):
            raise UnknownId(f"{evidence.id} has no object {row}")
        geometry = in_pixels(scene, features.frame, features.geometry[row - 1 : row])[0]
        if geometry is not None:
            return Focus(
                box=_around(geometry), resolution=min(resolution, 1.0), row=row,
                layer=f"{evidence.id}#set", title=f"{evidence.id}#{row}",
            )  # fmt: skip
    if evidence.region is None:
        return None
    area = on_scene(scene, evidence.region)
    if area is None:
        return None
    return Focus(box=_box(area), resolution=resolution, title=evidence.id)


def on_scene(scene: Scene, region: Region) -> Any:
    """Return the part of a region that lies on a scene, in pixels; None where none does."""
    shapes = np.empty(1, dtype=object)
    shapes[0] = region.area
    found = in_pixels(scene, region.frame, shapes)[0]
    if found is None:
        return None
    found = found if found.is_valid else shapely.make_valid(found)
    cut = shapely.intersection(found, shapely.box(0, 0, scene.width, scene.height))
    return cut if cut.area > 0 else None


def _resolution(scene: Scene, gsd_m: float | None) -> float:
    if gsd_m is None or scene.gsd_m is None:
        return 1.0
    return max(gsd_m / scene.gsd_m, 1e-3)


def _box(area: Any) -> Box:
    col0, row0, col1, row1 = area.bounds
    return round(col0, 2), round(row0, 2), round(col1, 2), round(row1, 2)


def _around(geometry: Any) -> Box:
    col0, row0, col1, row1 = geometry.bounds
    half = max(_AROUND * math.hypot(col1 - col0, row1 - row0) / 2, _LEAST_PX)
    col, row = (col0 + col1) / 2, (row0 + row1) / 2
    return round(col - half, 2), round(row - half, 2), round(col + half, 2), round(row + half, 2)
