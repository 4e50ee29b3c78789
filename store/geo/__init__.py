"""Places and times: frames, regions, periods, and measures on the WGS84 ellipsoid."""

from store.geo.frame import EARTH, Frame, is_earth, pixel_frame, same_frame
from store.geo.grow import grown
from store.geo.measures import area_m2, gsd_at, length_m
from store.geo.period import Period
from store.geo.region import Part, Region

__all__ = [
    "EARTH",
    "Frame",
    "Part",
    "Period",
    "Region",
    "area_m2",
    "grown",
    "gsd_at",
    "is_earth",
    "length_m",
    "pixel_frame",
    "same_frame",
]
