"""Where pixels lie on the ground: pixel to longitude and latitude and back, footprints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from store.errors import BadDeclaration, NoGeoreference
from store.geo import EARTH, Region, gsd_at

if TYPE_CHECKING:
    from store.scenes import Scene

Floats = NDArray[np.float64]
SixNumbers = tuple[float, float, float, float, float, float]
LON_LAT = "OGC:CRS84"
_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9]{1,15}:[A-Za-z0-9]{1,20}$")
_EDGE_POINTS, _EDGE_POINTS_AT_POLE = 64, 512
_BOWED_DEG = 75.0
_POLE_DEG = 90.0 - 1e-9


def declared_crs(text: str) -> str:
    """Return a declared CRS as `AUTHORITY:CODE`; refuses an unknown one, or one of no place."""
    text = text.strip()
    text = f"EPSG:{text}" if text.isdigit() else text
    if not _CODE.match(text):
        raise BadDeclaration(
            f"--crs {text[:60]!r} is no code of a CRS; write one such as EPSG:32633"
        )
    try:
        crs = CRS.from_user_input(text)
    except CRSError as wrong:
        raise BadDeclaration(
            f"--crs {text}: PROJ knows no such CRS; write one such as EPSG:32633"
        ) from wrong
    if not is_on_ground(crs):
        raise BadDeclaration(
            f"--crs {text} is {crs.type_name}, which gives pixels no place on the ground"
        )
    return text.upper()


def is_on_ground(crs: CRS) -> bool:
    """Tell whether a CRS gives places on the ground: projected or geographic, not engineering."""
    return bool(crs.is_projected or crs.is_geographic)


def same_crs(first: str, second: str) -> bool:
    """Tell whether two CRS are the same, whatever the order of their axes."""
    return first == second or CRS.from_user_input(first).equals(
        CRS.from_user_input(second), ignore_axis_order=True
    )


@lru_cache(maxsize=64)
def _transformers(crs: str) -> tuple[Transformer, Transformer, bool]:
    """Return the ways to and from longitude and latitude, and whether the CRS is in degrees."""
    native = CRS.from_user_input(crs)
    there = Transformer.from_crs(native, LON_LAT, always_xy=True)
    back = Transformer.from_crs(LON_LAT, native, always_xy=True)
    return there, back, native.is_geographic


@dataclass(frozen=True)
class Place:
    """The grid of a scene on the ground.

    Args:
        crs: `AUTHORITY:CODE` or WKT.
        transform: Six numbers a, b, c, d, e, f: x = a·col + b·row + c, y = d·col + e·row + f.
        width: Columns.
        height: Rows.
    """

    crs: str
    transform: SixNumbers
    width: int
    height: int

    @classmethod
    def of(cls, scene: Scene) -> Place:
        """Return the place of a scene on the ground, or refuse a scene that has none."""
        if scene.crs is None or scene.transform is None or not scene.is_georeferenced:
            raise NoGeoreference(
                f"{scene.id} has no position on the ground; give it one with "
                "`elenchus ingest --crs EPSG:N` and a world file, "
                "or ask in pixels (px:SCENE:C0,R0,C1,R1)"
            )
        return cls(scene.crs, scene.transform, scene.width, scene.height)

    @property
    def affine(self) -> Affine:
        """From columns and rows to the CRS."""
        return Affine(*self.transform)

    def to_lonlat(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Return longitudes in [-180, 180] and latitudes of columns and rows; inf off the Earth."""
        x, y = self._to_crs(np.asarray(cols, float), np.asarray(rows, float))
        lon, lat = _transformers(self.crs)[0].transform(x, y)
        lon = np.asarray(lon, float)
        with np.errstate(invalid="ignore"):
            wrapped = np.where(np.abs(lon) > 180.0, (lon + 180.0) % 360.0 - 180.0, lon)
        return wrapped, np.asarray(lat, float)

    def to_pixel(self, lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
        """Return columns and rows of longitudes and latitudes; inf where the CRS ends."""
        x, y = _transformers(self.crs)[1].transform(
            np.asarray(lons, float), np.asarray(lats, float)
        )
        x, y = np.asarray(x, float), np.asarray(y, float)
        if _transformers(self.crs)[2]:
            x = self._on_this_turn(x)
        back = ~self.affine
        with np.errstate(invalid="ignore"):
            return back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f

    def gsd(self) -> tuple[float, float]:
        """Return the ground size of a pixel along columns and rows at the centre, in m."""
        return gsd_at(self.to_lonlat, self.width / 2, self.height / 2)

    def footprint(self) -> Region:
        """Return the outline on the ground, densified, split at 180 degrees, closed over a pole."""
        return Region.of(EARTH, self.on_earth(shapely.box(0, 0, self.width, self.height)))

    def on_earth(self, area: BaseGeometry) -> BaseGeometry:
        """Return pixel geometry as longitude and latitude, split at 180 degrees, densified."""
        dense = self._densified(area)
        if area.geom_type in ("Polygon", "MultiPolygon"):
            return self._polygons_on_earth(dense)
        return shapely.transform(
            dense, lambda points: np.column_stack(self.to_lonlat(points[:, 0], points[:, 1]))
        )

    def in_pixels(self, area: BaseGeometry) -> BaseGeometry:
        """Return geometry in longitude and latitude as pixels; edges are densified."""
        west, south, east, north = area.bounds
        longest = max(max(east - west, north - south) / _EDGE_POINTS, 1e-9)
        dense = shapely.segmentize(area, longest)
        return shapely.transform(
            dense, lambda points: np.column_stack(self.to_pixel(points[:, 0], points[:, 1]))
        )

    def _densified(self, area: BaseGeometry) -> BaseGeometry:
        """Cut long edges; finely near a pole, where straight ones bow most."""
        corners = np.array(
            [[0, 0], [self.width, 0], [0, self.height], [self.width, self.height]], float
        )
        lat = self.to_lonlat(corners[:, 0], corners[:, 1])[1]
        near_pole = bool(np.nanmax(np.abs(lat), initial=0.0) > _BOWED_DEG)
        points = _EDGE_POINTS_AT_POLE if near_pole else _EDGE_POINTS
        return shapely.segmentize(area, max(self.width, self.height) / points)

    def _to_crs(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        a, b, c, d, e, f = self.transform
        return a * cols + b * rows + c, d * cols + e * rows + f

    def _on_this_turn(self, lon: Floats) -> Floats:
        """Return longitudes on the turn that the grid itself uses (170..190, 0..360)."""
        middle = self._to_crs(np.array([self.width / 2]), np.array([self.height / 2]))[0][0]
        return np.asarray((lon - middle + 180.0) % 360.0 - 180.0 + middle)

    def _polygons_on_earth(self, dense: BaseGeometry) -> BaseGeometry:
        parts = []
        for polygon in shapely.get_parts(dense):
            shell = self._ring_on_earth(shapely.get_coordinates(polygon.exterior))
            holes = [
                self._ring_on_earth(shapely.get_coordinates(ring)) for ring in polygon.interiors
            ]
            parts.append(shapely.difference(shell, shapely.union_all(holes)) if holes else shell)
        return shapely.union_all(parts) if len(parts) != 1 else parts[0]

    def _ring_on_earth(self, ring: Floats) -> BaseGeometry:
        """Return the area that a ring of (col, row) encloses, as polygons within -180..180."""
        lon, lat = self.to_lonlat(ring[:-1, 0], ring[:-1, 1])
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise NoGeoreference(
                "part of the image lies off the Earth in its CRS, so it has no outline there"
            )
        lon, lat = _around_poles(lon, np.clip(lat, -90.0, 90.0))
        lon = np.unwrap(lon, period=360.0)
        closing = lon[-1] + ((lon[0] - lon[-1] + 180.0) % 360.0 - 180.0)
        if abs(closing - lon[0]) > 180.0:
            pole = 90.0 if self._holds_pole(ring, 90.0) else -90.0
            lon = np.concatenate([lon, [closing, closing, lon[0]]])
            lat = np.concatenate([lat, [lat[0], pole, pole]])
        return _within_180(shapely.Polygon(np.column_stack([lon, lat])))

    def _holds_pole(self, ring: Floats, pole: float) -> bool:
        col, row = self.to_pixel(np.array([0.0]), np.array([pole]))
        if not (np.isfinite(col).all() and np.isfinite(row).all()):
            return False
        return bool(shapely.Polygon(ring).buffer(1e-6).covers(shapely.Point(col[0], row[0])))


def _around_poles(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Replace points at a pole, where longitude means nothing, by two with their neighbours'."""
    at_pole = np.abs(lat) >= _POLE_DEG
    if not at_pole.any():
        return lon, lat
    out: list[tuple[float, float]] = []
    count = len(lon)
    for i in range(count):
        if at_pole[i]:
            out += [(lon[i - 1], lat[i]), (lon[(i + 1) % count], lat[i])]
        else:
            out.append((lon[i], lat[i]))
    points = np.array(out)
    return points[:, 0], points[:, 1]


def _within_180(area: BaseGeometry) -> BaseGeometry:
    """Return an area with unwrapped longitudes as polygons within -180..180."""
    area = area if area.is_valid else shapely.make_valid(area)
    west, _, east, _ = area.bounds
    if west >= -180.0 and east <= 180.0:
        return area
    pieces = []
    for turn in range(
        int(np.floor((west + 180.0) / 360.0)), int(np.floor((east + 180.0) / 360.0)) + 1
    ):
        piece = shapely.intersection(
            area, shapely.box(turn * 360.0 - 180.0, -90.0, turn * 360.0 + 180.0, 90.0)
        )
        if piece.area > 0:
            pieces.append(
                shapely.transform(piece, lambda points, by=turn * 360.0: points - [by, 0.0])
            )
    return shapely.union_all(pieces)


def place_of(crs: str, transform: SixNumbers, width: int, height: int) -> Place | None:
    """Return the place of a grid, or None when the CRS has no place on the ground there."""
    try:
        place = Place(crs, transform, width, height)
        if not is_on_ground(CRS.from_user_input(crs)) or not all(np.isfinite(place.gsd())):
            return None
        place.footprint()
    except (CRSError, ProjError, NoGeoreference):
        return None
    return place
