"""The map as an OpenStreetMap extract: nodes, ways and multipolygons in a `.osm.pbf`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

from world.mapping import Drawn, Point, Tags, drawn
from world.place import footprint, lonlat_points
from world.town import Town

MAP_TIME = "2022-03-01T00:00:00Z"
"""Of which moment the map is: between the two dates."""
_FIRST_ID = 1_000_000
_WayRow = tuple[int, list[int], Tags, str]


def write_osm(town: Town, size: int, path: Path) -> dict[str, int]:
    """Write the extract of a scene; returns how many elements of each type it holds.

    The header's box is the scene's own in degrees, and the extract is complete within it.
    """
    west, south, east, north = footprint(size).bounds
    header = osmium.io.Header()
    # The format rounds: a little outward, so that the box is not smaller than the scene.
    by = 4e-7
    header.add_box(osmium.osm.Box(west - by, south - by, east + by, north + by))
    header.set("generator", "elenchus world")
    header.set("osmosis_replication_timestamp", MAP_TIME)
    with osmium.SimpleWriter(path, header=header, overwrite=True) as writer:
        pen = _Pen(writer)
        for element in drawn(town, size):
            pen.draw(element)
        return pen.finish()


class _Pen:
    """Writes nodes at once, and ways and relations after all nodes, as the format has them."""

    def __init__(self, writer: osmium.SimpleWriter) -> None:
        self._writer = writer
        self._next = _FIRST_ID
        self._shared: dict[Point, int] = {}
        self._ways: list[_WayRow] = []
        self._multipolygons: list[tuple[_WayRow, _WayRow, Tags]] = []
        self._nodes = 0

    def draw(self, element: Drawn) -> None:
        """Take one element."""
        if element.kind == "node":
            self._node(lonlat_points(element.points)[0], element.tags)
        elif element.kind == "line":
            self._ways.append(
                (self._number(), self._line(element.points), element.tags, element.of)
            )
        elif element.hole:
            rings = (self._ring(element.points, ()), self._ring(element.hole, ()))
            self._multipolygons.append((*rings, element.tags))
        else:
            self._ring(element.points, element.tags)

    def finish(self) -> dict[str, int]:
        """Write ways and relations, each in order of their numbers."""
        for number, refs, tags, _ in sorted(self._ways):
            self._writer.add_way(
                Way(id=number, nodes=refs, tags=dict(tags), version=1, timestamp=MAP_TIME)
            )
        for outer, inner, tags in self._multipolygons:
            members = [("w", outer[0], "outer"), ("w", inner[0], "inner")]
            all_tags = {"type": "multipolygon", **dict(tags)}
            self._writer.add_relation(
                Relation(
                    id=self._number(), members=members, tags=all_tags, version=1, timestamp=MAP_TIME
                )
            )
        return {
            "nodes": self._nodes,
            "ways": len(self._ways),
            "relations": len(self._multipolygons),
        }

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _node(self, place: Point, tags: Tags = ()) -> int:
        number = self._number()
        self._nodes += 1
        self._writer.add_node(
            Node(id=number, location=place, tags=dict(tags), version=1, timestamp=MAP_TIME)
        )
        return number

    def _line(self, points: Sequence[Point]) -> list[int]:
        """Return the nodes of a line; lines that meet share them."""
        refs = []
        for place in lonlat_points(points):
            if place not in self._shared:
                self._shared[place] = self._node(place)
            refs.append(self._shared[place])
        return refs

    def _ring(self, points: Sequence[Point], tags: Tags) -> _WayRow:
        refs = [self._node(place) for place in lonlat_points(points)]
        row = (self._number(), [*refs, refs[0]], tags, "")
        self._ways.append(row)
        return row
