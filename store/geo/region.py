"""Regions: an area in exactly one frame."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, field_validator
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from store.errors import BadRegion
from store.geo.frame import EARTH, Frame, is_earth, same_frame
from store.geo.measures import area_m2

Part = Literal[
    "whole", "north", "south", "east", "west",
    "north-west", "north-east", "south-west", "south-east",
    "centre", "north-middle", "south-middle", "east-middle", "west-middle",
]  # fmt: skip
"""Halves (`west`), quarters (`north-west`) and, with `-middle` and `centre`, cells of a third."""

_NUMBER = r"\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*"
_LONLAT = re.compile(rf"^lonlat:{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}$")
_PX = re.compile(rf"^px:([A-Za-z0-9][\w.\-]*):{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}$")
_WKT = re.compile(r"^\s*(MULTI)?POLYGON", re.IGNORECASE)
HOW_TO_WRITE = (
    "write lonlat:WEST,SOUTH,EAST,NORTH in degrees, px:SCENE:COL0,ROW0,COL1,ROW1 in pixels, "
    "WKT (POLYGON ((lon lat, ...))) or @file.geojson"
)


class Region(BaseModel):
    """An area of one frame: GeoJSON polygons in OGC:CRS84, or polygons in columns and rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frame: Frame
    geometry: dict[str, Any]

    @field_validator("geometry")
    @classmethod
    def _is_area(cls, geometry: dict[str, Any]) -> dict[str, Any]:
        if geometry.get("type") not in ("Polygon", "MultiPolygon"):
            raise ValueError(f"a region is a Polygon or MultiPolygon, not {geometry.get('type')!r}")
        return geometry

    @classmethod
    def of(cls, frame: Frame, area: BaseGeometry) -> Region:
        """Make a region of a shapely area; refuses lines, points and areas of nothing."""
        area = area if area.is_valid else shapely.make_valid(area)
        polygons = [
            part
            for part in shapely.get_parts(area)
            if part.geom_type in ("Polygon", "MultiPolygon")
        ]
        whole = shapely.union_all(polygons) if len(polygons) != 1 else polygons[0]
        if whole.is_empty or whole.area <= 0:
            raise BadRegion(f"this region encloses nothing; {HOW_TO_WRITE}")
        if is_earth(frame):
            _check_lonlat(whole)
        return cls(frame=frame, geometry=json.loads(json.dumps(mapping(whole))))

    @classmethod
    def lonlat(cls, west: float, south: float, east: float, north: float) -> Region:
        """Make a box on the ground; west greater than east crosses 180° and is split there."""
        if not south < north:
            raise BadRegion(f"south {south:g} must be less than north {north:g}; {HOW_TO_WRITE}")
        if west == east:
            raise BadRegion(f"west and east are both {west:g}: an empty box; {HOW_TO_WRITE}")
        if west < east:
            return cls.of(EARTH, shapely.box(west, south, east, north))
        halves = [shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)]
        return cls.of(EARTH, shapely.MultiPolygon([half for half in halves if half.area > 0]))

    @classmethod
    def pixels(cls, frame: Frame, col0: float, row0: float, col1: float, row1: float) -> Region:
        """Make a half-open window in a pixel frame."""
        if not (col0 < col1 and row0 < row1):
            raise BadRegion(
                f"empty window {col0:g},{row0:g},{col1:g},{row1:g}; "
                "give the left and upper corner first"
            )
        return cls.of(frame, shapely.box(col0, row0, col1, row1))

    @classmethod
    def parse(cls, text: str) -> Region:
        """Read a region as a person writes it; bare numbers are refused, with what would do."""
        text = text.strip()
        if found := _LONLAT.match(text):
            return cls.lonlat(*_finite(found.groups()))
        if found := _PX.match(text):
            return cls.pixels(f"px:{found[1]}", *_finite(found.groups()[1:]))
        if _WKT.match(text):
            return cls.of(EARTH, _from_wkt(text))
        if text.startswith("@"):
            return cls.from_file(Path(text[1:]).expanduser())
        raise BadRegion(f"{text[:80]!r} is no region; {HOW_TO_WRITE}")

    @classmethod
    def from_file(cls, path: Path) -> Region:
        """Read the union of the areas of a GeoJSON file (OGC:CRS84)."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as wrong:
            raise BadRegion(
                f"cannot read {path.name!r}: {wrong.strerror}; give @file.geojson"
            ) from wrong
        except ValueError as wrong:
            raise BadRegion(f"{path.name!r} is not GeoJSON: {wrong}") from wrong
        features = data.get("features", [data]) if isinstance(data, dict) else []
        shapes = _shapes_of(features if isinstance(features, list) else [], path.name)
        areas = [s for s in shapes if s.geom_type in ("Polygon", "MultiPolygon")]
        if not areas:
            raise BadRegion(f"{path.name!r} holds no polygon; {HOW_TO_WRITE}")
        return cls.of(EARTH, shapely.union_all([shapely.make_valid(a) for a in areas]))

    @cached_property
    def area(self) -> BaseGeometry:
        """The region as a shapely geometry."""
        return shape(self.geometry)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north; or lowest column and row, highest column and row."""
        west, south, east, north = self.area.bounds
        return float(west), float(south), float(east), float(north)

    @property
    def crosses_180(self) -> bool:
        """Tell whether the region lies around the antimeridian, not around 0 degrees."""
        return is_earth(self.frame) and seam_of(self.area) is not None

    def centre(self) -> tuple[float, float]:
        """Return the middle of the region's box, right across 180 degrees too."""
        west, south, east, north = self.bounds
        if self.crosses_180:
            west, _, east, _ = unrolled(self.area).bounds
            return ((west + east) / 2 + 180.0) % 360.0 - 180.0, (south + north) / 2
        return (west + east) / 2, (south + north) / 2

    def size(self) -> float:
        """Return the area: m² on the ground, px² in a pixel frame."""
        return area_m2(self.area) if is_earth(self.frame) else float(self.area.area)

    def overlap(self, other: Region) -> Region | None:
        """Return what both share, or None; refuses two frames."""
        same_frame(self.frame, other.frame)
        common = shapely.intersection(self.area, other.area)
        return Region.of(self.frame, common) if common.area > 0 else None

    def part(self, name: Part) -> Region:
        """Return a half, quarter or middle cell of the region, cut at the middle of its box."""
        if name == "whole":
            return self
        moved = unrolled(self.area) if is_earth(self.frame) else self.area
        box = _part_box(moved.bounds, name, north_is_up=is_earth(self.frame))
        cut = shapely.intersection(moved, shapely.box(*box))
        return Region.of(self.frame, rolled(cut) if is_earth(self.frame) else cut)


