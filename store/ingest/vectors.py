"""Vector files taken into the store: OpenStreetMap extracts, GeoJSON and GeoPackage.

What a layer can say that there is none of:

* An OpenStreetMap extract holds everything mapped within the box its header names: it is
  `complete` there, for every kind of thing.
* Any other file says only what it holds. Its extent is taken to be the box of its features,
  a tenth larger on each side (caveat `layer_extent_assumed`), and it is not `complete`: what is
  counted is what it holds, and no absence is concluded. It becomes complete, for the things its
  declared tags name, when the person declares the extent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import shapely

from store.artifacts import Artifacts
from store.catalog import Catalog
from store.errors import BrokenFile, UnsupportedFormat
from store.features.geojson import GeoJsonFile
from store.features.geopackage import GeoPackageFile
from store.features.osm_pbf import PbfHeader, read_header, read_pbf
from store.features.placing import Placer, geometry_of, geometry_of_wkb
from store.features.properties import edited, identity_of, tags_of
from store.features.raw import ElementType, RawFeature
from store.features.text import clean_text
from store.features.writer import FeatureWriter, Summary
from store.geo import EARTH, Period, Region
from store.ingest.identity import digest_of, safe_stem, same_file, scene_id, source_of
from store.raster.gate import header_of
from store.scenes import Caveat, Layer, Source

GROWN = 0.1
ASSUMED = Caveat(
    code="layer_extent_assumed",
    text="the file does not say where it is complete; its extent is assumed from its features",
)
_TABLE_TYPES: dict[str, ElementType] = {
    "points": "node", "lines": "way", "multilinestrings": "relation", "multipolygons": "relation",
    "other_relations": "relation",
}  # fmt: skip
"""What the tables of GDAL's OpenStreetMap exports hold, where a row has no `osm_way_id`."""


class HasArtifacts(Protocol):
    """The part of the home that is needed here."""

    @property
    def catalog(self) -> Catalog:
        """The scenes and layers held."""
        ...

    @property
    def artifacts(self) -> Artifacts:
        """Where indexed features are kept."""
        ...


@dataclass(frozen=True)
class DeclaredLayer:
    """What a person says of a vector file that it does not say of itself.

    Args:
        kind: How to take it.
        tags: Given to every feature that lacks the key.
        date: When the features were as they are.
        extent: Where the file holds everything of its kind.
    """

    kind: Literal["osm", "vector"] = "osm"
    tags: Mapping[str, str] = field(default_factory=dict)
    date: Period | None = None
    extent: Region | None = None


def ingest_layer(
    home: HasArtifacts,
    path: Path,
    declared: DeclaredLayer,
    progress: Callable[[float, str], None] = lambda share, what: None,
    check: Callable[[], None] = lambda: None,
) -> Layer:
    """Index a vector file and return its layer, not yet in the catalogue.

    The index is written whole or not at all; memory does not grow with the file.

    Args:
        home: Holds the artifacts.
        path: The file; it is recognised by its content.
        declared: What the person says of it.
        progress: Told the share done, in [0, 1], and what is being done.
        check: Called between batches; raises to stop.

    Raises:
        UnsupportedFormat: The content is none of the formats we read.
        BrokenFile: It cannot be read whole and true.
        BadCoordinates: Its places are not on the ground.
    """
    driver_of(header_of(path), path.name)
    digest = digest_of(path)
    held = home.catalog.layer_of_digest(digest)
    # What was said of an upload of the same bytes is not what an operator says.
    declared = declared if held is None or is_ours(held) else with_earlier(declared, held)
    layer = index_layer(home.artifacts, path, digest, declared, progress, check)
    return layer if held is None else layer.model_copy(update={"id": held.id})


