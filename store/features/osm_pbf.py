"""Elements of an OpenStreetMap extract (`.osm.pbf`) with their tags and places."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import osmium
import shapely

from store.errors import BrokenFile
from store.features.antimeridian import cut, joined_up, steps_over
from store.features.areas import is_area
from store.features.raw import ElementType, Place, RawFeature, made_valid
from store.features.text import clean_tags, clean_text
from store.geo import Period

_IN_MEMORY_BYTES = 200 << 20
"""Extracts up to this size keep node places in memory; larger ones in a file beside the index."""
_MEMBER_TYPES = {"n": 0, "w": 1, "r": 2}


class PieceTaker(Protocol):
    """Where elements go."""

    def add(self, feature: RawFeature, /) -> None:
        """Take one piece."""
        ...

    def add_members(self, relation: int, members: Iterable[tuple[int, int]], /) -> None:
        """Note the members of a relation: index of the element type, id."""
        ...


@dataclass(frozen=True, slots=True)
class PbfHeader:
    """What the header of an extract says: where it is complete, and how old it is."""

    box: tuple[float, float, float, float] | None
    """West, south, east, north in degrees; None when the extract does not say."""
    period: Period | None


def read_header(path: Path) -> PbfHeader:
    """Read the header of an extract; raises BrokenFile when it has none."""
    try:
        header = osmium.io.Reader(str(path)).header()
    except (RuntimeError, OSError) as wrong:
        raise _broken(path, wrong) from wrong
    box, moment = header.box(), header.get("osmosis_replication_timestamp")
    if not box.valid():
        return PbfHeader(None, Period.parse(moment) if moment else None)
    low, high = box.bottom_left, box.top_right
    return PbfHeader(
        (low.lon, low.lat, high.lon, high.lat), Period.parse(moment) if moment else None
    )


def read_pbf(path: Path, writer: PieceTaker, locations: Path) -> int:
    """Send all elements of an extract to a writer; nodes without tags are passed over.

    Returns how many areas had edges that step over 180 degrees, and were cut there.

    Ways and relations whose nodes or members lie outside the extract are kept, with as much of
    their place as is held. Areas are assembled by osmium's rules.

    Args:
        path: The extract.
        writer: Takes the pieces.
        locations: Where node places may be kept while a large extract is read.
    """
    storage = (
        "flex_mem" if path.stat().st_size <= _IN_MEMORY_BYTES else f"sparse_file_array,{locations}"
    )
    tagged_nodes = osmium.filter.EmptyTagFilter()
    tagged_nodes.enable_for(osmium.osm.NODE)
    try:
        elements = (
            osmium.FileProcessor(str(path))
            .with_locations(storage)
            .with_areas()
            .with_filter(tagged_nodes)
        )
        wkb = osmium.geom.WKBFactory()
        return sum(_send(element, writer, wkb) for element in elements)
    except (RuntimeError, OSError) as wrong:
        raise _broken(path, wrong) from wrong


def _send(element: Any, writer: PieceTaker, wkb: Any) -> bool:
    """Send one element; tell whether its area was cut at 180 degrees."""
    cut_there = False
    if element.is_node():
        place = bytes.fromhex(wkb.create_point(element)) if element.location.valid() else None
        writer.add(RawFeature("node", element.id, _tags(element), place))
    elif element.is_way():
        writer.add(_way(element))
    elif element.is_relation():
        writer.add(RawFeature("relation", element.id, _tags(element), None))
        writer.add_members(element.id, [(_MEMBER_TYPES[m.type], m.ref) for m in element.members])
    elif element.is_area():
        area, cut_there = _area(element, wkb)
        if area is not None:
            writer.add(area)
    return cut_there


def _tags(element: Any) -> dict[str, str]:
    return clean_tags((tag.k, tag.v) for tag in element.tags)


def _way(way: Any) -> RawFeature:
    """Return a way as a line, or as the ring of an area that osmium may still assemble."""
    tags = _tags(way)
    places = [(node.lon, node.lat) if node.location.valid() else None for node in way.nodes]
    held = [place for place in places if place is not None]
    if not held:
        return RawFeature("way", way.id, tags, None)
    if len(held) < len(places):
        return RawFeature("way", way.id, tags, _stretches(places), Place.PARTIAL)
    ring = len(places) > 3 and way.nodes[0].ref == way.nodes[-1].ref and is_area(tags)
    return RawFeature("way", way.id, tags, _line(held), Place.OUTLINE if ring else Place.WHOLE)


def _stretches(places: list[tuple[float, float] | None]) -> bytes:
    """Return the stretches of a way whose nodes are held."""
    runs = [
        [p for p in run if p is not None]
        for held, run in groupby(places, lambda p: p is not None)
        if held
    ]
    lines = [run for run in runs if len(run) > 1]
    shape = (
        shapely.MultiLineString(lines) if lines else shapely.MultiPoint([run[0] for run in runs])
    )
    return bytes(shapely.to_wkb(shape, byte_order=1))


def _line(places: list[tuple[float, float]]) -> bytes:
    if len(places) == 1:
        return struct.pack("<BIdd", 1, 1, *places[0])
    flat = [number for place in places for number in place]
    return struct.pack(f"<BII{len(flat)}d", 1, 2, len(places), *flat)


def _area(area: Any, wkb: Any) -> tuple[RawFeature | None, bool]:
    """Return the polygon osmium assembled, and whether it was cut at 180 degrees.

    There is none where it could not be assembled, or where the tags say line.
    """
    tags = _tags(area)
    outer, _ = area.num_rings()
    if not outer or (area.from_way() and not is_area(tags)):
        return None, False
    polygons = shapely.from_wkb(bytes.fromhex(wkb.create_multipolygon(area)))
    polygons = polygons.geoms[0] if len(polygons.geoms) == 1 else polygons
    over = steps_over(polygons)
    shape, repaired = made_valid(joined_up(polygons) if over else polygons)
    shape = cut(shape) if over and shape is not None else shape
    kept = None if shape is None else bytes(shapely.to_wkb(shape, byte_order=1))
    kind: ElementType = "way" if area.from_way() else "relation"
    return RawFeature(kind, area.orig_id(), tags, kept, repaired=repaired), over


def _broken(path: Path, wrong: Exception) -> BrokenFile:
    name, why = clean_text(path.name), clean_text(str(wrong))
    return BrokenFile(
        f"{name!r} could not be read as an OpenStreetMap extract: {why}; download it again"
    )
