"""An independent distance to hold the tools against: nearest points on a plane laid there."""

from __future__ import annotations

import math

import numpy as np
import shapely
from pyproj import Geod

_WGS84 = Geod(ellps="WGS84")


def distance_m(first, second):
    """Return the geodesic distance in m between nearest points.

    They are found on a plane scaled by the radii of curvature (Snyder 1987, eq. 4-18, 4-20) in
    the middle between them, which is found anew from the points three times.
    """
    if shapely.intersects(first, second):
        return 0.0
    first, second = (shapely.segmentize(g, 0.05) for g in (first, second))
    lat = (shapely.centroid(first).y + shapely.centroid(second).y) / 2
    for _ in range(3):
        scale = np.array(_metres_per_degree(lat))
        a, b = (shapely.transform(g, lambda p, by=scale: p * by) for g in (first, second))
        ends = shapely.get_coordinates(shapely.shortest_line(a, b)) / scale
        lat = ends[:, 1].mean()
    return float(_WGS84.inv(*ends[0], *ends[1])[2])


def _metres_per_degree(lat_deg):
    sine = math.sin(math.radians(lat_deg))
    bent = 1 - _WGS84.es * sine**2
    prime = _WGS84.a / math.sqrt(bent)
    meridian = _WGS84.a * (1 - _WGS84.es) / bent**1.5
    return math.radians(prime * math.cos(math.radians(lat_deg))), math.radians(meridian)
