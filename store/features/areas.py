"""Which closed ways of OpenStreetMap are areas, and which are lines that end where they began.

The rule of osmtogeojson and Overpass turbo (github.com/tyrasd/osm-polygon-features), without its
barriers: a wall or hedge around a garden is a line unless `area=yes` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

_ALWAYS = frozenset((
    "building", "building:part", "landuse", "amenity", "boundary", "place", "shop", "tourism",
    "historic", "public_transport", "office", "military", "ruins", "craft", "golf", "indoor",
    "area:highway",
))  # fmt: skip
_ONLY: dict[str, frozenset[str]] = {
    "highway": frozenset(("services", "rest_area", "escape", "elevator", "platform")),
    "waterway": frozenset(("riverbank", "dock", "boatyard", "dam", "fuel")),
    "railway": frozenset(("station", "turntable", "roundhouse", "platform")),
    "power": frozenset(("plant", "substation", "generator", "transformer")),
    "aerialway": frozenset(("station",)),
}
_EXCEPT: dict[str, frozenset[str]] = {
    "natural": frozenset(("coastline", "cliff", "ridge", "arete", "tree_row", "valley", "gorge")),
    "man_made": frozenset(("cutline", "embankment", "pipeline", "dyke", "breakwater", "groyne")),
    "aeroway": frozenset(("taxiway", "jet_bridge")),
    "leisure": frozenset(("track", "slipway")),
}


def is_area(tags: Mapping[str, str]) -> bool:
    """Tell whether a closed way with these tags is an area.

    >>> (
    ...     is_area({"building": "yes"}),
    ...     is_area({"highway": "residential"}),
    ...     is_area({"highway": "steps", "area": "yes"}),
    ... )
    (True, False, True)
    """
    said = tags.get("area")
    if said is not None and said != "":
        return said != "no"
    return any(_key_says_area(key, value) for key, value in tags.items() if value != "no")


def _key_says_area(key: str, value: str) -> bool:
    if key in _EXCEPT:
        return value not in _EXCEPT[key]
    return key in _ALWAYS or value in _ONLY.get(key, ())
