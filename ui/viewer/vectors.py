"""Feature sets as GeoJSON in the pixels of the scene they are shown on, bounded in size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from store.errors import FramesDiffer
from store.features.sets import FeatureSet
from store.geo import EARTH, Frame
from store.raster import Place
from store.scenes import Scene
from store.text import clean_text

MOST_FEATURES = 20_000
MOST_POINTS = 400_000
"""More corners than this altogether are thinned out, and the answer says how coarsely."""
_LABELS = ("label", "name", "class", "from_to", "verdict", "what", "kind", "role")
_UNTOLD = {*_LABELS, "score", "ask", "lon", "lat", "layer", "tags"}
"""Columns that are told elsewhere, or that the picture itself tells."""
_FACTS = 8
_LONGEST = 80
_MARGIN = 0.125
_EDGE_POINTS = 64

Objects = NDArray[np.object_]


@dataclass(frozen=True)
class Outlines:
    """Geometries in pixels of a scene, with the row of the set each came from (from 1)."""

    geometry: Objects
    rows: NDArray[np.int_]
    held: int
    """Features of the set."""
    elsewhere: int
    """Those that do not lie on the scene, or have no place."""
    simplified_px: float = 0.0
    """How far an outline may be off, in pixels."""

    @property
    def left_out(self) -> int:
        """Features on the scene that were too many to be shown."""
        return self.held - self.elsewhere - len(self.rows)


def in_pixels(scene: Scene, frame: Frame, geometry: Objects) -> Objects:
    """Return geometries in columns and rows of a scene; None for those that are not on it."""
    out: Objects = np.full(len(geometry), None, dtype=object)
    held = np.array([shape is not None and not shape.is_empty for shape in geometry], dtype=bool)
    if frame == EARTH:
        if not scene.is_georeferenced:
            raise FramesDiffer(
                f"these lie on the ground, and {scene.id} has no position there; "
                "give it a georeference to see them on it"
            )
        held &= _near(scene, geometry)
        if held.any():
            out[held] = _from_earth(Place.of(scene), geometry[held])
    elif frame in (scene.frame, f"px:{scene.id}", f"px:{scene.alias}"):
        out[held] = geometry[held]
    else:
        raise FramesDiffer(f"these lie in {frame}, and {scene.id} in {scene.frame}")
    window = shapely.box(0, 0, scene.width, scene.height)
    out[held] = np.where(shapely.intersects(out[held], window), out[held], None)
    return out


def outlines(scene: Scene, features: FeatureSet, most: int = MOST_FEATURES) -> Outlines:
    """Return the outlines of a set on a scene: at most so many, those of the highest score."""
    pixels = in_pixels(scene, features.frame, features.geometry)
    rows = np.flatnonzero([shape is not None for shape in pixels])
    elsewhere = len(features) - len(rows)
    if len(rows) > most:
        rows = np.sort(rows[_by_score(features, rows)][:most])
    shown, tolerance = _thinned(pixels[rows])
    return Outlines(shown, rows + 1, len(features), elsewhere, tolerance)


def geojson(scene: Scene, features: FeatureSet, evidence: str, most: int = MOST_FEATURES) -> bytes:
    """Return a set as a GeoJSON feature collection in columns and rows, with what was left out."""
    found = outlines(scene, features, most)
    rounded = shapely.transform(found.geometry, lambda points: np.round(points, 2))
    shapes = shapely.to_geojson(rounded)
    told = _properties(features, found.rows - 1, evidence)
    items = (
        f'{{"type":"Feature","id":{row},"geometry":{shape},"properties":{json.dumps(facts)}}}'
        for row, shape, facts in zip(found.rows, shapes, told, strict=True)
    )
    head = json.dumps(
        {
            "held": found.held, "shown": len(found.rows), "elsewhere": found.elsewhere,
            "left_out": found.left_out, "simplified_px": found.simplified_px,
            "evidence": evidence, "scene": scene.id,
        }
    )  # fmt: skip
    return f'{{"type":"FeatureCollection","about":{head},"features":[{",".join(items)}]}}'.encode()


def _near(scene: Scene, geometry: Objects) -> NDArray[np.bool_]:
    """Tell which geometries meet the scene's surroundings; far away its CRS may have no places."""
    near = np.zeros(len(geometry), dtype=bool)
    for part in shapely.get_parts(scene.footprint.area):
        west, south, east, north = part.bounds
        across, up = (east - west) * _MARGIN, (north - south) * _MARGIN
        around = shapely.box(west - across, south - up, east + across, north + up)
        near |= shapely.intersects(geometry, around)
    return near


