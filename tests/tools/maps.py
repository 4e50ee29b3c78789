"""A bench over map layers, for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rasterio
from rasterio.warp import transform_bounds

from store.errors import ReadFailed
from store.features.reader import open_features
from store.geo import Region
from store.home import Home
from store.ingest.vectors import DeclaredLayer, ingest_layer
from store.scenes import Layer
from tools.contract import Bench


def bench_of(home: Home, **limits: Any) -> Bench:
    """Return a bench over the layers of a home; no scene can be opened."""

    def no_scene(scene: Any) -> Any:
        raise ReadFailed(f"no pixels in this test: {scene.id}")

    return Bench(
        home.catalog,
        no_scene,
        layer_features=lambda layer: open_features(home.artifacts, layer),
        **limits,
    )


def ingested(home: Home, path: Path, **declared: Any) -> Layer:
    """Take a file into the home as OpenStreetMap data."""
    return home.catalog.add_layer(ingest_layer(home, path, DeclaredLayer(**declared)))


def feature(geometry: Mapping[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def square(west: float, south: float, size: float = 0.001) -> dict[str, Any]:
    """Return a GeoJSON polygon: a square of so many degrees."""
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [
            [[west, south], [east, south], [east, north], [west, north], [west, south]]
        ],
    }


def point(lon: float, lat: float) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [lon, lat]}


def line(*places: tuple[float, float]) -> dict[str, Any]:
    """Return a GeoJSON line."""
    return {"type": "LineString", "coordinates": [list(place) for place in places]}


def written(path: Path, features: Sequence[Mapping[str, Any]], **members: Any) -> Path:
    """Write a GeoJSON file."""
    path.write_text(
        json.dumps({"type": "FeatureCollection", **members, "features": list(features)})
    )
    return path


def footprint(path: Path) -> Region:
    """Return the box on the ground of an image whose grid runs along the parallels."""
    with rasterio.open(path) as source:
        return Region.lonlat(*transform_bounds(source.crs, "OGC:CRS84", *source.bounds))
