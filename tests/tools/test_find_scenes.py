"""What is held is found; what cannot be compared is counted apart and never dropped."""

from __future__ import annotations

import pytest
import rasterio

from store.geo import Region
from store.home import Home
from store.ingest import Declared, ingest_scene
from tests.store.rasters import textured, write
from tools.contract import Bench, ToolRefusal
from tools.find_scenes import find_scenes


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def bench(home):
    return Bench(catalog=home.catalog, open_scene=home.open_scene)


def placed(home, folder, name, seed, west=10.0, **declared):
    affine = rasterio.Affine(1e-5, 0, west, 0, -1e-5, 45)
    path = write(
        folder / f"{name}.tif", textured(10, 10, seed=seed), crs="EPSG:4326", transform=affine
    )
    return ingest_scene(home, path, Declared(**declared))


def values(finding) -> dict:
    return {quantity.name: quantity.value for quantity in finding.quantities}


def test_lists_the_newest_first_and_counts_the_undated_apart(home, bench, tmp_path):
    old = placed(home, tmp_path, "old", 1, date="2010-06-01")
    new = placed(home, tmp_path, "new", 2, date="2011")
    placed(home, tmp_path, "undated", 3)
    finding = find_scenes.function(bench, period="2009/2012")
    assert finding.series["id"] == [new.id, old.id]
    assert values(finding) == {
        "count": 2, "count_without_date": 1, "newest": new.id, "oldest": old.id,
    }  # fmt: skip
    assert "undated" in next(c.text for c in finding.caveats if c.code == "without_date")
    assert [key.id for key in finding.scenes] == [new.id, old.id]
    assert len(finding.features) == 2


def test_scenes_without_place_are_counted_apart_when_a_place_is_asked(home, bench, tmp_path):
    here = placed(home, tmp_path, "here", 1)
    placed(home, tmp_path, "there", 2, west=50.0)
    ingest_scene(home, write(tmp_path / "loose.png", textured(9, 9), driver="PNG"))
    finding = find_scenes.function(bench, region=Region.lonlat(9, 44, 11, 46))
    assert finding.series["id"] == [here.id]
    assert values(finding)["count_without_position"] == 1
    assert values(find_scenes.function(bench))["count"] == 3


def test_counts_all_and_lists_twenty(home, bench, tmp_path):
    for i in range(23):
        placed(home, tmp_path, f"s{i}", i)
    finding = find_scenes.function(bench)
    assert values(finding)["count"] == 23
    assert len(finding.series["id"]) == 20
    assert "list_cut" in {c.code for c in finding.caveats}


def test_nothing_held_is_a_count_of_nothing(bench):
    finding = find_scenes.function(bench, sensor="SAR", gsd_at_most_m=1.0, name="x")
    assert values(finding) == {"count": 0, "count_without_gsd": 0, "count_without_sensor": 0}


def test_what_cannot_be_read_is_refused(bench):
    with pytest.raises(ToolRefusal, match="is no date"):
        find_scenes.function(bench, period="last summer")
    with pytest.raises(ToolRefusal):
        find_scenes.function(bench, gsd_at_most_m=0)
