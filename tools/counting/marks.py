"""Marks as a feature set, with their sizes."""

from __future__ import annotations

from typing import Any

from store.features.sets import FeatureSet
from store.raster import SceneReader
from store.scenes import Caveat, Scene
from tools.counting.area import Area
from tools.counting.contract import Candidates
from tools.counting.places import to_frame


def features_of(
    reader: SceneReader, area: Area, found: Candidates, **columns: list[Any]
) -> FeatureSet:
    """Return outlines in the scene's frame, with score, more columns, and size in m or px."""
    gsd_m = reader.scene.gsd_m
    made: dict[str, list[Any]] = {"score": [round(float(s), 4) for s in found.score], **columns}
    unit, per_px = ("px", 1.0) if gsd_m is None else ("m", gsd_m)
    made[f"length_{unit}"] = [round(float(v) * per_px, 3) for v in found.length_px]
    made[f"width_{unit}"] = [round(float(v) * per_px, 3) for v in found.width_px]
    outlines = to_frame(reader, found.outlines())
    frame = reader.scene.frame
    return FeatureSet(frame, outlines, made, looked=area.coverage.valid, region=area.region)


def undated(scene: Scene) -> list[Caveat]:
    """Say so when nobody knows of what day a count is."""
    if scene.period is not None:
        return []
    text = f"when {scene.id} was taken is not known, so the count is of no known date"
    return [Caveat(code="date_unknown", text=text)]
