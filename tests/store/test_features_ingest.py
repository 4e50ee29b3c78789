"""Vector files taken into the store: what is kept, joined, repaired, refused."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
import zlib
from collections import Counter
from pathlib import Path

import geopandas
import osmium
import pyogrio
import pytest
import shapely

from store.artifacts import Artifacts
from store.errors import BrokenFile, Cancelled, StoreError, UnsupportedFormat
from store.features.placing import BadCoordinates
from store.features.reader import Features, Wanted, open_features
from store.geo import Period, Region, area_m2
from store.ingest.vectors import DeclaredLayer, ingest_layer
from store.scenes import Layer
from tests.tools.maps import feature, line, point, square, written
from tools.concepts.tags import parse_query


class NothingHeld:
    def layer_of_digest(self, digest: str) -> None:
        return None


class Store:
    catalog = NothingHeld()

    def __init__(self, root: Path) -> None:
        self.artifacts = Artifacts(root)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "artifacts")


def take(store: Store, path: Path, **declared: object) -> tuple[Layer, Features]:
    layer = ingest_layer(store, path, DeclaredLayer(**declared))
    return layer, open_features(store.artifacts, layer)


def columns(features: Features) -> dict[str, list]:
    return features.find(Wanted()).columns


def codes(layer: Layer) -> set[str]:
    return {caveat.code for caveat in layer.caveats}


# GeoJSON


def test_an_element_in_several_pieces_is_one_with_the_union_of_the_pieces(store, tmp_path):
    pieces = [square(0, 0), square(0.0005, 0), square(0.5, 0.5)]
    path = written(tmp_path / "a.geojson", [
        feature(pieces[0], **{"@id": 7, "@type": "way", "natural": "beach"}),
        feature(pieces[1], **{"@id": "7", "@type": "way", "name": "B"}),
        feature(pieces[2], **{"@id": 7, "@type": "relation", "natural": "beach"}),
    ])  # fmt: skip
    layer, features = take(store, path)
    assert layer.count == 2
    assert "pieces_joined" in codes(layer)
    way = features.find(Wanted(elements=(("way", 7),)))
    assert json.loads(way.columns["tags"][0]) == {"name": "B", "natural": "beach"}
    assert way.geometry[0].area == pytest.approx(1.5e-6)


@pytest.mark.parametrize(
    ("properties", "identity"),
    [
        ({"osm_id": 614897908.0}, (None, 614897908)),
        ({"osm_id": "614897908"}, (None, 614897908)),
        ({"osm_id": -55}, ("relation", 55)),
        ({"osm_way_id": "12"}, ("way", 12)),
        ({"@id": "relation/9"}, ("relation", 9)),
        ({"@id": 9, "@type": "node"}, ("node", 9)),
        ({"id": "node/3"}, ("node", 3)),
        ({"id": 3}, (None, None)),
        ({"id": 3, "type": "way"}, ("way", 3)),
        ({"osm_id": 8, "osm_type": "W"}, ("way", 8)),
        ({"osm_id": None}, (None, None)),
        ({"osm_id": 0.5}, (None, None)),
    ],
)
def test_ids_are_read_as_whole_numbers_from_the_names_exports_use(
    store, tmp_path, properties, identity
):
    path = written(tmp_path / "a.geojson", [feature(point(1, 2), building="yes", **properties)])
    found = columns(take(store, path)[1])
    assert (found["osm_type"][0], found["osm_id"][0]) == identity
    assert "osm_id" not in found["tags"][0]


def test_features_without_an_id_each_count(store, tmp_path):
    path = written(tmp_path / "a.geojson", [feature(square(0, 0), osm_id=None)] * 3)
    layer, _ = take(store, path, tags={"building": "yes"})
    assert layer.count == 3
    assert "without_id" in codes(layer)


def test_declared_tags_fill_in_only_what_a_feature_lacks(store, tmp_path):
    path = written(tmp_path / "a.geojson", [
        feature(point(0, 0)), feature(point(1, 1), building="church"), feature(point(2, 2), building=""),
    ])  # fmt: skip
    layer, features = take(store, path, tags={"building": "yes"}, date=Period.parse("2020"))
    assert sorted(features.values("building")) == [("church", 1), ("yes", 2)]
    assert layer.declared == {"building": "yes"}
    assert str(layer.period) == "2020"
    assert layer.unknown == []


def test_packed_tags_of_exports_are_unpacked(store, tmp_path):
    path = written(tmp_path / "a.geojson", [
        feature(point(0, 0), other_tags='"ref"=>"E 18","note"=>"a \\"b\\""', highway="trunk"),
        feature(point(1, 1), tags={"shop": "bakery", "seats": 5.0, "takeaway": True}),
    ])  # fmt: skip
    tags = [json.loads(text) for text in columns(take(store, path)[1])["tags"]]
    assert {"ref": "E 18", "note": 'a "b"', "highway": "trunk"} in tags
    assert {"shop": "bakery", "seats": "5", "takeaway": "yes"} in tags


def test_hostile_text_is_cleaned_and_cut(store, tmp_path):
    name = "Ca\u202efe\u200b\x1b[31m\u0000" + "x" * 400
    path = written(
        tmp_path / "a.geojson", [feature(point(0, 0), name=name, **{"k\u2066ey\n": "v"})]
    )
    found = columns(take(store, path)[1])
    assert found["name"][0].startswith("Cafe[31mxxx")
    assert len(found["name"][0]) == 255
    assert json.loads(found["tags"][0])["key"] == "v"


def test_invalid_polygons_are_repaired_and_counted(store, tmp_path):
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    spike = {"type": "Polygon", "coordinates": [[[5, 5], [6, 6], [5, 5], [5, 5]]]}
    path = written(tmp_path / "a.geojson", [feature(bow), feature(spike), feature(None)])
    layer, features = take(store, path)
    assert "repaired" in codes(layer)
    shapes = features.find(Wanted()).geometry
    assert sum(shape is None for shape in shapes) == 2  # kept, without a place
    assert next(shape.area for shape in shapes if shape is not None) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("crs", "xy"),
    [
        (None, (24.94, 60.17)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", (24.94, 60.17)),
        ("urn:ogc:def:crs:EPSG::4326", (24.94, 60.17)),
        ("EPSG:4326", (24.94, 60.17)),
        ("urn:ogc:def:crs:EPSG::3857", (2776308.1004, 8437684.1610)),
        ("urn:ogc:def:crs:EPSG::32635", (385700.4214, 6672126.7431)),
        ("EPSG:3067", (385700.4214, 6672126.7431)),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_the_crs_member_is_honoured_with_east_first_wherever_it_stands(
    store, tmp_path, crs, xy, last
):
    member = {} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    path = written(tmp_path / "a.geojson", [feature(point(*xy))], **member)
    if last:
        data = json.loads(path.read_text())
        data.update({key: data.pop(key) for key in list(data) if key == "crs"})
        path.write_text(json.dumps(data))
    found = columns(take(store, path)[1])
    assert found["lon"][0] == pytest.approx(24.94, abs=1e-6)
    assert found["lat"][0] == pytest.approx(60.17, abs=1e-6)


@pytest.mark.parametrize(
    ("xy", "said"),
    [((60.0, 120.0), "latitude comes first"), ((385667.0, 6672097.0), "coordinate system"),
     ((0.0, 91.0), "latitude comes first")],
)  # fmt: skip
def test_places_that_are_none_are_refused_with_the_way_out(store, tmp_path, xy, said):
    path = written(tmp_path / "a.geojson", [feature(point(0, 0)), feature(point(*xy))])
    with pytest.raises(BadCoordinates, match=f"feature 2 .*{said}"):
        take(store, path)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null', BrokenFile),
        ('{"type":"FeatureCollection","features":[1]}', BrokenFile),
        ('{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":"x"}}]}',
         BrokenFile),
        ('{"type":"FeatureCollection","features":[{"geometry":{"type":"Point",'
         '"coordinates":[NaN,1]}}]}', BrokenFile),
        ('{"type":"FeatureCollection","features":[{"geometry":{"type":"Point",'
         '"coordinates":[1e999,1]}}]}', BadCoordinates),
        ('{"type":"FeatureCollection","features":[{"properties":' + "[" * 100_000, BrokenFile),
        ('{"a": 1}', UnsupportedFormat),
        ('{"type":"FeatureCollection","features":[],"crs":{"type":"name","properties":'
         '{"name":"nonsense"}}}', UnsupportedFormat),
        ("<osm></osm>", UnsupportedFormat),
        ("", UnsupportedFormat),
        ('{"type":"FeatureCollection","features":[{"properties":{"a":"\udcff"}}]}', BrokenFile),
        ('{"type":"FeatureCollection","features":[{"properties":[1],"geometry":null}]}', BrokenFile),
        ('{"type":"FeatureCollection","features":[{"properties":{"n":' + "9" * 5000 + "}}]}",
         BrokenFile),
    ],
)  # fmt: skip
def test_broken_files_are_refused_in_words_and_leave_nothing(store, tmp_path, text, error):
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(error) as told:
        take(store, path)
    assert isinstance(told.value, StoreError)
    assert not [p for p in store.artifacts.root.rglob("*") if p.is_file()]


def test_a_file_larger_than_the_pieces_it_is_read_in(store, tmp_path):
    many = [feature(point(i % 90, i % 45), osm_id=i + 1, note="é" * 200) for i in range(9_000)]
    layer, features = take(store, written(tmp_path / "a.geojson", many))
    assert layer.count == 9_000
    assert sorted(columns(features)["osm_id"]) == list(range(1, 9_001))


def test_the_extent_of_a_file_that_names_none_is_assumed_and_claims_nothing(store, tmp_path):
    path = written(tmp_path / "a.geojson", [feature(point(10, 10)), feature(point(11, 10.5))])
    layer, _ = take(store, path)
    assert layer.extent.bounds == pytest.approx((9.9, 9.9, 11.1, 10.6))
    assert not layer.complete
    assert {"layer_extent_assumed"} <= codes(layer)
    stated, _ = take(store, path, extent=Region.lonlat(0, 0, 20, 20))
    assert stated.complete


def test_a_utm_polygon_over_the_antimeridian_is_cut_there(store, tmp_path):
    # at this northing, EPSG:32760 reaches over 180 degrees near easting 830,000 m
    ring = [[820e3, 9.00e6], [850e3, 9.00e6], [850e3, 9.01e6], [820e3, 9.01e6], [820e3, 9.00e6]]
    path = written(
        tmp_path / "a.geojson",
        [feature({"type": "Polygon", "coordinates": [ring]})],
        crs={"type": "name", "properties": {"name": "EPSG:32760"}},
    )
    _, features = take(store, path)
    found = features.find(Wanted())
    assert len(shapely.get_parts(found.geometry[0])) == 2
    assert found.columns["area_m2"][0] == pytest.approx(3e8, rel=0.01)
    assert abs(found.columns["lon"][0]) > 179.5
    assert len(features.find(Wanted(region=Region.lonlat(179.9, -10, -179.99, -8)))) == 1


# What is on disk


def test_the_same_file_gives_the_same_bytes_and_identity(store, tmp_path):
    path = written(
        tmp_path / "b c.geojson", [feature(square(i, i), osm_id=i + 1) for i in range(50)]
    )
    first, second = (take(store, path)[0] for _ in range(2))
    assert first == second
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (first.digest, first.alias, first.id) == (digest, "b_c", f"b_c-{digest[:6]}")
    assert hashlib.sha256(store.artifacts.path(first.features_sha256).read_bytes()).hexdigest() == (
        first.features_sha256
    )


def test_a_cancelled_ingest_leaves_nothing(store, tmp_path):
    path = written(tmp_path / "a.geojson", [feature(point(1, 1))] * 10)

    def stop() -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        ingest_layer(store, path, DeclaredLayer(), check=stop)
    assert not [p for p in store.artifacts.root.rglob("*") if p.is_file()]


@pytest.mark.slow
def test_an_ingest_killed_in_the_middle_leaves_no_artifact(tmp_path):
    path = written(
        tmp_path / "a.geojson",
        [feature(square(i % 170, i % 80), osm_id=i + 1, note=f"{i}") for i in range(60_000)],
    )
    code = textwrap.dedent(f"""
        from pathlib import Path
        from store.artifacts import Artifacts
        from store.ingest.vectors import DeclaredLayer, ingest_layer
        class Store:
            class catalog: layer_of_digest = staticmethod(lambda digest: None)
            artifacts = Artifacts(Path({str(tmp_path / "artifacts")!r}))
        print("ready", flush=True)
        ingest_layer(Store(), Path({str(path)!r}), DeclaredLayer())
    """)
    for wait_s in (0.3, 1.0, 2.0):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(wait_s)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        artifacts = Artifacts(tmp_path / "artifacts")
        artifacts.remove_unfinished(older_than_s=0)
        left = [p for p in artifacts.root.rglob("*") if p.is_file()]
        assert all(hashlib.sha256(p.read_bytes()).hexdigest() == p.name for p in left)


# GeoPackage


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32633"])
def test_a_geopackage_of_any_crs(store, tmp_path, crs):
    table = geopandas.GeoDataFrame(
        {"osm_id": ["5", "6", None], "name": ["Å", None, "c"], "levels": [2, None, 3]},
        geometry=[shapely.box(15, 46, 15.001, 46.001), shapely.Point(15.1, 46), None],
        crs="EPSG:4326",
    )
    path = tmp_path / "a.gpkg"
    table.to_crs(crs).to_file(path, driver="GPKG", layer="things")
    layer, features = take(store, path)
    assert layer.count == 3
    found = features.find(Wanted(elements=((None, 5),)))
    assert found.geometry[0].equals_exact(
        shapely.box(15, 46, 15.001, 46.001).normalize(), 1e-6
    ) or (shapely.hausdorff_distance(found.geometry[0], shapely.box(15, 46, 15.001, 46.001)) < 1e-6)
    assert json.loads(found.columns["tags"][0]) == {"levels": "2", "name": "Å"}
    assert columns(features)["osm_id"].count(None) == 1


def test_a_geopackage_that_is_only_sqlite_is_refused(store, tmp_path):
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE x(y)")
    with pytest.raises(BrokenFile, match="GeoPackage"):
        take(store, path)


def test_a_real_geopackage_in_utm(store, test_data):
    path = test_data / "landcover_eolearn/vector_timeless/LULC.gpkg"
    layer, features = take(store, path, kind="vector")
    truth = geopandas.read_file(path)
    assert layer.count == len(truth) == 88
    total = sum(columns(features)["area_m2"])
    assert total == pytest.approx(truth.area.sum(), rel=1e-3)  # UTM's own scale is off by 4e-4


# OpenStreetMap extracts


def extract(path: Path, *, box: tuple | None = (0, 0, 1, 1)) -> Path:
    """Write a small extract: nodes 1-8, a building, a roundabout, a cut road, two relations."""
    header = osmium.io.Header()
    if box:
        header.add_box(osmium.osm.Box(*box))
    new = osmium.osm.mutable
    with osmium.SimpleWriter(str(path), header=header) as out:
        ring = [(0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.2)]
        for number, place in enumerate([*ring, (0.5, 0.5)], start=1):
            tags = {"shop": "bakery;cafe", "name": "Õ"} if number == 5 else {}
            out.add_node(new.Node(id=number, location=place, tags=tags))
        for number, refs, tags in (
            (10, [1, 2, 3, 4, 1], {"building": "yes"}),
            (11, [1, 2, 3, 4, 1], {"highway": "residential", "junction": "roundabout"}),
            (12, [1, 2, 99, 98], {"highway": "primary"}),
            (13, [97, 98], {"highway": "track"}),
            (14, [1, 3, 2, 4, 1], {"building": "bow"}),
            (15, [2, 3], {}),
        ):
            out.add_way(new.Way(id=number, nodes=refs, tags=tags))
        for number, members, tags in (
            (20, [("w", 11, ""), ("n", 5, "stop")], {"type": "route", "route": "bus"}),
            (
                21,
                [("w", 12, "outer"), ("w", 77, "outer")],
                {"type": "multipolygon", "landuse": "forest"},
            ),
            (22, [("w", 77, "")], {"type": "site", "site": "lost"}),
        ):
            out.add_relation(new.Relation(id=number, members=members, tags=tags))
    return path


def test_an_extract_keeps_every_element_with_as_much_place_as_is_held(store, tmp_path):
    layer, features = take(store, extract(tmp_path / "a.osm.pbf"))
    found = features.find(Wanted())
    kinds = {
        (kind, number): (None if shape is None else shape.geom_type, partial)
        for kind, number, shape, partial in zip(
            found.columns["osm_type"], found.columns["osm_id"], found.geometry,
            found.columns["partial"], strict=True,
        )
    }  # fmt: skip
    assert kinds == {
        ("node", 5): ("Point", False),
        ("way", 10): ("Polygon", False),
        ("way", 11): ("LineString", False),
        ("way", 12): ("MultiLineString", True),
        ("way", 13): (None, False),
        ("way", 14): ("MultiPolygon", False),
        ("way", 15): ("LineString", False),
        ("relation", 20): ("GeometryCollection", False),
        ("relation", 21): ("MultiLineString", True),
        ("relation", 22): (None, False),
    }
    assert layer.complete
    assert layer.extent.bounds == (0, 0, 1, 1)
    assert {"repaired", "without_place", "partial_place"} <= codes(layer)
    assert features.count(Wanted(parse_query("shop=cafe"))) == 1


def test_an_extract_that_names_no_box_is_not_complete(store, tmp_path):
    layer, _ = take(store, extract(tmp_path / "a.osm.pbf", box=None))
    assert not layer.complete


@pytest.mark.parametrize("cut", [20, 300, 0.5, 0.9])
def test_a_torn_extract_is_refused(store, test_data, tmp_path, cut):
    whole = (test_data / "osm_only/helsinki.osm.pbf").read_bytes()
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(whole[: cut if cut > 1 else int(len(whole) * cut)])
    with pytest.raises(BrokenFile, match=r"a\.osm\.pbf"):
        take(store, path)


TEN_KEYS = (
    "building", "amenity", "highway", "name", "shop", "barrier", "railway", "natural", "tourism",
    "addr:street",
)  # fmt: skip


def test_helsinki_counts_as_the_raw_file_does(store, test_data):
    path = test_data / "osm_only/helsinki.osm.pbf"
    layer, features = take(store, path)
    counted = raw_key_counts(path)
    for key in TEN_KEYS:
        found = features.find(Wanted(parse_query(f"{key}!=(nothing)").narrowed(
            parse_query(f"{key}=* except no_such_value").any_of[0].all_of[0]
        )))  # fmt: skip
        by_kind = Counter(found.columns["osm_type"])
        no = features.count(Wanted(parse_query(f"{key}=no")))
        assert sum(by_kind.values()) + no == sum(counted[key].values()) == features.keys()[key]
    buildings = Counter(features.find(Wanted(parse_query("building=*"))).columns["osm_type"])
    assert buildings == {"node": 36, "way": 433, "relation": 67}
    assert layer.extent.bounds == pytest.approx((24.9351762, 60.164155, 24.9534145, 60.179113))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # GDAL on rings it cannot close
def test_helsinki_areas_agree_with_gdal(store, test_data):
    path = test_data / "osm_only/helsinki.osm.pbf"
    _, features = take(store, path)
    _, _, blobs, fields = pyogrio.raw.read(
        path, layer="multipolygons", columns=["osm_way_id", "osm_id"], where="building IS NOT NULL"
    )
    shapes = shapely.from_wkb(blobs, on_invalid="ignore")
    ours = features.find(Wanted(parse_query("building=*")))
    area = dict(zip(
        zip(ours.columns["osm_type"], ours.columns["osm_id"], strict=True),
        ours.geometry, strict=True,
    ))  # fmt: skip
    agreed = compared = 0
    for relation, way, shape in zip(*fields, shapes, strict=True):
        mine = area["way", int(way)] if way else area["relation", int(relation)]
        if mine.geom_type.endswith("Polygon"):  # GDAL makes rings of what is cut, too
            compared += 1
            agreed += abs(mine.area - shape.area) <= 1e-6 * shape.area
    assert compared > 400
    assert agreed >= 0.99 * compared


def raw_key_counts(path: Path) -> dict[str, Counter]:
    """Count the elements that carry each key, by reading the protocol buffers of the file alone."""
    counts: dict[str, Counter] = {key: Counter() for key in TEN_KEYS}
    for kind, keys in pbf_elements(path.read_bytes()):
        for key in keys:
            if key in counts:
                counts[key][kind] += 1
    return counts


def pbf_elements(data: bytes):
    """Yield the type and keys of each element of an extract (a reader of nothing but that)."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        header = dict(messages(data[at + 4 : at + 4 + size]))
        at += 4 + size
        blob = dict(messages(data[at : at + header[3]]))
        at += header[3]
        if header[1] == b"OSMData":
            block = zlib.decompress(blob[3]) if 3 in blob else blob[1]
            yield from block_elements(block)


