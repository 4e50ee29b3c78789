"""What the map says of real places, against truths that were found another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pytest

from store.home import Home
from tests.tools.maps import bench_of, footprint, ingested
from tools.concepts.tags import parse_query
from tools.contract import Finding
from tools.lookup_osm import lookup_osm

BUILDINGS = parse_query("building=*")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def ask(home: Home, **arguments: Any) -> Finding:
    return lookup_osm.function(bench_of(home), **arguments)


def codes(finding: Finding) -> set[str]:
    return {caveat.code for caveat in finding.caveats}


def test_kampala_buildings_and_their_share(home, test_data):
    ingested(home, test_data / "osm_kampala/osm_buildings.geojson", tags={"building": "yes"})
    found = ask(home, tags=BUILDINGS, region=footprint(test_data / "osm_kampala/kampala_a.tif"))
    assert found.value("count") == 108
    assert found.value("count_without_id") == 7
    assert found.value("count_centre_inside") == 102
    assert found.value("share") == pytest.approx(0.2420, abs=5e-5)
    assert found.value("area_inside") == pytest.approx(8427.5, abs=0.5)
    assert found.value("region_area") == pytest.approx(34819.8, abs=0.5)
    largest = max(range(108), key=lambda row: found.features.columns["area_m2"][row])
    assert found.features.columns["osm_id"][largest] == 614897908
    assert found.features.columns["area_m2"][largest] == pytest.approx(328.85, abs=0.005)
    assert {"repaired", "without_id", "edge", "layer_extent_assumed", "map_date"} <= codes(found)


@pytest.mark.parametrize(
    ("place", "touch", "inside", "covered_m2"),
    [
        ("osm_kampala/kampala_b", 98, 81, 3432.7),
        ("osm_zanzibar/zanzibar_a", 121, 119, 15696.8),
        ("osm_catanduanes/catanduanes_a", 46, 41, 1257.6),
        ("osm_catanduanes/catanduanes_b", 85, 71, 3340.8),
    ],
)
def test_buildings_of_other_places(home, test_data, place, touch, inside, covered_m2):
    folder = (test_data / place).parent
    ingested(home, folder / "osm_buildings.geojson", tags={"building": "yes"})
    found = ask(home, tags=BUILDINGS, region=footprint(test_data / f"{place}.tif"))
    assert (found.value("count"), found.value("count_centre_inside")) == (touch, inside)
    assert found.value("area_inside") == pytest.approx(covered_m2, abs=0.06)
    assert found.coverage is not None
    assert found.coverage.imaged >= 0.99


def test_zanzibar_centres_in_the_western_half(home, test_data):
    ingested(home, test_data / "osm_zanzibar/osm_buildings.geojson", tags={"building": "yes"})
    region = footprint(test_data / "osm_zanzibar/zanzibar_a.tif")
    found = ask(home, tags=BUILDINGS, region=region, part="west", position="centre_inside")
    assert found.value("count") == found.value("count_centre_inside") == 82


def test_praia_da_aguda_is_forty_one_elements_with_a_beach_and_a_tower(home, test_data):
    layer = ingested(home, test_data / "osm_praia_da_aguda/osm_features.geojson")
    assert layer.count == 41
    beach = ask(home, tags=parse_query("natural=beach"))
    assert beach.features.columns["name"] == ["Praia da Aguda"]
    assert '"surface":"sand"' in beach.features.columns["tags"][0]
    tower = ask(home, tags=parse_query("man_made=water_tower"))
    assert tower.features.columns["osm_id"] == [492119569]
    assert tower.features.columns["osm_type"] == ["way"]
    again = ask(home, element="way/492119569")
    assert again.features.columns["tags"] == tower.features.columns["tags"]


def test_atlanta_lies_in_its_utm_zone(home, test_data):
    path = test_data / "buildings_spacenet/atlanta_buildings.geojson"
    ingested(home, path)
    found = ask(home, tags=BUILDINGS)
    assert found.value("count") == 43
    truth = geopandas.read_file(path).set_index("osm_id").centroid.to_crs("OGC:CRS84")
    columns = found.features.columns
    for number, lon, lat in zip(columns["osm_id"], columns["lon"], columns["lat"], strict=True):
        assert (lon, lat) == pytest.approx((truth[number].x, truth[number].y), abs=1e-8)
    row = found.features.columns["osm_id"].index(102932)
    assert found.features.columns["area_m2"][row] == pytest.approx(250.904, rel=2e-3)


def test_vegas_roads_are_as_long_as_measured(home, test_data):
    ingested(home, test_data / "roads_spacenet/vegas_img0_roads.geojson")
    found = ask(home, layer="vegas_img0_roads")
    assert found.value("count") == 38
    assert found.value("length_whole") == pytest.approx(4463.7, rel=0.005)
