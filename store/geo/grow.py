"""Regions grown by a distance on the ground."""

from __future__ import annotations

import math

import shapely

from store.errors import BadRegion
from store.geo.frame import is_earth
from store.geo.region import Region, rolled, unrolled

MOST_M = 100_000.0
_LEAST_M_PER_DEG = 110_570.0
"""A degree along a meridian is nowhere shorter than this on WGS84."""
_LEAST_M_PER_DEG_LON = 111_300.0
"""A degree along the equator, rounded down; along a parallel it is that times the cosine."""
_MOST_LAT_DEG = 89.0
_SIDES = 16
"""Segments a quarter of a circle is drawn with."""


def grown(region: Region, by_m: float) -> Region:
    """Return a region that holds everything within a distance of another, and a little more.

    Edges run straight in longitude and latitude; the margin is the widest that is needed
    anywhere in the region, so that what lies within `by_m` is never left out.

    Args:
        region: On the ground.
        by_m: How far to grow it, in m, up to 100 km.
    """
    if not is_earth(region.frame):
        raise BadRegion(f"a region of {region.frame} cannot be grown by m; give one on the ground")
    if not 0 < by_m <= MOST_M:
        raise BadRegion(f"a region cannot be grown by {by_m:g} m; choose up to {MOST_M:g} m")
    area = unrolled(region.area)
    _, south, _, north = area.bounds
    up = by_m / _LEAST_M_PER_DEG
    furthest = max(abs(south), abs(north)) + up
    if furthest >= _MOST_LAT_DEG:
        low, high = max(-90.0, south - up), min(90.0, north + up)
        low, high = (low if low > -_MOST_LAT_DEG else -90.0), (high if high < _MOST_LAT_DEG else 90)
        return Region.lonlat(-180.0, low, 180.0, high)
    along = by_m / (_LEAST_M_PER_DEG_LON * math.cos(math.radians(furthest)))
    squeezed = shapely.transform(area, lambda p: p * [up / along, 1.0])
    margin = up / math.cos(math.pi / (4 * _SIDES))
    wide = shapely.buffer(squeezed, margin, quad_segs=_SIDES)
    stretched = shapely.transform(wide, lambda p: p * [along / up, 1.0])
    west, low, east, high = stretched.bounds
    if east - west >= 360.0:
        return Region.lonlat(-180.0, low, 180.0, high)
    return Region.of(region.frame, rolled(stretched))
