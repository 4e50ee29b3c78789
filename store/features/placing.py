"""Geometries of a source brought to longitude and latitude, checked, and cut at 180 degrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from store.errors import BrokenFile, StoreError, UnsupportedFormat
from store.features.antimeridian import cut, joined_up, steps_over
from store.features.raw import Place, made_valid
from store.features.text import clean_text

_SLACK_DEG = 1e-7


class BadCoordinates(StoreError):
    """Coordinates that cannot be places on the ground."""

    code = "bad_coordinates"


class Placer:
    """Brings the geometries of one source to OGC:CRS84.

    Args:
        name: The file's name, for error texts.
        crs: A name PROJ knows, or None for longitude and latitude as they are.
    """

    def __init__(self, name: str, crs: str | None) -> None:
        self._name, self._crs = clean_text(name), crs
        self._to_lonlat = None if crs is None else _transform(self._name, crs)
        self.cut_at_180 = 0
        """How many geometries had edges that step over 180 degrees, and were cut there."""

    def place(self, geometry: BaseGeometry, number: int) -> tuple[bytes | None, Place, bool]:
        """Return WKB in OGC:CRS84, how much of the place it is, and whether it was repaired."""
        flat = shapely.force_2d(geometry)
        if flat.is_empty:
            return None, Place.NONE, False
        if self._to_lonlat is not None:
            flat = shapely.transform(flat, self._to_lonlat)
        self._check(flat, number)
        over = steps_over(flat)
        valid, repaired = made_valid(joined_up(flat) if over else flat)
        if over and valid is not None:
            self.cut_at_180 += 1
            valid = cut(valid)
        if valid is not None and self._to_lonlat is not None:
            valid = cut_at_180(valid)
        if valid is None or valid.is_empty:
            return None, Place.NONE, repaired
        return bytes(shapely.to_wkb(valid, byte_order=1)), Place.WHOLE, repaired

    def _check(self, geometry: BaseGeometry, number: int) -> None:
        points = shapely.get_coordinates(geometry)
        if not np.isfinite(points).all():
            raise BadCoordinates(
                f"feature {number} of {self._name!r} has coordinates that are no numbers"
            )
        far = (np.abs(points[:, 0]) > 180 + _SLACK_DEG) | (np.abs(points[:, 1]) > 90 + _SLACK_DEG)
        if not far.any():
            return
        x, y = points[int(np.argmax(far))]
        swapped = (np.abs(points[:, 1]) <= 180).all() and (np.abs(points[:, 0]) <= 90).all()
        hint = (
            "it looks as if latitude comes first; write longitude, latitude"
            if swapped
            else "save the file in longitude and latitude (EPSG:4326), "
            "or with the name of its coordinate system"
        )
        where = "as longitude, latitude" if self._crs is None else f"after leaving {self._crs[:40]}"
        raise BadCoordinates(
            f"feature {number} of {self._name!r} lies at {x:g}, {y:g} {where}, "
            f"which is no place; {hint}"
        )


def geometry_of(member: Any, number: int, name: str) -> BaseGeometry | None:
    """Read the geometry member of a GeoJSON feature; None when it has none."""
    if member is None:
        return None
    try:
        return shape(member)
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        shapely.errors.ShapelyError,
        RecursionError,
    ) as wrong:
        raise BrokenFile(
            f"feature {number} of {clean_text(name)!r} has no readable geometry: "
            f"{clean_text(str(wrong))}; export it again"
        ) from wrong


def geometry_of_wkb(blob: bytes | None, number: int, name: str) -> BaseGeometry | None:
    """Read WKB; curves and surfaces that cannot be measured here are refused with the way out."""
    if blob is None:
        return None
    try:
        return shapely.from_wkb(blob)
    except shapely.errors.ShapelyError as wrong:
        raise BrokenFile(
            f"feature {number} of {clean_text(name)!r} has no readable geometry: "
            f"{clean_text(str(wrong))}; "
            "turn curves into straight segments and export it again"
        ) from wrong


def _transform(name: str, crs: str) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    try:
        source = pyproj.CRS.from_user_input(crs)
        if not (
            source.is_geographic or source.is_projected or source.is_compound or source.is_bound
        ):
            raise CRSError("it is neither geographic nor projected")
        transformer = pyproj.Transformer.from_crs(source, "OGC:CRS84", always_xy=True)
    except CRSError as wrong:
        raise UnsupportedFormat(
            f"the coordinate system {clean_text(crs)[:80]!r} of {name!r} is not known: "
            f"{clean_text(str(wrong))}; "
            "save the file in EPSG:4326"
        ) from wrong

    def to_lonlat(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return to_lonlat


def cut_at_180(geometry: BaseGeometry) -> BaseGeometry:
    """Split a geometry that steps over 180 degrees, as RFC 7946 (section 3.1.9) asks."""
    west, _, east, _ = geometry.bounds
    if east - west <= 180.0:
        return geometry
    turned = shapely.transform(geometry, lambda p: np.column_stack([p[:, 0] % 360.0, p[:, 1]]))
    west, _, east, _ = turned.bounds
    if east - west > 180.0:
        return geometry
    near = shapely.intersection(turned, shapely.box(0.0, -90.0, 180.0, 90.0))
    far = shapely.intersection(turned, shapely.box(180.0, -90.0, 360.0, 90.0))
    back = shapely.transform(far, lambda p: np.column_stack([p[:, 0] - 360.0, p[:, 1]]))
    halves = [half for half in (near, back) if not half.is_empty]
    return shapely.union_all(halves) if len(halves) > 1 else halves[0]