def index_layer(
    artifacts: Artifacts,
    path: Path,
    digest: str,
    declared: DeclaredLayer,
    progress: Callable[[float, str], None] = lambda share, what: None,
    check: Callable[[], None] = lambda: None,
) -> Layer:
    """Index a vector file of this digest among artifacts and return its layer."""
    source = source_of(path, driver_of(header_of(path), path.name))
    progress(0.05, "reading features")
    with artifacts.new_file(".raw") as scratch, artifacts.new_file(".features") as target:
        with closing(FeatureWriter(scratch, target, check)) as writer:
            told = _read(source.driver, path, declared, writer, artifacts)
            progress(0.6, "indexing features")
            summary = writer.finish()
        same_file(source, source_of(path, source.driver))
        features = artifacts.put_file(target)
    progress(1.0, "indexed")
    return _layer(path, source, digest, declared, told, summary, features)


def is_ours(layer: Layer) -> bool:
    """Tell whether a layer was made of untrusted bytes, rather than ingested by an operator."""
    return layer.source.header_sha256 == layer.features_sha256


def with_earlier(declared: DeclaredLayer, held: Layer) -> DeclaredLayer:
    """Add what was declared of the same bytes before, where nothing else is declared now."""
    return DeclaredLayer(
        kind=declared.kind,
        tags={**held.declared, **declared.tags},
        date=declared.date or held.period,
        extent=declared.extent or (held.extent if held.complete else None),
    )


@dataclass(slots=True)
class _Told:
    """What a file says of itself."""

    box: tuple[float, float, float, float] | None = None
    period: Period | None = None
    newest_edit: str | None = None
    cut: int = 0
    """How many areas of an extract were cut at 180 degrees."""
    placers: list[Placer] = field(default_factory=list)


def _read(
    driver: str, path: Path, declared: DeclaredLayer, writer: FeatureWriter, artifacts: Artifacts
) -> _Told:
    if driver == "OSM":
        header: PbfHeader = read_header(path)
        with artifacts.new_file(".nodes") as locations:
            cut = read_pbf(path, _Tagging(writer, declared.tags), locations)
        return _Told(header.box, header.period, cut=cut)
    told = _Told()
    rows = _geojson(path, told) if driver == "GeoJSON" else _geopackage(path, told)
    for feature in rows:
        writer.add(_with_tags(feature, declared.tags))
    return told


class _Tagging:
    """Adds declared tags on the way to a writer."""

    def __init__(self, writer: FeatureWriter, tags: Mapping[str, str]) -> None:
        self._writer, self._tags = writer, tags
        self.add_members = writer.add_members

    def add(self, feature: RawFeature) -> None:
        self._writer.add(_with_tags(feature, self._tags))


def _with_tags(feature: RawFeature, tags: Mapping[str, str]) -> RawFeature:
    if all(key in feature.tags for key in tags):
        return feature
    both = dict(sorted({**tags, **feature.tags}.items()))
    return RawFeature(
        feature.osm_type, feature.osm_id, both, feature.wkb, feature.place, feature.repaired
    )


def _geojson(path: Path, told: _Told) -> Iterator[RawFeature]:
    file = GeoJsonFile(path)
    placer = Placer(path.name, None if file.crs.is_lonlat else file.crs.for_proj)
    told.placers.append(placer)
    for number, feature in enumerate(file.features(), start=1):
        properties = feature.get("properties") or {}
        if not isinstance(properties, dict):
            raise BrokenFile(
                f"feature {number} of {clean_text(path.name)!r} has properties that are no object"
            )
        shape = geometry_of(feature.get("geometry"), number, path.name)
        told.newest_edit = max(filter(None, (told.newest_edit, edited(properties))), default=None)
        yield _feature(properties, feature.get("id"), None, shape, number, placer)


def _geopackage(path: Path, told: _Told) -> Iterator[RawFeature]:
    with closing(GeoPackageFile(path)) as package:
        for table in package.tables:
            placer = Placer(path.name, table.crs)
            told.placers.append(placer)
            kind = _TABLE_TYPES.get(table.name) if "osm_id" in table.columns else None
            for number, (blob, properties) in enumerate(package.rows(table), start=1):
                shape = geometry_of_wkb(blob, number, path.name)
                yield _feature(properties, None, kind, shape, number, placer)


