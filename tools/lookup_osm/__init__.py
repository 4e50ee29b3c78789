"""What the map says is there: the tool, its query, its layers, its measures."""

from tools.lookup_osm.tool import lookup_osm

__all__ = ["lookup_osm"]