def _from_earth(place: Place, geometry: Objects) -> Objects:
    """Return geometries on the ground in pixels; long edges are cut so that they keep their way."""
    west, south, east, north = place.footprint().bounds
    longest = max(east - west, north - south) / _EDGE_POINTS
    dense = shapely.segmentize(geometry, max(longest, 1e-9))

    def to_pixel(points: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.column_stack(place.to_pixel(points[:, 0], points[:, 1]))
        return np.where(np.isfinite(found), found, -1e9)

    return np.asarray(shapely.transform(dense, to_pixel), dtype=object)


def _by_score(features: FeatureSet, rows: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return the order of rows by falling score; as they come where there is none."""
    scores = features.columns.get("score")
    if scores is None:
        return np.arange(len(rows))
    values = np.array([_number(scores[row]) for row in rows])
    return np.argsort(-values, kind="stable")


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else -np.inf


def _thinned(shapes: Objects) -> tuple[Objects, float]:
    """Drop corners of outlines while there are too many of them."""
    tolerance = 0.0
    while shapely.get_num_coordinates(shapes).sum() > MOST_POINTS and tolerance < 64:
        tolerance = 0.5 if tolerance == 0.0 else tolerance * 2
        shapes = shapely.simplify(shapes, tolerance)
    return shapes, tolerance


def _properties(
    features: FeatureSet, rows: NDArray[np.int_], evidence: str
) -> list[dict[str, Any]]:
    """Return what is told of each object: its reference, score, label and a few columns."""
    columns = features.columns
    labels = [columns[name] for name in _LABELS if name in columns]
    told = []
    for row in rows:
        one: dict[str, Any] = {"row": int(row) + 1, "reference": f"{evidence}#{row + 1}"}
        score = _plain(columns["score"][row]) if "score" in columns else None
        said = (_plain(column[row]) for column in labels)
        one |= {"score": score, "label": next((text for text in said if text is not None), None)}
        one |= {"ask": bool(columns["ask"][row]) if "ask" in columns else False}
        one["facts"] = _facts(features, int(row))
        told.append(one)
    return told


def _facts(features: FeatureSet, row: int) -> dict[str, str | int | float | bool]:
    """Return a few columns of one object, its tags among them; what is not so is not told."""
    columns = features.columns
    found = {name: _plain(columns[name][row]) for name in columns if name not in _UNTOLD}
    tags = columns["tags"][row] if "tags" in columns else None
    if isinstance(tags, str):
        found = {name: _plain(value) for name, value in _tags(tags).items()} | found
    held = {
        clean_text(name, _LONGEST): value
        for name, value in found.items()
        if value is not None and value is not False
    }
    return dict(list(held.items())[:_FACTS])


def _tags(text: str) -> dict[str, Any]:
    """Return the tags of an element as a set keeps them: a JSON object in a text."""
    try:
        tags = json.loads(text)
    except ValueError:
        return {}
    return tags if isinstance(tags, dict) else {}


def _plain(value: Any) -> str | int | float | bool | None:
    """Return a value as JSON has it: one line of clean text, or a finite number."""
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            return None
        # An id read from a column of floats stays whole.
        return int(value) if value == int(value) else float(f"{value:.9g}")
    return clean_text(str(value), _LONGEST) or None
