"""Features as they are read from a source, before pieces are joined and measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

ElementType = Literal["node", "way", "relation"]
ELEMENT_TYPES: tuple[ElementType, ...] = ("node", "way", "relation")
LETTERS: dict[str, ElementType] = {kind[0]: kind for kind in ELEMENT_TYPES}


class Place(IntEnum):
    """How well the place of a piece is known; of one element only the best pieces count."""

    NONE = 0
    PARTIAL = 1
    """Members or nodes are outside the extract: what is held is where it is, but there is more."""
    OUTLINE = 2
    """A closed way whose area was not assembled: the ring is all there."""
    WHOLE = 3


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature of a source; `wkb` is in OGC:CRS84, and None when there is no place.

    Args:
        osm_type: None when the source does not say.
        osm_id: None when the feature has none; it is then a feature of its own.
        tags: Clean keys and values, none of them empty.
        wkb: Two-dimensional, polygons valid.
        place: How much of the place `wkb` is.
        repaired: Whether an invalid polygon was made valid.
    """

    osm_type: ElementType | None
    osm_id: int | None
    tags: Mapping[str, str]
    wkb: bytes | None
    place: Place = Place.WHOLE
    repaired: bool = False


def made_valid(geometry: BaseGeometry) -> tuple[BaseGeometry | None, bool]:
    """Return a geometry with valid polygons, and whether it had to be repaired.

    Only the polygonal part of a repaired polygon is kept; None when nothing is left of it.
    """
    if geometry.is_empty:
        return None, False
    if (
        geometry.geom_type not in ("Polygon", "MultiPolygon", "GeometryCollection")
        or geometry.is_valid
    ):
        return geometry, False
    if geometry.geom_type == "GeometryCollection":
        parts = [made_valid(part)[0] for part in shapely.get_parts(geometry)]
        return shapely.GeometryCollection([part for part in parts if part is not None]), True
    areas = [
        g for g in _flat(shapely.make_valid(geometry)) if g.geom_type == "Polygon" and g.area > 0
    ]
    return (shapely.union_all(areas), True) if areas else (None, True)


def _flat(geometry: BaseGeometry) -> list[BaseGeometry]:
    parts = list(shapely.get_parts(geometry))
    if any(hasattr(part, "geoms") for part in parts):
        return [leaf for part in parts for leaf in _flat(part)]
    return parts


def joined(pieces: list[BaseGeometry]) -> BaseGeometry:
    """Return the union of the pieces of one element; tiles cut an element and overlap a little."""
    return pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)


def parse_osm_id(value: object) -> int | None:
    """Read an id that may have been kept as a float or a text; None when it is no whole number.

    >>> [parse_osm_id(v) for v in (614897908.0, "796960072", "12.0", None, "", "a1", -5, True)]
    [614897908, 796960072, 12, None, None, None, -5, None]
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        try:
            value = int(text)
        except ValueError:
            try:
                value = float(text)
            except ValueError:
                return None
    if isinstance(value, float):
        if not math.isfinite(value) or not value.is_integer() or abs(value) >= 2**53:
            return None
        value = int(value)
    return value if isinstance(value, int) and value != 0 and abs(value) < 2**62 else None


def parse_element(text: str) -> tuple[ElementType, int] | None:
    """Read `way/123`, `w123` or `way 123`; None when it is none of these.

    >>> parse_element("way/492119569"), parse_element("n7"), parse_element("Kallio 7")
    (('way', 492119569), ('node', 7), None)
    """
    kind = text.strip().rstrip("0123456789").rstrip("/: -").lower()
    number = parse_osm_id(text.strip()[len(text.strip().rstrip("0123456789")) :])
    full = LETTERS.get(kind[:1])
    if number is None or full is None or kind not in (full, full[0]):
        return None
    return full, number


def z_order(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return places along a Z-shaped curve, so that near features lie near each other on disk."""
    x = _spread(np.clip((lon + 180.0) / 360.0 * 2**26, 0, 2**26 - 1).astype(np.int64))
    y = _spread(np.clip((lat + 90.0) / 180.0 * 2**26, 0, 2**26 - 1).astype(np.int64))
    return x | (y << 1)


def _spread(bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put a zero between neighbouring bits (26 of them)."""
    for shift, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
                        (2, 0x3333333333333333), (1, 0x5555555555555555)):  # fmt: skip
        bits = (bits | (bits << shift)) & mask
    return bits


def centre_of(geometry: BaseGeometry) -> tuple[float, float]:
    """Return the centroid (lon, lat) of the parts of highest dimension, across 180 degrees too."""
    west, _, east, _ = geometry.bounds
    if east - west > 180.0:
        turned = shapely.transform(geometry, _to_360)
        west, _, east, _ = turned.bounds
        if east - west < 180.0:
            point = shapely.centroid(turned)
            return float((point.x + 180.0) % 360.0 - 180.0), float(point.y)
    point = shapely.centroid(geometry)
    return float(point.x), float(point.y)


def _to_360(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([points[:, 0] % 360.0, points[:, 1]])
