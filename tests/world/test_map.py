"""The map of the town: read back by osmium and GDAL, it holds what the truth says."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyogrio
import pytest
import rasterio
import shapely

from store.features.osm_pbf import read_header
from store.geo import area_m2
from world import Town, World, make_world
from world.mapping import drawn
from world.place import footprint, lonlat, scene_box, world_xy
from world.truth import _COUNTED_KEYS

SIZE = 768


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("town"), seed=7, size=SIZE)


@pytest.fixture(scope="module")
def truth(world: World) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(world.truth.read_text())
    return told


def elements(path: Path) -> list[tuple[dict[str, str], shapely.Geometry]]:
    """Read nodes, lines and areas with their tags, as osmium builds them."""
    found = []
    rings = {m.ref for r in osmium.FileProcessor(path) if r.is_relation() for m in r.members}
    make = osmium.geom.WKBFactory()
    for thing in osmium.FileProcessor(path).with_locations().with_areas():
        tags = {tag.k: tag.v for tag in thing.tags}
        if (
            not tags
            or thing.is_relation()
            or (thing.is_way() and (thing.is_closed() or thing.id in rings))
        ):
            continue
        if thing.is_area():
            wkb = make.create_multipolygon(thing)
            tags.pop("type", None)
        else:
            wkb = make.create_point(thing) if thing.is_node() else make.create_linestring(thing)
        found.append((tags, shapely.from_wkb(bytes.fromhex(wkb))))
    return found


def in_pixels(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda p: np.column_stack(world_xy(p[:, 0], p[:, 1])))


def test_the_same_seed_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    again = make_world(tmp_path, seed=7, size=SIZE)
    for path in sorted(world.folder.iterdir()):
        one, two = (
            hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, again.folder / path.name)
        )
        assert one == two, path.name


def test_osmium_reads_what_the_truth_counts(world: World, truth: dict[str, Any]) -> None:
    frame = scene_box(SIZE)
    here = [tags for tags, shape in elements(world.map) if frame.intersects(in_pixels(shape))]
    assert len(here) == truth["map"]["elements"]
    assert Counter(key for tags in here for key in tags) == truth["map"]["keys"]
    counted = Counter(
        f"{k}={v}" for tags in here for k, v in tags.items() if k not in _COUNTED_KEYS
    )
    assert counted == truth["map"]["tags"]


def test_gdal_reads_it_too(world: World) -> None:
    areas = pyogrio.read_dataframe(world.map, layer="multipolygons")
    ours = [shape for tags, shape in elements(world.map) if "building" in tags]
    buildings = areas[areas["building"].notna()]
    assert len(buildings) == len(ours)
    holes = [part for shape in buildings.geometry for part in shape.geoms if part.interiors]
    assert len(holes) >= 1
    assert sum(map(area_m2, buildings.geometry)) == pytest.approx(sum(map(area_m2, ours)), rel=1e-6)


def test_the_map_is_complete_within_its_box(world: World) -> None:
    box = read_header(world.map).box
    assert box is not None
    assert box == pytest.approx(footprint(SIZE).bounds, abs=1e-6)
    assert shapely.box(*box).covers(footprint(SIZE).area)
    held = {element.of for element in drawn(Town(7), SIZE)}
    frame = shapely.box(*box)
    for element in drawn(Town(7), 2 * SIZE):
        shape = shapely.transform(
            element.shape(), lambda p: np.column_stack(lonlat(p[:, 0], p[:, 1]))
        )
        pieces = element.of.startswith(("street", "river", "water"))
        assert pieces or element.of in held or not frame.intersects(shape)


def test_shared_street_nodes_join_streets(world: World) -> None:
    nodes: Counter[int] = Counter()
    for way in osmium.FileProcessor(world.map):
        if way.is_way() and "highway" in way.tags:
            nodes.update({node.ref for node in way.nodes})
    assert sum(count > 1 for count in nodes.values()) >= 10


def test_flaws_of_the_map_are_as_the_truth_lists_them(world: World, truth: dict[str, Any]) -> None:
    mapped = sum(
        "building" in tags
        for tags, s in elements(world.map)
        if scene_box(SIZE).intersects(in_pixels(s))
    )
    told = truth["map"]
    # On the map: the second date's buildings without those it lacks, and those that are gone.
    second = truth["dates"][1]["buildings"]
    assert abs(mapped - (second - len(told["unmapped"]) + len(told["gone"]))) <= len(
        told["displaced"]
    )
    changes = json.loads((world.folder / "changes.geojson").read_text())["features"]
    kinds = Counter((f["properties"]["kind"], f["properties"]["change"]) for f in changes)
    assert kinds["building", "new"] == len(truth["changes"]["built"])
    assert kinds["building", "gone"] == len(truth["changes"]["removed"])


def test_truth_of_a_date_lists_what_the_counts_say(world: World, truth: dict[str, Any]) -> None:
    for date, path in enumerate(world.scenes):
        features = json.loads(path.with_suffix(".geojson").read_text())["features"]
        kinds = Counter(feature["properties"]["kind"] for feature in features)
        told = truth["dates"][date]
        assert (kinds["building"], kinds["tree"], kinds["car"]) == (
            told["buildings"],
            told["trees"],
            told["cars"],
        )


def test_the_scenes_are_tiled_placed_and_dated(world: World) -> None:
    for path, look in zip(world.scenes, world.looks, strict=True):
        with rasterio.open(path) as file:
            assert (file.width, file.height, file.count) == (SIZE, SIZE, 4)
            assert file.profile["tiled"]
            assert file.overviews(1) == [2, 4]
            assert file.descriptions == ("red", "green", "blue", "nir")
            assert file.crs.to_epsg() == 32625
            assert file.tags()["TIFFTAG_DATETIME"].startswith(f"{look.day:%Y:%m:%d}")


def test_a_second_making_returns_what_is_there(world: World) -> None:
    before = world.scenes[0].stat().st_mtime_ns
    assert make_world(world.folder, seed=7, size=SIZE).is_made()
    assert world.scenes[0].stat().st_mtime_ns == before
    assert not World(world.folder, 8, SIZE).is_made()