def _feature(
    properties: Mapping[str, Any],
    feature_id: Any,
    kind: ElementType | None,
    shape: shapely.geometry.base.BaseGeometry | None,
    number: int,
    placer: Placer,
) -> RawFeature:
    identity = identity_of(properties, feature_id, kind)
    tags = tags_of(properties, identity)
    if shape is None:
        return RawFeature(identity.osm_type, identity.osm_id, tags, None)
    wkb, place, repaired = placer.place(shape, number)
    return RawFeature(identity.osm_type, identity.osm_id, tags, wkb, place, repaired)


def driver_of(head: bytes, name: str) -> str:
    """Return which of the vector formats a file begins like, or refuse it."""
    if b"OSMHeader" in head[:32]:
        return "OSM"
    if head.startswith(b"SQLite format 3\0"):
        return "GPKG"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "GeoJSON"
    hint = "; convert it with `osmium cat -o out.osm.pbf`" if b"<osm" in head[:1024] else ""
    raise UnsupportedFormat(
        f"{clean_text(name)!r} is no vector file we read; give .osm.pbf, GeoJSON or GeoPackage "
        f"(.gpkg){hint}"
    )


def _layer(
    path: Path,
    source: Source,
    digest: str,
    declared: DeclaredLayer,
    told: _Told,
    summary: Summary,
    features: str,
) -> Layer:
    alias = alias_of(path)
    extent, assumed = _extent(declared, told, summary)
    period = declared.date or told.period
    return Layer(
        id=scene_id(alias, digest), alias=alias, digest=digest, source=source, kind=declared.kind,
        features_sha256=features, count=summary.count, extent=extent, period=period,
        declared=dict(sorted(declared.tags.items())), unknown=[] if period else ["date"],
        caveats=list(_caveats(summary, told, assumed=assumed)),
        complete=extent is not None and not assumed,
    )  # fmt: skip


def alias_of(path: Path) -> str:
    """Return a file's stem as a name that ids and aliases may have.

    >>> alias_of(Path("helsinki.osm.pbf")), alias_of(Path("Élan à 3.geojson"))
    ('helsinki', 'Elan_a_3')
    """
    plain = safe_stem(path.with_name(path.name.removesuffix(".pbf")))
    return plain if plain != "scene" else "layer"


def _extent(declared: DeclaredLayer, told: _Told, summary: Summary) -> tuple[Region | None, bool]:
    """Return where the layer speaks, and whether that is only assumed from its features."""
    if declared.extent is not None:
        return declared.extent, False
    if told.box is not None:
        return Region.lonlat(*told.box), False
    return assumed_extent(summary.bounds), True


def assumed_extent(bounds: tuple[float, float, float, float] | None) -> Region | None:
    """Return where a layer is taken to speak that does not say it: about its features."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    margin = max(GROWN * max(east - west, north - south), 1e-5)
    box = shapely.box(
        max(west - margin, -180),
        max(south - margin, -90),
        min(east + margin, 180),
        min(north + margin, 90),
    )
    return Region.of(EARTH, box)


def _caveats(summary: Summary, told: _Told, *, assumed: bool) -> Iterator[Caveat]:
    if assumed:
        yield ASSUMED
    joined = 0 if told.box is not None else summary.pieces - summary.count
    for code, count, text in (
        ("repaired", summary.repaired, "polygons were invalid and have been repaired"),
        ("without_place", summary.without_place, "features have no place that can be built"),
        ("partial_place", summary.partial, "features reach outside the file, held in part"),
        ("without_id", summary.without_id, "features have no id; each counts by itself"),
        ("cut_at_180", told.cut + sum(placer.cut_at_180 for placer in told.placers),
         "features have edges longer than half the globe; they are taken to go the short way, "
         "over 180 degrees, and are cut there"),
        ("pieces_joined", joined, "further pieces of elements that occur again were joined"),
    ):  # fmt: skip
        if count > 0:
            yield Caveat(code=code, text=f"{count:,} {text}")
    if told.newest_edit is not None:
        yield Caveat(code="newest_edit", text=f"the newest edit in it is of {told.newest_edit}")
