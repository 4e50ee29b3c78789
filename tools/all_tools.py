"""The registry of all tools there are."""

from __future__ import annotations

from tools.calculate import calculate
from tools.count_objects import count_objects
from tools.describe_scene import describe_scene
from tools.detect_change import detect_change
from tools.find_scenes import find_scenes
from tools.inspect import inspect
from tools.lookup_osm import lookup_osm
from tools.map_land_cover import map_land_cover
from tools.measure import measure
from tools.record_answers import record_answers
from tools.registry import Registry
from tools.relate import relate
from tools.review_objects import review_objects
from tools.select import select
from tools.spectral_index import spectral_index


def registry() -> Registry:
    """Return the tools that a planner may call."""
    return Registry(
        [
            find_scenes,
            describe_scene,
            lookup_osm,
            relate,
            select,
            measure,
            calculate,
            detect_change,
            inspect,
            spectral_index,
            map_land_cover,
            count_objects,
            record_answers,
            review_objects,
        ]
    )
