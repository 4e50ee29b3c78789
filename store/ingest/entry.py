"""One door for files: a picture becomes a scene, a vector file a layer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from store.errors import BadDeclaration, UnsupportedFormat
from store.geo import Period
from store.home import Home
from store.ingest.declared import Declared
from store.ingest.identity import Progress, no_progress
from store.ingest.scenes import ingest_scene
from store.ingest.vectors import DeclaredLayer, ingest_layer
from store.raster.gate import is_picture, shown
from store.scenes import Layer, Record, Scene

LayerKind = Literal["osm", "vector"]
_VECTORS = {".geojson": "vector", ".json": "vector", ".gpkg": "vector", ".pbf": "osm"}


class Taken(Record):
    """How to take a file: declarations for a picture, and for a vector file its kind and tags."""

    scene: Declared = Declared()
    kind: LayerKind | None = None
    tags: dict[str, str] = Field(default_factory=dict)


def ingest(home: Home, path: Path, how: Taken, progress: Progress = no_progress) -> Scene | Layer:
    """Take a file into the store as what its content is, and return what is held then."""
    home.artifacts.remove_unfinished()
    suffix = path.suffix.lower()
    vector = suffix in _VECTORS and not is_picture(path)
    if not vector and how.kind is None:
        if how.tags:
            raise BadDeclaration(f"--tag is for vector files, and {shown(path)!r} is none")
        return ingest_scene(home, path, how.scene, progress)
    if not vector:
        raise UnsupportedFormat(
            f"{shown(path)!r} cannot be taken as {how.kind}: "
            "vectors are read from .geojson, .gpkg and .osm.pbf files"
        )
    refuse_for_vectors(how.scene, path)
    date = None if how.scene.date is None else Period.parse(how.scene.date)
    kind: LayerKind = how.kind or ("osm" if suffix == ".pbf" else "vector")
    layer = ingest_layer(home, path, DeclaredLayer(kind=kind, tags=how.tags, date=date), progress)
    return home.catalog.add_layer(layer)


def refuse_for_vectors(declared: Declared, path: Path) -> None:
    """Refuse declarations that mean nothing for a vector file, rather than dropping them."""
    given = {
        "--gsd": declared.gsd_m, "--sensor": declared.sensor, "--bands": declared.bands,
        "--crs": declared.crs, "--frame": declared.frame,
    }  # fmt: skip
    used = [option for option, value in given.items() if value is not None]
    if used:
        raise BadDeclaration(f"{', '.join(used)}: {shown(path)!r} is a vector file; leave it out")