def block_elements(block: bytes):
    fields = list(messages(block))
    strings = [value for number, value in messages(next(v for n, v in fields if n == 1))]
    for number, group in fields:
        if number != 2:
            continue
        for kind, body in messages(group):
            if kind == 2:  # dense nodes: keys and values in one row, 0 between nodes
                keys: list[str] = []
                row = varints(dict(messages(body)).get(10, b""))
                while row:
                    key = row.pop(0)
                    if key == 0:
                        yield "node", keys
                        keys = []
                    else:
                        keys.append(strings[key].decode())
                        row.pop(0)
            elif kind in (1, 3, 4):
                held = varints(dict(messages(body)).get(2, b""))
                yield (
                    {1: "node", 3: "way", 4: "relation"}[kind],
                    [strings[i].decode() for i in held],
                )


def messages(data: bytes):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        yield tag >> 3, value


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def varints(data: bytes) -> list[int]:
    at, found = 0, []
    while at < len(data):
        value, at = varint(data, at)
        found.append(value)
    return found


def test_lines_and_points_measure_as_they_are(store, tmp_path):
    path = written(tmp_path / "a.geojson", [feature(line((0, 0), (0, 1)), osm_id=1)])
    found = columns(take(store, path)[1])
    assert found["length_m"] == [pytest.approx(110574.39, abs=0.01)]
    assert found["area_m2"] == [None]