def seam_of(area: BaseGeometry) -> float | None:
    """Return the longitude in the middle of the widest gap between parts, None if it is 180."""
    bounds = shapely.bounds(shapely.get_parts(area))
    bounds = bounds[np.argsort(bounds[:, 0])]
    reach = np.maximum.accumulate(bounds[:, 2])
    if len(bounds) < 2:
        return None
    gaps = bounds[1:, 0] - reach[:-1]
    widest = int(np.argmax(gaps))
    if gaps[widest] <= bounds[0, 0] + 360.0 - reach[-1]:
        return None
    return float((bounds[widest + 1, 0] + reach[widest]) / 2)


def unrolled(area: BaseGeometry) -> BaseGeometry:
    """Return an area in longitude and latitude in one piece; east of 180 it goes on counting."""
    seam = seam_of(area)
    if seam is None:
        return area

    def onwards(points: np.ndarray) -> np.ndarray:
        lon = points[:, 0]
        return np.column_stack([np.where(lon < seam, lon + 360.0, lon), points[:, 1]])

    return shapely.union_all(shapely.get_parts(shapely.transform(area, onwards)))


def rolled(area: BaseGeometry) -> BaseGeometry:
    """Return an area whose longitudes go beyond 180 degrees, split there (RFC 7946, 3.1.9)."""
    west, _, east, _ = area.bounds
    if west >= -180.0 and east <= 180.0:
        return area
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        strip = shapely.intersection(area, shapely.box(turn - 180.0, -90.0, turn + 180.0, 90.0))
        pieces.append(shapely.transform(strip, lambda p, by=turn: p - [by, 0.0]))
    return shapely.union_all([piece for piece in pieces if piece.area > 0])


def _part_box(
    bounds: tuple[float, float, float, float], name: Part, *, north_is_up: bool
) -> tuple[float, float, float, float]:
    """Return the box of a named part; a pixel frame's rows grow to the south."""
    left, low, right, high = bounds
    x = [left + (right - left) * n / 6 for n in (0, 2, 3, 4, 6)]
    y = [low + (high - low) * n / 6 for n in (0, 2, 3, 4, 6)]
    words = name.split("-")
    thirds = "middle" in words or name == "centre"
    columns, rows = ((1, 3), (1, 3)) if thirds else ((0, 4), (0, 4))
    near, far = ((0, 1), (3, 4)) if thirds else ((0, 2), (2, 4))
    north, south = (far, near) if north_is_up else (near, far)
    if "west" in words:
        columns = near
    if "east" in words:
        columns = far
    if "north" in words:
        rows = north
    if "south" in words:
        rows = south
    return x[columns[0]], y[rows[0]], x[columns[1]], y[rows[1]]


def _finite(numbers: Iterable[str]) -> list[float]:
    """Return written numbers; refuses those too large to be a place."""
    values = [float(number) for number in numbers]
    if not all(math.isfinite(value) for value in values):
        raise BadRegion(f"a number of this region is too large; {HOW_TO_WRITE}")
    return values


def _shapes_of(features: list[Any], name: str) -> list[BaseGeometry]:
    """Return the geometries of GeoJSON features; those without one are passed over."""
    given = [f.get("geometry", f) for f in features if isinstance(f, dict)]
    try:
        return [shape(geometry) for geometry in given if geometry]
    except (ValueError, TypeError, AttributeError, KeyError, shapely.errors.ShapelyError) as wrong:
        raise BadRegion(f"{name!r} has a geometry that cannot be read: {wrong}") from wrong


def _from_wkt(text: str) -> BaseGeometry:
    try:
        return shapely.from_wkt(text)
    except shapely.errors.GEOSException as wrong:
        raise BadRegion(f"{text[:60]!r} is not valid WKT: {wrong}") from wrong


def _check_lonlat(area: BaseGeometry) -> None:
    west, south, east, north = area.bounds
    if west < -180.0 or east > 180.0 or south < -90.0 or north > 90.0:
        raise BadRegion(
            f"{west:g},{south:g},{east:g},{north:g} is not within -180..180, -90..90 "
            f"(longitude first); {HOW_TO_WRITE}"
        )
