"""From pixels to places for the browser: a lattice of longitudes, north, and boxes as regions."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from store.errors import BadRegion
from store.geo import EARTH, Region
from store.geo.region import unrolled
from store.raster import Place
from store.scenes import Record, Scene
from ui.viewer.spec import Box, Lattice

Floats = NDArray[np.float64]
_SIZES = (2, 3, 5, 9, 17, 33)
_GOOD_PX = 0.25
_SAME_AREA = 1e-9
_DECIMALS = 9
"""A tenth of a millimetre, for the lattice."""
_EXACT = 12
"""So many that an edge between pixels stays that edge."""


class BoxRegion(Record):
    """A box of pixels as a region that can be asked with."""

    box: Box
    region: str
    """Exactly the box, as `--region` takes it."""
    lonlat: tuple[float, float, float, float] | None = None
    """The smallest box of longitudes and latitudes around it; west above east crosses 180."""
    note: str


def lattice_of(scene: Scene) -> Lattice | None:
    """Return longitudes and latitudes to interpolate between, None where that would be wrong.

    As coarse as interpolating linearly is right to a quarter of a pixel; around a pole, or where
    the CRS has no places, there is none.
    """
    if not scene.is_georeferenced:
        return None
    place = Place.of(scene)
    for size in _SIZES:
        cols, rows = (np.linspace(0.0, length, size) for length in (scene.width, scene.height))
        lon, lat = _lonlat(place, cols, rows)
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            return None
        if _worst_px(place, cols, rows, lon, lat) <= _GOOD_PX:
            return Lattice(
                cols=cols.tolist(), rows=rows.tolist(),
                lon=np.round(lon, _DECIMALS).tolist(), lat=np.round(lat, _DECIMALS).tolist(),
            )  # fmt: skip
    return None


def north_of(scene: Scene) -> float | None:
    """Return where north is at the centre of a scene as it is shown, in degrees clockwise from up.

    Pixels are shown in their proportions on the ground.
    """
    if not scene.is_georeferenced:
        return None
    place = Place.of(scene)
    col, row = np.array([scene.width / 2]), np.array([scene.height / 2])
    lon, lat = place.to_lonlat(col, row)
    step = 1e-4 if lat[0] < 89.9 else -1e-4
    to_col, to_row = place.to_pixel(lon, lat + step)
    across, down = to_col[0] - col[0], to_row[0] - row[0]
    if step < 0:
        across, down = -across, -down
    wide, tall = scene.gsd_x_m or 1.0, scene.gsd_y_m or 1.0
    if not (math.isfinite(across) and math.isfinite(down)) or (across, down) == (0.0, 0.0):
        return None
    angle = math.degrees(math.atan2(across * wide, -down * tall))
    return round(angle, 2) + 0.0


def region_of(scene: Scene, box: Box) -> BoxRegion:
    """Return a box of pixels as the region to ask with, in whole pixels within the scene.

    Raises:
        BadRegion: The box does not meet the scene, or part of it lies off the Earth.
    """
    whole = _whole_pixels(scene, box)
    if not scene.is_georeferenced:
        text = f"px:{scene.id}:" + ",".join(f"{n:.0f}" for n in whole)
        return BoxRegion(box=whole, region=text, note="the box as drawn, in pixels")
    region = Region.of(EARTH, Place.of(scene).on_earth(shapely.box(*whole)))
    west, south, east, north = _bounds(region)
    bounds = f"lonlat:{_written(west)},{_written(south)},{_written(east)},{_written(north)}"
    if _fills(region, west, south, east, north):
        note, text = "the box as drawn, in degrees", bounds
    else:
        note = f"the outline of the box as drawn; the smallest box of degrees around it is {bounds}"
        text = shapely.to_wkt(region.area, rounding_precision=_EXACT, trim=True)
    return BoxRegion(box=whole, region=text, lonlat=(west, south, east, north), note=note)


def _whole_pixels(scene: Scene, box: Box) -> Box:
    """Round a box to whole pixels within the scene, at least one wide and high."""
    if not all(math.isfinite(n) for n in box):
        raise BadRegion(f"a box needs four numbers, not {box}")
    col0, col1 = _whole(box[0], box[2], scene.width, scene.id)
    row0, row1 = _whole(box[1], box[3], scene.height, scene.id)
    return float(col0), float(row0), float(col1), float(row1)


def _whole(first: float, last: float, length: int, name: str) -> tuple[int, int]:
    low, high = sorted((first, last))
    if high <= 0 or low >= length:
        raise BadRegion(f"this box does not meet {name}; draw it on the scene")
    start, stop = max(0, round(low)), min(length, round(high))
    if stop > start:
        return start, stop
    start = min(max(math.floor(low), 0), length - 1)
    return start, start + 1


def _lonlat(place: Place, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Return longitudes without a jump, and latitudes, each (rows, columns)."""
    across, down = np.meshgrid(cols, rows)
    lon, lat = place.to_lonlat(across.ravel(), down.ravel())
    lon = lon.reshape(across.shape)
    if np.isfinite(lon).all():
        lon = np.unwrap(np.unwrap(lon, period=360.0, axis=1), period=360.0, axis=0)
    return lon, lat.reshape(across.shape)


def _worst_px(place: Place, cols: Floats, rows: Floats, lon: Floats, lat: Floats) -> float:
    """Return how far interpolating is off in the middles of cells and of their sides, in pixels."""
    worst = 0.0
    for across, down in ((0.5, 0.5), (0.5, 0.0), (0.0, 0.5), (0.25, 0.75)):
        mid_col = cols[:-1] + across * np.diff(cols)
        mid_row = rows[:-1] + down * np.diff(rows)
        col, row = place.to_pixel(
            _between(lon, across, down).ravel(), _between(lat, across, down).ravel()
        )
        true_col, true_row = (axis.ravel() for axis in np.meshgrid(mid_col, mid_row))
        off = np.hypot(col - true_col, row - true_row)
        worst = max(worst, float(off.max()) if np.isfinite(off).all() else math.inf)
    return worst


def _between(values: Floats, across: float, down: float) -> Floats:
    rows = values[:-1] * (1 - down) + values[1:] * down
    return np.asarray(rows[:, :-1] * (1 - across) + rows[:, 1:] * across)


def _bounds(region: Region) -> Box:
    """Return the smallest box around a region; west above east where it crosses 180 degrees."""
    if not region.crosses_180:
        return region.bounds
    west, south, east, north = unrolled(region.area).bounds
    return float(west), float(south), float(east) - 360.0, float(north)


def _fills(region: Region, west: float, south: float, east: float, north: float) -> bool:
    """Tell whether a region is its whole box of degrees."""
    wide = east - west + (360.0 if west > east else 0.0)
    whole = wide * (north - south)
    return bool(abs(region.area.area - whole) <= _SAME_AREA * whole)


def _written(degrees: float) -> str:
    return f"{degrees:.{_EXACT}f}".rstrip("0").rstrip(".")