# Over 180 degrees

OVER = {
    "type": "Polygon",
    "coordinates": [
        [[179, -1], [-179, -1], [-179, 1], [179, 1], [179, -1]],
        [[179.5, -0.5], [179.5, 0.5], [-179.5, 0.5], [-179.5, -0.5], [179.5, -0.5]],
    ],
}


def test_an_outline_that_steps_over_180_degrees_is_cut_there(store, tmp_path):
    path = written(tmp_path / "a.geojson", [feature(OVER, osm_id=1, landuse="forest")])
    layer, features = take(store, path)
    found = features.find(Wanted())
    shape = found.geometry[0]
    assert shape.geom_type == "MultiPolygon"
    assert {tuple(part.bounds) for part in shape.geoms} == {(179, -1, 180, 1), (-180, -1, -179, 1)}
    whole = area_m2(shapely.box(0, -1, 2, 1)) - area_m2(shapely.box(0, -0.5, 1, 0.5))
    assert found.columns["area_m2"][0] == pytest.approx(whole, rel=1e-9)
    assert abs(found.columns["lon"][0]) == pytest.approx(180)
    assert "cut_at_180" in codes(layer)
    assert len(features.find(Wanted(region=Region.lonlat(0, -1, 10, 1)))) == 0


def test_the_whole_world_and_a_wide_outline_in_steps_are_left_as_they_are(store, tmp_path):
    world = feature(
        {
            "type": "Polygon",
            "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]],
        }
    )
    wide = feature({"type": "Polygon", "coordinates": [
        [[-150, 0], [0, 0], [150, 0], [150, 10], [0, 10], [-150, 10], [-150, 0]]
    ]})  # fmt: skip
    layer, features = take(store, written(tmp_path / "a.geojson", [world, wide]))
    assert [s.bounds for s in features.find(Wanted()).geometry] == [
        (-180, -90, 180, 90),
        (-150, 0, 150, 10),
    ]
    assert "cut_at_180" not in codes(layer)


def test_an_area_of_an_extract_that_steps_over_180_degrees_is_cut_there(store, tmp_path):
    path = tmp_path / "e.osm.pbf"
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(-180, -2, 180, 2))
    with osmium.SimpleWriter(str(path), header=header) as out:
        corners = [(179, -1), (-179, -1), (-179, 1), (179, 1)]
        for number, place in enumerate(corners, start=1):
            out.add_node(osmium.osm.mutable.Node(id=number, location=place, tags={}))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4, 1], tags={"landuse": "forest"}))
    layer, features = take(store, path)
    found = features.find(Wanted())
    assert found.columns["area_m2"][0] == pytest.approx(area_m2(shapely.box(0, -1, 2, 1)), rel=1e-6)
    assert "cut_at_180" in codes(layer)
