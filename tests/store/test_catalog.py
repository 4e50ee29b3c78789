"""What is held is found by id, alias, place, time and size, and by nothing that is no name."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from store.errors import AmbiguousId, BadName, UnknownId
from store.geo import EARTH, Period, Region
from store.home import Home
from store.ingest import Declared, ingest_scene
from store.ingest.vectors import DeclaredLayer, ingest_layer
from tests.store.rasters import textured, write
from tests.tools.maps import feature, point, written


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def placed(folder, name: str, west: float, *, seed: int, step: float = 1e-5, **declared):
    folder.mkdir(exist_ok=True)
    affine = rasterio.Affine(step, 0, west, 0, -step, 45)
    return write(
        folder / f"{name}.tif", textured(10, 10, seed=seed), crs="EPSG:4326", transform=affine
    ), Declared(**declared)


PREFIXES = [
    "<VRTDataset rasterXSize='1'>", "vrt://", "/vsicurl/http://a/", "/vsizip/", "/vsistdin/", "/vsimem/", "/vsisubfile/0_1,",
    "MEM:::DATAPOINTER=1,PIXELS=1", "NETCDF:", "HDF5:", "WMS:", "STACIT:", "GTIFF_DIR:1:", "zip+https://a/", '{"type":"x"', "..",
    "JSON:", "s3://", "file:///", "http://", "/etc/", "C:\\",
]  # fmt: skip
INJECTIONS = [
    f"{prefix}{tail}" for prefix in PREFIXES for tail in ("a.tif", "a", "../a", "a;b", "\x00a")
] + ["", "-a", ".a", "a b", "a" * 122, "é", "a/b", "a\n"]


def test_names_that_are_no_ids_never_reach_gdal_or_the_database(home, monkeypatch):
    called = []
    monkeypatch.setattr(rasterio, "open", lambda *a, **k: called.append(a))
    catalog = home.catalog
    monkeypatch.setattr(type(home.database), "read", lambda self: called.append("read"))
    assert len(INJECTIONS) >= 80
    for name in INJECTIONS:
        for ask in (catalog.scene, catalog.layer, catalog.revisions):
            with pytest.raises(BadName):
                ask(name)
    assert called == []


def test_a_scene_is_found_by_id_and_by_alias(home, tmp_path):
    scene = ingest_scene(home, write(tmp_path / "harbour.tif", textured(8, 8)))
    assert home.catalog.scene(scene.id) == home.catalog.scene("harbour") == scene


def test_an_alias_of_two_scenes_is_asked_back_with_at_most_eight(home, tmp_path):
    for i in range(11):
        (tmp_path / str(i)).mkdir()
        ingest_scene(home, write(tmp_path / str(i) / "tile.tif", textured(8, 8, seed=i)))
    with pytest.raises(AmbiguousId) as asked:
        home.catalog.scene("tile")
    assert str(asked.value).count("tile-") == 8
    assert "3 more" in str(asked.value)


def test_an_unknown_name_is_answered_with_the_close_ones_only(home, tmp_path):
    ingest_scene(home, write(tmp_path / "harbour.tif", textured(8, 8)))
    with pytest.raises(UnknownId, match="did you mean harbour"):
        home.catalog.scene("harbor")
    path = write(tmp_path / "there.tif", textured(8, 8, seed=1))
    with pytest.raises(UnknownId) as there:
        home.catalog.scene("there.tif")
    path.unlink()
    with pytest.raises(UnknownId) as absent:
        home.catalog.scene("there.tif")
    assert str(there.value) == str(absent.value)


def test_finds_by_place_time_sensor_and_size_and_sets_apart_what_does_not_say(home, tmp_path):
    a = ingest_scene(home, *placed(tmp_path, "a", 10.0, seed=1, date="2010-06", sensor="RGB"))
    b = ingest_scene(home, *placed(tmp_path, "b", 10.0, seed=2, date="2012", sensor="Sentinel-2"))
    c = ingest_scene(home, *placed(tmp_path, "c", 20.0, seed=3, step=1e-3))
    d = ingest_scene(home, write(tmp_path / "d.tif", textured(9, 9, seed=4)))
    catalog = home.catalog
    here = Region.lonlat(9.9, 44.9, 10.1, 45.1)
    assert [s.id for s in catalog.scenes()] == [b.id, a.id, *sorted((c.id, d.id))]
    assert [s.id for s in catalog.scenes(region=here)] == [b.id, a.id]
    assert [s.id for s in catalog.scenes(period=Period.parse("2010-06-15"))] == [a.id]
    assert [s.id for s in catalog.scenes(sensor="ms")] == [b.id]
    assert [s.id for s in catalog.scenes(gsd_at_most_m=2, limit=1)] == [b.id]
    search = catalog.search(region=here, period=Period.parse("2010/2013"), gsd_at_most_m=2)
    assert [s.id for s in search.found] == [b.id, a.id]
    assert [s.id for s in search.undecided["date"]] == [d.id]
    assert [s.id for s in search.undecided["position"]] == [d.id]
    assert [s.id for s in search.undecided["gsd"]] == [d.id]
    assert [s.id for s in catalog.search(name="A-").found] == [a.id]


def test_a_scene_over_180_degrees_is_found_from_both_sides_and_not_from_the_middle(home, tmp_path):
    affine = rasterio.Affine(0.01, 0, 179.95, 0, -0.01, 1)
    scene = ingest_scene(
        home, write(tmp_path / "date_line.tif", textured(10, 10), crs="EPSG:4326", transform=affine)
    )
    for west, east, held in (
        (179.9, 179.99, True),
        (-179.99, -179.97, True),
        (-10, 10, False),
        (179, -179, True),
    ):
        found = home.catalog.scenes(region=Region.lonlat(west, 0, east, 2))
        assert ([s.id for s in found] == [scene.id]) is held


def test_new_declarations_are_the_next_revision_and_old_ones_are_kept(home, tmp_path):
    path = write(tmp_path / "a.png", textured(12, 12), driver="PNG")
    first = ingest_scene(home, path, Declared(gsd_m=0.5))
    assert ingest_scene(home, path, Declared(gsd_m=0.5)) == first
    assert ingest_scene(home, path) == first
    second = ingest_scene(home, path, Declared(date="2010"))
    assert (second.revision, second.gsd_m, str(second.period)) == (2, 0.5, "2010")
    third = ingest_scene(home, path, Declared(gsd_m=0.6))
    assert (third.revision, third.gsd_m, str(third.period)) == (3, 0.6, "2010")
    assert [s.gsd_m for s in home.catalog.revisions(first.id)] == [0.5, 0.5, 0.6]
    assert home.catalog.scene(first.id) == third
    assert home.catalog.scene(first.id, revision=1).period is None
    assert len(home.catalog.scenes()) == 1
    with pytest.raises(UnknownId, match="no revision 9"):
        home.catalog.scene(first.id, revision=9)


def test_the_same_bytes_are_the_same_scene_under_any_name_and_follow_a_move(home, tmp_path):
    path = write(tmp_path / "a.tif", textured(12, 12))
    copy = tmp_path / "b.tif"
    copy.write_bytes(path.read_bytes())
    first, second = ingest_scene(home, path), ingest_scene(home, copy)
    assert first.id == second.id == home.catalog.scene("b").id == home.catalog.scene("a").id
    path.unlink()
    with home.open_scene(home.catalog.scene("a")) as reader:
        assert reader.read(0, 0, 12, 12).valid.all()


def test_regions_of_pixels_find_scenes_of_that_frame(home, tmp_path):
    scene = ingest_scene(home, write(tmp_path / "a.tif", textured(12, 12)))
    ingest_scene(home, *placed(tmp_path, "b", 10.0, seed=2))
    inside = Region.pixels(scene.frame, 2, 2, 5, 5)
    assert [s.id for s in home.catalog.scenes(region=inside)] == [scene.id]
    assert scene.frame != EARTH
    assert np.isfinite(inside.size())


def test_places_that_only_share_an_edge_do_not_meet(home, tmp_path):
    path = written(tmp_path / "a.geojson", [feature(point(0.5, 0.5))])
    extent = Region.lonlat(0, 0, 1, 1)
    home.catalog.add_layer(ingest_layer(home, path, DeclaredLayer(extent=extent)))
    assert len(home.catalog.layers(Region.lonlat(0.9, 0.9, 2, 2))) == 1
    assert home.catalog.layers(Region.lonlat(1, 0, 2, 1)) == []
    assert home.catalog.layers(Region.lonlat(1, 1, 2, 2)) == []


def test_the_same_bytes_are_the_same_layer_with_what_was_declared_before(home, tmp_path):
    first = written(tmp_path / "a.geojson", [feature(point(0.5, 0.5))])
    second = tmp_path / "b.geojson"
    second.write_bytes(first.read_bytes())
    day, extent = Period.parse("2021-06-01"), Region.lonlat(0, 0, 1, 1)
    declared = DeclaredLayer(tags={"shop": "yes"}, date=day, extent=extent)
    one = home.catalog.add_layer(ingest_layer(home, first, declared))
    two = home.catalog.add_layer(ingest_layer(home, second, DeclaredLayer()))
    assert len(home.catalog.layers()) == 1
    assert two.model_copy(update={"source": one.source}) == one
    assert home.catalog.layer("b").id == home.catalog.layer("a").id == one.id
    assert (two.period, two.extent, two.declared, two.complete) == (
        day,
        extent,
        {"shop": "yes"},
        True,
    )
    later = DeclaredLayer(date=Period.parse("2022"), tags={"name": "X"})
    three = home.catalog.add_layer(ingest_layer(home, second, later))
    assert (three.revision, str(three.period)) == (2, "2022")
    assert three.declared == {"shop": "yes", "name": "X"}
